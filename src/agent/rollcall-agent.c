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
static int timeout = 300;

static const GOptionEntry entries[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, &server, "The service, https://HOST:PORT (default: what DIR/server says)",
    "URL" },
  { "ca", 0, 0, G_OPTION_ARG_FILENAME, &authority,
    "The certificate of the service's authority, PEM (default: DIR/ca.pem)", "FILE" },
  { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &state_directory, "Keep key and policies in DIR, made if absent", "DIR" },
  { "once", 0, 0, G_OPTION_ARG_NONE, &once, "One round: register, then fetch what it may", NULL },
  { "identity-only", 0, 0, G_OPTION_ARG_NONE, &identity_only, "Make the key and print who this is, as JSON", NULL },
  { "replace", 0, 0, G_OPTION_ARG_NONE, &replace, "Ask the agent that uses DIR to end, and take its place", NULL },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout, "Give a round up that takes longer (default 300)", "SECONDS" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
  { NULL },
};

typedef struct
{
  RollcallIdentity *identity;
  GTlsDatabase *authorities;
  RollcallConversation *conversation;
  GMainLoop *loop;
  GCancellable *round; /* (nullable): while one is under way */
  RollcallStanding standing;
  guint limit;   /* of the round; 0 once it is over */
  guint timer;   /* of the next */
  guint backoff; /* s; 0 after a round that went well */
  gboolean ending;
  int status;
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

/* In a thread of GTask's: a round blocks, and the main loop has signals to hear. */
static void
round_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Agent *agent = data;
  g_autoptr (RollcallRequest) facts = rollcall_facts_collect ("/");
  g_autoptr (GError) error = NULL;

  if (rollcall_conversation_run (agent->conversation, facts, &agent->standing, cancellable, &error))
    g_task_return_boolean (task, TRUE);
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
static void
ask_again_after (Agent *agent, gint64 seconds, const char *why)
{
  guint wait = (guint) (seconds * 1000 * g_random_double_range (0.8, 1.2));

  if (why != NULL)
    g_message ("asks again in %u s: %s", (wait + 500) / 1000, why);
  else
    g_debug ("asks again in %u s", (wait + 500) / 1000);
  agent->timer = g_timeout_add (wait, on_timer, agent);
}

/* The backoff doubles; a service that names a longer time (Retry-After) is left alone for that long. */
static void
wait_after_failure (Agent *agent, const GError *error)
{
  agent->backoff = agent->backoff == 0 ? BACKOFF_FIRST : MIN (agent->backoff * 2, BACKOFF_MAXIMUM);
  ask_again_after (agent, MAX (agent->backoff, rollcall_conversation_get_retry_after (agent->conversation)),
                   error->message);
}

static void
on_round_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Agent *agent = data;
  g_autoptr (GError) error = NULL;
  gboolean late = agent->limit == 0;

  g_task_propagate_boolean (G_TASK (result), &error);
  g_clear_handle_id (&agent->limit, g_source_remove);
  g_clear_object (&agent->round);
  if (error != NULL && late && !agent->ending)
    {
      g_clear_error (&error);
      g_set_error (&error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the service took too long");
    }
  if (once && error == NULL)
    g_print ("registration %" G_GINT64_FORMAT ": %s\n", agent->standing.registration,
             rollcall_status_to_string (agent->standing.status));
  else if (once)
    agent->status = report (error);
  if (once || agent->ending)
    g_main_loop_quit (agent->loop);
  else if (error != NULL)
    wait_after_failure (agent, error);
  else
    {
      agent->backoff = 0;
      ask_again_after (agent, agent->standing.retry_after, NULL);
    }
}

/* A service that sends a byte now and then would keep a round for ever. */
static gboolean
on_limit (gpointer data)
{
  Agent *agent = data;

  agent->limit = 0;
  g_cancellable_cancel (agent->round);
  return G_SOURCE_REMOVE;
}

static void
start_round (Agent *agent)
{
  agent->round = g_cancellable_new ();
  agent->limit = g_timeout_add_seconds ((guint) timeout, on_limit, agent);
  g_autoptr (GTask) task = g_task_new (NULL, agent->round, on_round_done, agent);
  g_task_set_task_data (task, agent, NULL);
  g_task_run_in_thread (task, round_thread);
}

static gboolean
on_signal (gpointer data)
{
  Agent *agent = data;

  agent->ending = TRUE;
  if (agent->round != NULL)
    g_cancellable_cancel (agent->round);
  else
    g_main_loop_quit (agent->loop);
  return G_SOURCE_CONTINUE;
}

/* One round (--once), or one after another until a signal. Returns: the exit status */
static int
go_on (Agent *agent)
{
  agent->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, agent);
  g_unix_signal_add (SIGINT, on_signal, agent);
  start_round (agent);
  g_main_loop_run (agent->loop);
  g_clear_handle_id (&agent->timer, g_source_remove);
  g_main_loop_unref (agent->loop);
  return agent->status;
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
  Agent agent = { 0 };
  int status = 2;

  if (lock_state (&error))
    agent.identity = rollcall_identity_ensure (state_directory, &error);
  if (agent.identity != NULL && identity_only)
    status = print_identity (agent.identity);
  else if (agent.identity != NULL && (agent.authorities = open_authorities (&error)) != NULL)
    {
      agent.conversation = rollcall_conversation_new (server, agent.authorities, agent.identity, state_directory);
      status = go_on (&agent);
    }
  if (error != NULL)
    g_printerr ("rollcall-agent: %s\n", error->message);
  g_clear_pointer (&agent.conversation, rollcall_conversation_free);
  g_clear_pointer (&agent.identity, rollcall_identity_free);
  g_clear_object (&agent.authorities);
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
  else if (timeout < 1 || timeout > 86400)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--timeout is 1 to 86400");
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
