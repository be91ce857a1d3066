/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

static char *name_option;
static char *result_option;
static char **mask_option;
static gboolean enable_option;
static gboolean disable_option;
static gint64 replace_option;

#define SHARED_ENTRIES                                                                                                 \
  { "result", 0, 0, G_OPTION_ARG_STRING, &result_option, N_ ("What it says: allow or block"), N_ ("RESULT") },         \
      { "mask",                                                                                                        \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_STRING_ARRAY,                                                                                     \
        &mask_option,                                                                                                  \
        N_ ("A mask over name, fqdn, domain, mac, ip or user; may be given again"),                                    \
        N_ ("TYPE=MASK") },                                                                                            \
  {                                                                                                                    \
    "disable", 0, 0, G_OPTION_ARG_NONE, &disable_option, N_ ("It is off"), NULL                                        \
  }

static const GOptionEntry add_entries[] = {
  SHARED_ENTRIES,
  { NULL },
};

static const GOptionEntry set_entries[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &name_option, N_ ("Its new name"), N_ ("NAME") },
  { "enable", 0, 0, G_OPTION_ARG_NONE, &enable_option, N_ ("It is on"), NULL },
  SHARED_ENTRIES,
  { NULL },
};

static const GOptionEntry preview_entries[] = {
  { "replace", 0, 0, G_OPTION_ARG_INT64, &replace_option, N_ ("In place of the policy with this id"), N_ ("ID") },
  SHARED_ENTRIES,
  { NULL },
};

static const RollcallCtlColumn columns[] = {
  { N_ ("ID"), "id" },         { N_ ("Name"), "name" },   { N_ ("On"), "enabled" },
  { N_ ("Result"), "result" }, { N_ ("Masks"), "masks" }, { N_ ("Revision"), "revision" },
};

static const char *const writable_members[] = { "name", "enabled", "result", "masks", "revision", NULL };

static const RollcallCtlColumn preview_facts[] = {
  { N_ ("Matching"), "matching" },
  { N_ ("Would become Allowed"), "would_become.allowed" },
  { N_ ("Would become Blocked"), "would_become.blocked" },
};

static gboolean
run_list (RollcallCtl *ctl, char **arguments, GError **error)
{
  return rollcall_ctl_list (ctl, "/v1/registration-policies", columns, G_N_ELEMENTS (columns), error);
}

/* Puts what the options say into @policy; what they do not say stays. */
static gboolean
set_from_options (JsonObject *policy, GError **error)
{
  g_autoptr (JsonArray) masks = json_array_new ();

  for (guint i = 0; mask_option != NULL && mask_option[i] != NULL; i++)
    {
      const char *equals = strchr (mask_option[i], '=');
      if (equals == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("--mask needs TYPE=MASK: %s"),
                       mask_option[i]);
          return FALSE;
        }
      g_autofree char *type = g_strndup (mask_option[i], (gsize) (equals - mask_option[i]));
      JsonObject *mask = json_object_new ();
      json_object_set_string_member (mask, "type", type);
      json_object_set_string_member (mask, "mask", equals + 1);
      json_array_add_object_element (masks, mask);
    }
  if (name_option != NULL)
    json_object_set_string_member (policy, "name", name_option);
  if (result_option != NULL)
    json_object_set_string_member (policy, "result", result_option);
  if (json_array_get_length (masks) > 0)
    json_object_set_array_member (policy, "masks", g_steal_pointer (&masks));
  if (enable_option || disable_option)
    json_object_set_boolean_member (policy, "enabled", !disable_option);
  return TRUE;
}

/* A policy that is not there yet. Returns: (transfer full) */
static JsonNode *
new_policy (const char *name, GError **error)
{
  g_autoptr (JsonNode) node = rollcall_ctl_node_new (json_object_new ());
  JsonObject *policy = json_node_get_object (node);

  if (result_option == NULL || mask_option == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _ ("--result RESULT and at least one --mask TYPE=MASK are needed"));
      return NULL;
    }
  json_object_set_string_member (policy, "name", name);
  json_object_set_boolean_member (policy, "enabled", TRUE);
  return set_from_options (policy, error) ? g_steal_pointer (&node) : NULL;
}

static gboolean
run_add (RollcallCtl *ctl, char **arguments, GError **error)
{
  JsonNode *policy = new_policy (arguments[0], error);
  g_autoptr (JsonNode) answer = NULL;

  if (policy == NULL || !rollcall_ctl_ask (ctl, "POST", "/v1/registration-policies", policy, &answer, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (answer), columns, 1);
  return TRUE;
}

/* The policy goes back with the revision that it came with: who changed it in between is not overruled. */
static gboolean
run_set (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *path = rollcall_ctl_path_of_id ("registration-policies", arguments[0], "", error);
  g_autoptr (JsonNode) policy = path != NULL ? rollcall_ctl_get (ctl, path, error) : NULL;

  if (policy == NULL)
    return FALSE;
  if (enable_option && disable_option)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _ ("--enable and --disable exclude each other"));
      return FALSE;
    }
  JsonNode *changed = rollcall_ctl_node_with (policy, writable_members);
  if (set_from_options (json_node_get_object (changed), error))
    return rollcall_ctl_ask (ctl, "PUT", path, changed, NULL, error);
  json_node_unref (changed);
  return FALSE;
}

static gboolean
run_remove (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *path = rollcall_ctl_path_of_id ("registration-policies", arguments[0], "", error);
  g_autofree char *question = g_strdup_printf (_ ("Remove registration policy %s?"), arguments[0]);

  if (path == NULL)
    return FALSE;
  return !rollcall_ctl_confirm (ctl, question) || rollcall_ctl_ask (ctl, "DELETE", path, NULL, NULL, error);
}

static gboolean
run_preview (RollcallCtl *ctl, char **arguments, GError **error)
{
  JsonNode *policy = new_policy (_ ("draft"), error);
  g_autoptr (JsonNode) answer = NULL;

  if (policy == NULL)
    return FALSE;
  if (replace_option != 0)
    json_object_set_int_member (json_node_get_object (policy), "id", replace_option);
  if (!rollcall_ctl_ask (ctl, "POST", "/v1/registration-policies/preview", policy, &answer, error))
    return FALSE;
  if (!ctl->json)
    {
      rollcall_ctl_print_facts (json_node_get_object (answer), preview_facts, G_N_ELEMENTS (preview_facts));
      rollcall_ctl_print_sample (json_node_get_object (answer));
    }
  return TRUE;
}

const RollcallCtlVerb rollcall_ctl_policy_verbs[] = {
  { "policy list", NULL, N_ ("List the registration policies"), NULL, 0, 0, run_list },
  { "policy add", N_ ("NAME"), N_ ("Add a registration policy"), add_entries, 1, 1, run_add },
  { "policy set", N_ ("ID"), N_ ("Change a registration policy"), set_entries, 1, 1, run_set },
  { "policy remove", N_ ("ID"), N_ ("Remove a registration policy"), NULL, 1, 1, run_remove },
  { "policy preview", NULL, N_ ("Tell what a policy would change today"), preview_entries, 0, 0, run_preview },
  { NULL },
};
