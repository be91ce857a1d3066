/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "rollcall-service-private.h"

#define NOBODY        ROLLCALL_CALLER_NOBODY
#define AGENT         ROLLCALL_CALLER_AGENT
#define VIEWER        ROLLCALL_CALLER_VIEWER
#define OPERATOR      ROLLCALL_CALLER_OPERATOR
#define ADMINISTRATOR ROLLCALL_CALLER_ADMINISTRATOR

/* API.md, whole: who may call what (R28) is said here and nowhere else. */
const RollcallRoute rollcall_routes[] = {
  { "GET", "/healthz", NOBODY, FALSE, rollcall_handle_healthz },
  { "GET", "/readyz", NOBODY, FALSE, rollcall_handle_readyz },
  { "GET", "/metrics", VIEWER, FALSE, rollcall_handle_metrics },
  { "POST", "/v1/agent/registration", AGENT, TRUE, rollcall_handle_agent_registration },
  { "GET", "/v1/agent/policies", AGENT, TRUE, rollcall_handle_agent_policies },
  { "GET", "/v1/agent/tasks", AGENT, TRUE, rollcall_handle_agent_tasks },
  { "POST", "/v1/agent/tasks/{id}/result", AGENT, TRUE, rollcall_handle_agent_task_result },
  { "GET", "/v1/whoami", VIEWER, FALSE, rollcall_handle_whoami },
  { "GET", "/v1/registrations", VIEWER, FALSE, rollcall_handle_list },
  { "GET", "/v1/registrations/{id}", VIEWER, FALSE, rollcall_handle_show },
  { "GET", "/v1/registrations/{id}/audit", VIEWER, FALSE, rollcall_handle_row_audit },
  { "GET", "/v1/audit", VIEWER, FALSE, rollcall_handle_audit },
  { "GET", "/v1/changes", VIEWER, FALSE, rollcall_handle_changes },
  { "GET", "/v1/changes/stream", VIEWER, FALSE, rollcall_handle_stream },
  { "GET", "/v1/summary", VIEWER, FALSE, rollcall_handle_summary },
  { "POST", "/v1/decisions", OPERATOR, TRUE, rollcall_handle_decisions },
  { "GET", "/v1/site-servers", VIEWER, FALSE, rollcall_handle_site_servers },
  { "PUT", "/v1/registrations/{id}/site-server", OPERATOR, TRUE, rollcall_handle_site_server_add },
  { "DELETE", "/v1/registrations/{id}/site-server", OPERATOR, TRUE, rollcall_handle_site_server_remove },
  { "POST", "/v1/push-installations", ADMINISTRATOR, TRUE, rollcall_handle_push },
  { "GET", "/v1/registration-policies", VIEWER, FALSE, rollcall_handle_policies },
  { "POST", "/v1/registration-policies", ADMINISTRATOR, TRUE, rollcall_handle_policy_add },
  { "POST", "/v1/registration-policies/preview", VIEWER, FALSE, rollcall_handle_policy_preview },
  { "GET", "/v1/registration-policies/{id}", VIEWER, FALSE, rollcall_handle_policy_show },
  { "PUT", "/v1/registration-policies/{id}", ADMINISTRATOR, TRUE, rollcall_handle_policy_set },
  { "DELETE", "/v1/registration-policies/{id}", ADMINISTRATOR, TRUE, rollcall_handle_policy_remove },
  { "GET", "/v1/settings/purging", VIEWER, FALSE, rollcall_handle_purging },
  { "PUT", "/v1/settings/purging", ADMINISTRATOR, TRUE, rollcall_handle_purging_set },
  { "GET", "/v1/settings/purging/preview", VIEWER, FALSE, rollcall_handle_purging_preview },
  { "POST", "/v1/maintenance/purge", ADMINISTRATOR, TRUE, rollcall_handle_purge },
  { "GET", "/v1/settings/registration", VIEWER, FALSE, rollcall_handle_settings },
  { "PUT", "/v1/settings/registration", ADMINISTRATOR, TRUE, rollcall_handle_settings_set },
  { "GET", "/v1/agent-policies", VIEWER, FALSE, rollcall_handle_agent_policy_list },
  { "POST", "/v1/agent-policies", ADMINISTRATOR, TRUE, rollcall_handle_agent_policy_add },
  { "PUT", "/v1/agent-policies/{id}", ADMINISTRATOR, TRUE, rollcall_handle_agent_policy_set },
  { "DELETE", "/v1/agent-policies/{id}", ADMINISTRATOR, TRUE, rollcall_handle_agent_policy_remove },
  { "POST", "/v1/tasks", ADMINISTRATOR, TRUE, rollcall_handle_task_add },
  { "GET", "/v1/tokens", ADMINISTRATOR, FALSE, rollcall_handle_tokens },
  { "POST", "/v1/tokens", ADMINISTRATOR, TRUE, rollcall_handle_token_add },
  { "DELETE", "/v1/tokens/{name}", ADMINISTRATOR, TRUE, rollcall_handle_token_remove },
  { "GET", "/v1/backup", ADMINISTRATOR, FALSE, rollcall_handle_backup },
};
const guint rollcall_n_routes = G_N_ELEMENTS (rollcall_routes);

static gboolean
read_id (const char *text, gint64 *id)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    return FALSE;
  *id = (gint64) value;
  return TRUE;
}

/* Whether @pattern fits the path; takes what it names. */
static gboolean
fits (RollcallCall *call, const char *pattern)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1), given = g_strsplit (call->path, "/", -1);
  guint length = g_strv_length (wanted);

  /* A name is the rest of the path, whatever is in it. */
  if (g_str_has_suffix (pattern, "/{name}") && g_strv_length (given) > length)
    {
      g_autofree char *rest = g_strjoinv ("/", given + length - 1);

      for (guint i = length - 1; given[i] != NULL; i++)
        g_clear_pointer (&given[i], g_free);
      given[length - 1] = g_steal_pointer (&rest);
    }
  if (!g_utf8_validate (call->path, -1, NULL) || g_strv_length (given) != length)
    return FALSE;
  for (guint i = 0; i < length; i++)
    {
      if (g_strcmp0 (wanted[i], "{id}") == 0)
        {
          if (!read_id (given[i], &call->id))
            return FALSE;
        }
      else if (g_strcmp0 (wanted[i], "{name}") == 0)
        g_set_str (&call->name, given[i]);
      else if (g_strcmp0 (wanted[i], given[i]) != 0)
        return FALSE;
    }
  return TRUE;
}

/* A self-signed certificate proves nothing but its key: the handshake has shown that the agent holds it. */
char *
rollcall_connection_get_fingerprint (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  const gnutls_datum_t *peers;
  gnutls_x509_crt_t certificate;
  unsigned int n_peers = 0;
  unsigned char id[32];
  size_t size = sizeof id;
  GString *text = NULL;

  if (info == NULL)
    return NULL;
  peers = gnutls_certificate_get_peers ((gnutls_session_t) info->tls_session, &n_peers);
  if (peers == NULL || n_peers == 0 || gnutls_x509_crt_init (&certificate) < 0)
    return NULL;
  if (gnutls_x509_crt_import (certificate, &peers[0], GNUTLS_X509_FMT_DER) == 0 &&
      gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, id, &size) == 0)
    {
      text = g_string_new (NULL);
      for (size_t i = 0; i < size; i++)
        g_string_append_printf (text, "%02x", id[i]);
    }
  gnutls_x509_crt_deinit (certificate);
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

char *
rollcall_public_key_get_fingerprint (const char *pem, GError **error)
{
  gnutls_datum_t data = { (unsigned char *) pem, (unsigned int) strlen (pem) };
  gnutls_pubkey_t key;
  unsigned char id[32];
  size_t size = sizeof id;
  GString *text = NULL;

  if (gnutls_pubkey_init (&key) < 0)
    g_error ("out of memory");
  if (gnutls_pubkey_import (key, &data, GNUTLS_X509_FMT_PEM) == 0 &&
      gnutls_pubkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, id, &size) == 0)
    {
      text = g_string_new (NULL);
      for (size_t i = 0; i < size; i++)
        g_string_append_printf (text, "%02x", id[i]);
    }
  gnutls_pubkey_deinit (key);
  if (text != NULL)
    return g_string_free (text, FALSE);
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/key", "This is not a public key in PEM.");
  return NULL;
}

static gboolean
refuse_person (GError **error)
{
  rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAUTHENTICATED, NULL, "A valid token is needed.");
  return FALSE;
}

static gboolean
identify_person (RollcallCall *call, GError **error)
{
  const char *header = MHD_lookup_connection_value (call->connection, MHD_HEADER_KIND, "Authorization");
  g_autoptr (GError) failure = NULL;
  g_autoptr (RollcallToken) token = NULL;
  g_autofree char *hash = NULL, *stored = NULL;

  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", 7) != 0)
    return refuse_person (error);
  hash = rollcall_token_hash (header + 7);
  token = rollcall_store_find_token (call->store, hash, &stored, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (token == NULL || strlen (stored) != strlen (hash) || gnutls_memcmp (stored, hash, strlen (hash)) != 0 ||
      (token->expires != 0 && token->expires <= rollcall_clock_now ()))
    return refuse_person (error);
  call->person = g_strdup (token->name);
  call->role = token->role;
  return TRUE;
}

/* R28 */
static gboolean
check_caller (RollcallCall *call, GError **error)
{
  switch (call->route->caller)
    {
    case NOBODY:
      return TRUE;
    case AGENT:
      call->fingerprint = rollcall_connection_get_fingerprint (call->connection);
      if (call->fingerprint != NULL)
        return TRUE;
      rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAUTHENTICATED, NULL, "A client certificate is needed.");
      return FALSE;
    case VIEWER:
    case OPERATOR:
    case ADMINISTRATOR:
    default:
      if (!identify_person (call, error))
        return FALSE;
      if ((int) call->role >= (int) call->route->caller - VIEWER)
        return TRUE;
      rollcall_problem_set (error, ROLLCALL_PROBLEM_FORBIDDEN, NULL, "This needs the role of an %s.",
                            call->route->caller == OPERATOR ? "operator" : "administrator");
      return FALSE;
    }
}

/* What came with an escape may be anything. */
static enum MHD_Result
check_parameter (void *data, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value,
                 size_t value_size)
{
  g_autofree char *text = NULL, *field = NULL;
  GError **error = data;

  if (g_utf8_validate (name, (gssize) name_size, NULL) &&
      (value == NULL || (g_utf8_validate (value, (gssize) value_size, NULL) && strlen (value) == value_size)))
    return MHD_YES;
  text = g_utf8_make_valid (name, (gssize) name_size);
  field = g_strconcat ("/", text, NULL);
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, field, "This parameter is not valid UTF-8 without NUL.");
  return MHD_NO;
}

gboolean
rollcall_call_route (RollcallCall *call, GError **error)
{
  g_autoptr (GError) failure = NULL;

  MHD_get_connection_values_n (call->connection, MHD_GET_ARGUMENT_KIND, check_parameter, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  for (guint i = 0; i < rollcall_n_routes; i++)
    if (g_strcmp0 (rollcall_routes[i].method, call->method) == 0 && fits (call, rollcall_routes[i].pattern))
      {
        call->route = &rollcall_routes[i];
        return check_caller (call, error);
      }
  rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There is nothing at this address.");
  return FALSE;
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

void
rollcall_call_answer_items (RollcallCall *call, GPtrArray *nodes, char *next)
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
  g_ptr_array_unref (nodes);
  g_free (next);
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
  if (problem == ROLLCALL_PROBLEM_TOO_MANY || problem == ROLLCALL_PROBLEM_UNAVAILABLE)
    call->retry_after = 5;
}
