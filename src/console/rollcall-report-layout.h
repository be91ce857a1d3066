/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rollcall-report-columns.h"

G_BEGIN_DECLS

/**
 * RollcallReportLayout: the columns of a report's view (C2): which of them show, in what order, how wide, and by which
 * one the rows are sorted; remembered for each report where the settings' schema is installed.
 *
 * Signal: `order-changed`: the person chose another order of the rows.
 */
#define ROLLCALL_TYPE_REPORT_LAYOUT (rollcall_report_layout_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportLayout, rollcall_report_layout, ROLLCALL, REPORT_LAYOUT, GObject)

/* Gives @view (not owned: it outlives this) its columns. */
RollcallReportLayout *rollcall_report_layout_new (GtkColumnView *view);
/* As @report, an id, was left; @sort (nullable): the field that it is sorted by where nobody chose. Emits nothing: who
 * calls lists the rows anew. */
void rollcall_report_layout_show (RollcallReportLayout *self, const char *report, const char *sort);
void rollcall_report_layout_reset (RollcallReportLayout *self); /* as if nobody had chosen anything */
void rollcall_report_layout_keep (RollcallReportLayout *self);  /* writes at once what waits to be remembered */

/* A field of a row (API.md). Returns: (transfer none) */
const char *rollcall_report_layout_get_order (RollcallReportLayout *self, gboolean *descending);
void rollcall_report_layout_set_order (RollcallReportLayout *self, const char *field, gboolean descending);
/* Moves what stands at @from in the order of all columns to @to. */
void rollcall_report_layout_move (RollcallReportLayout *self, guint from, guint to);

/* Those that show, in order. Returns: (transfer container) (element-type RollcallReportColumn) */
GPtrArray *rollcall_report_layout_list_shown (RollcallReportLayout *self);
const RollcallReportColumn *rollcall_report_layout_find (GtkColumnViewColumn *column);
/* The first column is what a row is known by: it always shows. */
gboolean rollcall_report_layout_can_hide (const RollcallReportColumn *column);

/* All of them in their order, shown or not. Returns: (transfer none) (element-type GtkColumnViewColumn) */
GListModel *rollcall_report_layout_get_columns (RollcallReportLayout *self);
/* Actions named as the fields are, to be inserted as "columns": each shows and hides a column. (transfer none) */
GActionGroup *rollcall_report_layout_get_actions (RollcallReportLayout *self);
/* An item for each column that can be hidden; those that usually show first, the others a level below: a menu longer
 * than a screen is cut off. Returns: (transfer full) */
GMenuModel *rollcall_report_layout_make_menu (RollcallReportLayout *self);

G_END_DECLS
