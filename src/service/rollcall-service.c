/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <unistd.h>

#include "rollcall-service-private.h"

#define CONNECTION_TIMEOUT      60 /* s */
#define CONNECTION_LIMIT        20000
#define CONNECTIONS_PER_ADDRESS 10000
#define THREADS                 2

void
rollcall_call_free (RollcallCall *call)
{
  g_free (call->method);
  g_free (call->path);
  g_byte_array_unref (call->body);
  g_free (call->fingerprint);
  g_free (call->person);
  g_free (call->name);
  g_free (call->answer);
  g_free (call->etag);
  g_free (call->file);
  g_free (call);
}

/* A store that reads, one for each thread of libmicrohttpd. */
static GPrivate reader = G_PRIVATE_INIT (g_object_unref);

static RollcallStore *
get_reader (RollcallService *service, GError **error)
{
  RollcallStore *store = g_private_get (&reader);

  if (store == NULL)
    {
      store = rollcall_store_open (service->store_path, FALSE, error);
      if (store != NULL)
        g_private_set (&reader, store);
    }
  return store;
}

static struct MHD_Response *
make_response (RollcallCall *call)
{
  struct MHD_Response *response;
  int file;

  if (call->is_stream)
    return rollcall_stream_respond (call);
  if (call->file != NULL)
    {
      GStatBuf status;

      file = g_open (call->file, O_RDONLY | O_CLOEXEC, 0);
      g_unlink (call->file);
      if (file >= 0 && fstat (file, &status) == 0)
        return MHD_create_response_from_fd64 ((uint64_t) status.st_size, file);
      call->status = 503;
      return MHD_create_response_empty (0);
    }
  if (call->answer == NULL)
    return MHD_create_response_empty (0);
  response = MHD_create_response_from_buffer_with_free_callback (strlen (call->answer), call->answer, g_free);
  call->answer = NULL;
  return response;
}

static enum MHD_Result
answer (RollcallCall *call)
{
  struct MHD_Response *response = make_response (call);
  g_autofree char *retry = g_strdup_printf ("%" G_GINT64_FORMAT, call->retry_after);
  enum MHD_Result result;

  if (call->type != NULL)
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, call->type);
  if (call->etag != NULL)
    MHD_add_response_header (response, MHD_HTTP_HEADER_ETAG, call->etag);
  if (call->retry_after > 0)
    MHD_add_response_header (response, MHD_HTTP_HEADER_RETRY_AFTER, retry);
  if (call->status == 401)
    MHD_add_response_header (response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
  MHD_add_response_header (response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  result = MHD_queue_response (call->connection, call->status, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
answer_error (RollcallCall *call, const GError *error)
{
  call->handled = TRUE;
  rollcall_call_answer_error (call, error);
  return answer (call);
}

static enum MHD_Result
refuse_body (RollcallCall *call)
{
  g_autoptr (GError) error = NULL;

  rollcall_problem_set (&error, ROLLCALL_PROBLEM_TOO_LARGE, NULL, "A body is 1 MiB at most.");
  return answer_error (call, error);
}

/* The request is here whole: routes it, and handles it or leaves it to the writer. */
static enum MHD_Result
begin_call (RollcallCall *call)
{
  g_autoptr (GError) error = NULL;

  if (call->too_large)
    return refuse_body (call);
  call->store = get_reader (call->service, &error);
  if (call->store == NULL || !rollcall_call_route (call, &error))
    return answer_error (call, error);
  call->handled = TRUE;
  if (call->route->writes)
    {
      if (rollcall_writer_push (call))
        return MHD_YES;
      rollcall_problem_set (&error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The service is busy or about to stop.");
    }
  else
    call->route->handle (call, &error);
  if (error != NULL)
    rollcall_call_answer_error (call, error);
  return answer (call);
}

/* A body that says that it is far too long is refused before it comes; one that is a little too long is read to its
 * end, so that its sender hears the answer. */
static gboolean
says_too_much (struct MHD_Connection *connection)
{
  const char *length = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

  return length != NULL && g_ascii_strtoull (length, NULL, 10) > ROLLCALL_BODY_LIMIT + ROLLCALL_BODY_LIMIT / 2;
}

static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
            const char *upload, size_t *size, void **state)
{
  RollcallCall *call = *state;

  if (call == NULL)
    {
      call = *state = g_new0 (RollcallCall, 1);
      call->service = data;
      call->connection = connection;
      call->started = g_get_monotonic_time ();
      call->method = g_strdup (method);
      call->path = g_strdup (path);
      call->body = g_byte_array_new ();
      return says_too_much (connection) ? refuse_body (call) : MHD_YES;
    }
  if (call->handled)
    return answer (call);
  if (*size == 0)
    return begin_call (call);
  if (call->body->len + *size > ROLLCALL_BODY_LIMIT)
    call->too_large = TRUE;
  else
    g_byte_array_append (call->body, (const guint8 *) upload, (guint) *size);
  *size = 0;
  return MHD_YES;
}

/* Who, what, how long: never a token, a body or a query. */
static void
on_completed (void *data, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
  RollcallCall *call = *state;
  RollcallService *service = data;

  if (call == NULL)
    return;
  g_mutex_lock (&service->lock);
  service->n_calls++;
  service->n_errors += call->status >= 400;
  g_mutex_unlock (&service->lock);
  if (call->person != NULL && g_strcmp0 (call->method, "GET") != 0)
    {
      g_autofree char *who = g_strescape (call->person, NULL);

      g_message ("%s: %s %s: %u, %" G_GINT64_FORMAT " ms", who, call->method,
                 call->route != NULL ? call->route->pattern : "?", call->status,
                 (g_get_monotonic_time () - call->started) / 1000);
    }
  rollcall_call_free (call);
  *state = NULL;
}

static void
on_connection (void *data, struct MHD_Connection *connection, void **state, enum MHD_ConnectionNotificationCode code)
{
  const union MHD_ConnectionInfo *info;

  if (code != MHD_CONNECTION_NOTIFY_STARTED)
    return;
  info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (info != NULL)
    gnutls_certificate_server_set_request ((gnutls_session_t) info->tls_session, GNUTLS_CERT_REQUEST);
}

static gboolean
read_address (const char *address, struct sockaddr_storage *socket_address, GError **error)
{
  const char *colon = strrchr (address, ':');
  g_autofree char *host = NULL;
  struct sockaddr_in *four = (struct sockaddr_in *) socket_address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *) socket_address;
  guint64 port;

  memset (socket_address, 0, sizeof *socket_address);
  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    goto invalid;
  if (*address == '[' && colon > address && colon[-1] == ']')
    {
      host = g_strndup (address + 1, (gsize) (colon - address - 2));
      six->sin6_family = AF_INET6;
      six->sin6_port = htons ((guint16) port);
      if (inet_pton (AF_INET6, host, &six->sin6_addr) == 1)
        return TRUE;
    }
  else
    {
      host = g_strndup (address, (gsize) (colon - address));
      four->sin_family = AF_INET;
      four->sin_port = htons ((guint16) port);
      if (inet_pton (AF_INET, host, &four->sin_addr) == 1)
        return TRUE;
    }

invalid:
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "“%s” is not ADDR:PORT with a numeric address",
               address);
  return FALSE;
}

char *
rollcall_service_listen (RollcallService *service, const char *address, GError **error)
{
  struct sockaddr_storage place;
  struct MHD_Daemon *daemon;
  const union MHD_DaemonInfo *info;
  unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                       MHD_USE_ERROR_LOG;
  g_autofree char *host = NULL;

  if (!read_address (address, &place, error))
    return NULL;
  if (place.ss_family == AF_INET6)
    flags |= MHD_USE_IPv6;
  daemon = MHD_start_daemon (
      flags, 0, NULL, NULL, on_request, service, MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &place,
      MHD_OPTION_HTTPS_MEM_KEY, service->key, MHD_OPTION_HTTPS_MEM_CERT, service->certificate,
      MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", MHD_OPTION_NOTIFY_CONNECTION,
      on_connection, service, MHD_OPTION_NOTIFY_COMPLETED, on_completed, service, MHD_OPTION_CONNECTION_TIMEOUT,
      (unsigned int) CONNECTION_TIMEOUT, MHD_OPTION_CONNECTION_LIMIT, (unsigned int) CONNECTION_LIMIT,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int) CONNECTIONS_PER_ADDRESS, MHD_OPTION_THREAD_POOL_SIZE,
      (unsigned int) THREADS, MHD_OPTION_END);
  if (daemon == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot listen on %s: %s", address, g_strerror (errno));
      return NULL;
    }
  g_ptr_array_add (service->daemons, daemon);
  info = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT);
  host = g_strndup (address, (gsize) (strrchr (address, ':') - address));
  return g_strdup_printf ("https://%s:%u", host, (unsigned int) info->port);
}

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
    return tokens != NULL;
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

static gboolean
open_service (RollcallService *service, const char *certificate, const char *key, GError **error)
{
  g_autofree char *own_certificate = g_build_filename (service->data_directory, "server.pem", NULL);
  g_autofree char *own_key = g_build_filename (service->data_directory, "server.key", NULL);

  if (g_mkdir_with_parents (service->data_directory, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s cannot be made: %s",
                   service->data_directory, g_strerror (errno));
      return FALSE;
    }
  if (!rollcall_certificates_ensure (service->data_directory, error))
    return FALSE;
  service->key = rollcall_private_file_read (key != NULL ? key : own_key, error);
  if (service->key == NULL ||
      !g_file_get_contents (certificate != NULL ? certificate : own_certificate, &service->certificate, NULL, error))
    return FALSE;
  service->store_path = g_build_filename (service->data_directory, "rollcall.sqlite", NULL);
  service->store = rollcall_store_open (service->store_path, TRUE, error);
  if (service->store == NULL || !ensure_first_token (service, error))
    return FALSE;
  service->latest = rollcall_store_get_latest_revision (service->store, NULL);
  service->writer = g_thread_new ("writer", rollcall_writer_run, service);
  return TRUE;
}

RollcallService *
rollcall_service_new (const char *data_directory, const char *certificate, const char *key, GError **error)
{
  g_autoptr (RollcallService) service = g_new0 (RollcallService, 1);

  service->data_directory = g_strdup (data_directory);
  service->daemons = g_ptr_array_new ();
  g_mutex_init (&service->lock);
  g_cond_init (&service->queued);
  g_queue_init (&service->jobs);
  return open_service (service, certificate, key, error) ? g_steal_pointer (&service) : NULL;
}

void
rollcall_service_tick (RollcallService *service)
{
  g_mutex_lock (&service->lock);
  rollcall_streams_wake (service, FALSE);
  g_mutex_unlock (&service->lock);
}

void
rollcall_service_free (RollcallService *service)
{
  for (guint i = 0; i < service->daemons->len; i++)
    {
      MHD_socket listening = MHD_quiesce_daemon (service->daemons->pdata[i]);

      if (listening != MHD_INVALID_SOCKET)
        close (listening);
    }
  g_mutex_lock (&service->lock);
  service->closing = TRUE;
  rollcall_streams_wake (service, TRUE);
  g_cond_signal (&service->queued);
  g_mutex_unlock (&service->lock);
  if (service->writer != NULL)
    g_thread_join (service->writer);
  for (guint i = 0; i < service->daemons->len; i++)
    MHD_stop_daemon (service->daemons->pdata[i]);
  g_ptr_array_unref (service->daemons);
  rollcall_writer_forget_rules (service);
  g_clear_object (&service->store);
  g_mutex_clear (&service->lock);
  g_cond_clear (&service->queued);
  g_free (service->data_directory);
  g_free (service->store_path);
  g_free (service->certificate);
  g_free (service->key);
  g_free (service);
}
