/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "rollcall-ctl.h"
#include "rollcall-plain-text.h"
#include "rollcall-token-file.h"

static char *server;
static char *ca_file;
static char *token_file;
static gboolean json;
static gboolean yes;
static gboolean version;

const GOptionEntry rollcall_ctl_common_entries[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, &server, N_ ("The service's address: https://HOST:PORT"), N_ ("URL") },
  { "ca", 0, 0, G_OPTION_ARG_FILENAME, &ca_file, N_ ("The certificate of the service's authority"), N_ ("FILE") },
  { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &token_file, N_ ("The file that holds your token"), N_ ("FILE") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print what the service answers as JSON"), NULL },
  { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, N_ ("Do not ask before what cannot be undone"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"), NULL },
  { NULL },
};

const RollcallCtlVerb *const rollcall_ctl_groups[] = {
  rollcall_ctl_registration_verbs,
  rollcall_ctl_decision_verbs,
  rollcall_ctl_audit_verbs,
  rollcall_ctl_policy_verbs,
  rollcall_ctl_purging_verbs,
  rollcall_ctl_site_server_verbs,
  rollcall_ctl_push_verbs,
  rollcall_ctl_agent_verbs,
  rollcall_ctl_settings_verbs,
  rollcall_ctl_token_verbs,
  rollcall_ctl_export_verbs,
  rollcall_ctl_backup_verbs,
  NULL,
};

const RollcallCtlVerb *
rollcall_ctl_find_verb (char **words, guint *n_words)
{
  for (*n_words = MIN (g_strv_length (words), 2); *n_words > 0; --*n_words)
    {
      g_autofree char *name = *n_words == 2 ? g_strjoin (" ", words[0], words[1], NULL) : g_strdup (words[0]);
      for (guint i = 0; rollcall_ctl_groups[i] != NULL; i++)
        for (const RollcallCtlVerb *verb = rollcall_ctl_groups[i]; verb->name != NULL; verb++)
          if (g_str_equal (verb->name, name))
            return verb;
    }
  return NULL;
}

static char *
get_usage (const RollcallCtlVerb *verb)
{
  return g_strjoin (" ", verb->name, verb->arguments != NULL ? _ (verb->arguments) : NULL, NULL);
}

static char *
list_verbs (void)
{
  GString *text = g_string_new (_ ("Verbs:"));

  for (guint i = 0; rollcall_ctl_groups[i] != NULL; i++)
    for (const RollcallCtlVerb *verb = rollcall_ctl_groups[i]; verb->name != NULL; verb++)
      {
        g_autofree char *usage = get_usage (verb);
        g_string_append_printf (text, "\n  %-32s %s", usage, _ (verb->summary));
      }
  g_string_append_printf (text, "\n\n%s", _ ("rollcallctl VERB --help tells a verb's own options."));
  return g_string_free_and_steal (text);
}

/* What stands before the verb. */
static gboolean
parse_common (char ***words, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("VERB"));
  g_autofree char *verbs = list_verbs ();

  g_option_context_add_main_entries (context, rollcall_ctl_common_entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_set_summary (context, _ ("Administers a Rollcall service: which computers' agents it trusts."));
  g_option_context_set_description (context, verbs);
  return g_option_context_parse_strv (context, words, error);
}

/* What stands after it. @words: the verb's last word and on; its arguments remain. */
static gboolean
parse_rest (const RollcallCtlVerb *verb, char ***words, GError **error)
{
  g_autofree char *usage = get_usage (verb);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);

  if (verb->entries != NULL)
    g_option_context_add_main_entries (context, verb->entries, NULL);
  g_option_context_add_main_entries (context, rollcall_ctl_common_entries, NULL);
  g_option_context_set_summary (context, _ (verb->summary));
  if (!g_option_context_parse_strv (context, words, error))
    return FALSE;

  /* GLib leaves the "--" that ends the options where arguments follow it. */
  char **arguments = *words + 1;
  if (*arguments != NULL && g_str_equal (*arguments, "--"))
    {
      g_free (*arguments);
      memmove (arguments, arguments + 1, (g_strv_length (arguments + 1) + 1) * sizeof *arguments);
    }
  int count = (int) g_strv_length (arguments);
  if (count < verb->minimum || (verb->maximum >= 0 && count > verb->maximum))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("usage: rollcallctl %s"), usage);
      return FALSE;
    }
  for (int i = 0; i < count; i++)
    if (!g_utf8_validate (arguments[i], -1, NULL))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("argument %d is no valid text"), i + 1);
        return FALSE;
      }
  return TRUE;
}

static gboolean
connect_to_service (RollcallCtl *ctl, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (server == NULL || token_file == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("%s is needed"),
                   server == NULL ? "--server URL" : "--token-file FILE");
      return FALSE;
    }
  g_autofree char *token = rollcall_token_file_read (token_file, &local);
  if (token != NULL)
    ctl->client = rollcall_client_new (server, ca_file, token, &local);
  if (ctl->client != NULL)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, local->message);
  return FALSE;
}

static gboolean
print_version (void)
{
  g_print ("rollcallctl %s\n", ROLLCALL_VERSION);
  return TRUE;
}

static gboolean
run (RollcallCtl *ctl, char ***words, GError **error)
{
  const RollcallCtlVerb *verb;
  guint n_words;

  if (!parse_common (words, error))
    return FALSE;
  if (version)
    return print_version ();
  verb = rollcall_ctl_find_verb (*words + 1, &n_words);
  if (verb == NULL)
    {
      if ((*words)[1] == NULL)
        g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                             _ ("a verb is needed; rollcallctl --help lists them"));
      else
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("no verb: %s; rollcallctl --help lists them"),
                     (*words)[1]);
      return FALSE;
    }
  g_auto (GStrv) rest = g_strdupv (*words + n_words);
  g_set_str (&rest[0], "rollcallctl");
  if (!parse_rest (verb, &rest, error))
    return FALSE;
  if (version)
    return print_version ();
  ctl->json = json;
  ctl->yes = yes;
  ctl->ca_file = ca_file;
  if (!(verb->needs_no_service && rest[1] != NULL) && !connect_to_service (ctl, error))
    return FALSE;
  return verb->run (ctl, rest + 1, error);
}

RollcallCtlExit
rollcall_ctl_tell_error (const char *about, const GError *error)
{
  g_autofree char *prefix = about != NULL ? g_strconcat (about, ": ", NULL) : g_strdup ("");
  g_autofree char *message = rollcall_text_make_plain (error->message);
  g_autofree char *field = rollcall_text_make_plain (rollcall_problem_get_field (error) ?: "");

  if (error->domain == ROLLCALL_PROBLEM_ERROR)
    {
      const char *title = rollcall_problem_get_title ((RollcallProblem) error->code);
      g_printerr ("rollcallctl: %s%s: %s%s%s%s\n", prefix, title, message, *field != '\0' ? " (" : "", field,
                  *field != '\0' ? ")" : "");
      return ROLLCALL_CTL_REFUSED;
    }
  g_printerr ("rollcallctl: %s%s\n", prefix, message);
  return rollcall_client_error_is_unreachable (error) ? ROLLCALL_CTL_NOT_REACHED : ROLLCALL_CTL_USAGE;
}

/* What did not get out, to a full disk, was not done. */
static RollcallCtlExit
close_output (RollcallCtlExit status)
{
  gboolean written = !ferror (stdout);

  if (fclose (stdout) == 0 && written)
    return status;
  g_printerr ("rollcallctl: %s: %s\n", _ ("the output was not written"), g_strerror (errno));
  return status != ROLLCALL_CTL_DONE ? status : ROLLCALL_CTL_USAGE;
}

int
main (int argc, char **argv)
{
  RollcallCtl ctl = { .exit = ROLLCALL_CTL_DONE };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, ROLLCALL_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (argc > 1 && g_str_equal (argv[1], "__complete"))
    {
      rollcall_ctl_complete (argv + 2);
      return ROLLCALL_CTL_DONE;
    }
  g_auto (GStrv) words = g_strdupv (argv);
  if (!run (&ctl, &words, &error))
    ctl.exit = rollcall_ctl_tell_error (NULL, error);
  g_clear_object (&ctl.client);
  return (int) close_output (ctl.exit);
}
