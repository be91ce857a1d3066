/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * RollcallCondition: which rows a report has, as its author wrote it: an SQL expression over the view `registration`,
 * whose columns are the fields of a row (API.md) with their words, NULL for what is not there, and times in
 * milliseconds; days_ago (N) is a time. It may read that view and nothing else, call plain functions, and take so long.
 *
 * Errors: G_IO_ERROR: INVALID_ARGUMENT for what is no condition; TIMED_OUT; CANCELLED.
 */
typedef struct _RollcallCondition RollcallCondition;

/* Makes the view and days_ago() on @database, once a connection. */
int rollcall_condition_set_up (sqlite3 *database);

/* @offset (out) (optional): where in @text the mistake is, in bytes; -1: not known. Returns: (transfer full) */
RollcallCondition *rollcall_condition_new (sqlite3 *database, const char *text, int *offset, GError **error);
void rollcall_condition_free (RollcallCondition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallCondition, rollcall_condition_free)

const char *rollcall_condition_get_text (RollcallCondition *condition);

/* Whether the row @id meets it; one that is not there does not. */
gboolean rollcall_condition_holds (RollcallCondition *condition, gint64 id, gboolean *holds, GError **error);

/* The rows that meet it. Returns: (transfer full) (element-type gint64): ascending */
GArray *rollcall_condition_list (RollcallCondition *condition, GCancellable *cancellable, GError **error);

G_END_DECLS
