/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include "rollcall-ctl-ssh.h"
#include "rollcall-ctl.h"
#include "rollcall-plain-text.h"

#define AGENT_LIMIT (256 * 1024 * 1024)
#define PUBLIC_KEY  "-----BEGIN PUBLIC KEY-----"

static char *agent_option;
static char *agent_directory_option;
static char *state_directory_option;
static char *agent_server_option;
static char **ssh_option;
static char *identity_option;
static int port_option;
static gboolean sudo_option;
static gboolean no_start_option;

static const GOptionEntry entries[] = {
  { "agent", 0, 0, G_OPTION_ARG_FILENAME, &agent_option,
    N_ ("Copy this rollcall-agent there; else the one that is there is used"), N_ ("FILE") },
  { "agent-dir", 0, 0, G_OPTION_ARG_STRING, &agent_directory_option,
    N_ ("Where the copy goes: /usr/local/bin, or ~/.local/bin for who is not root"), N_ ("DIR") },
  { "state-dir", 0, 0, G_OPTION_ARG_STRING, &state_directory_option,
    N_ ("Where it keeps its key there: /var/lib/rollcall-agent, or ~/.local/state/rollcall-agent"), N_ ("DIR") },
  { "agent-server", 0, 0, G_OPTION_ARG_STRING, &agent_server_option,
    N_ ("The service's address as that computer sees it, where --server is another"), N_ ("URL") },
  { "port", 0, 0, G_OPTION_ARG_INT, &port_option, N_ ("Where its sshd listens"), N_ ("PORT") },
  { "identity", 0, 0, G_OPTION_ARG_FILENAME, &identity_option, N_ ("Your key for ssh"), N_ ("FILE") },
  { "ssh-option", 0, 0, G_OPTION_ARG_STRING_ARRAY, &ssh_option, N_ ("An option of ssh_config(5); may be given again"),
    N_ ("NAME=VALUE") },
  { "sudo", 0, 0, G_OPTION_ARG_NONE, &sudo_option, N_ ("Become root there by sudo, where it asks for no password"),
    NULL },
  { "no-start", 0, 0, G_OPTION_ARG_NONE, &no_start_option, N_ ("Install and register it, but do not start it"), NULL },
  { NULL },
};

/* What is the same for every computer of one command. */
typedef struct
{
  RollcallCtl *ctl;
  char **options; /* of ssh */
  char *mark;
  char *script;
  GBytes *agent; /* (nullable) */
} Push;

static void
push_clear (Push *push)
{
  g_strfreev (push->options);
  g_free (push->mark);
  g_free (push->script);
  g_clear_pointer (&push->agent, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Push, push_clear)

static gboolean
fail_usage (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

/* Of the authority's file just the certificates go there, whatever else it holds. Returns: (transfer full) */
static char *
read_authority (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  GList *certificates = g_tls_certificate_list_new_from_file (path, &local);
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *each = certificates; each != NULL; each = each->next)
    {
      g_autofree char *pem = NULL;
      g_object_get (each->data, "certificate-pem", &pem, NULL);
      g_string_append (text, pem);
    }
  g_list_free_full (certificates, g_object_unref);
  if (text->len > 0)
    return g_strchomp (g_string_free_and_steal (g_steal_pointer (&text)));
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", path,
               local != NULL ? local->message : _ ("no certificate"));
  return NULL;
}

static gboolean
read_agent (Push *push, GError **error)
{
  struct stat status;
  char *text;
  gsize length;

  if (agent_option == NULL)
    return TRUE;
  if (stat (agent_option, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > AGENT_LIMIT))
    return fail_usage (error, _ ("--agent: not the file of a program"));
  if (!g_file_get_contents (agent_option, &text, &length, error))
    return FALSE;
  push->agent = g_bytes_new_take (text, length);
  return length > 0 || fail_usage (error, _ ("--agent: the file is empty"));
}

static void
append_variable (GString *script, const char *name, const char *value)
{
  g_autofree char *quoted = g_shell_quote (value != NULL ? value : "");
  g_string_append_printf (script, "%s=%s\n", name, quoted);
}

static gboolean
make_script (Push *push, GError **error)
{
  g_autofree char *authority = read_authority (push->ctl->ca_file, error);
  g_autofree char *size = g_strdup_printf ("%" G_GSIZE_FORMAT,
                                           push->agent != NULL ? g_bytes_get_size (push->agent) : 0);

  if (authority == NULL)
    return FALSE;
  g_autoptr (GBytes)
      text = g_resources_lookup_data ("/org/rollcall/ctl/rollcall-push.sh", G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (text == NULL)
    return FALSE;
  GString *script = g_string_new (NULL);
  append_variable (script, "mark", push->mark);
  append_variable (script, "size", size);
  append_variable (script, "agent_dir", agent_directory_option);
  append_variable (script, "state", state_directory_option);
  append_variable (script, "server",
                   agent_server_option != NULL ? agent_server_option : rollcall_client_get_server (push->ctl->client));
  append_variable (script, "ca", authority);
  append_variable (script, "start", no_start_option ? "no" : "yes");
  g_string_append_len (script, g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text));
  push->script = g_string_free_and_steal (script);
  return TRUE;
}

/* The person's own come first: ssh takes the first that it hears. */
static char **
make_options (void)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; ssh_option != NULL && ssh_option[i] != NULL; i++)
    g_strv_builder_add_many (words, "-o", ssh_option[i], NULL);
  if (port_option != 0)
    {
      g_strv_builder_add (words, "-p");
      g_strv_builder_take (words, g_strdup_printf ("%d", port_option));
    }
  if (identity_option != NULL)
    g_strv_builder_add_many (words, "-i", identity_option, NULL);
  return g_strv_builder_end (words);
}

/* No option in disguise, nothing that acts. */
static gboolean
check_destinations (char **destinations, GError **error)
{
  for (guint i = 0; destinations[i] != NULL; i++)
    {
      gboolean wrong = *destinations[i] == '\0' || *destinations[i] == '-';
      for (const char *at = destinations[i]; *at != '\0'; at = g_utf8_next_char (at))
        wrong |= g_unichar_isspace (g_utf8_get_char (at)) || rollcall_character_acts (g_utf8_get_char (at));
      if (wrong)
        return fail_usage (error, _ ("a computer is named as USER@HOST"));
    }
  return TRUE;
}

static gboolean
check_options (Push *push, GError **error)
{
  if (push->ctl->ca_file == NULL)
    return fail_usage (error, _ ("--ca FILE is needed: the agent trusts no other authority"));
  if (port_option < 0 || port_option > G_MAXUINT16)
    return fail_usage (error, _ ("--port is 1 to 65535"));
  if (agent_server_option != NULL && !g_str_has_prefix (agent_server_option, "https://"))
    return fail_usage (error, _ ("--agent-server: the address begins with https://"));
  return TRUE;
}

/* Before anything is copied: may this person push at all? */
static gboolean
check_role (RollcallCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) node = rollcall_ctl_get (ctl, "/v1/whoami", error);

  if (node == NULL)
    return FALSE;
  g_autofree char *role = rollcall_ctl_get_text (json_node_get_object (node), "role");
  if (g_str_equal (role, "administrator"))
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_FORBIDDEN, NULL, _ ("Only an administrator installs by push."));
  return FALSE;
}

/* What the agent there says of itself, as a body for POST /v1/push-installations: the service judges the rest.
 * Returns: (transfer full) */
static JsonNode *
read_identity (const char *text, GError **error)
{
  static const char *const members[] = { "computer", "agent", "resource_keys", "key", NULL };
  g_autoptr (JsonNode) identity = rollcall_json_parse (text, strlen (text), error);

  if (identity == NULL)
    return NULL;
  g_autoptr (RollcallReader) reader = rollcall_reader_new (identity, TRUE);
  const char *key = rollcall_reader_string (reader, "key", 1, ROLLCALL_BODY_LIMIT);
  /* never anything but the public half, whatever that agent says */
  if (key != NULL && !g_str_has_prefix (key, PUBLIC_KEY))
    rollcall_reader_fail (reader, "key", "This is no public key.");
  return rollcall_reader_finish (reader, error) ? rollcall_ctl_node_with (identity, members) : NULL;
}

static RollcallCtlExit
tell (const char *destination, const char *what)
{
  g_autofree char *plain = rollcall_text_make_plain (what);
  g_printerr ("rollcallctl: %s: %s\n", destination, plain);
  return ROLLCALL_CTL_REFUSED;
}

/* There was not the line that should have come: @said (nullable), what came. */
static RollcallCtlExit
tell_unexpected (const char *destination, const char *said)
{
  if (said != NULL && g_str_has_prefix (said, "failed "))
    return tell (destination, said + strlen ("failed "));
  return tell (destination, _ ("it ended before all was done; the same command again goes on from there"));
}

/* Waits until the script there runs: whatever goes wrong before that is ssh's. */
static RollcallCtlExit
wait_for_arrival (RollcallCtlSsh *ssh, const char *destination)
{
  g_autofree char *said = rollcall_ctl_ssh_read (ssh, NULL);

  if (said != NULL)
    return ROLLCALL_CTL_DONE;
  rollcall_ctl_ssh_finish (ssh); /* its own words come first */
  tell (destination, _ ("ssh did not get there"));
  return ROLLCALL_CTL_NOT_REACHED;
}

static void
print_result (Push *push, const char *destination, JsonNode *row, const char *said)
{
  g_autofree char *id = rollcall_ctl_get_text (json_node_get_object (row), "id");
  g_autofree char *name = rollcall_ctl_get_text (json_node_get_object (row), "name");
  g_autofree char *status = rollcall_ctl_get_text (json_node_get_object (row), "status");
  const char *how = _ ("not started");

  if (push->ctl->json)
    return;
  if (g_str_equal (said, "done unit"))
    how = _ ("started by rollcall-agent.service");
  else if (g_str_has_prefix (said, "done process "))
    how = _ ("started, until that computer restarts");
  g_autofree char *line = g_strdup_printf (_ ("registration %s (%s): %s; the agent is %s"), id, name, status, how);
  g_autofree char *plain = rollcall_text_make_plain (line);
  g_print ("%s: %s\n", destination, plain);
}

static RollcallCtlExit
push_to (Push *push, const char *destination)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) row = NULL;
  g_autofree char *said = NULL, *text = NULL, *verdict = g_strconcat (push->mark, " go\n", NULL);
  g_autoptr (RollcallCtlSsh) ssh = rollcall_ctl_ssh_new (destination, push->options, push->mark, push->script,
                                                         push->agent, sudo_option, &error);

  if (ssh == NULL)
    return tell (destination, error->message);
  if (wait_for_arrival (ssh, destination) != ROLLCALL_CTL_DONE)
    return ROLLCALL_CTL_NOT_REACHED;
  said = rollcall_ctl_ssh_read (ssh, NULL);
  if (g_strcmp0 (said, "identity") != 0)
    return tell_unexpected (destination, said);
  g_free (said);
  said = rollcall_ctl_ssh_read (ssh, &text);
  if (g_strcmp0 (said, "end") != 0)
    return tell_unexpected (destination, said);
  JsonNode *body = read_identity (text, &error);
  if (body == NULL)
    return tell (destination, error->message);
  if (!rollcall_ctl_ask (push->ctl, "POST", "/v1/push-installations", body, &row, &error))
    return rollcall_ctl_tell_error (destination, error);
  rollcall_ctl_ssh_write (ssh, verdict);
  g_free (said);
  said = rollcall_ctl_ssh_read (ssh, NULL);
  if (said == NULL || !g_str_has_prefix (said, "done"))
    return tell_unexpected (destination, said);
  print_result (push, destination, row, said);
  return ROLLCALL_CTL_DONE;
}

static gboolean
run_push (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_auto (Push) push = { .ctl = ctl, .options = make_options (), .mark = g_uuid_string_random () };

  if (!check_options (&push, error) || !check_destinations (arguments, error) || !read_agent (&push, error) ||
      !make_script (&push, error) || !check_role (ctl, error))
    return FALSE;
  for (guint i = 0; arguments[i] != NULL; i++)
    {
      RollcallCtlExit done = push_to (&push, arguments[i]);
      /* what was refused needs a person; what was not reached may just be tried again */
      if (done == ROLLCALL_CTL_REFUSED || ctl->exit == ROLLCALL_CTL_DONE)
        ctl->exit = done;
    }
  return TRUE;
}

const RollcallCtlVerb rollcall_ctl_push_verbs[] = {
  { "push", N_ ("[USER@]HOST..."), N_ ("Install the agent over SSH, registered and Allowed"), entries, 1, -1,
    run_push },
  { NULL },
};
