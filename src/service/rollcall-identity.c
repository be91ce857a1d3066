/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who calls: agents by the key of their client certificate, people by their token. */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "rollcall-service-private.h"

#define FINGERPRINT_SIZE 32 /* SHA-256 */

static char *
to_hexadecimal (const unsigned char *bytes, size_t size)
{
  GString *text = g_string_sized_new (2 * size);

  for (size_t i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

/* A self-signed certificate proves nothing but its key: the handshake has shown that the agent holds it. */
static char *
get_peer_fingerprint (gnutls_session_t session)
{
  gnutls_x509_crt_t certificate;
  unsigned int n_peers = 0;
  unsigned char id[FINGERPRINT_SIZE];
  size_t size = sizeof id;
  char *fingerprint = NULL;
  const gnutls_datum_t *peers = gnutls_certificate_get_peers (session, &n_peers);

  if (peers == NULL || n_peers == 0 || gnutls_x509_crt_init (&certificate) < 0)
    return NULL;
  if (gnutls_x509_crt_import (certificate, &peers[0], GNUTLS_X509_FMT_DER) == 0 &&
      gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, id, &size) == 0)
    fingerprint = to_hexadecimal (id, size);
  gnutls_x509_crt_deinit (certificate);
  return fingerprint;
}

gboolean
rollcall_call_identify_agent (RollcallCall *call, GError **error)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (call->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

  if (info != NULL)
    call->fingerprint = get_peer_fingerprint ((gnutls_session_t) info->tls_session);
  if (call->fingerprint != NULL)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAUTHENTICATED, NULL, "A client certificate is needed.");
  return FALSE;
}

char *
rollcall_public_key_get_fingerprint (const char *pem, GError **error)
{
  gnutls_datum_t data = { (unsigned char *) pem, (unsigned int) strlen (pem) };
  gnutls_pubkey_t key;
  unsigned char id[FINGERPRINT_SIZE];
  size_t size = sizeof id;
  char *fingerprint = NULL;

  if (gnutls_pubkey_init (&key) < 0)
    g_error ("out of memory");
  if (gnutls_pubkey_import (key, &data, GNUTLS_X509_FMT_PEM) == 0 &&
      gnutls_pubkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, id, &size) == 0)
    fingerprint = to_hexadecimal (id, size);
  gnutls_pubkey_deinit (key);
  if (fingerprint == NULL)
    rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/key", "This is not a public key in PEM.");
  return fingerprint;
}

/* A token that is none costs its sender one of few tries a minute. A right one is taken however many wrong ones came
 * from its address: many people may share that one (NAT), and a token is too long to be guessed at any speed. */
static gboolean
refuse_person (RollcallCall *call, gboolean tried, gboolean expired, GError **error)
{
  const RollcallService *service = call->service;
  gint64 now = g_get_monotonic_time (), wait = 0;
  guint limit = service->limits.address_failures;

  call->guessed = tried;
  if (tried)
    wait = rollcall_addresses_get_wait (service->addresses, &call->address, limit, now);
  if (wait > 0)
    {
      call->retry_after = wait / G_USEC_PER_SEC + 1;
      rollcall_problem_set (error, ROLLCALL_PROBLEM_TOO_MANY, NULL,
                            "This address has sent too many invalid tokens. Please try again later.");
      return FALSE;
    }
  if (tried)
    rollcall_addresses_note_failure (service->addresses, &call->address, limit, now);
  rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAUTHENTICATED, NULL,
                        expired ? "The token has expired." : "A valid token is needed.");
  return FALSE;
}

gboolean
rollcall_call_identify_person (RollcallCall *call, GError **error)
{
  const char *header = MHD_lookup_connection_value (call->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
  gboolean tried = header != NULL && g_ascii_strncasecmp (header, "Bearer ", 7) == 0;
  g_autoptr (GError) failure = NULL;
  g_autoptr (RollcallToken) token = NULL;
  g_autofree char *hash = NULL, *stored = NULL;

  if (!rollcall_call_open_store (call, error))
    return FALSE;
  if (tried)
    {
      hash = rollcall_token_hash (header + 7);
      token = rollcall_store_find_token (call->store, hash, &stored, &failure);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (token == NULL || strlen (stored) != strlen (hash) || gnutls_memcmp (stored, hash, strlen (hash)) != 0)
    return refuse_person (call, tried, FALSE, error);
  /* who has it may know that it was one */
  if (token->expires != 0 && token->expires <= rollcall_clock_now ())
    return refuse_person (call, tried, TRUE, error);
  call->person = g_strdup (token->name);
  call->role = token->role;
  call->expires = token->expires;
  return TRUE;
}
