/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-report-layout.h"

G_BEGIN_DECLS

/**
 * RollcallColumnsDialog: which columns a report shows, in what order, and what its rows are sorted by (C2): all that
 * the titles do by mouse, by keyboard.
 */
#define ROLLCALL_TYPE_COLUMNS_DIALOG (rollcall_columns_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RollcallColumnsDialog, rollcall_columns_dialog, ROLLCALL, COLUMNS_DIALOG, AdwDialog)

AdwDialog *rollcall_columns_dialog_new (RollcallReportLayout *layout);

G_END_DECLS
