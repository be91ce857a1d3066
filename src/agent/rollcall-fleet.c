/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many simulated computers, each with its own key, in a few threads. */
#include <glib-unix.h>
#include <locale.h>
#include <sys/stat.h>

#include "rollcall-conversation.h"
#include "rollcall-fleet-computers.h"

#define THREADS     8
#define COUNT_LIMIT 1000000

static char *server, *authority, *keep;
static int count = 100, seed = 1, reinstalls, clones, junk;
static double rate;
static gboolean once, version;

static const GOptionEntry entries[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, &server, "The service, https://HOST:PORT", "URL" },
  { "ca", 0, 0, G_OPTION_ARG_FILENAME, &authority, "The certificate of the service's authority (PEM)", "FILE" },
  { "count", 0, 0, G_OPTION_ARG_INT, &count, "Simulate N computers (default 100)", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "The same computers for the same S (default 1)", "S" },
  { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate, "At most R requests a second (default: as fast as it goes)", "R" },
  { "keep", 0, 0, G_OPTION_ARG_FILENAME, &keep, "Keep the keys in DIR, so that the next run is the same computers",
    "DIR" },
  { "reinstalls", 0, 0, G_OPTION_ARG_INT, &reinstalls, "The first N come with a new key and no longer the old", "N" },
  { "clones", 0, 0, G_OPTION_ARG_INT, &clones, "The next N are copied: a second key beside the first", "N" },
  { "junk", 0, 0, G_OPTION_ARG_INT, &junk, "N more computers whose vendor left the placeholders in", "N" },
  { "once", 0, 0, G_OPTION_ARG_NONE, &once, "Each asks once, then exit", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
  { NULL },
};

typedef struct
{
  GTlsDatabase *authorities;
  GCancellable *cancellable;
  GMutex lock;
  GCond changed;
  guint answered, failed, by_status[ROLLCALL_N_STATUSES];
  gint64 retry_after;
  char *failure;     /* (nullable) the first one's message */
  gint64 next_start; /* monotonic */
} Fleet;

/* One key of one computer. */
typedef struct
{
  guint number;
  gboolean junk;
  const char *variant; /* "", "reinstall", "clone" */
} Member;

static void
wait_for_turn (Fleet *fleet)
{
  gint64 start;

  if (rate <= 0)
    return;
  g_mutex_lock (&fleet->lock);
  start = fleet->next_start = MAX (fleet->next_start + (gint64) (G_USEC_PER_SEC / rate), g_get_monotonic_time ());
  while (!g_cancellable_is_cancelled (fleet->cancellable) && g_cond_wait_until (&fleet->changed, &fleet->lock, start))
    ;
  g_mutex_unlock (&fleet->lock);
}

static gboolean
ask (Fleet *fleet, const Member *member, RollcallStanding *standing, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s%s%u", member->junk ? "junk-" : "", member->variant, member->number);
  g_autofree char *directory = g_build_filename (keep, name, NULL);
  g_autoptr (RollcallIdentity) identity = rollcall_identity_ensure (directory, error);
  g_autoptr (RollcallRequest) request = rollcall_fleet_describe ((guint) seed, member->number, member->junk);
  g_autoptr (RollcallConversation) conversation = NULL;

  if (identity == NULL)
    return FALSE;
  conversation = rollcall_conversation_new (server, fleet->authorities, identity, NULL);
  return rollcall_conversation_run (conversation, request, standing, fleet->cancellable, error);
}

static void
member_thread (gpointer data, gpointer user_data)
{
  g_autofree Member *member = data;
  Fleet *fleet = user_data;
  g_autoptr (GError) error = NULL;
  RollcallStanding standing;
  gboolean answered;

  wait_for_turn (fleet);
  if (g_cancellable_is_cancelled (fleet->cancellable))
    return;
  answered = ask (fleet, member, &standing, &error);
  g_mutex_lock (&fleet->lock);
  if (answered)
    {
      fleet->answered++;
      fleet->by_status[standing.status]++;
      fleet->retry_after = standing.retry_after;
    }
  else
    {
      fleet->failed++;
      if (fleet->failure == NULL)
        fleet->failure = g_strdup (error->message);
    }
  g_mutex_unlock (&fleet->lock);
}

static void
push (GThreadPool *pool, guint number, gboolean is_junk, const char *variant)
{
  Member *member = g_new0 (Member, 1);

  *member = (Member) { number, is_junk, variant };
  g_thread_pool_push (pool, member, NULL);
  /* cppcheck-suppress memleak ; the thread that takes it frees it */
}

/* Every computer once. */
static void
run_round (Fleet *fleet)
{
  GThreadPool *pool = g_thread_pool_new (member_thread, fleet, THREADS, TRUE, NULL);

  fleet->answered = fleet->failed = 0;
  memset (fleet->by_status, 0, sizeof fleet->by_status);
  for (guint number = 1; number <= (guint) count; number++)
    {
      gboolean reinstalled = number <= (guint) reinstalls;

      push (pool, number, FALSE, reinstalled ? "reinstall-" : "");
      if (!reinstalled && number <= (guint) (reinstalls + clones))
        push (pool, number, FALSE, "clone-");
    }
  for (guint number = 1; number <= (guint) junk; number++)
    push (pool, (guint) count + number, TRUE, "");
  g_thread_pool_free (pool, FALSE, TRUE);
  g_print ("%u asked: %u pending, %u allowed, %u blocked, %u revoked, %u failed\n", fleet->answered + fleet->failed,
           fleet->by_status[ROLLCALL_STATUS_PENDING], fleet->by_status[ROLLCALL_STATUS_ALLOWED],
           fleet->by_status[ROLLCALL_STATUS_BLOCKED], fleet->by_status[ROLLCALL_STATUS_REVOKED], fleet->failed);
  fflush (stdout);
  if (fleet->failure != NULL)
    g_printerr ("rollcall-fleet: %s\n", fleet->failure);
  g_clear_pointer (&fleet->failure, g_free);
}

static gpointer
fleet_thread (gpointer data)
{
  Fleet *fleet = data;

  do
    {
      gint64 until;

      run_round (fleet);
      if (once)
        break;
      until = g_get_monotonic_time () + MAX (fleet->retry_after, 1) * G_USEC_PER_SEC;
      g_mutex_lock (&fleet->lock);
      while (!g_cancellable_is_cancelled (fleet->cancellable) &&
             g_cond_wait_until (&fleet->changed, &fleet->lock, until))
        ;
      g_mutex_unlock (&fleet->lock);
    }
  while (!g_cancellable_is_cancelled (fleet->cancellable));
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
on_signal (gpointer data)
{
  Fleet *fleet = data;

  g_cancellable_cancel (fleet->cancellable);
  g_mutex_lock (&fleet->lock);
  g_cond_broadcast (&fleet->changed);
  g_mutex_unlock (&fleet->lock);
  return G_SOURCE_CONTINUE;
}

static int
run (GError **error)
{
  g_autofree char *path = g_canonicalize_filename (authority, NULL); /* GTlsFileDatabase takes no other */
  Fleet fleet = { 0 };
  GThread *thread;
  int status;

  fleet.authorities = g_tls_file_database_new (path, error);
  if (fleet.authorities == NULL)
    return 2;
  fleet.cancellable = g_cancellable_new ();
  g_mutex_init (&fleet.lock);
  g_cond_init (&fleet.changed);
  if (once)
    fleet_thread (&fleet);
  else
    {
      g_unix_signal_add (SIGTERM, on_signal, &fleet);
      g_unix_signal_add (SIGINT, on_signal, &fleet);
      thread = g_thread_new ("fleet", fleet_thread, &fleet);
      while (!g_cancellable_is_cancelled (fleet.cancellable))
        g_main_context_iteration (NULL, TRUE);
      g_thread_join (thread);
    }
  status = once && fleet.failed > 0 ? 3 : 0;
  g_object_unref (fleet.authorities);
  g_object_unref (fleet.cancellable);
  g_mutex_clear (&fleet.lock);
  g_cond_clear (&fleet.changed);
  return status;
}

static gboolean
read_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Simulates many computers that ask Rollcall's service to be managed.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error) || version)
    return version;
  if (*argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "“%s” is not understood", (*argv)[1]);
  else if (server == NULL || authority == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--server and --ca are needed");
  else if (count < 1 || count > COUNT_LIMIT || reinstalls < 0 || clones < 0 || junk < 0 ||
           reinstalls + clones > count || junk > COUNT_LIMIT)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "--count is 1 to %d, --reinstalls and --clones together no more than that", COUNT_LIMIT);
  else
    return TRUE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *scratch = NULL;
  int status;

  setlocale (LC_ALL, "");
  umask (0077);
  if (!read_options (&argc, &argv, &error))
    {
      g_printerr ("rollcall-fleet: %s\nTry “rollcall-fleet --help”.\n", error->message);
      return 2;
    }
  if (version)
    {
      g_print ("rollcall-fleet %s\n", ROLLCALL_VERSION);
      return 0;
    }
  if (keep == NULL)
    keep = scratch = g_dir_make_tmp ("rollcall-fleet-XXXXXX", &error);
  status = error == NULL ? run (&error) : 2;
  if (error != NULL)
    g_printerr ("rollcall-fleet: %s\n", error->message);
  if (scratch != NULL)
    g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-rf", (char *) "--", scratch, NULL }, NULL,
                  G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  return status;
}
