/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "rollcall-clock.h"
#include "rollcall-log.h"
#include "rollcall-service.h"
#include "rollcall-store.h"

static char *data_directory, *store, *certificate, *key;
static char **addresses;
static RollcallLimits limits = ROLLCALL_LIMITS_USUAL;
static guint log_lines = ROLLCALL_LOG_LINES_USUAL;
static gboolean version;

static gboolean
read_limit (const char *option, const char *value, gpointer unused, GError **error)
{
  static const struct
  {
    const char *option;
    guint *limit;
  } all[] = {
    { "--address-requests", &limits.address_requests },
    { "--address-failures", &limits.address_failures },
    { "--waiting", &limits.waiting },
    { "--log-lines", &log_lines },
  };
  gboolean waiting = g_str_equal (option, "--waiting");
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, waiting, G_MAXINT, &number, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: “%s” is not a number from %d", option, value,
                   waiting);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_str_equal (option, all[i].option))
      *all[i].limit = (guint) number;
  return TRUE;
}

static const GOptionEntry entries[] = {
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_directory, "Keep everything in DIR, made if absent", "DIR" },
  { "listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &addresses,
    "Accept connections on ADDR:PORT; port 0 picks one (repeatable; default 127.0.0.1:8443)", "ADDR:PORT" },
  { "store", 0, 0, G_OPTION_ARG_STRING, &store, "Keep registrations elsewhere (default: SQLite in DIR)", "URI" },
  { "tls-certificate", 0, 0, G_OPTION_ARG_FILENAME, &certificate, "Serve with this certificate (PEM)", "FILE" },
  { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &key, "Its key (PEM), which only its owner may read", "FILE" },
  { "address-requests", 0, 0, G_OPTION_ARG_CALLBACK, read_limit,
    "Answer 429 while an address has more than N requests under way (default 4096; 0: no limit)", "N" },
  { "address-failures", 0, 0, G_OPTION_ARG_CALLBACK, read_limit,
    "Answer 429 instead of 401 to more than N invalid tokens a minute of an address (default 600; 0: no limit)", "N" },
  { "waiting", 0, 0, G_OPTION_ARG_CALLBACK, read_limit,
    "Answer 503 while N requests, of agents for the most part, wait to be written (default 10000)", "N" },
  { "log-lines", 0, 0, G_OPTION_ARG_CALLBACK, read_limit,
    "Log N lines a second at most, and as many about callers who are not known (default 100; 0: no limit)", "N" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
  { NULL },
};

/* What the main loop looks after. */
typedef struct
{
  RollcallService *service;
  GMainLoop *loop;
  gint64 watchdog; /* microseconds within which the service manager waits for a sign of life; 0: it does not */
} Watch;

static gboolean
on_stop (gpointer data)
{
  g_main_loop_quit (((Watch *) data)->loop);
  return G_SOURCE_CONTINUE;
}

/* sd_notify(3), Type=notify-reload. A reload that fails is told as done too: what is served stays as it was. */
static gboolean
on_reload (gpointer data)
{
  Watch *watch = data;
  g_autoptr (GError) error = NULL;

  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT "\nSTATUS=Reading certificate and key",
              g_get_monotonic_time ());
  if (rollcall_service_reload (watch->service, &error))
    {
      g_message ("certificate and key were read again");
      sd_notify (0, "READY=1\nSTATUS=Serving");
    }
  else
    {
      g_warning ("the old certificate and key stay in use: %s", error->message);
      sd_notify (0, "READY=1\nSTATUS=Serving with the old certificate and key: the new ones cannot be used");
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_second (gpointer data)
{
  rollcall_service_tick (((Watch *) data)->service);
  rollcall_log_tick ();
  return G_SOURCE_CONTINUE;
}

/* Alive is who gets on with writing: it does so once a second even if nothing is to be written. */
static gboolean
on_watchdog (gpointer data)
{
  const Watch *watch = data;

  if (g_get_monotonic_time () - rollcall_service_get_progress (watch->service) < watch->watchdog / 2)
    sd_notify (0, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static void
start_watchdog (Watch *watch)
{
  uint64_t interval = 0;

  if (sd_watchdog_enabled (0, &interval) <= 0)
    return;
  watch->watchdog = (gint64) interval;
  g_timeout_add ((guint) CLAMP (interval / 4000, 100, G_MAXUINT), on_watchdog, watch);
}

static gboolean
is_elsewhere (const char *uri)
{
  return g_str_has_prefix (uri, "postgresql:") || g_str_has_prefix (uri, "postgres:");
}

static gboolean
check_options (int argc, char **argv, GError **error)
{
  if (argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "“%s” is not understood", argv[1]);
  else if (data_directory == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--data-dir is needed");
  else if (store != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "--store: this version keeps its store as SQLite in --data-dir only");
  else if ((certificate == NULL) != (key == NULL))
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--tls-certificate and --tls-key go together");
  else
    return rollcall_clock_set (g_getenv ("ROLLCALL_NOW"), error);
  return FALSE;
}

static gboolean
read_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[store copy FROM TO]");

  g_option_context_set_summary (context, "Rollcall's registration service, over HTTPS.\n\n"
                                         "“store copy” makes FILE TO a copy of the store in FILE FROM.");
  g_option_context_set_description (context, "ROLLCALL_NOW (an RFC 3339 time, or an offset such as +P91D) sets the "
                                             "service's clock, for tests.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

/* A store that is not in use, or one that is: either way a consistent state of it. */
static gboolean
copy_store (const char *from, const char *to, GError **error)
{
  g_autoptr (RollcallStore) source = NULL;

  if (is_elsewhere (from) || is_elsewhere (to))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "this version knows stores in SQLite files only");
      return FALSE;
    }
  source = rollcall_store_open (from, FALSE, error);
  return source != NULL && rollcall_store_backup (source, to, 0, error);
}

/* Each connection is a file. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_message ("the limit of open files stays as it is: %s", g_strerror (errno));
}

static gboolean
listen_everywhere (RollcallService *service, GError **error)
{
  static const char *const usual[] = { "127.0.0.1:8443", NULL };
  const char *const *places = addresses != NULL ? (const char *const *) addresses : usual;
  g_autoptr (GString) told = g_string_new (NULL);

  for (guint i = 0; places[i] != NULL; i++)
    {
      g_autofree char *url = rollcall_service_listen (service, places[i], error);

      if (url == NULL)
        return FALSE;
      g_string_append_printf (told, "listening on %s\n", url);
    }
  g_print ("%s", told->str);
  fflush (stdout);
  return TRUE;
}

static gboolean
serve (GError **error)
{
  g_autoptr (RollcallService) service = rollcall_service_new (data_directory, certificate, key, error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Watch watch = { service, loop, 0 };

  if (service == NULL)
    return FALSE;
  rollcall_service_set_limits (service, &limits);
  g_unix_signal_add (SIGTERM, on_stop, &watch);
  g_unix_signal_add (SIGINT, on_stop, &watch);
  g_unix_signal_add (SIGHUP, on_reload, &watch);
  if (!listen_everywhere (service, error))
    return FALSE;
  sd_notify (0, "READY=1\nSTATUS=Serving");
  g_timeout_add_seconds (1, on_second, &watch);
  start_watchdog (&watch);
  g_main_loop_run (loop);
  sd_notify (0, "STOPPING=1\nSTATUS=Answering what is under way");
  return TRUE;
}

static int
fail (int status, const GError *error)
{
  g_printerr ("rollcalld: %s\n", error->message);
  if (status == 2)
    g_printerr ("Try “rollcalld --help”.\n");
  return status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  umask (0077);
  signal (SIGPIPE, SIG_IGN);
  if (!read_options (&argc, &argv, &error))
    return fail (2, error);
  if (version)
    {
      g_print ("rollcalld %s\n", ROLLCALL_VERSION);
      return 0;
    }
  if (argc == 5 && g_str_equal (argv[1], "store") && g_str_equal (argv[2], "copy"))
    return copy_store (argv[3], argv[4], &error) ? 0 : fail (1, error);
  if (!check_options (argc, argv, &error))
    return fail (2, error);
  rollcall_log_start (log_lines);
  raise_file_limit ();
  return serve (&error) ? 0 : fail (1, error);
}
