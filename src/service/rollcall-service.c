/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rollcall-service-private.h"

#define STOP_PATIENCE (5 * G_USEC_PER_SEC)                        /* for those who are slow to take their answer */
#define RENEWAL_PAUSE (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC) /* between two tries */

/* The first administrator, whose token is a file that only the service's user reads. */
static gboolean
ensure_first_token (RollcallService *service, GError **error)
{
  g_autofree char *path = g_build_filename (service->data_directory, "admin.token", NULL);
  g_autoptr (GPtrArray) tokens = rollcall_store_list_tokens (service->store, error);
  g_autoptr (RollcallToken) token = rollcall_token_new ("admin", ROLLCALL_ROLE_ADMINISTRATOR, 0);
  g_autofree char *text = NULL, *hash = NULL, *line = NULL;
  g_autoptr (RollcallEvent) event = NULL;

  if (tokens == NULL || tokens->len > 0)
    return tokens != NULL && rollcall_private_file_check (path, error);
  text = rollcall_token_make ();
  hash = rollcall_token_hash (text);
  line = g_strconcat (text, "\n", NULL);
  event = rollcall_event_new (ROLLCALL_EVENT_TOKEN_CHANGE, rollcall_clock_now (), ROLLCALL_ACTOR_SERVICE, "");
  g_set_str (&event->note, "the first administrator's token was made");
  if (!rollcall_private_file_write (path, line, 0600, error) || !rollcall_store_begin (service->store, error))
    return FALSE;
  if (rollcall_store_add_token (service->store, token, hash, error) &&
      rollcall_store_append_event (service->store, event, error))
    return rollcall_store_commit (service->store, error);
  rollcall_store_rollback (service->store);
  return FALSE;
}

/* What the writer keeps in memory is right only while no other process writes. */
static gboolean
take_directory (RollcallService *service, GError **error)
{
  g_autofree char *path = g_build_filename (service->data_directory, "lock", NULL);

  if (g_mkdir_with_parents (service->data_directory, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s cannot be made: %s",
                   service->data_directory, g_strerror (errno));
      return FALSE;
    }
  service->lock_file = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (service->lock_file >= 0 && flock (service->lock_file, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno == EWOULDBLOCK)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN, "another rollcalld serves from %s", service->data_directory);
  else
    g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s cannot be used: %s", path,
                 g_strerror (errno));
  return FALSE;
}

/* Backups that a killed process was about to send. */
static void
remove_left_backups (RollcallService *service)
{
  g_autoptr (GDir) directory = g_dir_open (service->data_directory, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    if (g_str_has_prefix (name, ROLLCALL_BACKUP_PREFIX))
      {
        g_autofree char *path = g_build_filename (service->data_directory, name, NULL);

        g_unlink (path);
      }
}

static gboolean
open_tls (RollcallService *service, const char *certificate, const char *key, GError **error)
{
  g_autofree char *own_certificate = g_build_filename (service->data_directory, "server.pem", NULL);
  g_autofree char *own_key = g_build_filename (service->data_directory, "server.key", NULL);

  service->own_certificate = certificate == NULL;
  service->tls = rollcall_tls_new (certificate ?: own_certificate, key ?: own_key);
  return rollcall_certificates_ensure (service->data_directory, error) && rollcall_tls_load (service->tls, error);
}

static gboolean
take_up_backup (RollcallService *service, GError **error)
{
  gint64 made_at = 0;
  g_autofree char *time = NULL;

  if (!rollcall_store_take_up_backup (service->store, rollcall_clock_now (), &made_at, error))
    return FALSE;
  time = rollcall_time_format (made_at);
  if (made_at != 0)
    g_message ("the store was restored from the backup of %s", time);
  return TRUE;
}

static gboolean
open_service (RollcallService *service, const char *certificate, const char *key, GError **error)
{
  if (!take_directory (service, error) || !open_tls (service, certificate, key, error))
    return FALSE;
  remove_left_backups (service);
  service->store_path = g_build_filename (service->data_directory, "rollcall.sqlite", NULL);
  service->store = rollcall_store_open (service->store_path, TRUE, error);
  if (service->store == NULL || !take_up_backup (service, error) || !ensure_first_token (service, error))
    return FALSE;
  service->latest = rollcall_store_get_latest_revision (service->store, NULL);
  service->readers = rollcall_readers_new (error);
  if (service->readers == NULL)
    return FALSE;
  rollcall_writer_note_progress (service);
  service->writer = g_thread_new ("writer", rollcall_writer_run, service);
  return TRUE;
}

RollcallService *
rollcall_service_new (const char *data_directory, const char *certificate, const char *key, GError **error)
{
  g_autoptr (RollcallService) service = g_new0 (RollcallService, 1);

  service->data_directory = g_strdup (data_directory);
  service->lock_file = -1;
  service->limits = (RollcallLimits) ROLLCALL_LIMITS_USUAL;
  service->started = g_get_real_time () / G_USEC_PER_SEC;
  service->metrics = rollcall_metrics_new (rollcall_n_routes);
  service->addresses = rollcall_addresses_new ();
  service->daemons = g_ptr_array_new ();
  service->stores = g_ptr_array_new_with_free_func (g_object_unref);
  service->site_servers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_mutex_init (&service->lock);
  g_cond_init (&service->queued);
  g_cond_init (&service->answered);
  g_queue_init (&service->jobs);
  return open_service (service, certificate, key, error) ? g_steal_pointer (&service) : NULL;
}

void
rollcall_service_set_limits (RollcallService *service, const RollcallLimits *limits)
{
  g_return_if_fail (service->daemons->len == 0 && limits->waiting > 0);

  service->limits = *limits;
}

gboolean
rollcall_service_reload (RollcallService *service, GError **error)
{
  return (!service->own_certificate || rollcall_certificates_ensure (service->data_directory, error)) &&
         rollcall_tls_load (service->tls, error);
}

gint64
rollcall_service_get_progress (RollcallService *service)
{
  return __atomic_load_n (&service->progress, __ATOMIC_RELAXED);
}

static void
renew_certificate (RollcallService *service)
{
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time (), before = rollcall_tls_get_expiry (service->tls);

  if (!service->own_certificate || now < service->renew_at || !rollcall_certificate_is_due (before))
    return;
  service->renew_at = now + RENEWAL_PAUSE;
  if (!rollcall_service_reload (service, &error))
    g_warning ("the server's certificate could not be renewed: %s", error->message);
  else if (rollcall_tls_get_expiry (service->tls) > before)
    g_message ("the server's certificate was renewed");
}

void
rollcall_service_tick (RollcallService *service)
{
  renew_certificate (service);
  rollcall_addresses_tidy (service->addresses, g_get_monotonic_time ());
  g_mutex_lock (&service->lock);
  rollcall_streams_wake (service, FALSE);
  g_mutex_unlock (&service->lock);
}

/* No new connection, no new work, an end for each stream, and an answer for everything that was accepted. The daemons
 * keep their listening sockets until they stop: libmicrohttpd's threads may be about to touch one that is taken from
 * them (MHD_quiesce_daemon), and end the process when they find it gone. */
static void
stop (RollcallService *service)
{
  gint64 until = g_get_monotonic_time () + STOP_PATIENCE;

  g_mutex_lock (&service->lock);
  service->closing = TRUE;
  rollcall_streams_wake (service, TRUE);
  g_cond_signal (&service->queued);
  g_mutex_unlock (&service->lock);
  if (service->writer != NULL)
    g_thread_join (service->writer);
  if (service->readers != NULL)
    g_thread_pool_free (service->readers, FALSE, TRUE);
  g_mutex_lock (&service->lock);
  while (service->n_open > 0 && g_cond_wait_until (&service->answered, &service->lock, until))
    ;
  g_mutex_unlock (&service->lock);
  for (guint i = 0; i < service->daemons->len; i++)
    MHD_stop_daemon (service->daemons->pdata[i]);
}

void
rollcall_service_free (RollcallService *service)
{
  stop (service);
  g_ptr_array_unref (service->daemons);
  rollcall_writer_forget (service);
  g_hash_table_unref (service->site_servers);
  g_ptr_array_unref (service->stores);
  rollcall_addresses_free (service->addresses);
  rollcall_metrics_free (service->metrics);
  g_clear_object (&service->store);
  g_mutex_clear (&service->lock);
  g_cond_clear (&service->queued);
  g_cond_clear (&service->answered);
  if (service->lock_file >= 0)
    g_close (service->lock_file, NULL);
  g_free (service->data_directory);
  g_free (service->store_path);
  g_clear_pointer (&service->tls, rollcall_tls_free);
  g_free (service);
}
