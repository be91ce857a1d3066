/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-client.h"

#include "test-service.h"
#include "test-wait.h"

/* Calls and waits. Returns: (transfer full) (nullable) */
static JsonNode *
call (RollcallClient *client, const char *path, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rollcall_client_call_async (client, "GET", path, NULL, NULL, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  return rollcall_client_call_finish (client, result, error);
}

static void
answer_by_path (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (g_str_equal (path, "/v1/whoami"))
    test_service_answer (message, 200,
                         "{\"name\":\"maria\",\"role\":\"operator\",\"server_version\":\"1\",\"new\":[]}");
  else if (g_str_equal (path, "/nothing"))
    test_service_answer (message, 204, NULL);
  else if (g_str_equal (path, "/gone"))
    test_service_answer (
        message, 410,
        "{\"type\":\"urn:rollcall:problem:gone\",\"status\":410,\"detail\":\"Too old.\",\"field\":\"/x\"}");
  else if (g_str_equal (path, "/away"))
    {
      soup_message_headers_replace (headers, "Location", "https://elsewhere.example/");
      test_service_answer (message, 302, NULL);
    }
  else if (g_str_equal (path, "/twice"))
    test_service_answer (message, 200, "{\"a\":1,\"a\":2}");
  else if (g_str_equal (path, "/no-json"))
    test_service_answer (message, 200, "<html>");
  else if (g_str_equal (path, "/empty"))
    test_service_answer (message, 200, "");
  else if (g_str_equal (path, "/page"))
    test_service_answer (message, 502, "<html>a proxy's page</html>");
  else if (g_str_equal (path, "/wrong-types"))
    test_service_answer (message, 404, "{\"type\":\"urn:other\",\"title\":[],\"status\":{},\"field\":{\"a\":1}}");
  else
    test_service_answer (message, 500, "");
}

static void
test_answers (void)
{
  g_autoptr (TestService) service = test_service_new (answer_by_path, NULL);
  g_autoptr (RollcallClient) client = test_service_new_client (service);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = call (client, "/v1/whoami", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (answer), "name"), ==, "maria");
  g_assert_null (call (client, "/nothing", &error));
  g_assert_no_error (error);
  g_assert_null (call (client, "/gone", &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_GONE);
  g_assert_cmpstr (error->message, ==, "Too old.");
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, "/x");
  g_assert_false (rollcall_client_error_is_unreachable (error));
}

static void
test_hostile_answers (void)
{
  g_autoptr (TestService) service = test_service_new (answer_by_path, NULL);
  g_autoptr (RollcallClient) client = test_service_new_client (service);
  static const struct
  {
    const char *path;
    gboolean refused;
    int code;
  } cases[] = {
    { "/twice", FALSE, G_IO_ERROR_INVALID_DATA },
    { "/no-json", FALSE, G_IO_ERROR_INVALID_DATA },
    { "/empty", FALSE, G_IO_ERROR_INVALID_DATA },
    { "/page", TRUE, ROLLCALL_PROBLEM_UNAVAILABLE },
    { "/wrong-types", TRUE, ROLLCALL_PROBLEM_NOT_FOUND },
    { "/other", TRUE, ROLLCALL_PROBLEM_UNAVAILABLE },
    /* the token goes nowhere else */
    { "/away", TRUE, ROLLCALL_PROBLEM_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (call (client, cases[i].path, &error));
      GQuark domain = cases[i].refused ? ROLLCALL_PROBLEM_ERROR : G_IO_ERROR;
      g_assert_error (error, domain, cases[i].code);
    }
}

static void
answer_without_end (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  g_autofree char *spaces = g_strnfill (65 * 1024 * 1024, ' ');
  test_service_answer (message, g_str_equal (path, "/problem") ? 400 : 200, spaces);
}

static void
test_huge_answers (void)
{
  g_autoptr (TestService) service = test_service_new (answer_without_end, NULL);
  g_autoptr (RollcallClient) client = test_service_new_client (service);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (call (client, i == 0 ? "/problem" : "/other", &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

typedef struct
{
  GTlsCertificate *certificate;
  guint n_succeeded, n_failed;
} Handshakes;

static void
handshake_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Handshakes *handshakes = user_data;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, NULL))
    handshakes->n_succeeded++;
  else
    handshakes->n_failed++;
}

static gboolean
incoming_cb (GSocketService *listener, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Handshakes *handshakes = user_data;
  g_autoptr (GIOStream) stream = g_tls_server_connection_new (G_IO_STREAM (connection), handshakes->certificate, NULL);

  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, NULL, handshake_cb, handshakes);
  return TRUE;
}

/* A service whose certificate no authority of ours made is not told the token: it does not even get a connection. */
static void
test_other_authority (void)
{
  g_autoptr (TestService) service = test_service_new (answer_by_path, NULL);
  g_autoptr (TestService) other = test_service_new (answer_by_path, NULL);
  g_autoptr (GSocketService) listener = g_socket_service_new ();
  Handshakes handshakes = { .certificate = service->certificate };
  g_autoptr (GError) error = NULL;
  guint port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (listener), NULL, &error);
  g_autofree char *address = g_strdup_printf ("https://127.0.0.1:%u", port);
  g_autofree char *by_name = g_strdup_printf ("https://localhost:%u", port);
  const struct
  {
    const char *address, *ca_file;
  } cases[] = {
    { address, other->ca_file },
    { address, NULL },
    /* the certificate says 127.0.0.1 alone */
    { by_name, service->ca_file },
  };

  g_assert_no_error (error);
  g_signal_connect (listener, "incoming", G_CALLBACK (incoming_cb), &handshakes);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RollcallClient) client = rollcall_client_new (cases[i].address, cases[i].ca_file, "secret", &error);
      g_assert_no_error (error);
      g_assert_null (call (client, "/v1/whoami", &error));
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      g_assert_true (rollcall_client_error_is_unreachable (error));
      g_clear_error (&error);
      test_wait_until (handshakes.n_succeeded + handshakes.n_failed > i);
    }
  g_assert_cmpuint (handshakes.n_succeeded, ==, 0);
}

static void
test_addresses_and_tokens (void)
{
  static const char *const addresses[] = { "http://a.example",       "a.example",           "https://",
                                           "https://u:p@a.example",  "https://a.example/x", "https://a.example?x",
                                           "https://a.example:99999" };
  static const char *const tokens[] = { "", "two words", "line\r\nX-Header: 1", "t\303\244g" };
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallClient) client = rollcall_client_new ("HTTPS://A.example:8443/", NULL, "x", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (rollcall_client_get_server (client), ==, "https://A.example:8443");
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_assert_null (rollcall_client_new (addresses[i], NULL, "x", &error));
      g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
      g_clear_error (&error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_assert_null (rollcall_client_new ("https://a.example", NULL, tokens[i], &error));
      g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
      /* what it was is nobody's to read in a log */
      g_assert_true (tokens[i][0] == '\0' || strstr (error->message, tokens[i]) == NULL);
      g_clear_error (&error);
    }
}

static void
test_not_reached (void)
{
  g_autoptr (TestService) service = test_service_new (answer_by_path, NULL);
  g_autoptr (RollcallClient) client = test_service_new_client (service);
  g_autoptr (GError) error = NULL;

  test_service_stop (service);
  g_assert_null (call (client, "/v1/whoami", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_true (rollcall_client_error_is_unreachable (error));
}

static void
test_download (void)
{
  g_autoptr (TestService) service = test_service_new (answer_by_path, NULL);
  g_autoptr (RollcallClient) client = test_service_new_client (service);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_client_download_async (client, "/no-json", output, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (rollcall_client_download_finish (client, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (output)), ==, 6);

  g_clear_object (&result);
  rollcall_client_download_async (client, "/gone", output, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_false (rollcall_client_download_finish (client, result, &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_GONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/answers", test_answers);
  g_test_add_func ("/client/hostile-answers", test_hostile_answers);
  g_test_add_func ("/client/huge-answers", test_huge_answers);
  g_test_add_func ("/client/other-authority", test_other_authority);
  g_test_add_func ("/client/addresses-and-tokens", test_addresses_and_tokens);
  g_test_add_func ("/client/not-reached", test_not_reached);
  g_test_add_func ("/client/download", test_download);
  return g_test_run ();
}
