/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

/* Each entry leads from the version before it; entries are never changed once released. */
static const char *const migrations[] = {
  "CREATE TABLE registrations ("
  " id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, status INTEGER NOT NULL, trust INTEGER NOT NULL,"
  " origin INTEGER NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL, fqdn TEXT NOT NULL, os TEXT NOT NULL,"
  " user TEXT NOT NULL, ips TEXT NOT NULL, macs TEXT NOT NULL, agent_version TEXT NOT NULL,"
  " fingerprint TEXT NOT NULL, key_changes INTEGER NOT NULL, resource_id INTEGER NOT NULL,"
  " duplicate_of INTEGER NOT NULL, advice INTEGER NOT NULL, site_server INTEGER NOT NULL,"
  " decided_by INTEGER NOT NULL, decided_by_name TEXT NOT NULL, decided_at INTEGER NOT NULL, note TEXT NOT NULL,"
  " first_requested INTEGER NOT NULL, last_requested INTEGER NOT NULL, request_count INTEGER NOT NULL,"
  " last_contact INTEGER NOT NULL, revocation_seen_at INTEGER NOT NULL, purge_after INTEGER NOT NULL,"
  " awaiting_fingerprint TEXT NOT NULL, last_computer_requested INTEGER NOT NULL, blocked_at INTEGER NOT NULL,"
  " matching_revision INTEGER NOT NULL, purged INTEGER NOT NULL, search TEXT NOT NULL) STRICT;"
  "CREATE UNIQUE INDEX registrations_revision ON registrations (revision) WHERE NOT purged;"
  "CREATE INDEX registrations_duplicate_of ON registrations (duplicate_of) WHERE duplicate_of > 0;"
  "CREATE INDEX registrations_purge_after ON registrations (purge_after) WHERE purge_after > 0;"
  "CREATE INDEX registrations_status ON registrations (status, id);"
  "CREATE INDEX registrations_name ON registrations (name, id);"
  "CREATE INDEX registrations_first_requested ON registrations (first_requested, id);"
  "CREATE INDEX registrations_last_requested ON registrations (last_requested, id);"
  "CREATE INDEX registrations_advice ON registrations (advice) WHERE advice > 0;"
  "CREATE TABLE resource_keys (registration INTEGER NOT NULL REFERENCES registrations ON DELETE CASCADE,"
  " place INTEGER NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, pinned INTEGER NOT NULL,"
  " PRIMARY KEY (registration, place)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX resource_keys_value ON resource_keys (value, type);"
  "CREATE TABLE keys (registration INTEGER NOT NULL REFERENCES registrations ON DELETE CASCADE,"
  " place INTEGER NOT NULL, fingerprint TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
  " state INTEGER NOT NULL, PRIMARY KEY (registration, place)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX keys_fingerprint ON keys (fingerprint);"
  "CREATE TABLE conflicts (registration INTEGER NOT NULL REFERENCES registrations ON DELETE CASCADE,"
  " other INTEGER NOT NULL, PRIMARY KEY (registration, other)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE removed (revision INTEGER PRIMARY KEY, id INTEGER NOT NULL, into_id INTEGER NOT NULL) STRICT;"
  "CREATE INDEX removed_into ON removed (into_id) WHERE into_id > 0;"
  "CREATE TABLE events (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL,"
  " registration INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"
  "CREATE INDEX events_registration ON events (registration, number) WHERE registration > 0;"
  "CREATE INDEX events_requests ON events (at) WHERE kind = 0;"
  "CREATE TABLE documents (kind TEXT NOT NULL, id INTEGER NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,"
  " PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE tasks (id INTEGER PRIMARY KEY, registration INTEGER NOT NULL, kind TEXT NOT NULL,"
  " parameters TEXT NOT NULL, outcome TEXT, output TEXT, finished_at INTEGER) STRICT;"
  "CREATE INDEX tasks_waiting ON tasks (registration) WHERE outcome IS NULL;"
  "CREATE TABLE tokens (name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role INTEGER NOT NULL,"
  " expires INTEGER NOT NULL) STRICT;"
  "CREATE TABLE kept_answers (token TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, answer TEXT NOT NULL,"
  " at INTEGER NOT NULL, PRIMARY KEY (token, key)) STRICT;"
  "CREATE INDEX kept_answers_at ON kept_answers (at);"
  "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
  "INSERT INTO counters VALUES ('next-registration', 1), ('next-resource', 1), ('next-document', 1), ('next-task', 1),"
  " ('latest-revision', 0);",

  "CREATE INDEX registrations_site_server ON registrations (id) WHERE site_server;",

  "CREATE INDEX conflicts_other ON conflicts (other);",

  "CREATE TABLE status_counts (status INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;"
  "INSERT INTO status_counts SELECT value, (SELECT count(*) FROM registrations WHERE status = value AND NOT purged)"
  " FROM json_each ('[0, 1, 2, 3]');"
  "CREATE TRIGGER registrations_counted AFTER INSERT ON registrations WHEN NOT new.purged BEGIN"
  " UPDATE status_counts SET count = count + 1 WHERE status = new.status; END;"
  "CREATE TRIGGER registrations_discounted AFTER DELETE ON registrations WHEN NOT old.purged BEGIN"
  " UPDATE status_counts SET count = count - 1 WHERE status = old.status; END;"
  "CREATE TRIGGER registrations_recounted AFTER UPDATE OF status, purged ON registrations"
  " WHEN old.status != new.status OR old.purged != new.purged BEGIN"
  " UPDATE status_counts SET count = count - (NOT old.purged AND status = old.status)"
  " + (NOT new.purged AND status = new.status) WHERE status IN (old.status, new.status); END;",
};

static gboolean
execute (RollcallStore *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->database, sql, NULL, NULL, NULL) == SQLITE_OK || rollcall_store_fail (self, error);
}

static gboolean
read_version (RollcallStore *self, int *version, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self, "PRAGMA user_version", error);

  if (statement == NULL || !rollcall_store_step (self, statement, error))
    return FALSE;
  *version = sqlite3_column_int (statement, 0);
  sqlite3_reset (statement);
  return TRUE;
}

static gboolean
run_steps (RollcallStore *self, int version, GError **error)
{
  g_autoptr (RollcallPolicy) initial = rollcall_policy_new_initial ();
  const int newest = (int) G_N_ELEMENTS (migrations);
  g_autofree char *sql = g_strdup_printf ("PRAGMA user_version = %d", newest);

  for (int i = version; i < (int) G_N_ELEMENTS (migrations); i++)
    if (!execute (self, migrations[i], error))
      return FALSE;
  if (version == 0)
    {
      initial->id = 0;
      if (!rollcall_store_put_policy (self, initial, error)) /* R5 */
        return FALSE;
    }
  return execute (self, sql, error);
}

gboolean
rollcall_store_migrate (RollcallStore *self, GError **error)
{
  int version = 0, newest = (int) G_N_ELEMENTS (migrations);

  if (!read_version (self, &version, error))
    return FALSE;
  if (version > newest)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL,
                            "The store was written by a newer version (schema %d; this one knows up to %d). "
                            "Please run the newer version.",
                            version, newest);
      return FALSE;
    }
  if (version == newest)
    return TRUE;
  if (!rollcall_store_begin (self, error))
    return FALSE;
  if (!run_steps (self, version, error))
    {
      rollcall_store_rollback (self);
      return FALSE;
    }
  return rollcall_store_commit (self, error);
}
