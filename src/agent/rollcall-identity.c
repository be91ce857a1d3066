/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "rollcall-identity.h"

#define VALIDITY (G_GINT64_CONSTANT (50) * 365 * 24 * 3600) /* s; the key counts, not the date */

void
rollcall_identity_free (RollcallIdentity *identity)
{
  g_clear_object (&identity->certificate);
  g_free (identity->fingerprint);
  g_free (identity->public_key);
  g_free (identity);
}

static gboolean
write_file (const char *path, const gnutls_datum_t *text, GError **error)
{
  g_unlink (path); /* what is left of a start that was cut off would pass its mode on */
  return g_file_set_contents_full (path, (const char *) text->data, text->size,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

static int
sign (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  const unsigned char serial[] = { 1 };
  time_t now = (time_t) (g_get_real_time () / G_USEC_PER_SEC);
  int code;

  if ((code = gnutls_x509_crt_set_version (certificate, 3)) < 0 ||
      (code = gnutls_x509_crt_set_serial (certificate, serial, sizeof serial)) < 0 ||
      (code = gnutls_x509_crt_set_activation_time (certificate, now - 3600)) < 0 ||
      (code = gnutls_x509_crt_set_expiration_time (certificate, now + VALIDITY)) < 0 ||
      (code = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "rollcall-agent", 14)) < 0 ||
      (code = gnutls_x509_crt_set_key (certificate, key)) < 0)
    return code;
  return gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

/* The certificate is written last: a key without one is made anew. */
static gboolean
make (const char *key_path, const char *certificate_path, GError **error)
{
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t certificate = NULL;
  gnutls_datum_t key_text = { 0 }, text = { 0 };
  gboolean made = FALSE;
  int code;

  if ((code = gnutls_x509_privkey_init (&key)) < 0 || (code = gnutls_x509_crt_init (&certificate)) < 0 ||
      (code = gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1),
                                            0)) < 0 ||
      (code = sign (certificate, key)) < 0 ||
      (code = gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_text)) < 0 ||
      (code = gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &text)) < 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no key could be made: %s", gnutls_strerror (code));
  else
    made = write_file (key_path, &key_text, error) && write_file (certificate_path, &text, error);
  if (key_text.data != NULL)
    gnutls_memset (key_text.data, 0, key_text.size);
  gnutls_free (key_text.data);
  gnutls_free (text.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return made;
}

static gboolean
describe (RollcallIdentity *identity, GError **error)
{
  g_autoptr (GByteArray) der = NULL;
  gnutls_x509_crt_t certificate = NULL;
  gnutls_pubkey_t key = NULL;
  gnutls_datum_t data, pem = { 0 };
  unsigned char id[32];
  size_t size = sizeof id;
  GString *hex = g_string_new (NULL);
  int code;

  g_object_get (identity->certificate, "certificate", &der, NULL);
  data = (gnutls_datum_t) { der->data, der->len };
  if ((code = gnutls_x509_crt_init (&certificate)) < 0 || (code = gnutls_pubkey_init (&key)) < 0 ||
      (code = gnutls_x509_crt_import (certificate, &data, GNUTLS_X509_FMT_DER)) < 0 ||
      (code = gnutls_pubkey_import_x509 (key, certificate, 0)) < 0 ||
      (code = gnutls_pubkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, id, &size)) < 0 ||
      (code = gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem)) < 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the agent's certificate cannot be read: %s",
                 gnutls_strerror (code));
  else
    {
      for (size_t i = 0; i < size; i++)
        g_string_append_printf (hex, "%02x", id[i]);
      identity->public_key = g_strndup ((const char *) pem.data, pem.size);
    }
  identity->fingerprint = g_string_free (hex, FALSE);
  gnutls_free (pem.data);
  gnutls_pubkey_deinit (key);
  gnutls_x509_crt_deinit (certificate);
  return identity->public_key != NULL;
}

RollcallIdentity *
rollcall_identity_ensure (const char *directory, GError **error)
{
  g_autoptr (RollcallIdentity) identity = g_new0 (RollcallIdentity, 1);
  g_autofree char *key_path = g_build_filename (directory, "agent.key", NULL);
  g_autofree char *certificate_path = g_build_filename (directory, "agent.pem", NULL);
  GStatBuf status;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s cannot be made: %s", directory,
                   g_strerror (errno));
      return NULL;
    }
  if (!g_file_test (certificate_path, G_FILE_TEST_EXISTS) && !make (key_path, certificate_path, error))
    return NULL;
  if (g_stat (key_path, &status) == 0 && (status.st_mode & 077) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM, "%s can be read by others; please run: chmod 600 %s",
                   key_path, key_path);
      return NULL;
    }
  identity->certificate = g_tls_certificate_new_from_files (certificate_path, key_path, error);
  if (identity->certificate == NULL || !describe (identity, error))
    return NULL;
  return g_steal_pointer (&identity);
}
