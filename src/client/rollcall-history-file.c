/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-history-file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "rollcall-history.h"

/* "RolH" */
#define APPLICATION_ID 0x526f6c48
#define SCHEMA_VERSION 1
/* The oldest leave when there are more; the service keeps them all. About 200 MB. */
#define EVENTS_LIMIT 400000
#define EVENTS_KEPT  300000
#define SCHEMA                                                                                                         \
  "CREATE TABLE event (number INTEGER PRIMARY KEY, registration INTEGER, hash TEXT NOT NULL, text TEXT NOT NULL);"     \
  "CREATE INDEX event_registration ON event (registration, number) WHERE registration IS NOT NULL;" /* R11: whose      \
                                                                                                       history is part \
                                                                                                       of whose */     \
  "CREATE TABLE merged (survivor INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (survivor, id)) WITHOUT ROWID;"    \
  "CREATE TABLE state (server TEXT NOT NULL);"

struct _RollcallHistoryFile
{
  sqlite3 *database;
};

typedef sqlite3_stmt Statement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Statement, sqlite3_finalize)

G_DEFINE_QUARK (rollcall - history - error - quark, rollcall_history_error)

static gboolean
check (RollcallHistoryFile *file, int rc, GError **error)
{
  GIOErrorEnum code = G_IO_ERROR_FAILED;

  rc &= 0xff;
  if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  if (rc == SQLITE_ERROR || rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
    code = G_IO_ERROR_INVALID_DATA;
  else if (rc == SQLITE_FULL)
    code = G_IO_ERROR_NO_SPACE;
  g_set_error (error, G_IO_ERROR, code, "the local history: %s", sqlite3_errmsg (file->database));
  return FALSE;
}

static gboolean
execute (RollcallHistoryFile *file, const char *sql, GError **error)
{
  return check (file, sqlite3_exec (file->database, sql, NULL, NULL, NULL), error);
}

static sqlite3_stmt *
prepare (RollcallHistoryFile *file, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  return check (file, sqlite3_prepare_v2 (file->database, sql, -1, &statement, NULL), error) ? statement : NULL;
}

/* Steps a statement without rows, and makes it ready again. */
static gboolean
run (RollcallHistoryFile *file, sqlite3_stmt *statement, GError **error)
{
  gboolean done = check (file, sqlite3_step (statement), error);
  sqlite3_reset (statement);
  return done;
}

static gboolean
make_schema (RollcallHistoryFile *file, const char *server, GError **error)
{
  g_autofree char *marks = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
                                            SCHEMA_VERSION);

  if (!execute (file, SCHEMA, error) || !execute (file, marks, error))
    return FALSE;
  g_autoptr (Statement) statement = prepare (file, "INSERT INTO state VALUES (?)", error);
  return statement != NULL && check (file, sqlite3_bind_text (statement, 1, server, -1, SQLITE_STATIC), error) &&
         run (file, statement, error);
}

/* 0 for no row. */
static gboolean
get_integer (RollcallHistoryFile *file, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (Statement) statement = prepare (file, sql, error);

  if (statement == NULL || !check (file, sqlite3_step (statement), error))
    return FALSE;
  *value = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

static gboolean
is_of_server (RollcallHistoryFile *file, const char *server, GError **error)
{
  gint64 application_id, version;

  if (!get_integer (file, "PRAGMA application_id", &application_id, error) ||
      !get_integer (file, "PRAGMA user_version", &version, error))
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
                       "the local history is of another version or another service");
  return FALSE;
}

RollcallHistoryFile *
rollcall_history_file_open (const char *path, const char *server, GError **error)
{
  g_autoptr (RollcallHistoryFile) file = g_new0 (RollcallHistoryFile, 1);
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
  if (!execute (file,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;"
                "PRAGMA trusted_schema = OFF; BEGIN IMMEDIATE",
                error) ||
      !get_integer (file, "SELECT count(*) FROM sqlite_schema", &tables, error) ||
      (tables == 0 && !make_schema (file, server, error)) || !execute (file, "COMMIT", error) ||
      !is_of_server (file, server, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
rollcall_history_file_close (RollcallHistoryFile *file)
{
  if (file == NULL)
    return;
  sqlite3_close (file->database);
  g_free (file);
}

gboolean
rollcall_history_file_get_range (RollcallHistoryFile *file, gint64 *first, gint64 *last, GError **error)
{
  return get_integer (file, "SELECT min(number) FROM event", first, error) &&
         get_integer (file, "SELECT max(number) FROM event", last, error);
}

/* The end of the chain that is held, and the statements that lengthen it. */
typedef struct
{
  gint64 number;
  char *hash; /* (owned) (nullable) NULL: nothing is held */
  sqlite3_stmt *put;
  sqlite3_stmt *merge;
} End;

static gboolean
end_open (RollcallHistoryFile *file, End *end, GError **error)
{
  g_autoptr (Statement) newest = prepare (file, "SELECT number, hash FROM event ORDER BY number DESC LIMIT 1", error);
  int rc = newest != NULL ? sqlite3_step (newest) : SQLITE_ERROR;

  if (newest == NULL || !check (file, rc, error))
    return FALSE;
  if (rc == SQLITE_ROW)
    {
      end->number = sqlite3_column_int64 (newest, 0);
      end->hash = g_strdup ((const char *) sqlite3_column_text (newest, 1));
    }
  return (end->put = prepare (file, "INSERT INTO event VALUES (?, ?, ?, ?)", error)) != NULL &&
         (end->merge = prepare (file, "INSERT OR IGNORE INTO merged VALUES (?, ?)", error)) != NULL;
}

static void
end_close (End *end)
{
  g_free (end->hash);
  sqlite3_finalize (end->put);
  sqlite3_finalize (end->merge);
}

/* R26. The first event that is ever held has nothing before it to follow from, unless it is number 1. */
static gboolean
follows (const End *end, const RollcallEvent *event, JsonNode *node, GError **error)
{
  const char *previous = end->hash != NULL ? end->hash : event->number == 1 ? ROLLCALL_FIRST_PREVIOUS_HASH : NULL;
  g_autofree char *hash = previous != NULL ? rollcall_event_hash_json (previous, node) : g_strdup (event->hash);

  if ((end->hash == NULL || event->number == end->number + 1) && g_strcmp0 (hash, event->hash) == 0)
    return TRUE;
  g_set_error (error, ROLLCALL_HISTORY_ERROR, ROLLCALL_HISTORY_ERROR_BROKEN,
               "event %" G_GINT64_FORMAT " does not follow from what comes before it", event->number);
  return FALSE;
}

static gboolean
put (RollcallHistoryFile *file, End *end, const RollcallEvent *event, JsonNode *node, GError **error)
{
  g_autofree char *text = rollcall_json_canonical (node);
  gint64 merged = 0;

  sqlite3_bind_int64 (end->put, 1, event->number);
  if (event->registration != 0)
    sqlite3_bind_int64 (end->put, 2, event->registration);
  else
    sqlite3_bind_null (end->put, 2);
  sqlite3_bind_text (end->put, 3, event->hash, -1, SQLITE_STATIC);
  sqlite3_bind_text (end->put, 4, text, -1, SQLITE_STATIC);
  if (!run (file, end->put, error))
    return FALSE;
  if (event->kind == ROLLCALL_EVENT_MERGE && g_variant_lookup (event->details, "merged", "x", &merged))
    {
      sqlite3_bind_int64 (end->merge, 1, event->registration);
      sqlite3_bind_int64 (end->merge, 2, merged);
      if (!run (file, end->merge, error))
        return FALSE;
    }
  end->number = event->number;
  g_set_str (&end->hash, event->hash);
  return TRUE;
}

static gboolean
add_all (RollcallHistoryFile *file, End *end, JsonArray *events, GArray *touched, GError **error)
{
  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonNode *node = json_array_get_element (events, i);
      g_autoptr (RollcallEvent) event = rollcall_event_from_json (node, error);

      if (event == NULL)
        return FALSE;
      if (i == 0 && end->hash != NULL)
        {
          if (event->number == end->number && g_str_equal (event->hash, end->hash))
            continue;
          g_set_error (error, ROLLCALL_HISTORY_ERROR, ROLLCALL_HISTORY_ERROR_REPLACED,
                       "event %" G_GINT64_FORMAT " is not the one that was here", end->number);
          return FALSE;
        }
      if (!follows (end, event, node, error) || !put (file, end, event, node, error))
        return FALSE;
      if (event->registration != 0)
        g_array_append_val (touched, event->registration);
    }
  return TRUE;
}

static gboolean
let_the_oldest_go (RollcallHistoryFile *file, GError **error)
{
  gint64 first, last;

  if (!rollcall_history_file_get_range (file, &first, &last, error))
    return FALSE;
  if (last - first < EVENTS_LIMIT)
    return TRUE;
  g_autoptr (Statement) statement = prepare (file, "DELETE FROM event WHERE number <= ?", error);
  return statement != NULL && check (file, sqlite3_bind_int64 (statement, 1, last - EVENTS_KEPT), error) &&
         run (file, statement, error);
}

GArray *
rollcall_history_file_add (RollcallHistoryFile *file, JsonArray *events, gboolean anew, GError **error)
{
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (gint64));
  End end = { 0 };

  if (!execute (file, "BEGIN IMMEDIATE", error))
    return NULL;
  gboolean added = (!anew || execute (file, "DELETE FROM event; DELETE FROM merged", error)) &&
                   end_open (file, &end, error) && add_all (file, &end, events, touched, error) &&
                   let_the_oldest_go (file, error);
  end_close (&end);
  if (!added)
    {
      execute (file, "ROLLBACK", NULL);
      return NULL;
    }
  return execute (file, "COMMIT", error) ? g_steal_pointer (&touched) : NULL;
}

GPtrArray *
rollcall_history_file_list (RollcallHistoryFile *file, gint64 id, guint limit, GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_event_free);
  g_autoptr (Statement) statement = prepare (
      file,
      "WITH RECURSIVE part (id) AS (VALUES (?1) UNION SELECT merged.id FROM merged JOIN part ON survivor = "
      "part.id) SELECT text FROM event WHERE registration IN part ORDER BY number DESC LIMIT ?2",
      error);
  int rc;

  if (statement == NULL || !check (file, sqlite3_bind_int64 (statement, 1, id), error) ||
      !check (file, sqlite3_bind_int64 (statement, 2, limit), error))
    return NULL;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (statement, 0);
      g_autoptr (JsonNode) node = rollcall_json_parse (text, (gsize) sqlite3_column_bytes (statement, 0), error);
      RollcallEvent *event = node != NULL ? rollcall_event_from_json (node, error) : NULL;

      if (event == NULL)
        {
          g_prefix_error_literal (error, "the local history: ");
          return NULL;
        }
      g_ptr_array_add (events, event);
    }
  return check (file, rc, error) ? g_steal_pointer (&events) : NULL;
}

gboolean
rollcall_history_file_verify (RollcallHistoryFile *file, gint64 *broken, GCancellable *cancellable, GError **error)
{
  g_autoptr (Statement) statement = prepare (file, "SELECT number, text FROM event ORDER BY number", error);
  End end = { 0 };
  int rc = statement != NULL ? SQLITE_ROW : SQLITE_ERROR;

  *broken = 0;
  while (statement != NULL && *broken == 0 && !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         (rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 number = sqlite3_column_int64 (statement, 0);
      const char *text = (const char *) sqlite3_column_text (statement, 1);
      g_autoptr (JsonNode) node = rollcall_json_parse (text, (gsize) sqlite3_column_bytes (statement, 1), NULL);
      g_autoptr (RollcallEvent) event = node != NULL ? rollcall_event_from_json (node, NULL) : NULL;

      if (event == NULL || event->number != number || !follows (&end, event, node, NULL))
        *broken = number;
      else
        g_set_str (&end.hash, event->hash);
      end.number = number;
    }
  end_close (&end);
  if (statement == NULL || g_cancellable_is_cancelled (cancellable))
    return FALSE;
  return *broken != 0 || check (file, rc, error);
}
