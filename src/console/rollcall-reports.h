/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-report.h"

G_BEGIN_DECLS

/**
 * RollcallReports: all reports there are (C1): the program's, and a person's own, which are read and written in the
 * background.
 *
 * Signal: `changed`: a person's own ones are other ones now.
 */
#define ROLLCALL_TYPE_REPORTS (rollcall_reports_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReports, rollcall_reports, ROLLCALL, REPORTS, GObject)

#define ROLLCALL_FIRST_REPORT "agent-registration-status"
/* Where a person's own reports hang in the tree. */
#define ROLLCALL_OWN_FOLDER "My Reports"

/* @directory: of a person's own ones; need not be there */
RollcallReports *rollcall_reports_new (const char *directory);

/* Returns: (transfer none) (element-type RollcallReport): in the order of the tree */
GPtrArray *rollcall_reports_list (RollcallReports *self);
RollcallReport *rollcall_reports_find (RollcallReports *self, const char *id); /* (transfer none) (nullable) */
/* An id that no report has, made of @title. Returns: (transfer full) */
char *rollcall_reports_make_id (RollcallReports *self, const char *title);

/* Writes @report, one of a person's own, in place of one with its id. */
void rollcall_reports_save_async (RollcallReports *self, RollcallReport *report, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_reports_save_finish (RollcallReports *self, GAsyncResult *result, GError **error);
void rollcall_reports_delete_async (RollcallReports *self, RollcallReport *report, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_reports_delete_finish (RollcallReports *self, GAsyncResult *result, GError **error);

G_END_DECLS
