/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What agents call (API.md, 'Agents'). */
#include "rollcall-service-private.h"

/* A line in the log where something came of the request: a new row, another status, a merge. A mere repeat is told by
 * the history alone. */
static void
note_request (RollcallCall *call, const RollcallRequest *request, const RollcallOutcome *outcome)
{
  gboolean first = FALSE;

  for (guint i = 0; i < outcome->put->len; i++)
    {
      const RollcallRegistration *row = outcome->put->pdata[i];

      first = first || (row->id == outcome->registration && row->request_count == 1);
    }
  if (first || outcome->events->len > 1)
    call->note = g_strdup_printf ("“%s” is %s, registration %" G_GINT64_FORMAT, request->computer.name,
                                  rollcall_status_to_string (outcome->status), outcome->registration);
}

gboolean
rollcall_handle_agent_registration (RollcallCall *call, GError **error)
{
  RollcallService *service = call->service;
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallRequest) request = body != NULL ? rollcall_request_from_json (body, error) : NULL;
  g_autoptr (GPtrArray) usable = NULL, around = NULL;
  g_autoptr (RollcallOutcome) outcome = NULL;
  RollcallContext context;

  if (request == NULL || !rollcall_writer_load_context (service, &context, error))
    return FALSE;
  usable = rollcall_resource_keys_usable (request->resource_keys, service->settings);
  around = rollcall_store_load_neighbourhood (service->store, call->fingerprint, usable, error);
  if (around == NULL)
    return FALSE;
  outcome = rollcall_registry_request (around, call->fingerprint, request, &context);
  if (!rollcall_writer_apply (service, outcome, &context, error))
    return FALSE;
  note_request (call, request, outcome);
  rollcall_call_answer_text (call, 200,
                             g_strdup_printf ("{\"registration\":%" G_GINT64_FORMAT
                                              ",\"status\":\"%s\",\"retry_after_s\":%" G_GINT64_FORMAT "}",
                                              outcome->registration, rollcall_status_to_string (outcome->status),
                                              service->settings->retry_after_s));
  return TRUE;
}

/* R12, R19, R20: an access to secured data. A refusal is an answer too: what it notes is kept, so it is no GError.
 * Returns: the registration, 0 where refused (the call is answered then) or on error. */
static gint64
enter (RollcallCall *call, GError **error)
{
  static const RollcallProblem problems[] = {
    [ROLLCALL_ACCESS_NOT_REGISTERED] = ROLLCALL_PROBLEM_NOT_REGISTERED,
    [ROLLCALL_ACCESS_PENDING] = ROLLCALL_PROBLEM_PENDING,
    [ROLLCALL_ACCESS_BLOCKED] = ROLLCALL_PROBLEM_BLOCKED,
    [ROLLCALL_ACCESS_REVOKED] = ROLLCALL_PROBLEM_REVOKED,
  };
  RollcallService *service = call->service;
  g_autoptr (GPtrArray) around = NULL;
  g_autoptr (RollcallOutcome) outcome = NULL;
  g_autoptr (GError) refusal = NULL;
  RollcallContext context;

  if (!rollcall_writer_load_context (service, &context, error))
    return 0;
  around = rollcall_store_load_neighbourhood (service->store, call->fingerprint, NULL, error);
  if (around == NULL)
    return 0;
  outcome = rollcall_registry_contact (around, call->fingerprint, &context);
  if (!rollcall_writer_apply (service, outcome, &context, error))
    return 0;
  if (outcome->access == ROLLCALL_ACCESS_GRANTED)
    return outcome->registration;
  rollcall_problem_set (&refusal, problems[outcome->access], NULL, "This agent is not trusted: %s.",
                        rollcall_access_to_string (outcome->access));
  rollcall_call_answer_error (call, refusal);
  return 0;
}

static JsonArray *
list_site_servers (RollcallService *service, GError **error)
{
  RollcallListQuery query = { .site_servers_only = TRUE, .limit = ROLLCALL_LIST_MAXIMUM };
  g_autofree char *next = NULL;
  g_autoptr (GPtrArray) rows = rollcall_store_list_registrations (service->store, &query, &next, error);
  JsonArray *array;

  if (rows == NULL)
    return NULL;
  g_hash_table_remove_all (service->site_servers);
  array = json_array_new ();
  for (guint i = 0; i < rows->len; i++)
    {
      const RollcallRegistration *row = rows->pdata[i];
      JsonObject *server = json_object_new ();

      g_hash_table_add (service->site_servers, g_memdup2 (&row->id, sizeof row->id));
      json_object_set_string_member (server, "name", row->computer.name);
      json_object_set_string_member (server, "fqdn", row->computer.fqdn);
      json_array_add_object_element (array, server);
    }
  return array;
}

/* What every trusted agent is given is the same text: it is made when it changes, not for each. */
static gboolean
make_secured (RollcallService *service, GError **error)
{
  g_autoptr (GPtrArray) policies = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  JsonArray *items, *servers;
  g_autofree char *hash = NULL;

  if (service->secured != NULL)
    return TRUE;
  policies = rollcall_store_list_agent_policies (service->store, error);
  servers = policies != NULL ? list_site_servers (service, error) : NULL;
  if (servers == NULL)
    return FALSE;
  items = json_array_new ();
  for (guint i = 0; i < policies->len; i++)
    json_array_add_element (items, rollcall_agent_policy_to_json (policies->pdata[i]));
  object = json_object_new ();
  json_object_set_array_member (object, "items", items);
  json_object_set_array_member (object, "site_servers", servers);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  service->secured = json_to_string (node, FALSE);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, service->secured, -1);
  service->secured_etag = g_strdup_printf ("\"%s\"", hash);
  return TRUE;
}

gboolean
rollcall_handle_agent_policies (RollcallCall *call, GError **error)
{
  const char *known = MHD_lookup_connection_value (call->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);

  if (enter (call, error) == 0)
    return call->status != 0;
  if (!make_secured (call->service, error))
    return FALSE;
  call->etag = g_strdup (call->service->secured_etag);
  /* It may stand in a list, with a W/ in front. */
  if (known != NULL && strstr (known, call->etag) != NULL)
    call->status = 304;
  else
    rollcall_call_answer_text (call, 200, g_strdup (call->service->secured));
  return TRUE;
}

gboolean
rollcall_handle_agent_tasks (RollcallCall *call, GError **error)
{
  gint64 registration = enter (call, error);
  g_autoptr (GPtrArray) tasks = NULL, nodes = NULL;

  if (registration == 0)
    return call->status != 0;
  tasks = rollcall_store_list_tasks (call->store, registration, error);
  if (tasks == NULL)
    return FALSE;
  nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  for (guint i = 0; i < tasks->len; i++)
    g_ptr_array_add (nodes, rollcall_task_to_json (tasks->pdata[i], FALSE));
  return rollcall_call_answer_page (call, nodes, error);
}

static gboolean
read_result (RollcallCall *call, JsonNode *body, const char **outcome, const char **output, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (body, FALSE);

  *outcome = rollcall_reader_string (reader, "outcome", 1, ROLLCALL_STRING_LIMIT);
  *output = rollcall_reader_string (reader, "output", 0, ROLLCALL_BODY_LIMIT);
  if (g_strcmp0 (*outcome, "done") != 0 && g_strcmp0 (*outcome, "failed") != 0)
    rollcall_reader_fail (reader, "outcome", "It is done or failed.");
  return rollcall_reader_finish (reader, error);
}

gboolean
rollcall_handle_agent_task_result (RollcallCall *call, GError **error)
{
  gint64 registration = enter (call, error);
  g_autoptr (JsonNode) body = NULL;
  const char *outcome, *output; /* in @body */

  if (registration == 0)
    return call->status != 0;
  body = rollcall_call_parse_body (call, error);
  if (body == NULL || !read_result (call, body, &outcome, &output, error) ||
      !rollcall_store_finish_task (call->store, call->id, registration, outcome, output, rollcall_clock_now (), error))
    return FALSE;
  rollcall_call_answer_text (call, 200, g_strdup ("{}"));
  return TRUE;
}
