/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#define SETTINGS "/v1/settings/registration"

static gint64 observation_option = -1;
static gint64 retry_option = -1;
static char **matching_option;
static char **ignored_option;

static const GOptionEntry entries[] = {
  { "duplicate-observation", 0, 0, G_OPTION_ARG_INT64, &observation_option,
    N_ ("How long a duplicate is watched before a policy may allow it"), N_ ("SECONDS") },
  { "retry-after", 0, 0, G_OPTION_ARG_INT64, &retry_option, N_ ("How often agents ask again"), N_ ("SECONDS") },
  { "matching-key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &matching_option,
    N_ ("A resource key type that matches, in place of those set; may be given again"), N_ ("TYPE") },
  { "ignored-value", 0, 0, G_OPTION_ARG_STRING_ARRAY, &ignored_option,
    N_ ("A value that never matches, in place of those set; may be given again"), N_ ("VALUE") },
  { NULL },
};

static const RollcallCtlColumn facts[] = {
  { N_ ("Duplicates are watched for (seconds)"), "duplicate_observation_s" },
  { N_ ("Agents ask again after (seconds)"), "retry_after_s" },
  { N_ ("Matching resource keys"), "matching_keys" },
  { N_ ("Ignored values"), "ignored_values" },
};

static const char *const members[] = { "duplicate_observation_s", "retry_after_s", "matching_keys", "ignored_values",
                                       NULL };

static gboolean
run_get (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) settings = NULL;

  if (!rollcall_ctl_ask (ctl, "GET", SETTINGS, NULL, &settings, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (settings), facts, G_N_ELEMENTS (facts));
  return TRUE;
}

static void
set_strings (JsonObject *object, const char *member, char **strings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strings[i] != NULL; i++)
    json_array_add_string_element (array, strings[i]);
  json_object_set_array_member (object, member, array);
}

static gboolean
run_set (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) settings = NULL;
  g_autoptr (JsonNode) answer = NULL;

  if (observation_option < 0 && retry_option < 0 && matching_option == NULL && ignored_option == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("nothing to set; see settings set --help"));
      return FALSE;
    }
  settings = rollcall_ctl_get (ctl, SETTINGS, error);
  if (settings == NULL)
    return FALSE;
  JsonNode *changed = rollcall_ctl_node_with (settings, members);
  JsonObject *object = json_node_get_object (changed);
  if (observation_option >= 0)
    json_object_set_int_member (object, "duplicate_observation_s", observation_option);
  if (retry_option >= 0)
    json_object_set_int_member (object, "retry_after_s", retry_option);
  if (matching_option != NULL)
    set_strings (object, "matching_keys", matching_option);
  if (ignored_option != NULL)
    set_strings (object, "ignored_values", ignored_option);
  if (!rollcall_ctl_ask (ctl, "PUT", SETTINGS, changed, &answer, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (answer), facts, G_N_ELEMENTS (facts));
  return TRUE;
}

const RollcallCtlVerb rollcall_ctl_settings_verbs[] = {
  { "settings get", NULL, N_ ("Show how registration works"), NULL, 0, 0, run_get },
  { "settings set", NULL, N_ ("Change how registration works"), entries, 0, 0, run_set },
  { NULL },
};
