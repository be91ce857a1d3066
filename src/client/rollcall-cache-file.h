/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-cache.h"

G_BEGIN_DECLS

/**
 * RollcallCacheFile: one connection to a cache's SQLite file, for one thread at a time.
 *
 * Errors: G_IO_ERROR: INVALID_DATA for a file that is damaged, of another service or of another schema; CANCELLED;
 * NO_SPACE; FAILED for the rest.
 */
typedef struct _RollcallCacheFile RollcallCacheFile;

/* Opens @path, made with mode 0600 where it is absent. Returns: (transfer full) */
RollcallCacheFile *rollcall_cache_file_open (const char *path, const char *server, GError **error);
void rollcall_cache_file_close (RollcallCacheFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallCacheFile, rollcall_cache_file_close)

/* Renames @path, and what SQLite keeps beside it, to @path.damaged, in place of one that was there. */
gboolean rollcall_cache_file_set_aside (const char *path, GError **error);
/* Deletes @path, what SQLite keeps beside it, and what was set aside; no connection is open. */
gboolean rollcall_cache_file_remove (const char *path, GError **error);

/* Where the file stands; both are milliseconds or revisions as in rollcall-cache.h. */
gboolean rollcall_cache_file_get_state (RollcallCacheFile *file, gint64 *revision, gint64 *synced_at, GError **error);

/* See rollcall_cache_apply_async(). @since: the revision that the page goes on from; a file that is not as far any
 * longer refuses it with FAILED. Returns: (transfer full) (element-type gint64) */
GArray *rollcall_cache_file_apply (RollcallCacheFile *file, const RollcallChanges *changes, gboolean restart,
                                   gint64 since, gint64 now, GCancellable *cancellable, GError **error);

/* (transfer full) (nullable): NULL without an error for a row that is not there */
RollcallRegistration *rollcall_cache_file_get_row (RollcallCacheFile *file, gint64 id, GError **error);
/* See rollcall_cache_list_decision_facts_async(). Returns: (transfer full) (element-type RollcallDecisionFacts) */
GArray *rollcall_cache_file_list_decision_facts (RollcallCacheFile *file, const GArray *ids, GCancellable *cancellable,
                                                 GError **error);

/* The ids of @query in order. @limit 0: all; else the first ones, and fewer where those lie so far apart that a person
 * would wait for them. Returns: (transfer full) (element-type gint64) */
GArray *rollcall_cache_file_list (RollcallCacheFile *file, const RollcallReportQuery *query, guint limit,
                                  GCancellable *cancellable, GError **error);
gboolean rollcall_cache_file_count (RollcallCacheFile *file, const char *condition, RollcallStatusCounts *counts,
                                    GCancellable *cancellable, GError **error);

/* See rollcall_cache_check_condition(). */
gboolean rollcall_cache_file_check_condition (RollcallCacheFile *file, const char *text, int *offset, GError **error);

G_END_DECLS
