/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "rollcall-messages.h"

G_BEGIN_DECLS

/**
 * RollcallCache: the report kept on this computer (C5): a SQLite file that one worker thread owns for writing and for
 * queries, and a read connection of the main thread for the rows that show (a point SELECT costs microseconds). A
 * damaged file, or one of another service, is set aside and made anew.
 */
#define ROLLCALL_TYPE_CACHE (rollcall_cache_get_type ())
G_DECLARE_FINAL_TYPE (RollcallCache, rollcall_cache, ROLLCALL, CACHE, GObject)

/* The cache of @server in @directory (made 0700). Blocking, but only for the opening: called once at start. */
RollcallCache *rollcall_cache_open (const char *directory, const char *server, GError **error);
/* After what was asked before: the file is closed; from then on nothing is there and every task fails as CLOSED. */
void rollcall_cache_close_async (RollcallCache *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_cache_close_finish (RollcallCache *self, GAsyncResult *result, GError **error);
/* Deletes the cache of @server in @directory, which is closed. */
gboolean rollcall_cache_remove (const char *directory, const char *server, GError **error);

gint64 rollcall_cache_get_revision (RollcallCache *self); /* the newest change it holds; 0 = empty */
gint64
rollcall_cache_get_synced_at (RollcallCache *self); /* when the service last said that nothing is newer; 0 = never */

/* The row @id, or NULL when it is not there. Main thread. Returns: (transfer full) (nullable) */
RollcallRegistration *rollcall_cache_get_row (RollcallCache *self, gint64 id);

/* Writes a page of changes. finish: (transfer full) (element-type gint64): the ids touched. A page with @restart starts
 * by marking all rows; rows not put by the time of the page without `more` are dropped (a service that answered 410).
 */
void rollcall_cache_apply_async (RollcallCache *self, RollcallChanges *changes, gboolean restart, gint64 now,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data); /* @changes: (transfer full) */
GArray *rollcall_cache_apply_finish (RollcallCache *self, GAsyncResult *result, GError **error);

typedef struct
{
  char *condition; /* (nullable) the report's own (RollcallCondition); NULL: every row */
  guint statuses;  /* bit (1 << RollcallStatus); 0 = all */
  char *text;      /* (nullable) in name, fqdn, domain, user, ips, macs, fingerprint; case-insensitive */
  char *sort;      /* a field of a row (API.md) */
  gboolean descending;
} RollcallReportQuery;
RollcallReportQuery *rollcall_report_query_copy (const RollcallReportQuery *query);
/* A condition that has the rows of @query, its text and its statuses included. Returns: (transfer full): "" for all */
char *rollcall_report_query_to_condition (const RollcallReportQuery *query);
void rollcall_report_query_free (RollcallReportQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallReportQuery, rollcall_report_query_free)

/* The first @limit ids at once, on the main thread, and fewer where finding them would take longer than about a
 * millisecond: list_ids_async() knows them all. Returns: (transfer
 * full) (element-type gint64) */
GArray *rollcall_cache_list_first_ids (RollcallCache *self, const RollcallReportQuery *query, guint limit);
/* All ids in order, from the worker; cancelled ones stop early (sqlite3_interrupt or the progress handler). */
void rollcall_cache_list_ids_async (RollcallCache *self, const RollcallReportQuery *query, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
GArray *rollcall_cache_list_ids_finish (RollcallCache *self, GAsyncResult *result, GError **error);

/* How many rows that meet @condition (nullable) have each status. */
typedef struct
{
  guint by_status[ROLLCALL_N_STATUSES];
} RollcallStatusCounts;
void rollcall_cache_count_async (RollcallCache *self, const char *condition, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_cache_count_finish (RollcallCache *self, GAsyncResult *result, RollcallStatusCounts *counts,
                                      GError **error);

/* Whether @text is a condition; else where the mistake is, in bytes, -1: not known. On the main thread: it is only
 * prepared. Errors: G_IO_ERROR_INVALID_ARGUMENT */
gboolean rollcall_cache_check_condition (RollcallCache *self, const char *text, int *offset, GError **error);

/* What a decision needs to know of a row (R10, R15): what the person who decides has seen. */
typedef struct
{
  gint64 id;
  gint64 revision;
  RollcallStatus status;
} RollcallDecisionFacts;
/* Those of @ids (element-type gint64), in their order; rows that are not there are left out. A few come from the main
 * thread's connection, many from the worker. finish: (transfer full) (element-type RollcallDecisionFacts) */
void rollcall_cache_list_decision_facts_async (RollcallCache *self, GArray *ids, GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer user_data);
GArray *rollcall_cache_list_decision_facts_finish (RollcallCache *self, GAsyncResult *result, GError **error);

G_END_DECLS
