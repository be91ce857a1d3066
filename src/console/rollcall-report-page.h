/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-reports.h"
#include "rollcall-session.h"

G_BEGIN_DECLS

/**
 * RollcallReportPage: a report with its filters, its menu and its decisions.
 */
#define ROLLCALL_TYPE_REPORT_PAGE (rollcall_report_page_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportPage, rollcall_report_page, ROLLCALL, REPORT_PAGE, AdwBreakpointBin)

/* Once: whose rows it shows, and with whom it decides. */
void rollcall_report_page_set_session (RollcallReportPage *self, RollcallSession *session);
void rollcall_report_page_show (RollcallReportPage *self, RollcallReport *report);
RollcallReport *rollcall_report_page_get_report (RollcallReportPage *self);           /* (nullable) (transfer none) */
const RollcallReportQuery *rollcall_report_page_get_query (RollcallReportPage *self); /* (nullable): what shows */
void rollcall_report_page_focus_search (RollcallReportPage *self);

G_END_DECLS
