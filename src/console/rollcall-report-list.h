/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-report-model.h"

G_BEGIN_DECLS

/**
 * RollcallReportList: keeps a report's model to its query: the first rows at once, all of them from the cache's worker,
 * and again after rows changed.
 *
 * Signals: `updating` and `updated` around each change of the order or length that no person asked for (C6), `listed`
 * when all rows of the query are there.
 */
#define ROLLCALL_TYPE_REPORT_LIST (rollcall_report_list_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportList, rollcall_report_list, ROLLCALL, REPORT_LIST, GObject)

RollcallReportList *rollcall_report_list_new (RollcallCache *cache);
RollcallReportModel *rollcall_report_list_get_model (RollcallReportList *self);       /* (transfer none) */
const RollcallReportQuery *rollcall_report_list_get_query (RollcallReportList *self); /* (nullable) */
gboolean rollcall_report_list_is_complete (RollcallReportList *self);                 /* all rows are there */
void rollcall_report_list_set_query (RollcallReportList *self, const RollcallReportQuery *query);
/* What the cache now says otherwise. @ids: (element-type gint64) */
void rollcall_report_list_rows_changed (RollcallReportList *self, GArray *ids);
/* While held for any reason, rows keep their places. */
typedef enum
{
  ROLLCALL_HOLD_POINTER = 1 << 0, /* a button is down: what is dragged over is what is selected */
  ROLLCALL_HOLD_MENU = 1 << 1,    /* a menu stands open at one of them */
} RollcallHold;
void rollcall_report_list_set_held (RollcallReportList *self, RollcallHold reason, gboolean held);

/* Why the rows cannot be listed, for people. Returns: (transfer none) (nullable) */
const char *rollcall_report_list_get_problem (RollcallReportList *self);

G_END_DECLS
