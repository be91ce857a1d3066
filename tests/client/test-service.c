/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-service.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define assert_gnutls(call) g_assert_cmpint (call, >=, 0)

/* A self-signed certificate for 127.0.0.1, its own authority. Returns: (transfer full): PEM of both */
static char *
make_certificate (void)
{
  static const unsigned char address[] = { 127, 0, 0, 1 };
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  gnutls_datum_t key_pem, certificate_pem;
  time_t now = time (NULL);

  assert_gnutls (gnutls_x509_privkey_init (&key));
  assert_gnutls (
      gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  assert_gnutls (gnutls_x509_crt_init (&certificate));
  assert_gnutls (gnutls_x509_crt_set_version (certificate, 3));
  assert_gnutls (gnutls_x509_crt_set_serial (certificate, "\1", 1));
  assert_gnutls (gnutls_x509_crt_set_dn (certificate, "CN=a test's service", NULL));
  assert_gnutls (gnutls_x509_crt_set_key (certificate, key));
  assert_gnutls (gnutls_x509_crt_set_activation_time (certificate, now - 3600));
  assert_gnutls (gnutls_x509_crt_set_expiration_time (certificate, now + 3600));
  assert_gnutls (gnutls_x509_crt_set_basic_constraints (certificate, 1, -1));
  assert_gnutls (gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, address, sizeof address, 0));
  assert_gnutls (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
  assert_gnutls (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_pem));
  assert_gnutls (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &key_pem));
  char *pem = g_strconcat ((const char *) certificate_pem.data, (const char *) key_pem.data, NULL);
  gnutls_free (certificate_pem.data);
  gnutls_free (key_pem.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return pem;
}

static void
note_socket (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  TestService *service = user_data;
  g_ptr_array_add (service->sockets, g_object_ref (soup_server_message_get_socket (message)));
}

static void
handle (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  TestService *service = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *key = soup_message_headers_get_one (headers, "Idempotency-Key");
  g_autofree char *uri = g_uri_to_string (soup_server_message_get_uri (message));

  g_ptr_array_add (service->requests,
                   g_strdup_printf ("%s %s%s%s", soup_server_message_get_method (message), strchr (uri + 8, '/'),
                                    key != NULL ? " " : "", key != NULL ? key : ""));
  if (g_strcmp0 (soup_message_headers_get_one (headers, "Authorization"), "Bearer secret") != 0)
    test_service_answer (message, 401,
                         "{\"type\":\"urn:rollcall:problem:unauthenticated\",\"title\":\"\",\"status\":401}");
  else
    service->handler (server, message, path, query, service->handler_data);
}

void
test_service_start (TestService *service)
{
  g_autoptr (GError) error = NULL;

  service->server = soup_server_new ("tls-certificate", service->certificate, NULL);
  soup_server_add_handler (service->server, NULL, handle, service, NULL);
  g_signal_connect (service->server, "request-started", G_CALLBACK (note_socket), service);
  soup_server_listen_local (service->server, service->port, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY,
                            &error);
  g_assert_no_error (error);
  GSList *uris = soup_server_get_uris (service->server);
  service->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

void
test_service_stop (TestService *service)
{
  soup_server_disconnect (service->server);
  for (guint i = 0; i < service->sockets->len; i++)
    g_socket_shutdown (service->sockets->pdata[i], TRUE, TRUE, NULL);
  g_ptr_array_set_size (service->sockets, 0);
  g_clear_object (&service->server);
}

TestService *
test_service_new (SoupServerCallback handler, gpointer handler_data)
{
  TestService *service = g_new0 (TestService, 1);
  g_autofree char *pem = make_certificate ();
  g_autoptr (GError) error = NULL;

  service->directory = g_dir_make_tmp ("rollcall-service-XXXXXX", &error);
  g_assert_no_error (error);
  service->ca_file = g_build_filename (service->directory, "ca.pem", NULL);
  g_file_set_contents (service->ca_file, pem, -1, &error);
  g_assert_no_error (error);
  service->certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  service->requests = g_ptr_array_new_with_free_func (g_free);
  service->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  service->handler = handler;
  service->handler_data = handler_data;
  test_service_start (service);
  service->address = g_strdup_printf ("https://127.0.0.1:%u", service->port);
  return service;
}

void
test_service_free (TestService *service)
{
  if (service->server != NULL)
    test_service_stop (service);
  g_object_unref (service->certificate);
  g_ptr_array_unref (service->requests);
  g_ptr_array_unref (service->sockets);
  g_remove (service->ca_file);
  g_assert_cmpint (g_rmdir (service->directory), ==, 0);
  g_free (service->ca_file);
  g_free (service->directory);
  g_free (service->address);
  g_free (service);
}

RollcallClient *
test_service_new_client (TestService *service)
{
  g_autoptr (GError) error = NULL;
  RollcallClient *client = rollcall_client_new (service->address, service->ca_file, "secret", &error);
  g_assert_no_error (error);
  return client;
}

void
test_service_answer (SoupServerMessage *message, guint status, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  if (body != NULL)
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body, strlen (body));
}

void
test_service_break (SoupServerMessage *message)
{
  g_socket_shutdown (soup_server_message_get_socket (message), TRUE, TRUE, NULL);
}
