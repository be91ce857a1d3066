/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-cache-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "rollcall-cache-fields.h"

/* "Roll" */
#define APPLICATION_ID 0x526f6c6c
#define SCHEMA_VERSION 1
/* Pages are at most 1,000 rows, but a report of all rows must not need more than this of SQLite's own. */
#define PRAGMAS                                                                                                        \
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;"                      \
  "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
/* Ids are marked in bitmaps here and in the report; a larger one is no service's counting. */
#define HIGHEST_ID (G_GINT64_CONSTANT (1) << 30)
/* Below this many matches of a text, reading their keys and sorting beats a walk of the whole index. */
#define FEW_MATCHES                 2500
#define OPERATIONS_PER_CANCEL_CHECK 2000
/* Of SQLite's virtual machine: about a millisecond's worth, for a list that the main thread waits for. */
#define OPERATIONS_AT_ONCE 40000

struct _RollcallCacheFile
{
  sqlite3 *database;
  sqlite3_stmt *get_row;
  sqlite3_stmt *get_facts;
  sqlite3_stmt *put_row;
  sqlite3_stmt *put_search;
};

typedef sqlite3_stmt Statement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Statement, sqlite3_finalize)

/* FALSE and @error for what is not SQLITE_OK, SQLITE_ROW or SQLITE_DONE. */
static gboolean
check (RollcallCacheFile *file, int rc, GError **error)
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

static gboolean
execute (RollcallCacheFile *file, const char *sql, GError **error)
{
  return check (file, sqlite3_exec (file->database, sql, NULL, NULL, NULL), error);
}

static sqlite3_stmt *
prepare (RollcallCacheFile *file, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  if (!check (file, sqlite3_prepare_v2 (file->database, sql, -1, &statement, NULL), error))
    return NULL;
  return statement;
}

/* One number that @sql gives. */
static gboolean
query_integer (RollcallCacheFile *file, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (Statement) statement = prepare (file, sql, error);
  if (statement == NULL || !check (file, sqlite3_step (statement), error))
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
  g_string_append (sql, "class INTEGER NOT NULL, generation INTEGER NOT NULL);");
  /* An index ends with the id, for one order among equals, and the class, so that no filter has to leave it. */
  for (guint i = 0; i < rollcall_n_fields; i++)
    if (!rollcall_fields[i].unsorted)
      g_string_append_printf (sql, "CREATE INDEX row_%s ON row (%s%s, class);", rollcall_fields[i].name,
                              rollcall_fields[i].name, i == 0 ? "" : ", id");
  g_string_append (sql, "CREATE INDEX row_class ON row (class);"
                        /* apart from the row, so that a search reads nothing else */
                        "CREATE TABLE search (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
                        "CREATE TABLE state (server TEXT NOT NULL, revision INTEGER NOT NULL,"
                        " synced_at INTEGER NOT NULL, generation INTEGER NOT NULL, restarting INTEGER NOT NULL);");
  g_string_append_printf (sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, SCHEMA_VERSION);
  if (!execute (file, sql->str, error))
    return FALSE;

  g_autoptr (Statement) statement = prepare (file, "INSERT INTO state VALUES (?, 0, 0, 0, 0)", error);
  return statement != NULL && check (file, sqlite3_bind_text (statement, 1, server, -1, SQLITE_STATIC), error) &&
         check (file, sqlite3_step (statement), error);
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
      g_autoptr (Statement) statement = prepare (file, "SELECT server FROM state", error);
      if (statement == NULL || !check (file, sqlite3_step (statement), error))
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
      "INSERT OR REPLACE INTO row (%s, class, generation) VALUES (%s, ?, (SELECT generation FROM state))", names->str,
      places->str);
  return (file->get_row = prepare (file, get_row, error)) != NULL &&
         (file->get_facts = prepare (file, "SELECT status, revision FROM row WHERE id = ?", error)) != NULL &&
         (file->put_row = prepare (file, put_row, error)) != NULL &&
         (file->put_search = prepare (file, "INSERT OR REPLACE INTO search VALUES (?, ?)", error)) != NULL;
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

  if (!check (file, sqlite3_open_v2 (path, &file->database, SQLITE_OPEN_READWRITE, NULL), error))
    return NULL;
  sqlite3_busy_timeout (file->database, 5000);
  sqlite3_db_config (file->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!execute (file, PRAGMAS "BEGIN IMMEDIATE", error) ||
      !query_integer (file, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return NULL;
  if (tables == 0 && !create_schema (file, server, error))
    return NULL;
  if (!execute (file, "COMMIT", error) || !is_of_server (file, server, error) || !prepare_statements (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
rollcall_cache_file_close (RollcallCacheFile *file)
{
  if (file == NULL)
    return;
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
  g_autoptr (Statement) statement = prepare (file, "SELECT revision, synced_at FROM state", error);
  if (statement == NULL || !check (file, sqlite3_step (statement), error))
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
  gboolean done = check (file, rc, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return done;
}

static gboolean
put (RollcallCacheFile *file, const RollcallRegistration *registration, GError **error)
{
  guint class = rollcall_registration_get_class (registration);
  int class_parameter = (int) rollcall_n_fields + 1;

  if (registration->id < 1 || registration->id > HIGHEST_ID)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "the service sent a row with the id %" G_GINT64_FORMAT, registration->id);
      return FALSE;
    }
  sqlite3_bind_int64 (file->put_search, 1, registration->id);
  sqlite3_bind_text (file->put_search, 2, rollcall_registration_get_search_text (registration), -1, g_free);
  return check (file, rollcall_fields_bind (file->put_row, registration), error) &&
         check (file, sqlite3_bind_int (file->put_row, class_parameter, (int) class), error) &&
         run (file, file->put_row, error) && run (file, file->put_search, error);
}

static gboolean
drop (RollcallCacheFile *file, gint64 id, GError **error)
{
  static const char *const statements[] = { "DELETE FROM row WHERE id = ?", "DELETE FROM search WHERE id = ?" };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      g_autoptr (Statement) statement = prepare (file, statements[i], error);
      if (statement == NULL || !check (file, sqlite3_bind_int64 (statement, 1, id), error) ||
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

  g_autoptr (Statement)
      statement = prepare (file, "SELECT id FROM row WHERE generation <> (SELECT generation FROM state)", error);
  if (statement == NULL)
    return FALSE;
  int rc;
  guint first = touched->len;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);
      g_array_append_val (touched, id);
    }
  if (!check (file, rc, error))
    return FALSE;
  for (guint i = first; i < touched->len; i++)
    if (!drop (file, g_array_index (touched, gint64, i), error))
      return FALSE;
  return execute (file, "UPDATE state SET restarting = 0", error);
}

static gboolean
set_state (RollcallCacheFile *file, const RollcallChanges *changes, gint64 now, GError **error)
{
  /* A page with more to come says nothing about being up to date. */
  g_autoptr (Statement)
      statement = prepare (file, "UPDATE state SET revision = ?1, synced_at = iif (?2, ?3, synced_at)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, changes->latest);
  sqlite3_bind_int (statement, 2, !changes->more);
  sqlite3_bind_int64 (statement, 3, now);
  return check (file, sqlite3_step (statement), error);
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
  if (restart && !execute (file, "UPDATE state SET generation = generation + 1, restarting = 1", error))
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

static int
stop_at_once (gpointer user_data)
{
  return 1;
}

static void
watch (RollcallCacheFile *file, GCancellable *cancellable)
{
  sqlite3_progress_handler (file->database, OPERATIONS_PER_CANCEL_CHECK, cancellable != NULL ? stop_if_cancelled : NULL,
                            cancellable);
}

GArray *
rollcall_cache_file_apply (RollcallCacheFile *file, const RollcallChanges *changes, gboolean restart, gint64 since,
                           gint64 now, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (gint64));

  watch (file, cancellable);
  gboolean applied = execute (file, "BEGIN IMMEDIATE", error) &&
                     apply_changes (file, changes, restart, since, now, touched, error) &&
                     execute (file, "COMMIT", error);
  watch (file, NULL);
  if (applied)
    return g_steal_pointer (&touched);
  if (sqlite3_get_autocommit (file->database) == 0)
    execute (file, "ROLLBACK", NULL);
  return NULL;
}

RollcallRegistration *
rollcall_cache_file_get_row (RollcallCacheFile *file, gint64 id, GError **error)
{
  RollcallRegistration *registration = NULL;

  sqlite3_bind_int64 (file->get_row, 1, id);
  int rc = sqlite3_step (file->get_row);
  if (check (file, rc, error) && rc == SQLITE_ROW)
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
          facts.status = sqlite3_column_int (file->get_facts, 0) & ROLLCALL_CLASS_STATUS_MASK;
          facts.revision = sqlite3_column_int64 (file->get_facts, 1);
          g_array_append_val (list, facts);
        }
      sqlite3_reset (file->get_facts);
      if (!found && !check (file, rc, error))
        return NULL;
    }
  return g_steal_pointer (&list);
}

/* Reads @statement's ids to its end, those only that @marks (nullable) has. */
static gboolean
collect_ids (RollcallCacheFile *file, sqlite3_stmt *statement, const GByteArray *marks, GArray *ids, GError **error)
{
  int rc;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);
      if (marks == NULL || (id >> 3 < marks->len && (marks->data[id >> 3] & (1 << (id & 7))) != 0))
        g_array_append_val (ids, id);
    }
  return check (file, rc, error);
}

#define CLASS_FILTER "((1 << (class & 3)) & ?1) <> 0 AND (class & ?2) = ?2"

/* The rows of @query in order, those of its text too where @source asks for it (?3: the text, or JSON of ids; ?4: the
 * limit). */
static gboolean
list_ordered (RollcallCacheFile *file, const RollcallReportQuery *query, const char *source, const char *parameter,
              guint limit, const GByteArray *marks, GArray *ids, GError **error)
{
  const RollcallField *field = rollcall_field_find_sortable (query->sort);
  const char *direction = query->descending ? "DESC" : "ASC";

  if (field == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no field of a row: %s", query->sort);
      return FALSE;
    }
  g_autofree char *sql = g_strdup_printf ("SELECT row.id FROM %s AND " CLASS_FILTER
                                          " ORDER BY %s %s, row.id %s LIMIT ?4",
                                          source, field->name, direction, direction);
  g_autoptr (Statement) statement = prepare (file, sql, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, query->statuses != 0 ? query->statuses : (1 << ROLLCALL_N_STATUSES) - 1);
  sqlite3_bind_int64 (statement, 2, rollcall_report_kind_get_class (query->kind));
  if (parameter != NULL)
    sqlite3_bind_text (statement, 3, parameter, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 4, limit > 0 ? (gint64) limit : -1);
  return collect_ids (file, statement, marks, ids, error);
}

static gboolean
find_text (RollcallCacheFile *file, const char *text, GArray *found, GError **error)
{
  g_autoptr (Statement)
      statement = prepare (file, "SELECT id FROM search WHERE instr (text, ?) > 0 ORDER BY id", error);
  return statement != NULL && check (file, sqlite3_bind_text (statement, 1, text, -1, SQLITE_STATIC), error) &&
         collect_ids (file, statement, NULL, found, error);
}

static gboolean
list_found (RollcallCacheFile *file, const RollcallReportQuery *query, const GArray *found, GArray *ids, GError **error)
{
  if (found->len == 0)
    return TRUE;
  if (found->len <= FEW_MATCHES)
    {
      g_autoptr (GString) json = g_string_new ("[");
      for (guint i = 0; i < found->len; i++)
        g_string_append_printf (json, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", g_array_index (found, gint64, i));
      g_string_append_c (json, ']');
      return list_ordered (file, query, "json_each (?3) AS found CROSS JOIN row WHERE row.id = found.value", json->str,
                           0, NULL, ids, error);
    }

  gint64 highest = g_array_index (found, gint64, found->len - 1);
  g_autoptr (GByteArray) marks = g_byte_array_new ();
  g_byte_array_set_size (marks, (guint) (highest >> 3) + 1);
  memset (marks->data, 0, marks->len);
  for (guint i = 0; i < found->len; i++)
    {
      gint64 id = g_array_index (found, gint64, i);
      marks->data[id >> 3] |= 1 << (id & 7);
    }
  return list_ordered (file, query, "row WHERE TRUE", NULL, 0, marks, ids, error);
}

static gboolean
list (RollcallCacheFile *file, const RollcallReportQuery *query, guint limit, GArray *ids, GError **error)
{
  if (query->text == NULL || *query->text == '\0')
    return list_ordered (file, query, "row WHERE TRUE", NULL, limit, NULL, ids, error);

  g_autofree char *text = g_utf8_casefold (query->text, -1);
  if (limit > 0)
    /* Only as far down the order as the first ones lie. */
    return list_ordered (file, query, "row WHERE instr ((SELECT text FROM search WHERE search.id = row.id), ?3) > 0",
                         text, limit, NULL, ids, error);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  return find_text (file, text, found, error) && list_found (file, query, found, ids, error);
}

GArray *
rollcall_cache_file_list (RollcallCacheFile *file, const RollcallReportQuery *query, guint limit,
                          GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) local = NULL;

  if (limit > 0)
    sqlite3_progress_handler (file->database, OPERATIONS_AT_ONCE, stop_at_once, NULL);
  else
    watch (file, cancellable);
  gboolean listed = list (file, query, limit, ids, &local);
  watch (file, NULL);
  if (listed || (limit > 0 && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return g_steal_pointer (&ids);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
rollcall_cache_file_count (RollcallCacheFile *file, RollcallReportKind kind, RollcallStatusCounts *counts,
                           GCancellable *cancellable, GError **error)
{
  guint wanted = rollcall_report_kind_get_class (kind);
  g_autoptr (Statement) statement = prepare (file, "SELECT class, count (*) FROM row GROUP BY class", error);
  int rc;

  *counts = (RollcallStatusCounts) { 0 };
  if (statement == NULL)
    return FALSE;
  watch (file, cancellable);
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      guint class = (guint) sqlite3_column_int (statement, 0);
      if ((class & wanted) == wanted)
        counts->by_status[class & ROLLCALL_CLASS_STATUS_MASK] += (guint) sqlite3_column_int64 (statement, 1);
    }
  gboolean counted = check (file, rc, error);
  watch (file, NULL);
  return counted;
}
