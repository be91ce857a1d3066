/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-cache-file-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "rollcall-cache-fields.h"

/* "Roll" */
#define APPLICATION_ID 0x526f6c6c
#define SCHEMA_VERSION 2
/* Pages are at most 1,000 rows, but a report of all rows must not need more than this of SQLite's own. */
#define PRAGMAS                                                                                                        \
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;"                      \
  "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
/* Ids are marked in bitmaps here and in the report; a larger one is no service's counting. */
#define HIGHEST_ID                  (G_GINT64_CONSTANT (1) << 30)
#define OPERATIONS_PER_CANCEL_CHECK 2000
gboolean
rollcall_cache_file_check (RollcallCacheFile *file, int rc, GError **error)
{
  GIOErrorEnum code = G_IO_ERROR_FAILED;

  switch (rc & 0xff)
    {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return TRUE;
    /* All SQL here fits this version's schema: where it does not, the file is not what it says. */
    case SQLITE_ERROR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      code = G_IO_ERROR_INVALID_DATA;
      break;
    case SQLITE_INTERRUPT:
      code = G_IO_ERROR_CANCELLED;
      break;
    case SQLITE_FULL:
      code = G_IO_ERROR_NO_SPACE;
      break;
    default:
      break;
    }
  g_set_error (error, G_IO_ERROR, code, "the local copy: %s", sqlite3_errmsg (file->database));
  return FALSE;
}

gboolean
rollcall_cache_file_execute (RollcallCacheFile *file, const char *sql, GError **error)
{
  return rollcall_cache_file_check (file, sqlite3_exec (file->database, sql, NULL, NULL, NULL), error);
}

sqlite3_stmt *
rollcall_cache_file_prepare (RollcallCacheFile *file, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  if (!rollcall_cache_file_check (file, sqlite3_prepare_v2 (file->database, sql, -1, &statement, NULL), error))
    return NULL;
  return statement;
}

/* One number that @sql gives. */
static gboolean
query_integer (RollcallCacheFile *file, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (Statement) statement = rollcall_cache_file_prepare (file, sql, error);
  if (statement == NULL || !rollcall_cache_file_check (file, sqlite3_step (statement), error))
    return FALSE;
  *value = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

static gboolean
create_schema (RollcallCacheFile *file, const char *server, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("CREATE TABLE row (");

  for (guint i = 0; i < rollcall_n_fields; i++)
    g_string_append_printf (sql, "%s %s,", rollcall_fields[i].name,
                            i == 0 ? "INTEGER PRIMARY KEY" : rollcall_field_get_declaration (&rollcall_fields[i]));
  g_string_append (sql, "generation INTEGER NOT NULL);");
  /* An index ends with the id, for one order among equals, and the status, so that its filter need not leave it. */
  for (guint i = 0; i < rollcall_n_fields; i++)
    if (!rollcall_fields[i].unsorted)
      g_string_append_printf (sql, "CREATE INDEX row_%s ON row (%s%s%s);", rollcall_fields[i].name,
                              rollcall_fields[i].name, i == 0 ? "" : ", id",
                              g_str_equal (rollcall_fields[i].name, "status") ? "" : ", status");
  g_string_append (sql, /* apart from the row, so that a search reads nothing else */
                   "CREATE TABLE search (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
                   "CREATE TABLE state (server TEXT NOT NULL, revision INTEGER NOT NULL,"
                   " synced_at INTEGER NOT NULL, generation INTEGER NOT NULL, restarting INTEGER NOT NULL);");
  g_string_append_printf (sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, SCHEMA_VERSION);
  if (!rollcall_cache_file_execute (file, sql->str, error))
    return FALSE;

  g_autoptr (Statement)
      statement = rollcall_cache_file_prepare (file, "INSERT INTO state VALUES (?, 0, 0, 0, 0)", error);
  return statement != NULL &&
         rollcall_cache_file_check (file, sqlite3_bind_text (statement, 1, server, -1, SQLITE_STATIC), error) &&
         rollcall_cache_file_check (file, sqlite3_step (statement), error);
}

static gboolean
is_of_server (RollcallCacheFile *file, const char *server, GError **error)
{
  gint64 application_id, version;

  if (!query_integer (file, "PRAGMA application_id", &application_id, error) ||
      !query_integer (file, "PRAGMA user_version", &version, error))
    return FALSE;
  if (application_id == APPLICATION_ID && version == SCHEMA_VERSION)
    {
      g_autoptr (Statement) statement = rollcall_cache_file_prepare (file, "SELECT server FROM state", error);
      if (statement == NULL || !rollcall_cache_file_check (file, sqlite3_step (statement), error))
        return FALSE;
      if (g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), server) == 0)
        return TRUE;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "the local copy is of another version or another service");
  return FALSE;
}

static gboolean
prepare_statements (RollcallCacheFile *file, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) places = g_string_new (NULL);

  for (guint i = 0; i < rollcall_n_fields; i++)
    {
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", rollcall_fields[i].name);
      g_string_append (places, i > 0 ? ", ?" : "?");
    }
  g_autofree char *get_row = g_strdup_printf ("SELECT %s FROM row WHERE id = ?", names->str);
  g_autofree char *put_row = g_strdup_printf (
      "INSERT OR REPLACE INTO row (%s, generation) VALUES (%s, (SELECT generation FROM state))", names->str,
      places->str);
  return (file->get_row = rollcall_cache_file_prepare (file, get_row, error)) != NULL &&
         (file->get_facts = rollcall_cache_file_prepare (file, "SELECT status, revision FROM row WHERE id = ?",
                                                         error)) != NULL &&
         (file->put_row = rollcall_cache_file_prepare (file, put_row, error)) != NULL &&
         (file->put_search = rollcall_cache_file_prepare (file, "INSERT OR REPLACE INTO search VALUES (?, ?)",
                                                          error)) != NULL;
}

RollcallCacheFile *
rollcall_cache_file_open (const char *path, const char *server, GError **error)
{
  g_autoptr (RollcallCacheFile) file = g_new0 (RollcallCacheFile, 1);
  gint64 tables;

  /* SQLite gives the files that it keeps beside this one the same mode. */
  int descriptor = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
      return NULL;
    }
  close (descriptor);

  if (!rollcall_cache_file_check (file, sqlite3_open_v2 (path, &file->database, SQLITE_OPEN_READWRITE, NULL), error))
    return NULL;
  sqlite3_busy_timeout (file->database, 5000);
  sqlite3_db_config (file->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!rollcall_cache_file_execute (file, PRAGMAS "BEGIN IMMEDIATE", error) ||
      !query_integer (file, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return NULL;
  if (tables == 0 && !create_schema (file, server, error))
    return NULL;
  if (!rollcall_cache_file_execute (file, "COMMIT", error) || !is_of_server (file, server, error) ||
      !rollcall_cache_file_check (file, rollcall_condition_set_up (file->database), error) ||
      !prepare_statements (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
rollcall_cache_file_close (RollcallCacheFile *file)
{
  if (file == NULL)
    return;
  rollcall_cache_file_forget_members (file);
  sqlite3_finalize (file->get_row);
  sqlite3_finalize (file->get_facts);
  sqlite3_finalize (file->put_row);
  sqlite3_finalize (file->put_search);
  /* Closing the last connection moves the write-ahead log into the file. */
  sqlite3_close (file->database);
  g_free (file);
}

gboolean
rollcall_cache_file_set_aside (const char *path, GError **error)
{
  static const char *const companions[] = { "-wal", "-shm" };
  /* One only: the copy of a million rows is no small file. */
  g_autofree char *aside = g_strconcat (path, ".damaged", NULL);

  if (g_rename (path, aside) != 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree char *from = g_strconcat (path, companions[i], NULL);
      g_autofree char *to = g_strconcat (aside, companions[i], NULL);
      /* What is left of one would be read into the new file. */
      if (g_rename (from, to) != 0)
        {
          g_unlink (from);
          g_unlink (to);
        }
    }
  return TRUE;
}

gboolean
rollcall_cache_file_remove (const char *path, GError **error)
{
  static const char *const endings[] = { "", "-wal", "-shm", ".damaged", ".damaged-wal", ".damaged-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *file = g_strconcat (path, endings[i], NULL);
      if (g_unlink (file) != 0 && errno != ENOENT)
        {
          int code = errno;
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", file, g_strerror (code));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
rollcall_cache_file_get_state (RollcallCacheFile *file, gint64 *revision, gint64 *synced_at, GError **error)
{
  g_autoptr (Statement) statement = rollcall_cache_file_prepare (file, "SELECT revision, synced_at FROM state", error);
  if (statement == NULL || !rollcall_cache_file_check (file, sqlite3_step (statement), error))
    return FALSE;
  *revision = sqlite3_column_int64 (statement, 0);
  *synced_at = sqlite3_column_int64 (statement, 1);
  return TRUE;
}

/* Steps @statement to its end and makes it ready again. */
static gboolean
run (RollcallCacheFile *file, sqlite3_stmt *statement, GError **error)
{
  int rc = sqlite3_step (statement);
  gboolean done = rollcall_cache_file_check (file, rc, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return done;
}

static gboolean
put (RollcallCacheFile *file, const RollcallRegistration *registration, GError **error)
{
  if (registration->id < 1 || registration->id > HIGHEST_ID)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "the service sent a row with the id %" G_GINT64_FORMAT, registration->id);
      return FALSE;
    }
  sqlite3_bind_int64 (file->put_search, 1, registration->id);
  sqlite3_bind_text (file->put_search, 2, rollcall_registration_get_search_text (registration), -1, g_free);
  return rollcall_cache_file_check (file, rollcall_fields_bind (file->put_row, registration), error) &&
         run (file, file->put_row, error) && run (file, file->put_search, error);
}

static gboolean
drop (RollcallCacheFile *file, gint64 id, GError **error)
{
  static const char *const statements[] = { "DELETE FROM row WHERE id = ?", "DELETE FROM search WHERE id = ?" };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      g_autoptr (Statement) statement = rollcall_cache_file_prepare (file, statements[i], error);
      if (statement == NULL || !rollcall_cache_file_check (file, sqlite3_bind_int64 (statement, 1, id), error) ||
          !run (file, statement, error))
        return FALSE;
    }
  return TRUE;
}

/* The end of a restart: what it did not put again is there no longer. */
static gboolean
drop_older_generations (RollcallCacheFile *file, GArray *touched, GError **error)
{
  gint64 restarting;

  if (!query_integer (file, "SELECT restarting FROM state", &restarting, error))
    return FALSE;
  if (restarting == 0)
    return TRUE;

  g_autoptr (Statement) statement = rollcall_cache_file_prepare (
      file, "SELECT id FROM row WHERE generation <> (SELECT generation FROM state)", error);
  if (statement == NULL)
    return FALSE;
  int rc;
  guint first = touched->len;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);
      g_array_append_val (touched, id);
    }
  if (!rollcall_cache_file_check (file, rc, error))
    return FALSE;
  for (guint i = first; i < touched->len; i++)
    if (!drop (file, g_array_index (touched, gint64, i), error))
      return FALSE;
  return rollcall_cache_file_execute (file, "UPDATE state SET restarting = 0", error);
}

static gboolean
set_state (RollcallCacheFile *file, const RollcallChanges *changes, gint64 now, GError **error)
{
  /* A page with more to come says nothing about being up to date. */
  g_autoptr (Statement) statement = rollcall_cache_file_prepare (
      file, "UPDATE state SET revision = ?1, synced_at = iif (?2, ?3, synced_at)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, changes->latest);
  sqlite3_bind_int (statement, 2, !changes->more);
  sqlite3_bind_int64 (statement, 3, now);
  return rollcall_cache_file_check (file, sqlite3_step (statement), error);
}

/* Whether the file, which may have been made anew meanwhile, can take a page that goes on from @since. */
static gboolean
check_since (RollcallCacheFile *file, gint64 since, GError **error)
{
  gint64 revision;

  if (!query_integer (file, "SELECT revision FROM state", &revision, error))
    return FALSE;
  if (revision >= since)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the local copy is not as far as the changes");
  return FALSE;
}

static gboolean
apply_changes (RollcallCacheFile *file, const RollcallChanges *changes, gboolean restart, gint64 since, gint64 now,
               GArray *touched, GError **error)
{
  if (!restart && !check_since (file, since, error))
    return FALSE;
  if (restart &&
      !rollcall_cache_file_execute (file, "UPDATE state SET generation = generation + 1, restarting = 1", error))
    return FALSE;
  for (guint i = 0; i < changes->items->len; i++)
    {
      const RollcallChange *change = g_ptr_array_index (changes->items, i);
      gint64 id = change->registration != NULL ? change->registration->id : change->id;
      if (!(change->registration != NULL ? put (file, change->registration, error) : drop (file, id, error)))
        return FALSE;
      g_array_append_val (touched, id);
    }
  if (!changes->more && !drop_older_generations (file, touched, error))
    return FALSE;
  return set_state (file, changes, now, error);
}

static int
stop_if_cancelled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

void
rollcall_cache_file_watch (RollcallCacheFile *file, GCancellable *cancellable)
{
  sqlite3_progress_handler (file->database, OPERATIONS_PER_CANCEL_CHECK, cancellable != NULL ? stop_if_cancelled : NULL,
                            cancellable);
}

GArray *
rollcall_cache_file_apply (RollcallCacheFile *file, const RollcallChanges *changes, gboolean restart, gint64 since,
                           gint64 now, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (gint64));

  rollcall_cache_file_watch (file, cancellable);
  gboolean applied = rollcall_cache_file_execute (file, "BEGIN IMMEDIATE", error) &&
                     apply_changes (file, changes, restart, since, now, touched, error) &&
                     rollcall_cache_file_update_members (file, touched, error) &&
                     rollcall_cache_file_execute (file, "COMMIT", error);
  rollcall_cache_file_watch (file, NULL);
  if (applied)
    return g_steal_pointer (&touched);
  rollcall_cache_file_forget_members (file);
  if (sqlite3_get_autocommit (file->database) == 0)
    rollcall_cache_file_execute (file, "ROLLBACK", NULL);
  return NULL;
}

RollcallRegistration *
rollcall_cache_file_get_row (RollcallCacheFile *file, gint64 id, GError **error)
{
  RollcallRegistration *registration = NULL;

  sqlite3_bind_int64 (file->get_row, 1, id);
  int rc = sqlite3_step (file->get_row);
  if (rollcall_cache_file_check (file, rc, error) && rc == SQLITE_ROW)
    registration = rollcall_fields_read (file->get_row);
  sqlite3_reset (file->get_row);
  return registration;
}

GArray *
rollcall_cache_file_list_decision_facts (RollcallCacheFile *file, const GArray *ids, GCancellable *cancellable,
                                         GError **error)
{
  g_autoptr (GArray) list = g_array_sized_new (FALSE, FALSE, sizeof (RollcallDecisionFacts), ids->len);

  for (guint i = 0; i < ids->len; i++)
    {
      RollcallDecisionFacts facts = { .id = g_array_index (ids, gint64, i) };

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      sqlite3_bind_int64 (file->get_facts, 1, facts.id);
      int rc = sqlite3_step (file->get_facts);
      gboolean found = rc == SQLITE_ROW;
      if (found)
        {
          facts.status = sqlite3_column_int (file->get_facts, 0) & (ROLLCALL_N_STATUSES - 1);
          facts.revision = sqlite3_column_int64 (file->get_facts, 1);
          g_array_append_val (list, facts);
        }
      sqlite3_reset (file->get_facts);
      if (!found && !rollcall_cache_file_check (file, rc, error))
        return NULL;
    }
  return g_steal_pointer (&list);
}
