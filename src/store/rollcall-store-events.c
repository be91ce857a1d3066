/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

static gboolean
read_last (RollcallStore *self, gint64 *number, char **hash, GError **error)
{
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT number, hash FROM events ORDER BY number DESC LIMIT 1", error);

  if (statement == NULL)
    return FALSE;
  *number = 0;
  if (rollcall_store_step (self, statement, &failure))
    {
      *number = sqlite3_column_int64 (statement, 0);
      *hash = g_strdup (rollcall_column_text (statement, 1));
    }
  else
    *hash = g_strdup (ROLLCALL_FIRST_PREVIOUS_HASH);
  sqlite3_reset (statement);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rollcall_store_get_last_event (RollcallStore *self, gint64 *number, GError **error)
{
  g_autofree char *hash = NULL;

  return read_last (self, number, &hash, error);
}

gboolean
rollcall_store_append_event (RollcallStore *self, RollcallEvent *event, GError **error)
{
  g_autofree char *previous = NULL, *body = NULL;
  g_autoptr (JsonNode) node = NULL;
  sqlite3_stmt *statement;
  gint64 number;

  if (!read_last (self, &number, &previous, error))
    return FALSE;
  event->number = number + 1;
  g_free (event->hash);
  event->hash = rollcall_event_hash (previous, event);
  node = rollcall_event_to_json (event);
  body = json_to_string (node, FALSE);
  statement = rollcall_store_prepare (self, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, event->number);
  sqlite3_bind_int64 (statement, 2, event->at);
  sqlite3_bind_int (statement, 3, event->kind);
  sqlite3_bind_int64 (statement, 4, event->registration);
  rollcall_bind_text (statement, 5, body);
  rollcall_bind_text (statement, 6, event->hash);
  return rollcall_store_run (self, statement, error);
}

/* Whether @id was ever given to a registration. */
static gboolean
ever_was (RollcallStore *self, gint64 id, GError **error)
{
  gint64 next = rollcall_store_get_counter (self, "next-registration", error);

  if (next == 0)
    return FALSE;
  if (id >= 1 && id < next)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There never was a registration %" G_GINT64_FORMAT ".",
                        id);
  return FALSE;
}

/* What somebody else did to the file is told by the number of the event, so that R26's check can name it. */
static RollcallEvent *
read_event (sqlite3_stmt *statement, GError **error)
{
  gint64 number = sqlite3_column_int64 (statement, 0);
  const char *body = rollcall_column_text (statement, 1);
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) node = rollcall_json_parse (body, strlen (body), &cause);
  g_autoptr (RollcallEvent) event = node != NULL ? rollcall_event_from_json (node, &cause) : NULL;

  if (event == NULL)
    rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "event %" G_GINT64_FORMAT " is damaged: %s",
                          number, cause->message);
  else if (event->number != number)
    rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL,
                          "event %" G_GINT64_FORMAT " is damaged: in its place is event %" G_GINT64_FORMAT, number,
                          event->number);
  else
    return g_steal_pointer (&event);
  return NULL;
}

GPtrArray *
rollcall_store_list_events (RollcallStore *self, gint64 registration, gint64 after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_event_free);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement;

  if (registration != 0 && !ever_was (self, registration, error))
    return NULL;
  if (registration == 0)
    statement = rollcall_store_prepare (
        self, "SELECT number, body FROM events WHERE number > ?1 ORDER BY number LIMIT ?2", error);
  else
    statement = rollcall_store_prepare (
        self,
        "WITH RECURSIVE merged (id) AS (SELECT ?3 UNION SELECT removed.id FROM removed JOIN merged "
        "ON removed.into_id = merged.id WHERE removed.into_id > 0) "
        "SELECT number, body FROM events WHERE registration IN (SELECT id FROM merged) AND registration > 0 AND number "
        "> ?1 "
        "ORDER BY number LIMIT ?2",
        error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, after);
  sqlite3_bind_int64 (statement, 2, limit);
  if (registration != 0)
    sqlite3_bind_int64 (statement, 3, registration);
  while (rollcall_store_step (self, statement, &failure))
    {
      RollcallEvent *event = read_event (statement, &failure);

      if (event == NULL)
        break;
      g_ptr_array_add (events, event);
    }
  sqlite3_reset (statement);
  if (failure == NULL)
    return g_steal_pointer (&events);
  rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The audit log cannot be read: %s",
                        failure->message);
  return NULL;
}
