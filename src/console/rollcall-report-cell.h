/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-report-columns.h"
#include "rollcall-report-model.h"

G_BEGIN_DECLS

/**
 * RollcallReportCell: one column of one row. Draws its text itself and asks for the same size whatever it says, because
 * GTK keeps some 200 rows of cells alive and labels made a jump in a long report three times as slow.
 */
#define ROLLCALL_TYPE_REPORT_CELL (rollcall_report_cell_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportCell, rollcall_report_cell, ROLLCALL, REPORT_CELL, GtkWidget)

GtkWidget *rollcall_report_cell_new (const RollcallReportColumn *column);
void rollcall_report_cell_set_slot (RollcallReportCell *self, RollcallRowSlot *slot); /* @slot (nullable) */
RollcallRowSlot *rollcall_report_cell_get_slot (RollcallReportCell *self);            /* (transfer none) (nullable) */

G_END_DECLS
