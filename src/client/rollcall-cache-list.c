/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-cache-fields.h"
#include "rollcall-cache-file-private.h"

/* Below this many matches, reading their keys and sorting beats a walk of the whole index. */
#define FEW_MATCHES 2500
/* Of SQLite's virtual machine: about a millisecond's worth, for a list that the main thread waits for. */
#define OPERATIONS_AT_ONCE 40000
/* The same where each row is asked about by itself. */
#define MICROSECONDS_AT_ONCE 2000

static int
stop_at_once (gpointer user_data)
{
  return 1;
}

static gboolean
is_marked (const GByteArray *marks, gint64 id)
{
  return id >= 0 && id >> 3 < marks->len && (marks->data[id >> 3] & (1 << (id & 7))) != 0;
}

static void
set_mark (GByteArray *marks, gint64 id, gboolean marked)
{
  guint need = (guint) (id >> 3) + 1, length = marks->len;

  if (need > length)
    {
      g_byte_array_set_size (marks, MAX (need, length + length / 2));
      memset (marks->data + length, 0, marks->len - length);
    }
  if (marked)
    marks->data[id >> 3] |= (guint8) (1 << (id & 7));
  else
    marks->data[id >> 3] &= (guint8) ~(1 << (id & 7));
}

static GByteArray *
make_marks (const GArray *ids)
{
  GByteArray *marks = g_byte_array_new ();

  /* the last one first: they ascend, and the array grows once */
  for (guint i = ids->len; i > 0; i--)
    set_mark (marks, g_array_index (ids, gint64, i - 1), TRUE);
  return marks;
}

void
rollcall_cache_file_forget_members (RollcallCacheFile *file)
{
  g_clear_pointer (&file->condition, rollcall_condition_free);
  g_clear_pointer (&file->members, g_byte_array_unref);
}

gboolean
rollcall_cache_file_update_members (RollcallCacheFile *file, const GArray *touched, GError **error)
{
  for (guint i = 0; file->members != NULL && i < touched->len; i++)
    {
      gint64 id = g_array_index (touched, gint64, i);
      gboolean holds;

      if (!rollcall_condition_holds (file->condition, id, &holds, error))
        return FALSE;
      set_mark (file->members, id, holds);
    }
  return TRUE;
}

static gboolean
use_condition (RollcallCacheFile *file, const char *text, GError **error)
{
  if (file->condition != NULL && g_str_equal (rollcall_condition_get_text (file->condition), text))
    return TRUE;
  rollcall_cache_file_forget_members (file);
  file->condition = rollcall_condition_new (file->database, text, NULL, error);
  return file->condition != NULL;
}

/* @members: (out) (transfer none) (nullable): the rows that meet @condition; NULL where that is every one */
static gboolean
find_members (RollcallCacheFile *file, const char *condition, GCancellable *cancellable, const GByteArray **members,
              GError **error)
{
  *members = NULL;
  if (condition == NULL)
    return TRUE;
  if (!use_condition (file, condition, error))
    return FALSE;
  if (file->members == NULL)
    {
      g_autoptr (GArray) ids = rollcall_condition_list (file->condition, cancellable, error);
      if (ids == NULL)
        return FALSE;
      file->members = make_marks (ids);
    }
  *members = file->members;
  return TRUE;
}

/* Reads @statement's ids to its end, those only that @marks (nullable) has. */
static gboolean
collect_ids (RollcallCacheFile *file, sqlite3_stmt *statement, const GByteArray *marks, GArray *ids, GError **error)
{
  int rc;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);
      if (marks == NULL || is_marked (marks, id))
        g_array_append_val (ids, id);
    }
  return rollcall_cache_file_check (file, rc, error);
}

/* Reads @statement's ids until @limit of them meet the condition, or it has taken its time. */
static gboolean
collect_first_ids (RollcallCacheFile *file, sqlite3_stmt *statement, guint limit, GArray *ids, GError **error)
{
  gint64 end = g_get_monotonic_time () + MICROSECONDS_AT_ONCE;
  int rc = SQLITE_DONE;

  while (ids->len < limit && g_get_monotonic_time () < end && (rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);
      gboolean holds;

      if (!rollcall_condition_holds (file->condition, id, &holds, error))
        return FALSE;
      if (holds)
        g_array_append_val (ids, id);
    }
  return rc == SQLITE_ROW || rollcall_cache_file_check (file, rc, error);
}

/* The rows of @query in order, those of its text too where @source asks for it (?2: the text, or JSON of ids; ?3: the
 * limit). Returns: (transfer full): ready to be stepped */
static sqlite3_stmt *
prepare_ordered (RollcallCacheFile *file, const RollcallReportQuery *query, const char *source, const char *parameter,
                 guint limit, GError **error)
{
  const RollcallField *field = rollcall_field_find_sortable (query->sort);
  const char *direction = query->descending ? "DESC" : "ASC";

  if (field == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no field of a row: %s", query->sort);
      return NULL;
    }
  g_autofree char *sql = g_strdup_printf ("SELECT row.id FROM %s AND ((1 << status) & ?1) <> 0"
                                          " ORDER BY %s %s, row.id %s LIMIT ?3",
                                          source, field->name, direction, direction);
  sqlite3_stmt *statement = rollcall_cache_file_prepare (file, sql, error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, query->statuses != 0 ? query->statuses : (1 << ROLLCALL_N_STATUSES) - 1);
  if (parameter != NULL)
    sqlite3_bind_text (statement, 2, parameter, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 3, limit > 0 ? (gint64) limit : -1);
  return statement;
}

#define EVERY_ROW  "row WHERE TRUE"
#define THESE_ROWS "json_each (?2) AS found CROSS JOIN row WHERE row.id = found.value"
#define WITH_TEXT  "row WHERE instr ((SELECT text FROM search WHERE search.id = row.id), ?2) > 0"

static gboolean
find_text (RollcallCacheFile *file, const char *text, const GByteArray *members, GArray *found, GError **error)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autoptr (Statement) statement = rollcall_cache_file_prepare (
      file, "SELECT id FROM search WHERE instr (text, ?) > 0 ORDER BY id", error);
  return statement != NULL &&
         rollcall_cache_file_check (file, sqlite3_bind_text (statement, 1, folded, -1, SQLITE_STATIC), error) &&
         collect_ids (file, statement, members, found, error);
}

static gboolean
list_few (RollcallCacheFile *file, const RollcallReportQuery *query, const GArray *found, GArray *ids, GError **error)
{
  g_autoptr (GString) json = g_string_new ("[");

  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (json, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", g_array_index (found, gint64, i));
  g_string_append_c (json, ']');
  g_autoptr (Statement) statement = prepare_ordered (file, query, THESE_ROWS, json->str, 0, error);
  return statement != NULL && collect_ids (file, statement, NULL, ids, error);
}

static gboolean
list_marked (RollcallCacheFile *file, const RollcallReportQuery *query, const GByteArray *marks, GArray *ids,
             GError **error)
{
  g_autoptr (Statement) statement = prepare_ordered (file, query, EVERY_ROW, NULL, 0, error);
  return statement != NULL && collect_ids (file, statement, marks, ids, error);
}

static gboolean
list_all (RollcallCacheFile *file, const RollcallReportQuery *query, GCancellable *cancellable, GArray *ids,
          GError **error)
{
  const GByteArray *members;

  if (!find_members (file, query->condition, cancellable, &members, error))
    return FALSE;
  rollcall_cache_file_watch (file, cancellable);
  if (query->text == NULL || *query->text == '\0')
    return list_marked (file, query, members, ids, error);

  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (!find_text (file, query->text, members, found, error))
    return FALSE;
  if (found->len <= FEW_MATCHES)
    return list_few (file, query, found, ids, error);
  g_autoptr (GByteArray) marks = make_marks (found);
  return list_marked (file, query, marks, ids, error);
}

/* Only as far down the order as the first ones lie. */
static gboolean
list_first (RollcallCacheFile *file, const RollcallReportQuery *query, guint limit, GArray *ids, GError **error)
{
  gboolean with_text = query->text != NULL && *query->text != '\0';
  g_autofree char *text = with_text ? g_utf8_casefold (query->text, -1) : NULL;

  if (query->condition != NULL && !use_condition (file, query->condition, error))
    return FALSE;
  g_autoptr (Statement) statement = prepare_ordered (file, query, with_text ? WITH_TEXT : EVERY_ROW, text,
                                                     query->condition != NULL ? 0 : limit, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_progress_handler (file->database, OPERATIONS_AT_ONCE, stop_at_once, NULL);
  return query->condition != NULL ? collect_first_ids (file, statement, limit, ids, error)
                                  : collect_ids (file, statement, NULL, ids, error);
}

GArray *
rollcall_cache_file_list (RollcallCacheFile *file, const RollcallReportQuery *query, guint limit,
                          GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) local = NULL;
  gboolean listed = limit > 0 ? list_first (file, query, limit, ids, &local)
                              : list_all (file, query, cancellable, ids, &local);

  rollcall_cache_file_watch (file, NULL);
  if (listed || (limit > 0 && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return g_steal_pointer (&ids);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static gboolean
count_marked (RollcallCacheFile *file, const GByteArray *members, RollcallStatusCounts *counts, GError **error)
{
  g_autoptr (Statement)
      statement = rollcall_cache_file_prepare (file, "SELECT id, status FROM row INDEXED BY row_status", error);
  int rc;

  if (statement == NULL)
    return FALSE;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    if (is_marked (members, sqlite3_column_int64 (statement, 0)))
      counts->by_status[sqlite3_column_int (statement, 1) & (ROLLCALL_N_STATUSES - 1)]++;
  return rollcall_cache_file_check (file, rc, error);
}

static gboolean
count_all (RollcallCacheFile *file, RollcallStatusCounts *counts, GError **error)
{
  g_autoptr (Statement)
      statement = rollcall_cache_file_prepare (file, "SELECT status, count (*) FROM row GROUP BY status", error);
  int rc;

  if (statement == NULL)
    return FALSE;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    counts->by_status[sqlite3_column_int (statement, 0) & (ROLLCALL_N_STATUSES - 1)] += (guint) sqlite3_column_int64 (
        statement, 1);
  return rollcall_cache_file_check (file, rc, error);
}

gboolean
rollcall_cache_file_count (RollcallCacheFile *file, const char *condition, RollcallStatusCounts *counts,
                           GCancellable *cancellable, GError **error)
{
  const GByteArray *members;

  *counts = (RollcallStatusCounts) { 0 };
  if (!find_members (file, condition, cancellable, &members, error))
    return FALSE;
  rollcall_cache_file_watch (file, cancellable);
  gboolean counted = members != NULL ? count_marked (file, members, counts, error) : count_all (file, counts, error);
  rollcall_cache_file_watch (file, NULL);
  return counted;
}

gboolean
rollcall_cache_file_check_condition (RollcallCacheFile *file, const char *text, int *offset, GError **error)
{
  g_autoptr (RollcallCondition) condition = rollcall_condition_new (file->database, text, offset, error);
  return condition != NULL;
}
