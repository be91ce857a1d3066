/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rollcall-cache.h"

G_BEGIN_DECLS

/**
 * RollcallRowSlot: what the view holds for a position: the row that is there now, read when it is first asked for.
 * Emits `changed` when that may be another one or says something else, `time-passed` when only the clock went on.
 */
#define ROLLCALL_TYPE_ROW_SLOT (rollcall_row_slot_get_type ())
G_DECLARE_FINAL_TYPE (RollcallRowSlot, rollcall_row_slot, ROLLCALL, ROW_SLOT, GObject)

gint64 rollcall_row_slot_get_id (RollcallRowSlot *self); /* 0 once its position is gone */
guint rollcall_row_slot_get_position (RollcallRowSlot *self);
/* Returns: (transfer none) (nullable): valid until `changed` */
const RollcallRegistration *rollcall_row_slot_get_row (RollcallRowSlot *self);

/**
 * RollcallReportModel: a list and its selection over a vector of ids (1 to G_MAXUINT); selects by id, so a selection
 * survives another order and another length (C6).
 */
#define ROLLCALL_TYPE_REPORT_MODEL (rollcall_report_model_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportModel, rollcall_report_model, ROLLCALL, REPORT_MODEL, GObject)

RollcallReportModel *rollcall_report_model_new (RollcallCache *cache); /* @cache (nullable): no rows, only ids */

/* Shows @ids (element-type gint64) in that order. @complete: ids that are not among them lose their selection; FALSE
 * for the first part of a longer list. */
void rollcall_report_model_set_ids (RollcallReportModel *self, GArray *ids, gboolean complete);
GArray *rollcall_report_model_get_ids (RollcallReportModel *self); /* (transfer none) (element-type gint64) */
gint64 rollcall_report_model_get_id (RollcallReportModel *self, guint position); /* 0 beyond the end */
gboolean rollcall_report_model_find (RollcallReportModel *self, gint64 id, guint *position);
guint rollcall_report_model_get_n_selected (RollcallReportModel *self);
/* The selected ids in the order shown, not to be changed. Returns: (transfer full) (element-type gint64) */
GArray *rollcall_report_model_list_selected (RollcallReportModel *self);
void rollcall_report_model_invert_selection (RollcallReportModel *self);
/* Lets the live slots of @ids (nullable) (element-type gint64) read their rows anew; NULL: all of them. */
void rollcall_report_model_refresh (RollcallReportModel *self, GArray *ids);
/* Lets what shows how long ago something was say so anew, of the live slots. */
void rollcall_report_model_time_passed (RollcallReportModel *self);

G_END_DECLS
