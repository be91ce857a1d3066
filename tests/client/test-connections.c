/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-connections.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "rollcall-certificate.h"
#include "rollcall-session.h"
#include "test-service.h"
#include "test-wait.h"

#define HERE      "https://127.0.0.1:8443"
#define ELSEWHERE "https://[::1]:8443"

typedef struct
{
  char *directory;
  RollcallConnections *connections;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *above = g_dir_make_tmp ("rollcall-connections-XXXXXX", &error);

  g_assert_no_error (error);
  place->directory = g_build_filename (above, "rollcall", NULL);
  place->connections = rollcall_connections_new (place->directory);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_autofree char *above = g_path_get_dirname (place->directory);
  g_autoptr (GDir) directory = g_dir_open (place->directory, 0, NULL);

  for (const char *name; directory != NULL && (name = g_dir_read_name (directory)) != NULL;)
    {
      g_autofree char *path = g_build_filename (place->directory, name, NULL);
      g_assert_cmpint (g_remove (path), ==, 0);
    }
  if (directory != NULL)
    g_assert_cmpint (g_rmdir (place->directory), ==, 0);
  g_assert_cmpint (g_rmdir (above), ==, 0);
  g_object_unref (place->connections);
  g_free (place->directory);
}

static void
note (Place *place, const char *server, const char *person)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rollcall_connections_note (place->connections, server, person, &error));
  g_assert_no_error (error);
}

static void
assert_list (Place *place, const char *expected)
{
  g_autoptr (GPtrArray) list = rollcall_connections_list (place->connections);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const RollcallConnection *connection = list->pdata[i];
      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", connection->server,
                              connection->person != NULL ? connection->person : "-");
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_list (Place *place, gconstpointer data)
{
  guint changes = 0;
  struct stat status;
  g_autofree char *file = g_build_filename (place->directory, "connections.ini", NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect_swapped (place->connections, "changed", G_CALLBACK (count_cb), &changes);
  assert_list (place, "");
  g_assert_false (g_file_test (place->directory, G_FILE_TEST_EXISTS));
  note (place, HERE, "maria");
  g_usleep (2000);
  note (place, ELSEWHERE, NULL);
  assert_list (place, ELSEWHERE " -, " HERE " maria");
  g_usleep (2000);
  note (place, HERE, NULL);
  assert_list (place, HERE " maria, " ELSEWHERE " -");
  g_assert_true (rollcall_connections_knows (place->connections, ELSEWHERE));
  g_assert_true (rollcall_connections_remove (place->connections, ELSEWHERE, &error));
  g_assert_no_error (error);
  g_assert_false (rollcall_connections_knows (place->connections, ELSEWHERE));
  assert_list (place, HERE " maria");
  g_assert_cmpuint (changes, ==, 4);
  /* what is not known is forgotten already */
  g_assert_true (rollcall_connections_remove (place->connections, ELSEWHERE, &error));

  g_assert_cmpint (stat (place->directory, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (stat (file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

/* Two consoles at once keep each other's. */
static void
test_two_processes (Place *place, gconstpointer data)
{
  g_autoptr (RollcallConnections) other = rollcall_connections_new (place->directory);

  note (place, HERE, NULL);
  g_usleep (2000);
  g_assert_true (rollcall_connections_note (other, ELSEWHERE, NULL, NULL));
  assert_list (place, ELSEWHERE " -, " HERE " -");
}

static void
test_damaged (Place *place, gconstpointer data)
{
  g_autofree char *file = g_build_filename (place->directory, "connections.ini", NULL);
  g_autoptr (GError) error = NULL;

  note (place, HERE, NULL);
  g_file_set_contents (file, "[\nnothing", -1, &error);
  g_assert_no_error (error);
  assert_list (place, "");
  note (place, HERE, NULL);
  assert_list (place, HERE " -");
}

static void
answer (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  test_service_answer (message, 200, "{\"name\":\"maria\",\"role\":\"operator\",\"server_version\":\"1\"}");
}

static void
assert_reached (RollcallClient *client, gboolean reached)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_client_call_async (client, "GET", "/v1/whoami", NULL, NULL, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  node = rollcall_client_call_finish (client, result, &error);
  if (reached)
    g_assert_no_error (error);
  else
    g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

static void
pin (Place *place, RollcallClient *client, const char *server)
{
  GTlsCertificateFlags wrong;
  GTlsCertificate *refused = rollcall_client_get_refused_certificate (client);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (refused);
  GTlsCertificate *anchor = rollcall_certificate_find_anchor (refused, server, &wrong);
  g_assert_nonnull (anchor);
  g_assert_true (rollcall_connections_pin (place->connections, server, anchor, &error));
  g_assert_no_error (error);
}

static void
handshake_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, NULL);
}

static gboolean
incoming_cb (GSocketService *listener, GSocketConnection *connection, GObject *source, gpointer certificate)
{
  g_autoptr (GIOStream) stream = g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);

  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, NULL, handshake_cb, NULL);
  return TRUE;
}

/* Nothing but a handshake: who is refused there leaves no half of a connection behind in a server.
 * Returns: (transfer full) */
static GSocketService *
show (GTlsCertificate *certificate, char **address)
{
  GSocketService *listener = g_socket_service_new ();
  g_autoptr (GError) error = NULL;
  guint port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (listener), NULL, &error);

  g_assert_no_error (error);
  g_signal_connect (listener, "incoming", G_CALLBACK (incoming_cb), certificate);
  *address = g_strdup_printf ("https://127.0.0.1:%u", port);
  return listener;
}

/* A service of an unknown authority is refused until it is pinned; then another certificate is refused. */
static void
test_pin (Place *place, gconstpointer data)
{
  g_autoptr (TestService) service = test_service_new (answer, NULL), other = test_service_new (answer, NULL);
  g_autofree char *first_address = NULL, *other_address = NULL;
  g_autoptr (GSocketService) shown = show (service->certificate, &first_address);
  g_autoptr (GSocketService) other_shown = show (other->certificate, &other_address);
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallClient) first = rollcall_client_new (first_address, NULL, "secret", &error);

  g_assert_no_error (error);
  g_assert_null (rollcall_connections_get_pin_file (place->connections, service->address));
  assert_reached (first, FALSE);
  pin (place, first, service->address);
  g_autofree char *file = rollcall_connections_get_pin_file (place->connections, service->address);
  g_assert_nonnull (file);
  g_autoptr (RollcallClient) second = rollcall_client_new (service->address, NULL, "secret", &error);
  g_assert_no_error (error);
  g_assert_true (rollcall_client_set_authority (second, file, &error));
  g_assert_no_error (error);
  assert_reached (second, TRUE);
  g_assert_null (rollcall_client_get_refused_certificate (second));

  g_autoptr (RollcallClient) third = rollcall_client_new (other_address, file, "secret", &error);
  g_assert_no_error (error);
  assert_reached (third, FALSE);
  g_assert_true (g_tls_certificate_is_same (rollcall_client_get_refused_certificate (third), other->certificate));

  g_assert_true (rollcall_connections_remove (place->connections, service->address, &error));
  g_assert_no_error (error);
  g_assert_null (rollcall_connections_get_pin_file (place->connections, service->address));
}

/* Whoever is not signed in tells nobody anything. */
static void
test_signed_out (Place *place, gconstpointer data)
{
  g_autoptr (TestService) service = test_service_new (answer, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallClient) client = rollcall_client_new (service->address, service->ca_file, NULL, &error);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_no_error (error);
  rollcall_client_call_async (client, "GET", "/v1/whoami", NULL, NULL, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_null (rollcall_client_call_finish (client, result, &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_UNAUTHENTICATED);
  g_clear_error (&error);
  g_assert_cmpuint (service->requests->len, ==, 0);
  g_assert_true (rollcall_client_set_token (client, "secret", &error));
  assert_reached (client, TRUE);
}

static void
test_certificate (Place *place, gconstpointer data)
{
  g_autoptr (TestService) service = test_service_new (answer, NULL);
  g_autofree char *names = rollcall_certificate_list_names (service->certificate);
  g_autofree char *fingerprint = rollcall_certificate_get_fingerprint (service->certificate);
  g_autofree char *subject = g_tls_certificate_get_subject_name (service->certificate);
  g_autofree char *shown = rollcall_certificate_shorten_name (subject);
  GTlsCertificateFlags wrong;

  g_assert_cmpstr (names, ==, "127.0.0.1");
  g_assert_cmpstr (shown, ==, "a test's service");
  g_assert_true (g_regex_match_simple ("^([0-9A-F]{2}:){31}[0-9A-F]{2}$", fingerprint, 0, 0));
  /* a pin does not make it somebody else's */
  g_assert_null (rollcall_certificate_find_anchor (service->certificate, "https://localhost:8443", &wrong));
  g_assert_cmpint (wrong, ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
  g_assert_true (rollcall_certificate_find_anchor (service->certificate, HERE, &wrong) == service->certificate);
}

static guint
count_files (const char *directory)
{
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  guint n = 0;

  g_assert_nonnull (files);
  while (g_dir_read_name (files) != NULL)
    n++;
  return n;
}

/* Nothing of a service is left on this computer, what was set aside included; what comes later finds nothing. */
static void
test_wipe (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallSession) other = rollcall_session_open (ELSEWHERE, NULL, NULL, place->directory, &error);
  g_assert_no_error (error);
  guint kept = count_files (place->directory);
  g_autoptr (RollcallSession) session = rollcall_session_open (HERE, NULL, NULL, place->directory, &error);
  g_assert_no_error (error);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, HERE, -1);
  g_autofree char *name = g_strdup_printf ("%s/history-%.16s.sqlite.damaged", place->directory, hash);
  g_autoptr (GAsyncResult) listed = NULL, wiped = NULL, after = NULL;

  g_file_set_contents (name, "damaged", -1, &error);
  g_assert_no_error (error);
  rollcall_history_list_async (rollcall_session_get_history (session), 1, 1, NULL, test_take_result, &listed);
  test_wait_until (listed != NULL);
  g_assert_cmpuint (count_files (place->directory), >=, kept + 3);
  rollcall_session_wipe_async (session, test_take_result, &wiped);
  test_wait_until (wiped != NULL);
  g_assert_true (rollcall_session_wipe_finish (session, wiped, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (place->directory), ==, kept);

  g_assert_null (rollcall_cache_get_row (rollcall_session_get_cache (session), 1));
  rollcall_history_list_async (rollcall_session_get_history (session), 1, 1, NULL, test_take_result, &after);
  test_wait_until (after != NULL);
  g_assert_null (rollcall_history_list_finish (rollcall_session_get_history (session), after, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_object (&session);
  g_assert_cmpuint (count_files (place->directory), ==, kept);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Place, NULL, set_up, function, tear_down)
  ADD ("/connections/list", test_list);
  ADD ("/connections/two-processes", test_two_processes);
  ADD ("/connections/damaged", test_damaged);
  ADD ("/connections/pin", test_pin);
  ADD ("/connections/signed-out", test_signed_out);
  ADD ("/connections/certificate", test_certificate);
  ADD ("/connections/wipe", test_wipe);
  return g_test_run ();
}
