/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

/* What ?sort= may name, and how a column of it is compared in a cursor. */
static const struct
{
  const char *name;
  gboolean text;
} sortable[] = {
  { "id", FALSE },
  { "revision", FALSE },
  { "status", FALSE },
  { "trust", FALSE },
  { "origin", FALSE },
  { "name", TRUE },
  { "domain", TRUE },
  { "fqdn", TRUE },
  { "os", TRUE },
  { "user", TRUE },
  { "ips", TRUE },
  { "macs", TRUE },
  { "agent_version", TRUE },
  { "fingerprint", TRUE },
  { "key_changes", FALSE },
  { "resource_id", FALSE },
  { "duplicate_of", FALSE },
  { "advice", FALSE },
  { "site_server", FALSE },
  { "decided_by", FALSE },
  { "decided_at", FALSE },
  { "note", TRUE },
  { "first_requested", FALSE },
  { "last_requested", FALSE },
  { "request_count", FALSE },
  { "last_contact", FALSE },
  { "revocation_seen_at", FALSE },
  { "purge_after", FALSE },
};

typedef struct
{
  const char *column;
  gboolean text, descending;
  gboolean resumed;
  char *after_text;
  gint64 after_number, after_id;
} Order;

static gboolean
read_sort (const char *sort, Order *order, GError **error)
{
  const char *name = sort != NULL ? sort : "id";

  order->descending = *name == '-';
  name += order->descending;
  for (guint i = 0; i < G_N_ELEMENTS (sortable); i++)
    if (g_strcmp0 (sortable[i].name, name) == 0)
      {
        order->column = sortable[i].name;
        order->text = sortable[i].text;
        return TRUE;
      }
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/sort", "There is no field of this name to sort by.");
  return FALSE;
}

/* A cursor is where the last page ended: [column, id, value], in base64 as nobody is to build on it. */
static char *
make_cursor (const Order *order, const RollcallRegistration *last, sqlite3_stmt *key)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autoptr (JsonArray) array = json_array_new ();
  g_autofree char *text = NULL;

  json_array_add_string_element (array, order->column);
  json_array_add_int_element (array, last->id);
  if (order->text)
    json_array_add_string_element (array, rollcall_column_text (key, ROLLCALL_N_ROW_COLUMNS));
  else
    json_array_add_int_element (array, sqlite3_column_int64 (key, ROLLCALL_N_ROW_COLUMNS));
  json_node_set_array (node, array);
  text = json_to_string (node, FALSE);
  return g_base64_encode ((const guchar *) text, strlen (text));
}

static gboolean
read_cursor (const char *cursor, Order *order, GError **error)
{
  gsize length = 0;
  g_autofree guchar *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;
  JsonNode *value;

  if (cursor == NULL)
    return TRUE;
  text = g_base64_decode (cursor, &length);
  node = rollcall_json_parse ((const char *) text, length, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) != 3)
    goto invalid;
  array = json_node_get_array (node);
  value = json_array_get_element (array, 2);
  if (!JSON_NODE_HOLDS_VALUE (json_array_get_element (array, 0)) ||
      !JSON_NODE_HOLDS_VALUE (json_array_get_element (array, 1)) || !JSON_NODE_HOLDS_VALUE (value) ||
      g_strcmp0 (json_array_get_string_element (array, 0), order->column) != 0 ||
      json_node_get_value_type (json_array_get_element (array, 1)) != G_TYPE_INT64 ||
      json_node_get_value_type (value) != (order->text ? G_TYPE_STRING : G_TYPE_INT64))
    goto invalid;
  order->resumed = TRUE;
  order->after_id = json_array_get_int_element (array, 1);
  if (order->text)
    order->after_text = g_strdup (json_node_get_string (value));
  else
    order->after_number = json_node_get_int (value);
  return TRUE;

invalid:
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/cursor", "This is not a cursor of this list.");
  return FALSE;
}

/* Column names come from the table above, every value is bound. Returns: (transfer full) */
static char *
make_list_sql (const RollcallListQuery *query, const Order *order)
{
  const char *direction = order->descending ? "DESC" : "ASC", *compare = order->descending ? "<" : ">";
  GString *sql = g_string_new ("SELECT " ROLLCALL_ROW_COLUMNS);

  g_string_append_printf (sql, ", %s FROM registrations", order->column);
  /* Else an index of all rows that has them in order looks as good. */
  if (query->site_servers_only)
    g_string_append (sql, " INDEXED BY registrations_site_server");
  g_string_append (sql, " WHERE NOT purged");
  if (query->statuses != 0)
    g_string_append (sql, " AND (?1 >> status) & 1");
  if (query->text != NULL && *query->text != '\0')
    g_string_append (sql, " AND instr (search, ?2) > 0");
  if (query->site_servers_only)
    g_string_append (sql, " AND site_server");
  if (order->resumed)
    g_string_append_printf (sql, " AND (%s, id) %s (?3, ?4)", order->column, compare);
  g_string_append_printf (sql, " ORDER BY %s %s, id %s LIMIT ?5", order->column, direction, direction);
  return g_string_free (sql, FALSE);
}

static void
bind_list (sqlite3_stmt *statement, const RollcallListQuery *query, const Order *order)
{
  g_autofree char *folded = query->text != NULL ? g_utf8_casefold (query->text, -1) : NULL;

  sqlite3_bind_int (statement, 1, (int) query->statuses);
  if (folded != NULL)
    rollcall_bind_text (statement, 2, folded);
  if (order->resumed && order->text)
    rollcall_bind_text (statement, 3, order->after_text);
  else if (order->resumed)
    sqlite3_bind_int64 (statement, 3, order->after_number);
  if (order->resumed)
    sqlite3_bind_int64 (statement, 4, order->after_id);
  sqlite3_bind_int64 (statement, 5, (gint64) query->limit + 1);
}

GPtrArray *
rollcall_store_list_registrations (RollcallStore *self, const RollcallListQuery *query, char **next, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  g_autoptr (GError) failure = NULL;
  g_autofree char *sql = NULL, *cursor = NULL;
  Order order = { 0 };
  sqlite3_stmt *statement = NULL;

  *next = NULL;
  if (!read_sort (query->sort, &order, error) || !read_cursor (query->cursor, &order, error))
    return NULL;
  sql = make_list_sql (query, &order);
  if (sqlite3_prepare_v2 (self->database, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      g_free (order.after_text);
      rollcall_store_fail (self, error);
      return NULL;
    }
  bind_list (statement, query, &order);
  while (rollcall_store_step (self, statement, &failure))
    {
      if (rows->len == query->limit)
        {
          *next = g_steal_pointer (&cursor);
          break;
        }
      g_ptr_array_add (rows, rollcall_row_read (statement));
      if (rows->len == query->limit)
        cursor = make_cursor (&order, rows->pdata[rows->len - 1], statement);
    }
  sqlite3_finalize (statement);
  g_free (order.after_text);
  if (failure == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static gboolean
check_since (RollcallStore *self, gint64 since, gint64 latest, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (since <= latest && rollcall_store_is_kept (self, since, &failure) && failure == NULL)
    return TRUE;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  rollcall_problem_set (error, ROLLCALL_PROBLEM_GONE, NULL,
                        "Changes after %" G_GINT64_FORMAT " are not known here. Please start over with since=0.",
                        since);
  return FALSE;
}

static gboolean
read_changes (RollcallStore *self, gint64 since, guint limit, GPtrArray *items, GError **error)
{
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self,
      "SELECT " ROLLCALL_ROW_COLUMNS
      " FROM registrations WHERE NOT purged AND revision > ?1 ORDER BY revision LIMIT ?2",
      error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, since);
  sqlite3_bind_int64 (statement, 2, (gint64) limit + 1);
  while (rollcall_store_step (self, statement, &failure))
    {
      RollcallChange *change = g_new0 (RollcallChange, 1);

      change->registration = rollcall_row_read (statement);
      change->id = change->registration->id;
      change->revision = change->registration->revision;
      g_ptr_array_add (items, change);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
read_removals (RollcallStore *self, gint64 since, guint limit, GPtrArray *items, GError **error)
{
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT revision, id, into_id FROM removed WHERE revision > ?1 ORDER BY revision LIMIT ?2", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, since);
  sqlite3_bind_int64 (statement, 2, (gint64) limit + 1);
  while (rollcall_store_step (self, statement, &failure))
    {
      RollcallChange *change = g_new0 (RollcallChange, 1);

      change->revision = sqlite3_column_int64 (statement, 0);
      change->id = sqlite3_column_int64 (statement, 1);
      change->into = sqlite3_column_int64 (statement, 2);
      g_ptr_array_add (items, change);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  const RollcallChange *one = *(RollcallChange *const *) a, *two = *(RollcallChange *const *) b;

  return (one->revision > two->revision) - (one->revision < two->revision);
}

/* Removals are kept for ever: a few bytes for each, and the audit needs to know what was merged into what. So what is
 * gone is what is newer than the newest, and what a console knows from before a restore. */
RollcallChanges *
rollcall_store_list_changes (RollcallStore *self, gint64 since, guint limit, GError **error)
{
  g_autoptr (RollcallChanges) changes = g_new0 (RollcallChanges, 1);
  g_autoptr (GError) failure = NULL;
  gint64 latest;

  changes->items = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_change_free);
  /* One state for all three reads. */
  if (sqlite3_exec (self->database, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
    {
      rollcall_store_fail (self, error);
      return NULL;
    }
  latest = rollcall_store_get_latest_revision (self, &failure);
  if (failure == NULL && check_since (self, since, latest, &failure) &&
      read_changes (self, since, limit, changes->items, &failure) && since > 0)
    read_removals (self, since, limit, changes->items, &failure);
  sqlite3_exec (self->database, "COMMIT", NULL, NULL, NULL);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_ptr_array_sort (changes->items, compare_changes);
  changes->more = changes->items->len > limit;
  if (changes->more)
    g_ptr_array_set_size (changes->items, (int) limit);
  changes->latest = changes->more ? ((RollcallChange *) changes->items->pdata[changes->items->len - 1])->revision
                                  : latest;
  return g_steal_pointer (&changes);
}

GPtrArray *
rollcall_store_list_blocked (RollcallStore *self, gint64 due, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self,
      due > 0 ? "SELECT " ROLLCALL_ROW_COLUMNS
                " FROM registrations WHERE purge_after > 0 AND purge_after <= ?1 AND NOT purged ORDER BY id"
              : "SELECT " ROLLCALL_ROW_COLUMNS " FROM registrations WHERE status = 2 AND NOT purged ORDER BY id",
      error);

  if (statement == NULL)
    return NULL;
  if (due > 0)
    sqlite3_bind_int64 (statement, 1, due);
  while (rollcall_store_step (self, statement, &failure))
    g_ptr_array_add (rows, rollcall_row_read (statement));
  for (guint i = 0; failure == NULL && i < rows->len; i++)
    rollcall_store_read_history (self, rows->pdata[i], &failure);
  if (failure == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

gboolean
rollcall_store_foreach_registration (RollcallStore *self, RollcallRegistrationFunc callback, gpointer data,
                                     GError **error)
{
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT " ROLLCALL_ROW_COLUMNS " FROM registrations WHERE NOT purged ORDER BY id", error);

  if (statement == NULL)
    return FALSE;
  while (rollcall_store_step (self, statement, &failure))
    {
      g_autoptr (RollcallRegistration) row = rollcall_row_read (statement);

      if (!callback (row, data))
        break;
    }
  sqlite3_reset (statement);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
count_by (RollcallStore *self, const char *sql, gint64 since, gint64 *counts, gint64 n_counts, GError **error)
{
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (self, sql, error);

  if (statement == NULL)
    return FALSE;
  if (sqlite3_bind_parameter_count (statement) > 0)
    sqlite3_bind_int64 (statement, 1, since);
  while (rollcall_store_step (self, statement, &failure))
    {
      gint64 place = sqlite3_column_int64 (statement, 0);

      if (place >= 0 && place < n_counts)
        counts[place] = sqlite3_column_int64 (statement, 1);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rollcall_store_get_status_counts (RollcallStore *self, gint64 *counts, GError **error)
{
  return count_by (self, "SELECT status, count FROM status_counts", 0, counts, ROLLCALL_N_STATUSES, error);
}

#define HOUR (G_GINT64_CONSTANT (3600) * 1000)

gboolean
rollcall_store_get_summary (RollcallStore *self, gint64 now, RollcallSummary *summary, GError **error)
{
  gint64 first_hour = now - now % HOUR - 23 * HOUR;

  *summary = (RollcallSummary) { 0 };
  return rollcall_store_get_status_counts (self, summary->by_status, error) &&
         count_by (self, "SELECT advice, count(*) FROM registrations WHERE advice > 0 AND NOT purged GROUP BY advice",
                   0, summary->by_advice, G_N_ELEMENTS (summary->by_advice), error) &&
         count_by (self, "SELECT (at - ?1) / 3600000, count(*) FROM events WHERE kind = 0 AND at >= ?1 GROUP BY 1",
                   first_hour, summary->requests_per_hour, 24, error);
}
