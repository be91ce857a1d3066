/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call over HTTP: what handlers ask of it, and how they answer it. */
#include <glib/gstdio.h>

#include "rollcall-service-private.h"

#define RETRY_AFTER 5 /* s, where nothing better is known */

RollcallCall *
rollcall_call_new (RollcallService *service, struct MHD_Connection *connection, const char *target)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  RollcallCall *call = g_new0 (RollcallCall, 1);

  call->service = service;
  call->connection = connection;
  if (info != NULL && info->client_addr != NULL)
    call->address = rollcall_address_from_socket (info->client_addr);
  call->crowded = !rollcall_addresses_enter (service->addresses, &call->address, service->limits.address_requests);
  call->started = g_get_monotonic_time ();
  call->path = g_strndup (target, strcspn (target, "?"));
  call->body = g_byte_array_new ();
  return call;
}

void
rollcall_call_free (RollcallCall *call)
{
  rollcall_addresses_leave (call->service->addresses, &call->address, g_get_monotonic_time ());
  if (call->file != NULL)
    g_unlink (call->file);
  g_free (call->method);
  g_free (call->path);
  g_byte_array_unref (call->body);
  g_clear_error (&call->refusal);
  g_free (call->fingerprint);
  g_free (call->person);
  g_free (call->name);
  g_free (call->answer);
  g_free (call->etag);
  g_free (call->file);
  g_free (call->ended_person);
  g_free (call->note);
  g_free (call);
}

/* A store that reads, one for each thread that needs one; the service closes them once their threads are idle for ever,
 * so that the writer's is the last and leaves one whole file. */
static GPrivate reader = G_PRIVATE_INIT (NULL);

gboolean
rollcall_call_open_store (RollcallCall *call, GError **error)
{
  RollcallService *service = call->service;

  call->store = g_private_get (&reader);
  if (call->store != NULL)
    return TRUE;
  call->store = rollcall_store_open (service->store_path, FALSE, error);
  if (call->store == NULL)
    return FALSE;
  g_private_set (&reader, call->store);
  g_mutex_lock (&service->lock);
  g_ptr_array_add (service->stores, call->store);
  g_mutex_unlock (&service->lock);
  return TRUE;
}

const char *
rollcall_call_get_query (RollcallCall *call, const char *name)
{
  return MHD_lookup_connection_value (call->connection, MHD_GET_ARGUMENT_KIND, name);
}

gboolean
rollcall_call_get_integer (RollcallCall *call, const char *name, gint64 absent, gint64 minimum, gint64 maximum,
                           gint64 *value, GError **error)
{
  const char *text = rollcall_call_get_query (call, name);
  g_autofree char *field = g_strconcat ("/", name, NULL);

  *value = absent;
  if (text == NULL || g_ascii_string_to_signed (text, 10, minimum, maximum, value, NULL))
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, field,
                        "%s is a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", name, minimum, maximum);
  return FALSE;
}

gboolean
rollcall_call_get_limit (RollcallCall *call, guint *limit, GError **error)
{
  gint64 value;

  if (!rollcall_call_get_integer (call, "limit", ROLLCALL_LIST_DEFAULT, 1, ROLLCALL_LIST_MAXIMUM, &value, error))
    return FALSE;
  *limit = (guint) value;
  return TRUE;
}

JsonNode *
rollcall_call_parse_body (RollcallCall *call, GError **error)
{
  return rollcall_json_parse ((const char *) call->body->data, call->body->len, error);
}

void
rollcall_call_answer_text (RollcallCall *call, guint status, char *text)
{
  call->status = status;
  g_free (call->answer);
  call->answer = text;
  call->type = "application/json";
}

void
rollcall_call_answer_node (RollcallCall *call, guint status, JsonNode *node)
{
  rollcall_call_answer_text (call, status, json_to_string (node, FALSE));
  json_node_unref (node);
}

char *
rollcall_cursor_to_address (char *text)
{
  for (char *letter = text; letter != NULL && *letter != '\0'; letter++)
    *letter = *letter == '+' ? '-' : *letter == '/' ? '_' : *letter == '=' ? '.' : *letter;
  return text;
}

char *
rollcall_cursor_from_address (char *text)
{
  for (char *letter = text; letter != NULL && *letter != '\0'; letter++)
    *letter = *letter == '-' ? '+' : *letter == '_' ? '/' : *letter == '.' ? '=' : *letter;
  return text;
}

/* What tells items of one list apart. Returns: (transfer full) */
static char *
make_cursor (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *text = NULL;

  if (json_object_has_member (object, "id"))
    text = g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (object, "id"));
  else
    text = g_strdup (json_object_get_string_member (object, "name"));
  return rollcall_cursor_to_address (g_base64_encode ((const guchar *) text, strlen (text)));
}

void
rollcall_call_answer_items (RollcallCall *call, GPtrArray *nodes, const char *next)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < nodes->len; i++)
    json_array_add_element (array, json_node_ref (nodes->pdata[i]));
  json_object_set_array_member (object, "items", array);
  if (next != NULL)
    json_object_set_string_member (object, "next", next);
  else
    json_object_set_null_member (object, "next");
  json_node_take_object (node, object);
  rollcall_call_answer_node (call, 200, node);
}

gboolean
rollcall_call_answer_page (RollcallCall *call, GPtrArray *nodes, GError **error)
{
  const char *cursor = rollcall_call_get_query (call, "cursor");
  g_autofree char *next = NULL;
  guint limit, start = 0;

  if (!rollcall_call_get_limit (call, &limit, error))
    return FALSE;
  for (gboolean found = cursor == NULL; !found; start++)
    {
      g_autofree char *place = start < nodes->len ? make_cursor (nodes->pdata[start]) : NULL;

      if (place == NULL)
        {
          rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/cursor", "There is no such place in this list.");
          return FALSE;
        }
      found = g_strcmp0 (place, cursor) == 0;
    }
  if (start > 0)
    g_ptr_array_remove_range (nodes, 0, start);
  if (nodes->len > limit)
    {
      g_ptr_array_set_size (nodes, (int) limit);
      next = make_cursor (nodes->pdata[limit - 1]);
    }
  rollcall_call_answer_items (call, nodes, next);
  return TRUE;
}

void
rollcall_call_answer_error (RollcallCall *call, const GError *error)
{
  RollcallProblem problem = error->domain == ROLLCALL_PROBLEM_ERROR ? (RollcallProblem) error->code
                                                                    : ROLLCALL_PROBLEM_UNAVAILABLE;

  rollcall_call_answer_text (call, rollcall_problem_get_http_status (problem), rollcall_problem_to_json (error));
  call->type = "application/problem+json";
  call->is_stream = FALSE;
  g_clear_pointer (&call->etag, g_free);
  g_clear_pointer (&call->ended_person, g_free);
  if ((problem == ROLLCALL_PROBLEM_TOO_MANY || problem == ROLLCALL_PROBLEM_UNAVAILABLE) && call->retry_after == 0)
    call->retry_after = RETRY_AFTER;
}
