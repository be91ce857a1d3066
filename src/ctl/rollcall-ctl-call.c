/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#define PAGE_SIZE 1000

void
rollcall_ctl_take_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

void
rollcall_ctl_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

gboolean
rollcall_ctl_call (RollcallCtl *ctl, const char *method, const char *path, JsonNode *body, JsonNode **answer,
                   GError **error)
{
  g_autoptr (JsonNode) owned = body;
  g_autofree char *text = body != NULL ? json_to_string (body, FALSE) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local = NULL;

  rollcall_client_call_async (ctl->client, method, path, text, NULL, NULL, rollcall_ctl_take_result, &result);
  rollcall_ctl_wait (&result);
  g_autoptr (JsonNode) node = rollcall_client_call_finish (ctl->client, result, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (answer != NULL)
    *answer = g_steal_pointer (&node);
  return TRUE;
}

static gboolean
check_object (JsonNode *node, GError **error)
{
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("the service answered what was not asked for"));
  return FALSE;
}

JsonNode *
rollcall_ctl_get (RollcallCtl *ctl, const char *path, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  if (!rollcall_ctl_call (ctl, "GET", path, NULL, &answer, error) || !check_object (answer, error))
    return NULL;
  return g_steal_pointer (&answer);
}

gboolean
rollcall_ctl_ask (RollcallCtl *ctl, const char *method, const char *path, JsonNode *body, JsonNode **answer,
                  GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (!rollcall_ctl_call (ctl, method, path, body, &node, error))
    return FALSE;
  if (ctl->json && node != NULL)
    rollcall_ctl_print_json (node);
  if (answer == NULL)
    return TRUE;
  if (!check_object (node, error))
    return FALSE;
  *answer = g_steal_pointer (&node);
  return TRUE;
}

/* The page's items, and where the next one begins: NULL at the end. Returns: (transfer none) */
static JsonArray *
read_page (JsonNode *node, char **cursor, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  JsonArray *items = rollcall_reader_array (reader, "items", G_MAXUINT);
  const char *next = rollcall_reader_string_or_null (reader, "next", ROLLCALL_STRING_LIMIT);

  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    if (!check_object (json_array_get_element (items, i), error))
      return NULL;
  /* else a service could keep us asking for ever */
  if (items != NULL && next != NULL && json_array_get_length (items) == 0)
    rollcall_reader_fail (reader, "next", "An empty page is the last.");
  g_set_str (cursor, next);
  g_autoptr (GError) local = NULL;
  if (rollcall_reader_finish (reader, &local))
    return items;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("the service's list cannot be read: %s"), local->message);
  return NULL;
}

gboolean
rollcall_ctl_each_page (RollcallCtl *ctl, const char *path, RollcallCtlPageFunc func, gpointer user_data,
                        GError **error)
{
  g_autofree char *cursor = NULL;

  do
    {
      g_autofree char *escaped = cursor != NULL ? g_uri_escape_string (cursor, NULL, FALSE) : NULL;
      g_autofree char *whole = g_strdup_printf ("%s%climit=%d%s%s", path, strchr (path, '?') != NULL ? '&' : '?',
                                                PAGE_SIZE, escaped != NULL ? "&cursor=" : "",
                                                escaped != NULL ? escaped : "");
      g_autoptr (JsonNode) page = rollcall_ctl_get (ctl, whole, error);
      JsonArray *items = page != NULL ? read_page (page, &cursor, error) : NULL;
      if (items == NULL || !func (items, user_data, error))
        return FALSE;
    }
  while (cursor != NULL);
  return TRUE;
}

gboolean
rollcall_ctl_parse_id (const char *text, gint64 *id, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("not an id: %s"), text);
      return FALSE;
    }
  *id = (gint64) value;
  return TRUE;
}

char *
rollcall_ctl_path_of_id (const char *things, const char *text, const char *rest, GError **error)
{
  gint64 id;

  if (!rollcall_ctl_parse_id (text, &id, error))
    return NULL;
  return g_strdup_printf ("/v1/%s/%" G_GINT64_FORMAT "%s", things, id, rest);
}

JsonNode *
rollcall_ctl_node_new (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

JsonNode *
rollcall_ctl_node_with (JsonNode *node, const char *const *members)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; members[i] != NULL; i++)
    {
      JsonNode *member = json_object_get_member (json_node_get_object (node), members[i]);
      if (member != NULL)
        json_object_set_member (object, members[i], json_node_copy (member));
    }
  return rollcall_ctl_node_new (object);
}
