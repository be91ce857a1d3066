/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "rollcall-store.h"

G_BEGIN_DECLS

struct _RollcallStore
{
  GObject parent_instance;
  sqlite3 *database;
  GHashTable *statements; /* (element-type utf8 sqlite3_stmt) by their constant text */
};

/* Brings the schema to this version's, in one transaction. */
gboolean rollcall_store_migrate (RollcallStore *self, GError **error);

/* The cached statement of @sql, a constant, reset and with @n_values integers bound to 1... */
sqlite3_stmt *rollcall_store_prepare (RollcallStore *self, const char *sql, GError **error);
void rollcall_bind_text (sqlite3_stmt *statement, int index, const char *text);
/* TRUE: a row; FALSE without an error: done (the statement is reset). */
gboolean rollcall_store_step (RollcallStore *self, sqlite3_stmt *statement, GError **error);
/* Runs a statement that gives no rows. */
gboolean rollcall_store_run (RollcallStore *self, sqlite3_stmt *statement, GError **error);
gboolean rollcall_store_fail (RollcallStore *self, GError **error);
const char *rollcall_column_text (sqlite3_stmt *statement, int column); /* never NULL */

/* Whether a console that knows everything up to revision @since can go on from there. */
gboolean rollcall_store_is_kept (RollcallStore *self, gint64 since, GError **error);

gint64 rollcall_store_get_counter (RollcallStore *self, const char *name, GError **error);
gboolean rollcall_store_set_counter (RollcallStore *self, const char *name, gint64 value, GError **error);

/* The columns of a registration: SELECT and INSERT name them in this order. */
#define ROLLCALL_ROW_COLUMNS                                                                                           \
  "id, revision, status, trust, origin, name, domain, fqdn, os, user, ips, macs, agent_version, fingerprint, "         \
  "key_changes, resource_id, duplicate_of, advice, site_server, decided_by, decided_by_name, decided_at, note, "       \
  "first_requested, last_requested, request_count, last_contact, revocation_seen_at, purge_after, "                    \
  "awaiting_fingerprint, last_computer_requested, blocked_at, matching_revision, purged"
#define ROLLCALL_N_ROW_COLUMNS 34

RollcallRegistration *rollcall_row_read (sqlite3_stmt *statement);
void rollcall_row_bind (sqlite3_stmt *statement, const RollcallRegistration *registration);
/* What ?q= looks into, folded. Returns: (transfer full) */
char *rollcall_row_get_search_text (const RollcallRegistration *registration);
/* Row @id whole, in the list or remembered. NULL without an error where there is none. */
RollcallRegistration *rollcall_store_load (RollcallStore *self, gint64 id, GError **error);
/* Returns: (transfer full) (element-type RollcallResourceKey) */
GPtrArray *rollcall_store_load_resource_keys (RollcallStore *self, gint64 id, GError **error);
/* Adds the history that a row's columns do not hold. */
gboolean rollcall_store_read_history (RollcallStore *self, RollcallRegistration *registration, GError **error);

G_END_DECLS
