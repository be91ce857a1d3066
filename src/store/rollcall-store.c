/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "rollcall-store-private.h"

G_DEFINE_FINAL_TYPE (RollcallStore, rollcall_store, G_TYPE_OBJECT)

static void
rollcall_store_finalize (GObject *object)
{
  RollcallStore *self = ROLLCALL_STORE (object);

  g_hash_table_unref (self->statements);
  sqlite3_close (self->database);
  G_OBJECT_CLASS (rollcall_store_parent_class)->finalize (object);
}

static void
rollcall_store_class_init (RollcallStoreClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rollcall_store_finalize;
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static void
rollcall_store_init (RollcallStore *self)
{
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize_statement);
}

gboolean
rollcall_store_fail (RollcallStore *self, GError **error)
{
  if (error == NULL || *error == NULL)
    rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The store does not answer: %s",
                          self->database != NULL ? sqlite3_errmsg (self->database) : "out of memory");
  return FALSE;
}

sqlite3_stmt *
rollcall_store_prepare (RollcallStore *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      rollcall_store_fail (self, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

void
rollcall_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

const char *
rollcall_column_text (sqlite3_stmt *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column) ?: "";
}

gboolean
rollcall_store_step (RollcallStore *self, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    rollcall_store_fail (self, error);
  sqlite3_reset (statement);
  return FALSE;
}

gboolean
rollcall_store_run (RollcallStore *self, sqlite3_stmt *statement, GError **error)
{
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result != SQLITE_DONE && result != SQLITE_ROW)
    rollcall_store_fail (self, error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

static gboolean
configure (RollcallStore *self, gboolean writable, GError **error)
{
  const char *settings = writable ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                                    "PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000;"
                                  : "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;";

  sqlite3_extended_result_codes (self->database, 1);
  sqlite3_busy_timeout (self->database, 5000);
  if (sqlite3_exec (self->database, settings, NULL, NULL, NULL) != SQLITE_OK)
    return rollcall_store_fail (self, error);
  return !writable || rollcall_store_migrate (self, error);
}

RollcallStore *
rollcall_store_open (const char *path, gboolean writable, GError **error)
{
  g_autoptr (RollcallStore) self = g_object_new (ROLLCALL_TYPE_STORE, NULL);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

  if (writable)
    {
      /* SQLite gives its own files the mode of this one. */
      int file = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

      if (file < 0)
        {
          rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The store %s cannot be opened: %s", path,
                                g_strerror (errno));
          return NULL;
        }
      close (file);
    }
  if (sqlite3_open_v2 (path, &self->database, flags, NULL) != SQLITE_OK)
    {
      rollcall_store_fail (self, error);
      return NULL;
    }
  return configure (self, writable, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
execute (RollcallStore *self, const char *sql, GError **error)
{
  return rollcall_store_run (self, rollcall_store_prepare (self, sql, error), error);
}

gboolean
rollcall_store_begin (RollcallStore *self, GError **error)
{
  return execute (self, "BEGIN IMMEDIATE", error);
}

gboolean
rollcall_store_commit (RollcallStore *self, GError **error)
{
  if (execute (self, "COMMIT", error))
    return TRUE;
  rollcall_store_rollback (self);
  return FALSE;
}

void
rollcall_store_rollback (RollcallStore *self)
{
  g_autoptr (GError) error = NULL;

  /* SQLite has already rolled back by itself after some errors. */
  if (!sqlite3_get_autocommit (self->database) && !execute (self, "ROLLBACK", &error))
    g_warning ("%s", error->message);
}

gboolean
rollcall_store_mark (RollcallStore *self, GError **error)
{
  return execute (self, "SAVEPOINT job", error);
}

gboolean
rollcall_store_release_mark (RollcallStore *self, GError **error)
{
  return execute (self, "RELEASE job", error);
}

void
rollcall_store_undo_to_mark (RollcallStore *self)
{
  g_autoptr (GError) error = NULL;

  if (!execute (self, "ROLLBACK TO job", &error) || !execute (self, "RELEASE job", &error))
    g_warning ("%s", error->message);
}

gint64
rollcall_store_get_counter (RollcallStore *self, const char *name, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self, "SELECT value FROM counters WHERE name = ?", error);
  gint64 value = 0;

  if (statement == NULL)
    return 0;
  rollcall_bind_text (statement, 1, name);
  if (rollcall_store_step (self, statement, error))
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);
  return value;
}

gboolean
rollcall_store_set_counter (RollcallStore *self, const char *name, gint64 value, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2 WHERE value != ?2",
      error);

  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, name);
  sqlite3_bind_int64 (statement, 2, value);
  return rollcall_store_run (self, statement, error);
}

gboolean
rollcall_store_load_context (RollcallStore *self, RollcallContext *context, GError **error)
{
  context->next_registration = rollcall_store_get_counter (self, "next-registration", error);
  context->next_resource = rollcall_store_get_counter (self, "next-resource", error);
  return context->next_registration > 0 && context->next_resource > 0;
}

gint64
rollcall_store_get_latest_revision (RollcallStore *self, GError **error)
{
  return rollcall_store_get_counter (self, "latest-revision", error);
}
