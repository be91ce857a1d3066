/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-report-layout.h"
#include "rollcall-report-list.h"

G_BEGIN_DECLS

/**
 * RollcallReportView: the GtkColumnView of a report: its columns, its order, where a person stands in it.
 *
 * Signals: `order-changed`: the person chose another order; `menu-requested` (double x, double y): in the view's own
 * coordinates, with the selection as it is to be acted upon; `row-activated`: by Enter or a double click.
 */
#define ROLLCALL_TYPE_REPORT_VIEW (rollcall_report_view_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportView, rollcall_report_view, ROLLCALL, REPORT_VIEW, AdwBin)

void rollcall_report_view_set_list (RollcallReportView *self, RollcallReportList *list); /* once */
/* A field of a row (API.md). Returns: (transfer none) */
const char *rollcall_report_view_get_order (RollcallReportView *self, gboolean *descending);
RollcallReportLayout *rollcall_report_view_get_layout (RollcallReportView *self); /* (transfer none) */
void rollcall_report_view_scroll_to_top (RollcallReportView *self);
/* Opens the menu by the keyboard: at the focused row where that is selected, else at the first selected one. */
void rollcall_report_view_request_menu (RollcallReportView *self);
void rollcall_report_view_grab_focus (RollcallReportView *self);

G_END_DECLS
