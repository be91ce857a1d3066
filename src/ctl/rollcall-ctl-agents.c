/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#define POLICIES "/v1/agent-policies"

static char *name_option;
static char *body_option;
static char *parameters_option;

static const GOptionEntry add_entries[] = {
  { "body", 0, 0, G_OPTION_ARG_FILENAME, &body_option, N_ ("The file with its settings, a JSON object"), N_ ("FILE") },
  { NULL },
};

static const GOptionEntry set_entries[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &name_option, N_ ("Its new name"), N_ ("NAME") },
  { "body", 0, 0, G_OPTION_ARG_FILENAME, &body_option, N_ ("The file with its settings, a JSON object"), N_ ("FILE") },
  { NULL },
};

static const GOptionEntry task_entries[] = {
  { "parameters", 0, 0, G_OPTION_ARG_STRING, &parameters_option, N_ ("What the task is given, a JSON object"),
    N_ ("JSON") },
  { NULL },
};

static const RollcallCtlColumn columns[] = {
  { N_ ("ID"), "id" },
  { N_ ("Name"), "name" },
  { N_ ("Revision"), "revision" },
  { N_ ("Settings"), "body" },
};

static const RollcallCtlColumn id_facts[] = { { N_ ("ID"), "id" } };

static const char *const writable_members[] = { "name", "body", "revision", NULL };

/* Returns: (transfer full) */
static JsonNode *
parse_object (const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) node = rollcall_json_parse (text, strlen (text), &local);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return g_steal_pointer (&node);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("not a JSON object: %s"),
               local != NULL ? local->message : text);
  return NULL;
}

/* Puts what the options say into @policy; what they do not say stays. */
static gboolean
set_from_options (JsonObject *policy, GError **error)
{
  g_autofree char *text = NULL;

  if (name_option != NULL)
    json_object_set_string_member (policy, "name", name_option);
  if (body_option == NULL)
    return TRUE;
  if (!g_file_get_contents (body_option, &text, NULL, error))
    return FALSE;
  JsonNode *body = parse_object (text, error);
  if (body == NULL)
    return FALSE;
  json_object_set_member (policy, "body", body);
  return TRUE;
}

static gboolean
run_list (RollcallCtl *ctl, char **arguments, GError **error)
{
  return rollcall_ctl_list (ctl, POLICIES, columns, G_N_ELEMENTS (columns), error);
}

/* Sends @node and prints the id of what it made. @node: (transfer full) */
static gboolean
add (RollcallCtl *ctl, const char *path, JsonNode *node, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  if (!rollcall_ctl_ask (ctl, "POST", path, node, &answer, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (answer), id_facts, G_N_ELEMENTS (id_facts));
  return TRUE;
}

static gboolean
run_add (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) node = rollcall_ctl_node_new (json_object_new ());
  JsonObject *policy = json_node_get_object (node);

  json_object_set_string_member (policy, "name", arguments[0]);
  json_object_set_object_member (policy, "body", json_object_new ());
  return set_from_options (policy, error) && add (ctl, POLICIES, g_steal_pointer (&node), error);
}

/* The list's element with the id @text: API.md has no GET of one agent policy. */
typedef struct
{
  gint64 id;
  JsonNode *found; /* (owned) (nullable) */
} Search;

static gboolean
find_in_page (JsonArray *items, gpointer user_data, GError **error)
{
  Search *search = user_data;

  for (guint i = 0; search->found == NULL && i < json_array_get_length (items); i++)
    {
      JsonNode *element = json_array_get_element (items, i);
      g_autoptr (RollcallReader) reader = rollcall_reader_new (element, TRUE);
      if (rollcall_reader_integer (reader, "id", 1, G_MAXINT64) == search->id)
        search->found = json_node_copy (element);
    }
  return TRUE;
}

static gboolean
run_set (RollcallCtl *ctl, char **arguments, GError **error)
{
  Search search = { 0 };
  g_autofree char *path = rollcall_ctl_path_of_id ("agent-policies", arguments[0], "", error);

  if (path == NULL || !rollcall_ctl_parse_id (arguments[0], &search.id, error) ||
      !rollcall_ctl_each_page (ctl, POLICIES, find_in_page, &search, error))
    return FALSE;
  g_autoptr (JsonNode) found = search.found;
  if (found == NULL)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, _ ("there is no agent policy %s"), arguments[0]);
      return FALSE;
    }
  g_autoptr (JsonNode) changed = rollcall_ctl_node_with (found, writable_members);
  return set_from_options (json_node_get_object (changed), error) &&
         rollcall_ctl_ask (ctl, "PUT", path, g_steal_pointer (&changed), NULL, error);
}

static gboolean
run_remove (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *path = rollcall_ctl_path_of_id ("agent-policies", arguments[0], "", error);
  g_autofree char *question = g_strdup_printf (_ ("Remove agent policy %s?"), arguments[0]);

  if (path == NULL)
    return FALSE;
  return !rollcall_ctl_confirm (ctl, question) || rollcall_ctl_ask (ctl, "DELETE", path, NULL, NULL, error);
}

static gboolean
run_task_add (RollcallCtl *ctl, char **arguments, GError **error)
{
  gint64 registration;
  JsonNode *parameters = NULL;

  if (!rollcall_ctl_parse_id (arguments[0], &registration, error))
    return FALSE;
  if ((parameters = parse_object (parameters_option != NULL ? parameters_option : "{}", error)) == NULL)
    return FALSE;
  JsonObject *task = json_object_new ();
  json_object_set_int_member (task, "registration", registration);
  json_object_set_string_member (task, "kind", arguments[1]);
  json_object_set_member (task, "parameters", parameters);
  return add (ctl, "/v1/tasks", rollcall_ctl_node_new (task), error);
}

const RollcallCtlVerb rollcall_ctl_agent_verbs[] = {
  { "agent-policy list", NULL, N_ ("List what Allowed agents receive"), NULL, 0, 0, run_list },
  { "agent-policy add", N_ ("NAME"), N_ ("Add an agent policy"), add_entries, 1, 1, run_add },
  { "agent-policy set", N_ ("ID"), N_ ("Change an agent policy"), set_entries, 1, 1, run_set },
  { "agent-policy remove", N_ ("ID"), N_ ("Remove an agent policy"), NULL, 1, 1, run_remove },
  { "task add", N_ ("REGISTRATION KIND"), N_ ("Give an agent a task: collect-inventory or refresh-policies"),
    task_entries, 2, 2, run_task_add },
  { NULL },
};
