/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include "rollcall-plain-text.h"

#define TOKENS "/v1/tokens"

static char *role_option;
static char *expires_option;

static const GOptionEntry create_entries[] = {
  { "role", 0, 0, G_OPTION_ARG_STRING, &role_option, N_ ("What it allows: viewer, operator or administrator"),
    N_ ("ROLE") },
  { "expires", 0, 0, G_OPTION_ARG_STRING, &expires_option, N_ ("Until when: 2027-01-31T00:00:00Z"), N_ ("TIME") },
  { NULL },
};

static const RollcallCtlColumn columns[] = {
  { N_ ("Name"), "name" },
  { N_ ("Role"), "role" },
  { N_ ("Expires"), "expires" },
};

static gboolean
run_list (RollcallCtl *ctl, char **arguments, GError **error)
{
  return rollcall_ctl_list (ctl, TOKENS, columns, G_N_ELEMENTS (columns), error);
}

static gboolean
run_create (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  if (role_option == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("--role ROLE is needed"));
      return FALSE;
    }
  JsonObject *token = json_object_new ();
  json_object_set_string_member (token, "name", arguments[0]);
  json_object_set_string_member (token, "role", role_option);
  if (expires_option != NULL)
    json_object_set_string_member (token, "expires", expires_option);
  else
    json_object_set_null_member (token, "expires");
  if (!rollcall_ctl_ask (ctl, "POST", TOKENS, rollcall_ctl_node_new (token), &answer, error))
    return FALSE;
  if (ctl->json)
    return TRUE;
  /* Alone on standard output, so that it can go straight into a file. */
  g_autofree char *text = rollcall_ctl_get_text (json_node_get_object (answer), "token");
  g_autofree char *plain = rollcall_text_make_plain (text);
  g_print ("%s\n", plain);
  g_printerr ("%s\n", _ ("Keep this token in a file that is yours alone: it is never shown again."));
  return TRUE;
}

static gboolean
run_remove (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *name = g_uri_escape_string (arguments[0], NULL, FALSE);
  g_autofree char *path = g_strconcat (TOKENS "/", name, NULL);
  g_autofree char *question = g_strdup_printf (_ ("Remove the token %s? Whoever uses it is kept out at once."),
                                               arguments[0]);

  return !rollcall_ctl_confirm (ctl, question) || rollcall_ctl_ask (ctl, "DELETE", path, NULL, NULL, error);
}

const RollcallCtlVerb rollcall_ctl_token_verbs[] = {
  { "token create", N_ ("NAME"), N_ ("Make a token for a person or a program"), create_entries, 1, 1, run_create },
  { "token list", NULL, N_ ("List the tokens"), NULL, 0, 0, run_list },
  { "token remove", N_ ("NAME"), N_ ("Remove a token"), NULL, 1, 1, run_remove },
  { NULL },
};
