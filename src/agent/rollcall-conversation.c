/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include "rollcall-conversation.h"

#define ANSWER_LIMIT   (8 * 1024 * 1024)
#define TIMEOUT        30 /* s */
#define RETRY_MAXIMUM  86400
#define POLICIES_LIMIT 10000
#define TASKS_LIMIT    1000

struct _RollcallConversation
{
  char *server;
  GTlsCertificate *certificate;
  SoupSession *session;
  char *policies_path; /* (nullable) */
  char *etag;          /* (nullable) of the stored policies */
  gint64 retry_after;  /* s */
};

RollcallConversation *
rollcall_conversation_new (const char *server, GTlsDatabase *authorities, RollcallIdentity *identity,
                           const char *state_directory)
{
  RollcallConversation *self = g_new0 (RollcallConversation, 1);

  self->server = g_strdup (server);
  while (g_str_has_suffix (self->server, "/"))
    self->server[strlen (self->server) - 1] = '\0';
  self->certificate = g_object_ref (identity->certificate);
  self->session = soup_session_new_with_options ("tls-database", authorities, "timeout", TIMEOUT, "user-agent",
                                                 "rollcall-agent/" ROLLCALL_VERSION, NULL);
  if (state_directory != NULL)
    self->policies_path = g_build_filename (state_directory, "policies.json", NULL);
  return self;
}

void
rollcall_conversation_free (RollcallConversation *self)
{
  g_free (self->server);
  g_clear_object (&self->certificate);
  g_clear_object (&self->session);
  g_free (self->policies_path);
  g_free (self->etag);
  g_free (self);
}

gint64
rollcall_conversation_get_retry_after (RollcallConversation *self)
{
  return self->retry_after;
}

/* Of its two forms (RFC 9110, 10.2.3) the one that a service of ours uses: a number of seconds. */
static gint64
read_retry_after (SoupMessage *message)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  guint64 seconds;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &seconds, NULL))
    return 0;
  return (gint64) MIN (seconds, RETRY_MAXIMUM);
}

/* An answer that cannot be read is no refusal: FALSE, and the error says so. @cause: (transfer full) */
static gboolean
fail_nonsense (GError *cause, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the service's answer makes no sense: %s", cause->message);
  g_error_free (cause);
  return FALSE;
}

static gboolean
finish_reading (RollcallReader *reader, GError **error)
{
  GError *cause = NULL;

  return rollcall_reader_finish (reader, &cause) || fail_nonsense (cause, error);
}

static GBytes *
read_bounded (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char buffer[16384];
  gssize length;

  while ((length = g_input_stream_read (stream, buffer, sizeof buffer, cancellable, error)) > 0)
    {
      if (bytes->len + length > ANSWER_LIMIT)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the service's answer is too long");
          return NULL;
        }
      g_byte_array_append (bytes, (guint8 *) buffer, (guint) length);
    }
  return length == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}

/* Returns: (transfer full) (nullable): NULL without an error for 304 and 204 */
static JsonNode *
call (RollcallConversation *self, const char *method, const char *path, const char *body, char **etag,
      GCancellable *cancellable, GError **error)
{
  g_autofree char *address = g_strconcat (self->server, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, address);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GBytes) bytes = NULL, sent = NULL;
  guint status;

  self->retry_after = 0;
  if (message == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s is no address", self->server);
      return NULL;
    }
  soup_message_set_tls_client_certificate (message, self->certificate);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (body != NULL)
    {
      sent = g_bytes_new (body, strlen (body));
      soup_message_set_request_body_from_bytes (message, "application/json", sent);
    }
  if (etag != NULL && *etag != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "If-None-Match", *etag);
  stream = soup_session_send (self->session, message, cancellable, error);
  bytes = stream != NULL ? read_bounded (stream, cancellable, error) : NULL;
  if (bytes == NULL)
    return NULL;
  status = soup_message_get_status (message);
  self->retry_after = read_retry_after (message);
  if (status == 304 || status == 204)
    return NULL;
  if (status < 200 || status >= 300)
    {
      gsize length;
      const char *text = g_bytes_get_data (bytes, &length);

      g_propagate_error (error, rollcall_problem_from_json (status, text != NULL ? text : "", length));
      return NULL;
    }
  if (etag != NULL)
    g_set_str (etag, soup_message_headers_get_one (soup_message_get_response_headers (message), "ETag"));
  GError *cause = NULL;
  JsonNode *answer = rollcall_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &cause);
  if (answer == NULL)
    fail_nonsense (cause, error);
  return answer;
}

gboolean
rollcall_conversation_register (RollcallConversation *self, const RollcallRequest *request, RollcallStanding *standing,
                                GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) asked = rollcall_request_to_json (request);
  g_autofree char *body = json_to_string (asked, FALSE);
  g_autoptr (JsonNode) answer = call (self, "POST", "/v1/agent/registration", body, NULL, cancellable, error);
  g_autoptr (RollcallReader) reader = NULL;
  const char *status;

  if (answer == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the service answered nothing");
      return FALSE;
    }
  reader = rollcall_reader_new (answer, TRUE);
  standing->registration = rollcall_reader_integer (reader, "registration", 1, G_MAXINT64);
  status = rollcall_reader_string (reader, "status", 1, ROLLCALL_STRING_LIMIT);
  standing->retry_after = rollcall_reader_integer (reader, "retry_after_s", G_MININT64, G_MAXINT64);
  standing->retry_after = CLAMP (standing->retry_after, 1, RETRY_MAXIMUM);
  if (!rollcall_status_from_string (status, &standing->status))
    rollcall_reader_fail (reader, "status", "This is not a status.");
  return finish_reading (reader, error);
}

/* R21: nothing of what was for this computer stays on its disk. */
static gboolean
clear (RollcallConversation *self, GError **error)
{
  g_clear_pointer (&self->etag, g_free);
  if (self->policies_path == NULL || g_unlink (self->policies_path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be removed: %s", self->policies_path,
               g_strerror (errno));
  return FALSE;
}

/* Whether @error says that trust has ended; waiting for a decision has not. */
static gboolean
ends_trust (const GError *error)
{
  return g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_REVOKED) ||
         g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_BLOCKED) ||
         g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_NOT_REGISTERED);
}

/* Each policy must make sense before any is stored. */
static gboolean
check_policies (JsonNode *answer, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (answer, TRUE);
  JsonArray *items = rollcall_reader_array (reader, "items", POLICIES_LIMIT);

  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      GError *cause = NULL;
      g_autoptr (RollcallAgentPolicy)
          policy = rollcall_agent_policy_from_json (json_array_get_element (items, i), TRUE, &cause);

      if (policy == NULL)
        return fail_nonsense (cause, error);
    }
  return finish_reading (reader, error);
}

static gboolean
fetch_policies (RollcallConversation *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *etag = NULL, *text = NULL;

  /* What is not on disk (any longer) is asked for whole. */
  if (self->policies_path != NULL && !g_file_test (self->policies_path, G_FILE_TEST_EXISTS))
    g_clear_pointer (&self->etag, g_free);
  etag = g_strdup (self->etag);
  answer = call (self, "GET", "/v1/agent/policies", NULL, &etag, cancellable, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (answer == NULL)
    return TRUE;
  if (!check_policies (answer, error))
    return FALSE;
  text = json_to_string (answer, FALSE);
  if (self->policies_path != NULL &&
      !g_file_set_contents_full (self->policies_path, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error))
    return FALSE;
  g_set_str (&self->etag, etag);
  return TRUE;
}

static gboolean
do_task (RollcallConversation *self, const RollcallTask *task, const RollcallRequest *request,
         GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *path = g_strdup_printf ("/v1/agent/tasks/%" G_GINT64_FORMAT "/result", task->id);
  g_autofree char *output = g_strdup (""), *body = NULL;
  JsonObject *result = json_object_new ();
  gboolean done = TRUE;

  json_node_take_object (node, result);
  if (g_strcmp0 (task->kind, "collect-inventory") == 0)
    {
      g_autoptr (JsonNode) facts = rollcall_request_to_json (request);

      g_free (output);
      output = json_to_string (facts, FALSE);
    }
  else if (g_strcmp0 (task->kind, "refresh-policies") == 0)
    {
      g_clear_pointer (&self->etag, g_free);
      if (!fetch_policies (self, cancellable, error))
        return FALSE;
    }
  else
    done = FALSE;
  json_object_set_string_member (result, "outcome", done ? "done" : "failed");
  json_object_set_string_member (result, "output", output);
  body = json_to_string (node, FALSE);
  answer = call (self, "POST", path, body, NULL, cancellable, &failure);
  /* A task that was taken back meanwhile is nobody's concern. */
  if (failure == NULL || g_error_matches (failure, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
do_tasks (RollcallConversation *self, const RollcallRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) answer = call (self, "GET", "/v1/agent/tasks", NULL, NULL, cancellable, &failure);
  g_autoptr (RollcallReader) reader = NULL;
  JsonArray *items;

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (answer == NULL)
    return TRUE;
  reader = rollcall_reader_new (answer, TRUE);
  items = rollcall_reader_array (reader, "items", TASKS_LIMIT);
  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      GError *cause = NULL;
      g_autoptr (RollcallTask) task = rollcall_task_from_json (json_array_get_element (items, i), TRUE, &cause);

      if (task == NULL)
        return fail_nonsense (cause, error);
      if (!do_task (self, task, request, cancellable, error))
        return FALSE;
    }
  return finish_reading (reader, error);
}

static gboolean
is_pending (const GError *error)
{
  return g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_PENDING);
}

/* R21: what is stored was given to a trusted key, and only an access says whether this one still is: a replaced key
 * that asks for registration first is a Pending duplicate from then on (R11), and never told `not-registered`. So there
 * is no request before the service has answered. */
static gboolean
check_trust (RollcallConversation *self, gboolean *granted, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;

  *granted = FALSE;
  if (self->policies_path == NULL || !g_file_test (self->policies_path, G_FILE_TEST_EXISTS))
    return TRUE;
  *granted = fetch_policies (self, cancellable, &failure);
  if (*granted || is_pending (failure))
    return TRUE;
  if (ends_trust (failure))
    return clear (self, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* What a trusted agent does. @granted: the policies were fetched in this round already. */
static gboolean
do_what_it_may (RollcallConversation *self, const RollcallRequest *request, RollcallStanding *standing,
                gboolean granted, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if ((granted || fetch_policies (self, cancellable, &failure)) && do_tasks (self, request, cancellable, &failure))
    return TRUE;
  if (ends_trust (failure))
    return clear (self, error) && rollcall_conversation_register (self, request, standing, cancellable, error);
  if (is_pending (failure))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rollcall_conversation_run (RollcallConversation *self, const RollcallRequest *request, RollcallStanding *standing,
                           GCancellable *cancellable, GError **error)
{
  gboolean granted;

  if (!check_trust (self, &granted, cancellable, error) ||
      !rollcall_conversation_register (self, request, standing, cancellable, error))
    return FALSE;
  switch (standing->status)
    {
    case ROLLCALL_STATUS_ALLOWED:
      return do_what_it_may (self, request, standing, granted, cancellable, error);
    case ROLLCALL_STATUS_REVOKED:
      /* R21: where this request is what told it, it starts over; else it has done so. */
      return clear (self, error) &&
             (!granted || rollcall_conversation_register (self, request, standing, cancellable, error));
    case ROLLCALL_STATUS_BLOCKED:
      return clear (self, error);
    case ROLLCALL_STATUS_PENDING:
    default:
      /* Allowed never becomes Pending (R7): the key was replaced since the access a moment ago. */
      return !granted || clear (self, error);
    }
}
