/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib-unix.h>
#include <locale.h>
#include <sys/stat.h>

#include "rollcall-conversation.h"
#include "rollcall-facts.h"
#include "rollcall-state.h"

#define BACKOFF_FIRST   2
#define BACKOFF_MAXIMUM 900

static char *server, *authority, *state_directory;
static gboolean once, identity_only, replace, version;

static const GOptionEntry entries[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, &server, "The service, https://HOST:PORT (default: what DIR/server says)",
    "URL" },
  { "ca", 0, 0, G_OPTION_ARG_FILENAME, &authority,
    "The certificate of the service's authority, PEM (default: DIR/ca.pem)", "FILE" },
  { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &state_directory, "Keep key and policies in DIR, made if absent", "DIR" },
  { "once", 0, 0, G_OPTION_ARG_NONE, &once, "One round: register, then fetch what it may", NULL },
  { "identity-only", 0, 0, G_OPTION_ARG_NONE, &identity_only, "Make the key and print who this is, as JSON", NULL },
  { "replace", 0, 0, G_OPTION_ARG_NONE, &replace, "Ask the agent that uses DIR to end, and take its place", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
  { NULL },
};

typedef struct
{
  RollcallIdentity *identity;
  GTlsDatabase *authorities;
  RollcallConversation *conversation;
  GCancellable *cancellable;
  GMainLoop *loop;
  guint backoff; /* s; 0 after a round that went well */
  guint timer;
  gboolean running;
} Agent;

static void start_round (Agent *agent);

static int
print_identity (RollcallIdentity *identity)
{
  g_autoptr (RollcallRequest) facts = rollcall_facts_collect ("/");
  g_autoptr (JsonNode) node = rollcall_request_to_json (facts);
  g_autofree char *text = NULL;

  json_object_set_string_member (json_node_get_object (node), "fingerprint", identity->fingerprint);
  json_object_set_string_member (json_node_get_object (node), "key", identity->public_key);
  text = json_to_string (node, TRUE);
  g_print ("%s\n", text);
  return 0;
}

static int
report (const GError *error)
{
  g_printerr ("rollcall-agent: %s\n", error->message);
  return error->domain == ROLLCALL_PROBLEM_ERROR ? 1 : 3;
}

static int
run_once (Agent *agent)
{
  g_autoptr (RollcallRequest) facts = rollcall_facts_collect ("/");
  g_autoptr (GError) error = NULL;
  RollcallStanding standing;

  if (!rollcall_conversation_run (agent->conversation, facts, &standing, agent->cancellable, &error))
    return report (error);
  g_print ("registration %" G_GINT64_FORMAT ": %s\n", standing.registration,
           rollcall_status_to_string (standing.status));
  return 0;
}

/* In a thread of GTask's: a round blocks, and the main loop has signals to hear. */
static void
round_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Agent *agent = data;
  g_autoptr (RollcallRequest) facts = rollcall_facts_collect ("/");
  g_autoptr (GError) error = NULL;
  RollcallStanding standing;

  if (rollcall_conversation_run (agent->conversation, facts, &standing, cancellable, &error))
    g_task_return_int (task, standing.retry_after);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
on_timer (gpointer data)
{
  Agent *agent = data;

  agent->timer = 0;
  start_round (agent);
  return G_SOURCE_REMOVE;
}

/* Up to a fifth sooner or later, so that computers that started together do not ask together. */
static guint
with_jitter (gint64 seconds)
{
  return (guint) (seconds * 1000 * g_random_double_range (0.8, 1.2));
}

static void
on_round_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Agent *agent = data;
  g_autoptr (GError) error = NULL;
  gssize wait = g_task_propagate_int (G_TASK (result), &error);

  agent->running = FALSE;
  if (g_cancellable_is_cancelled (agent->cancellable))
    {
      g_main_loop_quit (agent->loop);
      return;
    }
  if (error != NULL)
    {
      agent->backoff = agent->backoff == 0 ? BACKOFF_FIRST : MIN (agent->backoff * 2, BACKOFF_MAXIMUM);
      wait = agent->backoff;
      g_message ("asks again in %" G_GSSIZE_FORMAT " s: %s", wait, error->message);
    }
  else
    agent->backoff = 0;
  agent->timer = g_timeout_add (with_jitter (wait), on_timer, agent);
}

static void
start_round (Agent *agent)
{
  g_autoptr (GTask) task = g_task_new (NULL, agent->cancellable, on_round_done, agent);

  agent->running = TRUE;
  g_task_set_task_data (task, agent, NULL);
  g_task_run_in_thread (task, round_thread);
}

static gboolean
on_signal (gpointer data)
{
  Agent *agent = data;

  g_cancellable_cancel (agent->cancellable);
  if (!agent->running)
    g_main_loop_quit (agent->loop);
  return G_SOURCE_CONTINUE;
}

static int
stay (Agent *agent)
{
  agent->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, agent);
  g_unix_signal_add (SIGINT, on_signal, agent);
  start_round (agent);
  g_main_loop_run (agent->loop);
  g_clear_handle_id (&agent->timer, g_source_remove);
  g_main_loop_unref (agent->loop);
  return 0;
}

static GTlsDatabase *
open_authorities (GError **error)
{
  g_autofree char *stored = g_build_filename (state_directory, "ca.pem", NULL);
  g_autofree char *path = g_canonicalize_filename (authority ?: stored, NULL); /* GTlsFileDatabase takes no other */

  return g_tls_file_database_new (path, error);
}

/* Who it is may be asked beside an agent that runs; only making the key may not. */
static gboolean
lock_state (GError **error)
{
  g_autofree char *certificate = g_build_filename (state_directory, "agent.pem", NULL);

  return (identity_only && g_file_test (certificate, G_FILE_TEST_EXISTS)) ||
         rollcall_state_lock (state_directory, replace, error);
}

static int
run (void)
{
  g_autoptr (GError) error = NULL;
  Agent agent = { .cancellable = g_cancellable_new () };
  int status = 2;

  if (lock_state (&error))
    agent.identity = rollcall_identity_ensure (state_directory, &error);
  if (agent.identity != NULL && identity_only)
    status = print_identity (agent.identity);
  else if (agent.identity != NULL && (agent.authorities = open_authorities (&error)) != NULL)
    {
      agent.conversation = rollcall_conversation_new (server, agent.authorities, agent.identity, state_directory);
      status = once ? run_once (&agent) : stay (&agent);
    }
  if (error != NULL)
    g_printerr ("rollcall-agent: %s\n", error->message);
  g_clear_pointer (&agent.conversation, rollcall_conversation_free);
  g_clear_pointer (&agent.identity, rollcall_identity_free);
  g_clear_object (&agent.authorities);
  g_clear_object (&agent.cancellable);
  return status;
}

static gboolean
read_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Rollcall's agent: asks to be managed, and does what it is told when allowed.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error) || version)
    return version;
  if (*argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "“%s” is not understood", (*argv)[1]);
  else if (state_directory == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--state-dir is needed");
  else if (!identity_only && (server = server ?: rollcall_state_read_server (state_directory)) == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--server is needed: %s/server names none",
                 state_directory);
  else if (server != NULL && !g_str_has_prefix (server, "https://"))
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "the service's address begins with https://");
  else
    return TRUE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  umask (0077);
  if (!read_options (&argc, &argv, &error))
    {
      g_printerr ("rollcall-agent: %s\nTry “rollcall-agent --help”.\n", error->message);
      return 2;
    }
  if (version)
    {
      g_print ("rollcall-agent %s\n", ROLLCALL_VERSION);
      return 0;
    }
  return run ();
}
