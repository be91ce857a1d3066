/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTPS by libmicrohttpd: its callbacks, from a request's first line to its answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include "rollcall-log.h"
#include "rollcall-service-private.h"

#define READ_LIMIT              (2 * ROLLCALL_BODY_LIMIT) /* of a body that is refused */
#define CONNECTION_TIMEOUT      60                        /* s without a byte */
#define CONNECTION_LIMIT        20000
#define CONNECTIONS_PER_ADDRESS 10000
#define THREADS                 CLAMP (g_get_num_processors (), 2, 16)

/* NULL with an error as the call's answer where the file cannot be read. */
static struct MHD_Response *
make_file_response (RollcallCall *call)
{
  g_autoptr (GError) error = NULL;
  int file = g_open (call->file, O_RDONLY | O_CLOEXEC, 0);
  GStatBuf status;

  g_unlink (call->file);
  g_clear_pointer (&call->file, g_free);
  if (file >= 0 && fstat (file, &status) == 0)
    return MHD_create_response_from_fd64 ((uint64_t) status.st_size, file);
  if (file >= 0)
    g_close (file, NULL);
  rollcall_problem_set (&error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The file to be sent cannot be read.");
  rollcall_call_answer_error (call, error);
  return NULL;
}

static struct MHD_Response *
make_response (RollcallCall *call)
{
  struct MHD_Response *response = NULL;
  char *answer;

  if (call->is_stream)
    return rollcall_stream_respond (call);
  if (call->file != NULL)
    response = make_file_response (call);
  if (response != NULL)
    return response;
  answer = g_steal_pointer (&call->answer);
  if (answer == NULL)
    return MHD_create_response_empty (0);
  return MHD_create_response_from_buffer_with_free_callback (strlen (answer), answer, g_free);
}

/* Names and values in turn. Returns: (transfer full) */
static char **
make_headers (RollcallCall *call)
{
  GStrvBuilder *headers = g_strv_builder_new ();
  gboolean closing;

  if (call->type != NULL)
    g_strv_builder_add_many (headers, MHD_HTTP_HEADER_CONTENT_TYPE, call->type, NULL);
  if (call->etag != NULL)
    g_strv_builder_add_many (headers, MHD_HTTP_HEADER_ETAG, call->etag, NULL);
  if (call->retry_after > 0)
    {
      g_strv_builder_add (headers, MHD_HTTP_HEADER_RETRY_AFTER);
      g_strv_builder_take (headers, g_strdup_printf ("%" G_GINT64_FORMAT, call->retry_after));
    }
  if (call->status == 401 && call->route != NULL && call->route->caller != ROLLCALL_CALLER_AGENT)
    g_strv_builder_add_many (headers, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer", NULL);
  g_strv_builder_add_many (headers, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store", "X-Content-Type-Options", "nosniff",
                           NULL);
  g_mutex_lock (&call->service->lock);
  closing = call->service->closing || call->ends_connection;
  g_mutex_unlock (&call->service->lock);
  if (closing)
    g_strv_builder_add_many (headers, MHD_HTTP_HEADER_CONNECTION, "close", NULL);
  return g_strv_builder_unref_to_strv (headers);
}

static enum MHD_Result
answer (RollcallCall *call)
{
  struct MHD_Response *response = make_response (call);
  g_auto (GStrv) headers = make_headers (call);
  enum MHD_Result result;

  for (guint i = 0; headers[i] != NULL; i += 2)
    MHD_add_response_header (response, headers[i], headers[i + 1]);
  result = MHD_queue_response (call->connection, call->status, response);
  MHD_destroy_response (response);
  return result;
}

/* libmicrohttpd takes an answer before a body or after it, but not amid one that does not end: this goes past it, in
 * the connection's own thread and with nothing else on its way out. Whoever does not take it, gets none. */
static enum MHD_Result
refuse_amid_body (RollcallCall *call)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (call->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) headers = NULL;

  call->ends_connection = TRUE;
  rollcall_call_answer_error (call, call->refusal);
  headers = make_headers (call);
  g_string_printf (text, "HTTP/1.1 %u %s\r\n", call->status, MHD_get_reason_phrase_for (call->status));
  for (guint i = 0; headers[i] != NULL; i += 2)
    g_string_append_printf (text, "%s: %s\r\n", headers[i], headers[i + 1]);
  g_string_append_printf (text, "Content-Length: %zu\r\n\r\n%s", strlen (call->answer), call->answer);
  if (info != NULL)
    gnutls_record_send ((gnutls_session_t) info->tls_session, text->str, text->len);
  return MHD_NO;
}

static enum MHD_Result
refuse (RollcallCall *call)
{
  call->handled = TRUE;
  rollcall_call_answer_error (call, call->refusal);
  return answer (call);
}

/* The request is here whole: handles it, or leaves it to the thread whose work it is. */
static enum MHD_Result
handle (RollcallCall *call)
{
  g_autoptr (GError) error = NULL;

  call->handled = TRUE;
  if (call->route->work == ROLLCALL_WORK_QUICK)
    call->route->handle (call, &error);
  else if (call->route->work == ROLLCALL_WORK_LONG ? rollcall_readers_push (call) : rollcall_writer_push (call))
    return MHD_YES;
  else
    rollcall_problem_set (&error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The service is busy or about to stop.");
  if (error != NULL)
    rollcall_call_answer_error (call, error);
  return answer (call);
}

/* The first thing that is known of a request. */
static void *
on_target (void *data, const char *target, struct MHD_Connection *connection)
{
  RollcallService *service = data;

  g_mutex_lock (&service->lock);
  service->n_open++;
  g_mutex_unlock (&service->lock);
  return rollcall_call_new (service, connection, target);
}

static void
refuse_size (RollcallCall *call)
{
  g_clear_error (&call->refusal);
  rollcall_problem_set (&call->refusal, ROLLCALL_PROBLEM_TOO_LARGE, NULL, "A body is 1 MiB at most.");
}

/* Whoever may not call is not listened to: a body is kept only for a call that will be handled. One that is refused is
 * read to its end, as many clients hear an answer only then; but not where it is far too long, or where its sender
 * waits to be asked for it. */
static enum MHD_Result
on_headers (RollcallCall *call, const char *method)
{
  const char *length = MHD_lookup_connection_value (call->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  const char *expect = MHD_lookup_connection_value (call->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
  guint64 announced = length != NULL ? g_ascii_strtoull (length, NULL, 10) : 0;

  call->method = g_strdup (method);
  if (rollcall_call_route (call, &call->refusal) && announced > ROLLCALL_BODY_LIMIT)
    refuse_size (call);
  if (call->refusal != NULL && (announced > READ_LIMIT || expect != NULL))
    return refuse (call);
  return MHD_YES;
}

static enum MHD_Result
on_body (RollcallCall *call, const char *part, size_t size)
{
  call->n_received += size;
  if (call->refusal == NULL && call->n_received > ROLLCALL_BODY_LIMIT)
    refuse_size (call);
  if (call->refusal == NULL)
    g_byte_array_append (call->body, (const guint8 *) part, (guint) size);
  return call->n_received > READ_LIMIT ? refuse_amid_body (call) : MHD_YES;
}

static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
            const char *upload, size_t *size, void **state)
{
  RollcallCall *call = *state;
  enum MHD_Result result;

  if (call->method == NULL)
    return on_headers (call, method);
  if (call->handled)
    return answer (call);
  if (*size == 0)
    return call->refusal != NULL ? refuse (call) : handle (call);
  result = on_body (call, upload, *size);
  *size = 0;
  return result;
}

/* @address: (out): of INET6_ADDRSTRLEN */
static void
print_address (struct MHD_Connection *connection, char *address)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const struct sockaddr *socket_address = info != NULL ? info->client_addr : NULL;

  g_strlcpy (address, "?", INET6_ADDRSTRLEN);
  if (socket_address != NULL && socket_address->sa_family == AF_INET)
    inet_ntop (AF_INET, &((const struct sockaddr_in *) socket_address)->sin_addr, address, INET6_ADDRSTRLEN);
  else if (socket_address != NULL && socket_address->sa_family == AF_INET6)
    inet_ntop (AF_INET6, &((const struct sockaddr_in6 *) socket_address)->sin6_addr, address, INET6_ADDRSTRLEN);
}

static GLogLevelFlags
get_log_level (const RollcallCall *call)
{
  gboolean changes = g_strcmp0 (call->method, "GET") != 0;

  if (call->status >= 500)
    return G_LOG_LEVEL_MESSAGE;
  if (call->note != NULL || call->guessed || (call->person != NULL && (changes || call->status >= 400)))
    return G_LOG_LEVEL_INFO;
  return G_LOG_LEVEL_DEBUG;
}

/* Who, what, with what success, how long: never a token, a body or a query. */
static void
tell_call (const RollcallCall *call, GLogLevelFlags level, struct MHD_Connection *connection)
{
  const char *who = call->person ?: call->fingerprint ?: "somebody";
  const char *note = call->note ?: call->guessed ? "not a valid token" : "";
  g_autofree char *what = g_strdup_printf ("%s %s", call->method ?: "a broken request",
                                           call->route != NULL ? call->route->pattern : "an unknown address");
  g_autofree char *status = g_strdup_printf ("%u", call->status);
  g_autofree char *milliseconds = g_strdup_printf ("%" G_GINT64_FORMAT,
                                                   (g_get_monotonic_time () - call->started) / 1000);
  char address[INET6_ADDRSTRLEN];

  print_address (connection, address);
  g_log_structured (G_LOG_DOMAIN, level, "ROLLCALL_WHO", who, "ROLLCALL_ADDRESS", address, "ROLLCALL_WHAT", what,
                    "ROLLCALL_STATUS", status, "ROLLCALL_MILLISECONDS", milliseconds,
                    call->person != NULL ? "ROLLCALL_KNOWN" : ROLLCALL_LOG_STRANGER, "1", "MESSAGE",
                    "%s (%s): %s: %s, %s ms%s%s", who, address, what, status, milliseconds, *note != '\0' ? ": " : "",
                    note);
}

/* Most calls are told to nobody: their line is not even made. */
static void
log_call (const RollcallCall *call, struct MHD_Connection *connection)
{
  GLogLevelFlags level = get_log_level (call);

  if (level != G_LOG_LEVEL_DEBUG || !g_log_writer_default_would_drop (level, G_LOG_DOMAIN))
    tell_call (call, level, connection);
}

static void
on_completed (void *data, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
  RollcallCall *call = *state;
  RollcallService *service = data;

  if (call == NULL)
    return;
  log_call (call, connection);
  rollcall_metrics_note_call (service->metrics,
                              call->route != NULL ? (guint) (call->route - rollcall_routes) : rollcall_n_routes,
                              call->status, call->is_stream ? -1 : g_get_monotonic_time () - call->started);
  g_mutex_lock (&service->lock);
  service->n_open--;
  g_cond_signal (&service->answered);
  g_mutex_unlock (&service->lock);
  rollcall_call_free (call);
  *state = NULL;
}

/* None while the service stops. */
static enum MHD_Result
on_accept (void *data, const struct sockaddr *address, socklen_t size)
{
  RollcallService *service = data;
  gboolean closing;

  g_mutex_lock (&service->lock);
  closing = service->closing;
  g_mutex_unlock (&service->lock);
  return closing ? MHD_NO : MHD_YES;
}

static void
on_connection (void *data, struct MHD_Connection *connection, void **state, enum MHD_ConnectionNotificationCode code)
{
  RollcallService *service = data;
  const union MHD_ConnectionInfo *info;

  if (code != MHD_CONNECTION_NOTIFY_STARTED)
    return;
  info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (info == NULL)
    return;
  rollcall_tls_use (service->tls, (gnutls_session_t) info->tls_session);
  gnutls_certificate_server_set_request ((gnutls_session_t) info->tls_session, GNUTLS_CERT_REQUEST);
}

G_GNUC_PRINTF (2, 0)
static void
on_log (void *data, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  g_debug ("libmicrohttpd: %s", g_strchomp (text));
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
  errno = 0;
  daemon = MHD_start_daemon (
      flags, 0, on_accept, service, on_request, service, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_SOCK_ADDR,
      (struct sockaddr *) &place, MHD_OPTION_HTTPS_MEM_KEY, rollcall_tls_get_key (service->tls),
      MHD_OPTION_HTTPS_MEM_CERT, rollcall_tls_get_certificate (service->tls), MHD_OPTION_HTTPS_PRIORITIES,
      "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", MHD_OPTION_NOTIFY_CONNECTION, on_connection, service,
      MHD_OPTION_URI_LOG_CALLBACK, on_target, service, MHD_OPTION_NOTIFY_COMPLETED, on_completed, service,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int) CONNECTION_TIMEOUT, MHD_OPTION_CONNECTION_LIMIT,
      (unsigned int) CONNECTION_LIMIT, MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int) CONNECTIONS_PER_ADDRESS,
      MHD_OPTION_THREAD_POOL_SIZE, (unsigned int) THREADS, MHD_OPTION_END);
  if (daemon == NULL)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot listen on %s: %s", address,
                   errno != 0 ? g_strerror (errno) : "is the certificate its key's?");
      return NULL;
    }
  g_ptr_array_add (service->daemons, daemon);
  info = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT);
  host = g_strndup (address, (gsize) (strrchr (address, ':') - address));
  return g_strdup_printf ("https://%s:%u", host, (unsigned int) info->port);
}
