/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-reports.h"

G_BEGIN_DECLS

/**
 * RollcallReportsTree: all reports in their folders (C1). A chosen report activates win.show-report with its id.
 */
#define ROLLCALL_TYPE_REPORTS_TREE (rollcall_reports_tree_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportsTree, rollcall_reports_tree, ROLLCALL, REPORTS_TREE, AdwBin)

/* Marks the report that shows. @id: (nullable): none */
/* Once. */
void rollcall_reports_tree_set_reports (RollcallReportsTree *self, RollcallReports *reports);
void rollcall_reports_tree_select (RollcallReportsTree *self, const char *id);
void rollcall_reports_tree_grab_focus (RollcallReportsTree *self);

G_END_DECLS
