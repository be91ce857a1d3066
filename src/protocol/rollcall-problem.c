/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-problem.h"

#include <json-glib/json-glib.h>

#include "rollcall-json.h"

static const struct
{
  const char *name;
  const char *title;
  guint http_status;
} problems[] = {
  [ROLLCALL_PROBLEM_INVALID] = { "invalid", "Invalid request", 400 },
  [ROLLCALL_PROBLEM_UNAUTHENTICATED] = { "unauthenticated", "Not authenticated", 401 },
  [ROLLCALL_PROBLEM_FORBIDDEN] = { "forbidden", "Not permitted", 403 },
  [ROLLCALL_PROBLEM_NOT_REGISTERED] = { "not-registered", "Not registered", 403 },
  [ROLLCALL_PROBLEM_PENDING] = { "pending", "Registration pending", 403 },
  [ROLLCALL_PROBLEM_BLOCKED] = { "blocked", "Registration blocked", 403 },
  [ROLLCALL_PROBLEM_REVOKED] = { "revoked", "Registration revoked", 403 },
  [ROLLCALL_PROBLEM_NOT_FOUND] = { "not-found", "Not found", 404 },
  [ROLLCALL_PROBLEM_CONFLICT] = { "conflict", "Conflict", 409 },
  [ROLLCALL_PROBLEM_GONE] = { "gone", "No longer kept", 410 },
  [ROLLCALL_PROBLEM_TOO_LARGE] = { "too-large", "Too large", 413 },
  [ROLLCALL_PROBLEM_TOO_MANY] = { "too-many", "Too many requests", 429 },
  [ROLLCALL_PROBLEM_UNAVAILABLE] = { "unavailable", "Unavailable", 503 },
};

#define TYPE_PREFIX "urn:rollcall:problem:"
/* What a person is shown of a service's own words, in characters. */
#define DETAIL_LIMIT 2000

typedef struct
{
  char *field;
} RollcallProblemErrorPrivate;

static void
rollcall_problem_error_private_init (RollcallProblemErrorPrivate *private)
{
}

static void
rollcall_problem_error_private_copy (const RollcallProblemErrorPrivate *from, RollcallProblemErrorPrivate *to)
{
  to->field = g_strdup (from->field);
}

static void
rollcall_problem_error_private_clear (RollcallProblemErrorPrivate *private)
{
  g_clear_pointer (&private->field, g_free);
}

G_DEFINE_EXTENDED_ERROR (RollcallProblemError, rollcall_problem_error)

const char *
rollcall_problem_to_string (RollcallProblem problem)
{
  g_return_val_if_fail ((guint) problem < G_N_ELEMENTS (problems), "unavailable");

  return problems[problem].name;
}

const char *
rollcall_problem_get_title (RollcallProblem problem)
{
  g_return_val_if_fail ((guint) problem < G_N_ELEMENTS (problems), "");

  return problems[problem].title;
}

guint
rollcall_problem_get_http_status (RollcallProblem problem)
{
  g_return_val_if_fail ((guint) problem < G_N_ELEMENTS (problems), 503);

  return problems[problem].http_status;
}

gboolean
rollcall_problem_from_string (const char *name, RollcallProblem *problem)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (problems); i++)
    if (g_str_equal (problems[i].name, name))
      {
        *problem = i;
        return TRUE;
      }
  return FALSE;
}

void
rollcall_problem_set (GError **error, RollcallProblem problem, const char *field, const char *format, ...)
{
  RollcallProblemErrorPrivate *private;
  va_list arguments;

  if (error == NULL)
    return;

  va_start (arguments, format);
  *error = g_error_new_valist (ROLLCALL_PROBLEM_ERROR, problem, format, arguments);
  va_end (arguments);
  private = rollcall_problem_error_get_private (*error);
  private->field = g_strdup (field);
}

const char *
rollcall_problem_get_field (const GError *error)
{
  if (error == NULL || error->domain != ROLLCALL_PROBLEM_ERROR)
    return NULL;
  return rollcall_problem_error_get_private (error)->field;
}

char *
rollcall_problem_to_json (const GError *error)
{
  gboolean known = error != NULL && error->domain == ROLLCALL_PROBLEM_ERROR;
  RollcallProblem problem = known ? (RollcallProblem) error->code : ROLLCALL_PROBLEM_UNAVAILABLE;
  const char *field = rollcall_problem_get_field (error);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *type = g_strconcat (TYPE_PREFIX, problems[problem].name, NULL);
  g_autofree char *detail = g_utf8_make_valid (known ? error->message : "The service could not do this now.", -1);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, "title", problems[problem].title);
  json_object_set_int_member (object, "status", problems[problem].http_status);
  json_object_set_string_member (object, "detail", detail);
  if (field != NULL)
    json_object_set_string_member (object, "field", field);
  json_node_take_object (node, object);
  return rollcall_json_canonical (node);
}

/* For an answer that is no problem document of ours: a proxy's page, an older service. */
static RollcallProblem
problem_from_http_status (guint http_status)
{
  for (guint i = 0; i < G_N_ELEMENTS (problems); i++)
    if (problems[i].http_status == http_status)
      return i;
  return http_status >= 500 ? ROLLCALL_PROBLEM_UNAVAILABLE : ROLLCALL_PROBLEM_INVALID;
}

/* (nullable): NULL where the member is absent or no string, whatever a server says */
static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *member = json_object_get_member (object, name);

  return member != NULL && JSON_NODE_HOLDS_VALUE (member) && json_node_get_value_type (member) == G_TYPE_STRING
             ? json_node_get_string (member)
             : NULL;
}

GError *
rollcall_problem_from_json (guint http_status, const char *text, gsize length)
{
  g_autoptr (JsonNode) node = length <= ROLLCALL_BODY_LIMIT ? rollcall_json_parse (text, length, NULL) : NULL;
  RollcallProblem problem = problem_from_http_status (http_status);
  g_autofree char *detail = NULL;
  const char *field = NULL;
  GError *error = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      const char *type = get_text (object, "type") ?: "";
      const char *said = get_text (object, "detail") ?: "";

      if (g_str_has_prefix (type, TYPE_PREFIX))
        rollcall_problem_from_string (type + strlen (TYPE_PREFIX), &problem);
      detail = g_utf8_strlen (said, -1) > DETAIL_LIMIT ? g_utf8_substring (said, 0, DETAIL_LIMIT) : g_strdup (said);
      field = get_text (object, "field");
    }
  if (detail == NULL || *detail == '\0')
    g_set_str (&detail, problems[problem].title);
  rollcall_problem_set (&error, problem, field, "%s", detail);
  return error;
}
