/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-client.h"

#include <libsoup/soup.h>

/* The change stream says something at least every 15 s, and every other call is answered sooner. */
#define TIMEOUT_S     45
#define ANSWER_LIMIT  (64 * 1024 * 1024)
#define PROBLEM_LIMIT (64 * 1024)
#define CHUNK         (64 * 1024)
/* The change stream holds one, and a page being read must not wait for a long download. */
#define CONNECTIONS 8

struct _RollcallClient
{
  GObject parent_instance;

  char *server;             /* without a slash at the end */
  char *authorization;      /* (nullable) while nobody is signed in */
  SoupSession *session;     /* (owned) */
  GTlsCertificate *refused; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (RollcallClient, rollcall_client, G_TYPE_OBJECT)

static void
rollcall_client_dispose (GObject *object)
{
  RollcallClient *self = ROLLCALL_CLIENT (object);

  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->refused);
  G_OBJECT_CLASS (rollcall_client_parent_class)->dispose (object);
}

static void
rollcall_client_finalize (GObject *object)
{
  RollcallClient *self = ROLLCALL_CLIENT (object);

  g_free (self->server);
  g_free (self->authorization);
  G_OBJECT_CLASS (rollcall_client_parent_class)->finalize (object);
}

static void
rollcall_client_class_init (RollcallClientClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = rollcall_client_finalize;
}

static void
rollcall_client_init (RollcallClient *self)
{
}

char *
rollcall_client_check_server (const char *server, GError **error)
{
  g_return_val_if_fail (server != NULL, NULL);

  g_autoptr (GUri) uri = g_uri_parse (server, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_userinfo (uri) != NULL ||
      g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL || (*g_uri_get_path (uri) != '\0' && strcmp (g_uri_get_path (uri), "/") != 0))
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, NULL,
                            "the service's address must be https://HOST:PORT: %s", server);
      return NULL;
    }
  return g_uri_join (G_URI_FLAGS_NONE, "https", NULL, g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL);
}

/* A token goes into a header: one word of visible ASCII. */
static gboolean
check_token (const char *token, GError **error)
{
  gsize length = strlen (token);
  gsize visible = 0;

  while (visible < length && g_ascii_isgraph (token[visible]))
    visible++;
  if (length > 0 && visible == length && length <= ROLLCALL_STRING_LIMIT)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, NULL, "the token is not one word of letters and digits");
  return FALSE;
}

gboolean
rollcall_client_set_token (RollcallClient *self, const char *token, GError **error)
{
  g_return_val_if_fail (ROLLCALL_IS_CLIENT (self) && token != NULL, FALSE);

  if (!check_token (token, error))
    return FALSE;
  g_free (self->authorization);
  self->authorization = g_strconcat ("Bearer ", token, NULL);
  return TRUE;
}

gboolean
rollcall_client_has_token (RollcallClient *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CLIENT (self), FALSE);
  return self->authorization != NULL;
}

gboolean
rollcall_client_set_authority (RollcallClient *self, const char *ca_file, GError **error)
{
  g_autoptr (GTlsDatabase) database = NULL;

  g_return_val_if_fail (ROLLCALL_IS_CLIENT (self), FALSE);
  if (ca_file == NULL)
    database = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  else
    {
      /* The database wants an absolute name. */
      g_autofree char *path = g_canonicalize_filename (ca_file, NULL);
      database = g_tls_file_database_new (path, error);
      if (database == NULL)
        {
          g_prefix_error (error, "%s: ", ca_file);
          return FALSE;
        }
    }
  soup_session_set_tls_database (self->session, database);
  g_clear_object (&self->refused);
  return TRUE;
}

RollcallClient *
rollcall_client_new (const char *server, const char *ca_file, const char *token, GError **error)
{
  g_return_val_if_fail (server != NULL, NULL);

  g_autoptr (RollcallClient) self = g_object_new (ROLLCALL_TYPE_CLIENT, NULL);
  self->server = rollcall_client_check_server (server, error);
  if (self->server == NULL || (token != NULL && !rollcall_client_set_token (self, token, error)))
    return NULL;
  self->session = soup_session_new_with_options ("timeout", TIMEOUT_S, "idle-timeout", TIMEOUT_S, "max-conns-per-host",
                                                 CONNECTIONS, "user-agent", "rollcall/" ROLLCALL_VERSION, NULL);
  if (ca_file != NULL && !rollcall_client_set_authority (self, ca_file, error))
    return NULL;
  return g_steal_pointer (&self);
}

GTlsCertificate *
rollcall_client_get_refused_certificate (RollcallClient *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CLIENT (self), NULL);
  return self->refused;
}

const char *
rollcall_client_get_server (RollcallClient *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CLIENT (self), NULL);
  return self->server;
}

gboolean
rollcall_client_error_is_unreachable (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  if (error->domain == G_TLS_ERROR || error->domain == G_RESOLVER_ERROR || error->domain == SOUP_SESSION_ERROR)
    return TRUE;
  if (error->domain != G_IO_ERROR)
    return FALSE;
  switch (error->code)
    {
    case G_IO_ERROR_CANCELLED:
    /* what can only be this computer's files */
    case G_IO_ERROR_NO_SPACE:
    case G_IO_ERROR_READ_ONLY:
    case G_IO_ERROR_PERMISSION_DENIED:
    case G_IO_ERROR_EXISTS:
    case G_IO_ERROR_IS_DIRECTORY:
      return FALSE;
    default:
      return TRUE;
    }
}

/* One exchange under way. */
typedef struct
{
  SoupMessage *message; /* (owned) */
  GByteArray *body;     /* (owned) what was read so far */
  gsize limit;
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  g_clear_object (&exchange->message);
  g_byte_array_unref (exchange->body);
  g_free (exchange);
}

static gboolean
exchange_is_successful (Exchange *exchange)
{
  return SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (exchange->message));
}

/* Accepts nothing: it keeps what was not trusted, for a person to look at. */
static gboolean
refuse_certificate (RollcallClient *self, GTlsCertificate *certificate, GTlsCertificateFlags wrong)
{
  g_set_object (&self->refused, certificate);
  return FALSE;
}

/* Returns: (transfer full) the task of one exchange, its message ready to be sent. */
static GTask *
new_exchange (RollcallClient *self, const char *method, const char *path, gpointer tag, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *uri = g_strconcat (self->server, path, NULL);
  Exchange *exchange = g_new0 (Exchange, 1);

  g_task_set_source_tag (task, tag);
  exchange->message = soup_message_new (method, uri);
  exchange->body = g_byte_array_new ();
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  /* The token is this service's alone: it follows nobody elsewhere. */
  if (exchange->message != NULL)
    {
      soup_message_add_flags (exchange->message, SOUP_MESSAGE_NO_REDIRECT);
      if (self->authorization != NULL)
        soup_message_headers_replace (soup_message_get_request_headers (exchange->message), "Authorization",
                                      self->authorization);
      g_signal_connect_object (exchange->message, "accept-certificate", G_CALLBACK (refuse_certificate), self,
                               G_CONNECT_SWAPPED);
    }
  return task;
}

/* @task: (transfer full). Sends its message, or fails it where the path made none. */
static void
send_exchange (GTask *task, GAsyncReadyCallback callback)
{
  RollcallClient *self = g_task_get_source_object (task);
  Exchange *exchange = g_task_get_task_data (task);

  if (exchange->message == NULL)
    {
      g_task_return_new_error_literal (task, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID, "not a path");
      g_object_unref (task);
      return;
    }
  if (self->authorization == NULL)
    {
      g_task_return_new_error_literal (task, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_UNAUTHENTICATED,
                                       "nobody is signed in");
      g_object_unref (task);
      return;
    }
  soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                           callback, task);
}

/* What the service answered, but it is no success. Returns: (transfer full) */
static GError *
read_problem (Exchange *exchange)
{
  return rollcall_problem_from_json (soup_message_get_status (exchange->message), (const char *) exchange->body->data,
                                     exchange->body->len);
}

/* The whole body is there. Answers of any size are parsed beside the main thread. */
static void
parse_answer (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Exchange *exchange = task_data;
  GError *error = NULL;
  JsonNode *node = rollcall_json_parse ((const char *) exchange->body->data, exchange->body->len, &error);

  if (node != NULL)
    g_task_return_pointer (task, node, (GDestroyNotify) json_node_unref);
  else
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer cannot be read: %s",
                               error->message);
      g_clear_error (&error);
    }
}

static void
finish_call (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (!exchange_is_successful (exchange))
    g_task_return_error (task, read_problem (exchange));
  else if (soup_message_get_status (exchange->message) == SOUP_STATUS_NO_CONTENT)
    g_task_return_pointer (task, NULL, NULL);
  else
    g_task_run_in_thread (task, parse_answer);
}

static void read_more (GInputStream *stream, GTask *task);

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  Exchange *exchange = g_task_get_task_data (task);

  if (chunk == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (g_bytes_get_size (chunk) == 0)
    {
      finish_call (task);
      return;
    }
  if (exchange->body->len + g_bytes_get_size (chunk) > exchange->limit)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                               "the answer is larger than %" G_GSIZE_FORMAT " bytes", exchange->limit);
      return;
    }
  g_byte_array_append (exchange->body, g_bytes_get_data (chunk, NULL), (guint) g_bytes_get_size (chunk));
  read_more (G_INPUT_STREAM (object), g_steal_pointer (&task));
}

/* @task: (transfer full) */
static void
read_more (GInputStream *stream, GTask *task)
{
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), read_cb, task);
}

static GInputStream *
take_stream (SoupSession *session, GTask *task, GAsyncResult *result, GError **error)
{
  RollcallClient *self = g_task_get_source_object (task);
  g_autoptr (GError) local = NULL;
  GInputStream *stream = soup_session_send_finish (session, result, &local);

  /* it is no longer what is in the way */
  if (!g_error_matches (local, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    g_clear_object (&self->refused);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return stream;
}

static void
call_sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = take_stream (SOUP_SESSION (object), task, result, &error);
  Exchange *exchange = g_task_get_task_data (task);

  if (stream == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  exchange->limit = exchange_is_successful (exchange) ? ANSWER_LIMIT : PROBLEM_LIMIT;
  read_more (stream, g_steal_pointer (&task));
}

void
rollcall_client_call_async (RollcallClient *self, const char *method, const char *path, const char *body,
                            const char *idempotency_key, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CLIENT (self) && method != NULL && path != NULL && path[0] == '/');

  GTask *task = new_exchange (self, method, path, rollcall_client_call_async, cancellable, callback, user_data);
  Exchange *exchange = g_task_get_task_data (task);
  if (exchange->message != NULL && body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
      soup_message_set_request_body_from_bytes (exchange->message, "application/json", bytes);
    }
  if (exchange->message != NULL && idempotency_key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (exchange->message), "Idempotency-Key",
                                  idempotency_key);
  send_exchange (task, call_sent_cb);
}

JsonNode *
rollcall_client_call_finish (RollcallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_client_call_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
open_sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = take_stream (SOUP_SESSION (object), task, result, &error);
  Exchange *exchange = g_task_get_task_data (task);

  if (stream == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (soup_message_get_status (exchange->message) == SOUP_STATUS_OK)
    g_task_return_pointer (task, g_steal_pointer (&stream), g_object_unref);
  else
    {
      /* A problem document, read like any other. */
      exchange->limit = PROBLEM_LIMIT;
      read_more (stream, g_steal_pointer (&task));
    }
}

void
rollcall_client_open_async (RollcallClient *self, const char *path, const char *accept, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CLIENT (self) && path != NULL && path[0] == '/');

  GTask *task = new_exchange (self, "GET", path, rollcall_client_open_async, cancellable, callback, user_data);
  Exchange *exchange = g_task_get_task_data (task);
  if (exchange->message != NULL && accept != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (exchange->message), "Accept", accept);
  send_exchange (task, open_sent_cb);
}

GInputStream *
rollcall_client_open_finish (RollcallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_client_open_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
spliced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (object), result, &error) < 0)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
download_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GInputStream) stream = rollcall_client_open_finish (ROLLCALL_CLIENT (object), result, &error);
  GOutputStream *output = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (stream == NULL)
    g_task_return_error (task, error);
  else
    g_output_stream_splice_async (output, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE, G_PRIORITY_DEFAULT, cancellable,
                                  spliced_cb, g_steal_pointer (&task));
}

void
rollcall_client_download_async (RollcallClient *self, const char *path, GOutputStream *output,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CLIENT (self) && G_IS_OUTPUT_STREAM (output));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rollcall_client_download_async);
  g_task_set_task_data (task, g_object_ref (output), g_object_unref);
  rollcall_client_open_async (self, path, NULL, cancellable, download_opened_cb, task);
}

gboolean
rollcall_client_download_finish (RollcallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_client_download_async), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
