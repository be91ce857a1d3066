/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-service-private.h"

#define NOBODY        ROLLCALL_CALLER_NOBODY
#define AGENT         ROLLCALL_CALLER_AGENT
#define VIEWER        ROLLCALL_CALLER_VIEWER
#define OPERATOR      ROLLCALL_CALLER_OPERATOR
#define ADMINISTRATOR ROLLCALL_CALLER_ADMINISTRATOR

#define QUICK ROLLCALL_WORK_QUICK
#define LONG  ROLLCALL_WORK_LONG
#define WRITE ROLLCALL_WORK_WRITE

/* API.md, whole: who may call what (R28) is said here and nowhere else. */
const RollcallRoute rollcall_routes[] = {
  { "GET", "/healthz", NOBODY, QUICK, rollcall_handle_healthz },
  { "GET", "/readyz", NOBODY, QUICK, rollcall_handle_readyz },
  { "GET", "/metrics", VIEWER, QUICK, rollcall_handle_metrics },
  { "POST", "/v1/agent/registration", AGENT, WRITE, rollcall_handle_agent_registration },
  { "GET", "/v1/agent/policies", AGENT, WRITE, rollcall_handle_agent_policies },
  { "GET", "/v1/agent/tasks", AGENT, WRITE, rollcall_handle_agent_tasks },
  { "POST", "/v1/agent/tasks/{id}/result", AGENT, WRITE, rollcall_handle_agent_task_result },
  { "GET", "/v1/whoami", VIEWER, QUICK, rollcall_handle_whoami },
  { "GET", "/v1/registrations", VIEWER, LONG, rollcall_handle_list },
  { "GET", "/v1/registrations/{id}", VIEWER, QUICK, rollcall_handle_show },
  { "GET", "/v1/registrations/{id}/audit", VIEWER, LONG, rollcall_handle_row_audit },
  { "GET", "/v1/audit", VIEWER, LONG, rollcall_handle_audit },
  { "GET", "/v1/changes", VIEWER, LONG, rollcall_handle_changes },
  { "GET", "/v1/changes/stream", VIEWER, QUICK, rollcall_handle_stream },
  { "GET", "/v1/summary", VIEWER, LONG, rollcall_handle_summary },
  { "POST", "/v1/decisions", OPERATOR, WRITE, rollcall_handle_decisions },
  { "GET", "/v1/site-servers", VIEWER, LONG, rollcall_handle_site_servers },
  { "PUT", "/v1/registrations/{id}/site-server", OPERATOR, WRITE, rollcall_handle_site_server_add },
  { "DELETE", "/v1/registrations/{id}/site-server", OPERATOR, WRITE, rollcall_handle_site_server_remove },
  { "POST", "/v1/push-installations", ADMINISTRATOR, WRITE, rollcall_handle_push },
  { "GET", "/v1/registration-policies", VIEWER, QUICK, rollcall_handle_policies },
  { "POST", "/v1/registration-policies", ADMINISTRATOR, WRITE, rollcall_handle_policy_add },
  { "POST", "/v1/registration-policies/preview", VIEWER, LONG, rollcall_handle_policy_preview },
  { "GET", "/v1/registration-policies/{id}", VIEWER, QUICK, rollcall_handle_policy_show },
  { "PUT", "/v1/registration-policies/{id}", ADMINISTRATOR, WRITE, rollcall_handle_policy_set },
  { "DELETE", "/v1/registration-policies/{id}", ADMINISTRATOR, WRITE, rollcall_handle_policy_remove },
  { "GET", "/v1/settings/purging", VIEWER, QUICK, rollcall_handle_purging },
  { "PUT", "/v1/settings/purging", ADMINISTRATOR, WRITE, rollcall_handle_purging_set },
  { "GET", "/v1/settings/purging/preview", VIEWER, LONG, rollcall_handle_purging_preview },
  { "POST", "/v1/maintenance/purge", ADMINISTRATOR, WRITE, rollcall_handle_purge },
  { "GET", "/v1/settings/registration", VIEWER, QUICK, rollcall_handle_settings },
  { "PUT", "/v1/settings/registration", ADMINISTRATOR, WRITE, rollcall_handle_settings_set },
  { "GET", "/v1/agent-policies", VIEWER, QUICK, rollcall_handle_agent_policy_list },
  { "POST", "/v1/agent-policies", ADMINISTRATOR, WRITE, rollcall_handle_agent_policy_add },
  { "PUT", "/v1/agent-policies/{id}", ADMINISTRATOR, WRITE, rollcall_handle_agent_policy_set },
  { "DELETE", "/v1/agent-policies/{id}", ADMINISTRATOR, WRITE, rollcall_handle_agent_policy_remove },
  { "POST", "/v1/tasks", ADMINISTRATOR, WRITE, rollcall_handle_task_add },
  { "GET", "/v1/tokens", ADMINISTRATOR, QUICK, rollcall_handle_tokens },
  { "POST", "/v1/tokens", ADMINISTRATOR, WRITE, rollcall_handle_token_add },
  { "DELETE", "/v1/tokens/{name}", ADMINISTRATOR, WRITE, rollcall_handle_token_remove },
  { "GET", "/v1/backup", ADMINISTRATOR, LONG, rollcall_handle_backup },
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

/* The segments of the path as text; a name may hold a '/' of its own, escaped. Returns: (transfer full) (nullable):
 * NULL for what is no text */
static char **
split_path (const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);

  for (guint i = 0; segments[i] != NULL; i++)
    {
      char *text = g_uri_unescape_string (segments[i], NULL);

      if (text == NULL || !g_utf8_validate (text, -1, NULL))
        {
          g_free (text);
          return NULL;
        }
      g_free (segments[i]);
      segments[i] = text;
    }
  return g_steal_pointer (&segments);
}

/* Whether @pattern fits the path; takes what it names. */
static gboolean
fits (RollcallCall *call, const char *pattern, char **segments)
{
  while (*segments != NULL)
    {
      size_t length = strcspn (pattern, "/");

      if (strncmp (pattern, "{id}", length) == 0 && length > 0)
        {
          if (!read_id (*segments, &call->id))
            return FALSE;
        }
      else if (strncmp (pattern, "{name}", length) == 0 && length > 0)
        g_set_str (&call->name, *segments);
      else if (strlen (*segments) != length || strncmp (pattern, *segments, length) != 0)
        return FALSE;
      pattern += length;
      segments++;
      if (*pattern == '\0')
        return *segments == NULL;
      pattern++;
    }
  return FALSE;
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

static gboolean
check_parameters (RollcallCall *call, GError **error)
{
  g_autoptr (GError) failure = NULL;

  MHD_get_connection_values_n (call->connection, MHD_GET_ARGUMENT_KIND, check_parameter, &failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* R28. Whether the service is alive is told to everybody, however many ask. */
static gboolean
check_caller (RollcallCall *call, GError **error)
{
  if (call->crowded && call->route->caller != NOBODY)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_TOO_MANY, NULL,
                            "This address has more than %u requests under way. Please try again later.",
                            call->service->limits.address_requests);
      return FALSE;
    }
  switch (call->route->caller)
    {
    case NOBODY:
      return TRUE;
    case AGENT:
      return rollcall_call_identify_agent (call, error);
    case VIEWER:
    case OPERATOR:
    case ADMINISTRATOR:
    default:
      if (!rollcall_call_identify_person (call, error))
        return FALSE;
      if ((int) call->role >= (int) call->route->caller - VIEWER)
        return TRUE;
      rollcall_problem_set (error, ROLLCALL_PROBLEM_FORBIDDEN, NULL, "This needs the role of an %s.",
                            call->route->caller == OPERATOR ? "operator" : "administrator");
      return FALSE;
    }
}

gboolean
rollcall_call_route (RollcallCall *call, GError **error)
{
  g_auto (GStrv) segments = split_path (call->path);
  gboolean known = FALSE;

  for (guint i = 0; segments != NULL && i < rollcall_n_routes; i++)
    {
      if (!fits (call, rollcall_routes[i].pattern, segments))
        continue;
      known = TRUE;
      if (g_strcmp0 (rollcall_routes[i].method, call->method) != 0)
        continue;
      call->route = &rollcall_routes[i];
      return check_caller (call, error) && check_parameters (call, error);
    }
  rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL,
                        known ? "This address does not take this method." : "There is nothing at this address.");
  return FALSE;
}
