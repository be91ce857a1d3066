/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people look at (API.md, 'Administrators'). */
#include <glib/gstdio.h>

#include "rollcall-service-private.h"

gboolean
rollcall_handle_healthz (RollcallCall *call, GError **error)
{
  rollcall_call_answer_text (call, 200, g_strdup ("{\"status\":\"ok\"}"));
  return TRUE;
}

gboolean
rollcall_handle_readyz (RollcallCall *call, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!rollcall_call_open_store (call, error))
    return FALSE;
  rollcall_store_get_latest_revision (call->store, &failure);
  if (failure == NULL)
    return rollcall_handle_healthz (call, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rollcall_handle_whoami (RollcallCall *call, GError **error)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", call->person);
  json_object_set_string_member (object, "role", rollcall_role_to_string (call->role));
  json_object_set_string_member (object, "server_version", ROLLCALL_VERSION);
  json_node_take_object (node, object);
  rollcall_call_answer_node (call, 200, node);
  return TRUE;
}

/* {"items": [rows], "next"} as text: a page of rows is no place for a tree. */
static void
answer_rows (RollcallCall *call, GPtrArray *rows, char *next)
{
  GString *text = g_string_new ("{\"items\":[");

  for (guint i = 0; i < rows->len; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      rollcall_registration_append_json (rows->pdata[i], text);
    }
  if (next != NULL) /* without a letter that needs an escape */
    g_string_append_printf (text, "],\"next\":\"%s\"}", rollcall_cursor_to_address (next));
  else
    g_string_append (text, "],\"next\":null}");
  rollcall_call_answer_text (call, 200, g_string_free (text, FALSE));
}

static gboolean
read_statuses (RollcallCall *call, guint *statuses, GError **error)
{
  const char *text = rollcall_call_get_query (call, "status");
  g_auto (GStrv) words = NULL;

  *statuses = 0;
  if (text == NULL || *text == '\0')
    return TRUE;
  words = g_strsplit (text, ",", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      RollcallStatus status;

      if (!rollcall_status_from_string (words[i], &status))
        {
          rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/status",
                                "It is any of pending, allowed, blocked and revoked.");
          return FALSE;
        }
      *statuses |= 1u << status;
    }
  return TRUE;
}

static gboolean
answer_list (RollcallCall *call, gboolean site_servers_only, GError **error)
{
  g_autofree char *cursor = rollcall_cursor_from_address (g_strdup (rollcall_call_get_query (call, "cursor")));
  RollcallListQuery query = { .text = rollcall_call_get_query (call, "q"),
                              .sort = rollcall_call_get_query (call, "sort"),
                              .cursor = cursor,
                              .site_servers_only = site_servers_only };
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *next = NULL;

  if (!rollcall_call_get_limit (call, &query.limit, error) || !read_statuses (call, &query.statuses, error))
    return FALSE;
  rows = rollcall_store_list_registrations (call->store, &query, &next, error);
  if (rows == NULL)
    return FALSE;
  answer_rows (call, rows, next);
  return TRUE;
}

gboolean
rollcall_handle_list (RollcallCall *call, GError **error)
{
  return answer_list (call, FALSE, error);
}

gboolean
rollcall_handle_site_servers (RollcallCall *call, GError **error)
{
  return answer_list (call, TRUE, error);
}

gboolean
rollcall_handle_show (RollcallCall *call, GError **error)
{
  g_autoptr (GArray) duplicates = NULL;
  g_autoptr (RollcallRegistration) row = rollcall_store_get_registration (call->store, call->id, &duplicates, error);

  if (row == NULL)
    return FALSE;
  rollcall_call_answer_node (call, 200, rollcall_registration_to_json_whole (row, duplicates));
  return TRUE;
}

/* What nobody was ever told of is no place to go on from: its caller knows events that a restore undid. */
static gboolean
check_after (RollcallCall *call, gint64 after, GError **error)
{
  gint64 last = 0;

  if (after == 0)
    return TRUE;
  if (!rollcall_store_get_last_event (call->store, &last, error))
    return FALSE;
  if (after <= last)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_GONE, "/after",
                        "The newest event is number %" G_GINT64_FORMAT ". Please start over.", last);
  return FALSE;
}

/* Events by number: ?after= and ?cursor= are the same place. */
static gboolean
answer_events (RollcallCall *call, gint64 registration, GError **error)
{
  g_autoptr (GPtrArray) events = NULL, nodes = NULL;
  g_autofree char *next = NULL;
  gint64 after, cursor;
  guint limit;

  if (!rollcall_call_get_limit (call, &limit, error) ||
      !rollcall_call_get_integer (call, "after", 0, 0, G_MAXINT64, &after, error) ||
      !rollcall_call_get_integer (call, "cursor", 0, 0, G_MAXINT64, &cursor, error) ||
      !check_after (call, MAX (after, cursor), error))
    return FALSE;
  events = rollcall_store_list_events (call->store, registration, MAX (after, cursor), limit + 1, error);
  if (events == NULL)
    return FALSE;
  if (events->len > limit)
    {
      g_ptr_array_set_size (events, (int) limit);
      next = g_strdup_printf ("%" G_GINT64_FORMAT, ((RollcallEvent *) events->pdata[limit - 1])->number);
    }
  nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (nodes, rollcall_event_to_json (events->pdata[i]));
  rollcall_call_answer_items (call, nodes, next);
  return TRUE;
}

gboolean
rollcall_handle_row_audit (RollcallCall *call, GError **error)
{
  return answer_events (call, call->id, error);
}

gboolean
rollcall_handle_audit (RollcallCall *call, GError **error)
{
  return answer_events (call, 0, error);
}

gboolean
rollcall_handle_changes (RollcallCall *call, GError **error)
{
  g_autoptr (RollcallChanges) changes = NULL;
  gint64 since;
  guint limit;

  if (!rollcall_call_get_limit (call, &limit, error) ||
      !rollcall_call_get_integer (call, "since", 0, 0, G_MAXINT64, &since, error))
    return FALSE;
  changes = rollcall_store_list_changes (call->store, since, limit, error);
  if (changes == NULL)
    return FALSE;
  rollcall_call_answer_text (call, 200, rollcall_changes_to_json (changes));
  return TRUE;
}

gboolean
rollcall_handle_stream (RollcallCall *call, GError **error)
{
  call->is_stream = TRUE;
  call->status = 200;
  call->type = "text/event-stream";
  return TRUE;
}

gboolean
rollcall_handle_summary (RollcallCall *call, GError **error)
{
  RollcallSummary summary;
  JsonNode *node;
  JsonObject *object, *statuses, *advice;
  JsonArray *hours;

  if (!rollcall_store_get_summary (call->store, rollcall_clock_now (), &summary, error))
    return FALSE;
  object = json_object_new ();
  statuses = json_object_new ();
  advice = json_object_new ();
  hours = json_array_new ();
  for (int i = 0; i < ROLLCALL_N_STATUSES; i++)
    json_object_set_int_member (statuses, rollcall_status_to_string (i), summary.by_status[i]);
  for (int i = ROLLCALL_ADVICE_REINSTALL; i <= ROLLCALL_ADVICE_CONFLICT; i++)
    json_object_set_int_member (advice, rollcall_advice_to_string (i), summary.by_advice[i]);
  for (guint i = 0; i < G_N_ELEMENTS (summary.requests_per_hour); i++)
    json_array_add_int_element (hours, summary.requests_per_hour[i]);
  json_object_set_object_member (object, "by_status", statuses);
  json_object_set_object_member (object, "by_advice", advice);
  json_object_set_array_member (object, "requests_per_hour", hours);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  rollcall_call_answer_node (call, 200, node);
  return TRUE;
}

gboolean
rollcall_handle_backup (RollcallCall *call, GError **error)
{
  g_autofree char *name = g_strdup_printf (ROLLCALL_BACKUP_PREFIX "%08x%08x", g_random_int (), g_random_int ());

  call->file = g_build_filename (call->service->data_directory, name, NULL);
  if (!rollcall_store_backup (call->store, call->file, rollcall_clock_now (), error))
    {
      g_clear_pointer (&call->file, g_free);
      return FALSE;
    }
  call->status = 200;
  call->type = "application/vnd.sqlite3";
  return TRUE;
}
