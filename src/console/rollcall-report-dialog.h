/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-cache.h"
#include "rollcall-reports.h"

G_BEGIN_DECLS

/**
 * RollcallReportDialog: a person makes or changes a report of their own. A mistake in its condition is shown where it
 * is; how many computers meet it is shown while it is written. What is saved is shown by win.show-report.
 */
#define ROLLCALL_TYPE_REPORT_DIALOG (rollcall_report_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportDialog, rollcall_report_dialog, ROLLCALL, REPORT_DIALOG, AdwDialog)

/* @report (nullable): one of their own to be changed; NULL: a new one. @condition (nullable): to begin with. */
void rollcall_report_dialog_present (RollcallReports *reports, RollcallCache *cache, RollcallReport *report,
                                     const char *condition, GtkWidget *parent);
/* Asks, then deletes one of their own. */
void rollcall_report_dialog_ask_delete (RollcallReports *reports, RollcallReport *report, GtkWidget *parent);

G_END_DECLS
