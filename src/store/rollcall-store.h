/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-messages.h"

G_BEGIN_DECLS

/**
 * SECTION: keeping it: SQLite (WAL, synchronous=FULL). One RollcallStore is one connection and belongs to one thread at
 * a time: the service has one that writes and one for each thread that reads.
 *
 * Errors: ROLLCALL_PROBLEM_ERROR with UNAVAILABLE for what the disk or SQLite refuses, and with NOT_FOUND, CONFLICT,
 * GONE where said. All writes happen between begin() and commit(); each job in such a batch may be bracketed by
 * mark()/undo_to_mark().
 */
#define ROLLCALL_TYPE_STORE (rollcall_store_get_type ())
G_DECLARE_FINAL_TYPE (RollcallStore, rollcall_store, ROLLCALL, STORE, GObject)

/* Opens @path, made (0600) and migrated if need be when @writable. A store from a newer version is refused with a clear
 * message. */
RollcallStore *rollcall_store_open (const char *path, gboolean writable, GError **error);

gboolean rollcall_store_begin (RollcallStore *self, GError **error);
gboolean rollcall_store_commit (RollcallStore *self, GError **error); /* on error rolled back */
void rollcall_store_rollback (RollcallStore *self);
gboolean rollcall_store_mark (RollcallStore *self, GError **error); /* a savepoint around one job of a batch */
gboolean rollcall_store_release_mark (RollcallStore *self, GError **error);
void rollcall_store_undo_to_mark (RollcallStore *self);

/* The registrations around a key, purged memories included: those that ever had @fingerprint (nullable) and those that
 * share one of @resource_keys (nullable; normalised); what these duplicate, their duplicates, what a conflict matched
 * and the conflicts; what shares a resource key with any of these; and what stands beside those in the same way. Whole.
 * Returns: (transfer full) (element-type RollcallRegistration) */
GPtrArray *rollcall_store_load_neighbourhood (RollcallStore *self, const char *fingerprint, GPtrArray *resource_keys,
                                              GError **error);
/* The same, around row @id. Empty if there is none. */
GPtrArray *rollcall_store_load_around (RollcallStore *self, gint64 id, GError **error);

/* Fills next_registration and next_resource; ids are never used again. */
gboolean rollcall_store_load_context (RollcallStore *self, RollcallContext *context, GError **error);

/* Writes @outcome: puts (revision and, where status, trust, fingerprint, duplicate_of or advice changed,
 * matching_revision are set in the given registrations), removals (tombstones for the change feed), events (number,
 * hash set). Saves the counters of @context. */
gboolean rollcall_store_apply (RollcallStore *self, RollcallOutcome *outcome, const RollcallContext *context,
                               GError **error);
/* One event beside an outcome (policy-change, settings-change, token-change). */
gboolean rollcall_store_append_event (RollcallStore *self, RollcallEvent *event, GError **error);

/* Reading. NOT_FOUND for a row that is not (or no longer) there. */
RollcallRegistration *
rollcall_store_get_registration (RollcallStore *self, gint64 id, GArray **duplicates,
                                 GError **error); /* whole; @duplicates (out) (optional) (element-type gint64) */

typedef struct
{
  guint statuses;   /* bit (1 << RollcallStatus); 0 = all */
  const char *text; /* (nullable) looked for in name, fqdn, domain, user, ips, macs, fingerprint; case-insensitive */
  const char *sort; /* (nullable) a field of a row, '-' in front: descending; INVALID for another (field "/sort") */
  guint limit;
  const char *cursor; /* (nullable) as @next gave it; INVALID if it is not one */
  gboolean site_servers_only;
} RollcallListQuery;
/* @next (out) (transfer full) (nullable). Rows without their keys. */
GPtrArray *rollcall_store_list_registrations (RollcallStore *self, const RollcallListQuery *query, char **next,
                                              GError **error);

gint64 rollcall_store_get_latest_revision (RollcallStore *self, GError **error);
/* API.md, GET /v1/changes; GONE as it says. */
RollcallChanges *rollcall_store_list_changes (RollcallStore *self, gint64 since, guint limit, GError **error);
/* Oldest first, number > @after; @registration 0 = all, else that row's and those of rows merged into it; NOT_FOUND for
 * an id that never was. */
GPtrArray *rollcall_store_list_events (RollcallStore *self, gint64 registration, gint64 after, guint limit,
                                       GError **error);

/* @number (out): of the newest event; 0 where there is none. */
gboolean rollcall_store_get_last_event (RollcallStore *self, gint64 *number, GError **error);

/* For purging: the Blocked rows, or (@due > 0) those with purge_after <= @due; whole. */
GPtrArray *rollcall_store_list_blocked (RollcallStore *self, gint64 due, GError **error);

/* Calls @callback for each present row, facts only, for a policy's preview; it returns FALSE to stop. */
typedef gboolean (*RollcallRegistrationFunc) (const RollcallRegistration *registration, gpointer data);
gboolean rollcall_store_foreach_registration (RollcallStore *self, RollcallRegistrationFunc callback, gpointer data,
                                              GError **error);

/* Registration policies: ids and revisions are given here. CONFLICT for a stale revision, NOT_FOUND. */
GPtrArray *rollcall_store_list_policies (RollcallStore *self, GError **error);
RollcallPolicy *rollcall_store_get_policy (RollcallStore *self, gint64 id, GError **error);
gboolean rollcall_store_put_policy (RollcallStore *self, RollcallPolicy *policy,
                                    GError **error); /* id 0 = new; revision 0 = whatever is there */
gboolean rollcall_store_remove_policy (RollcallStore *self, gint64 id, GError **error);

GPtrArray *rollcall_store_list_agent_policies (RollcallStore *self, GError **error);
gboolean rollcall_store_put_agent_policy (RollcallStore *self, RollcallAgentPolicy *policy, GError **error);
gboolean rollcall_store_remove_agent_policy (RollcallStore *self, gint64 id, GError **error);

gboolean rollcall_store_add_task (RollcallStore *self, RollcallTask *task, GError **error);      /* sets id */
GPtrArray *rollcall_store_list_tasks (RollcallStore *self, gint64 registration, GError **error); /* those waiting */
/* NOT_FOUND unless it waits for @registration. */
gboolean rollcall_store_finish_task (RollcallStore *self, gint64 id, gint64 registration, const char *outcome,
                                     const char *output, gint64 now, GError **error);
gboolean rollcall_store_drop_tasks (RollcallStore *self, gint64 registration, GError **error); /* R21 */
gboolean rollcall_store_move_tasks (RollcallStore *self, gint64 from, gint64 into, GError **error);

RollcallSettings *rollcall_store_get_settings (RollcallStore *self, GError **error);
gboolean rollcall_store_put_settings (RollcallStore *self, const RollcallSettings *settings, GError **error);
gboolean rollcall_store_get_last_purge (RollcallStore *self, gint64 *at, gint64 *removed, GError **error);
gboolean rollcall_store_set_last_purge (RollcallStore *self, gint64 at, gint64 removed, GError **error);

/* Tokens: @hash is SHA-256 hex of the text. CONFLICT if the name is taken, NOT_FOUND. Found by the hash's index, which
 * tells an attacker nothing about the text. */
gboolean rollcall_store_add_token (RollcallStore *self, const RollcallToken *token, const char *hash, GError **error);
gboolean rollcall_store_remove_token (RollcallStore *self, const char *name, GError **error);
GPtrArray *rollcall_store_list_tokens (RollcallStore *self, GError **error);
/* (nullable) without an error where there is none. @stored_hash (out): to compare in constant time. */
RollcallToken *rollcall_store_find_token (RollcallStore *self, const char *hash, char **stored_hash, GError **error);

/* Idempotency (R18): the answer kept for @token and @key; CONFLICT where @body_hash differs. NULL without an error:
 * none kept. */
char *rollcall_store_get_kept_answer (RollcallStore *self, const char *token, const char *key, const char *body_hash,
                                      gint64 now, GError **error);
gboolean rollcall_store_keep_answer (RollcallStore *self, const char *token, const char *key, const char *body_hash,
                                     const char *answer, gint64 now,
                                     GError **error); /* also drops those older than 24 h */

/* Present rows of each status, ROLLCALL_N_STATUSES of them: kept by the store, not counted. */
gboolean rollcall_store_get_status_counts (RollcallStore *self, gint64 *counts, GError **error);

typedef struct
{
  gint64 by_status[ROLLCALL_N_STATUSES];
  gint64 by_advice[4];          /* RollcallAdvice */
  gint64 requests_per_hour[24]; /* oldest first, the last one is the present hour */
} RollcallSummary;
gboolean rollcall_store_get_summary (RollcallStore *self, gint64 now, RollcallSummary *summary, GError **error);

/* SQLite's online backup into @path, which must not exist. @at: when, in milliseconds: it is marked as a backup, so
 * that the service that takes it up knows; 0: it is a mere copy. */
gboolean rollcall_store_backup (RollcallStore *self, const char *path, gint64 at, GError **error);
/* Goes on from a store that is a backup: revisions begin anew beyond all that were given out before, so that no console
 * takes what it holds for a state of this store (API.md: 410), and the history says so. @made_at (out): when the backup
 * was made; 0: this store is none, and nothing was done. */
gboolean rollcall_store_take_up_backup (RollcallStore *self, gint64 now, gint64 *made_at, GError **error);

G_END_DECLS
