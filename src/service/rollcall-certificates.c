/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <unistd.h>

#include "rollcall-service-private.h"

#define DAY                G_GINT64_CONSTANT (86400) /* s */
#define AUTHORITY_VALIDITY (30 * 365 * DAY)          /* agents hold it: it cannot be renewed for them */
#define VALIDITY           (398 * DAY)

typedef struct
{
  const char *ca, *ca_key, *certificate, *key;
} Paths;

static gboolean
fail (GError **error, const char *what, int code)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", what, gnutls_strerror (code));
  return FALSE;
}

static gboolean
check_mode (const char *path, mode_t refused, const char *what, const char *remedy, GError **error)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0 || (status.st_mode & refused) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM,
               "%s can be %s by others (its mode is %04o); please run: chmod %s %s", path, what,
               (unsigned int) status.st_mode & 07777, remedy, path);
  return FALSE;
}

gboolean
rollcall_private_file_check (const char *path, GError **error)
{
  return check_mode (path, 077, "read or written", "600", error);
}

gboolean
rollcall_public_file_check (const char *path, GError **error)
{
  return check_mode (path, 022, "written", "go-w", error);
}

char *
rollcall_private_file_read (const char *path, GError **error)
{
  char *text = NULL;

  if (rollcall_private_file_check (path, error))
    g_file_get_contents (path, &text, NULL, error);
  return text;
}

gboolean
rollcall_private_file_write (const char *path, const char *text, int mode, GError **error)
{
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode,
                                   error);
}

char *
rollcall_token_make (void)
{
  guchar random[32];
  g_autofree char *text = NULL;

  if (gnutls_rnd (GNUTLS_RND_KEY, random, sizeof random) < 0)
    g_error ("there is no randomness");
  text = g_base64_encode (random, sizeof random);
  g_strdelimit (text, "+/", '-');
  text[strcspn (text, "=")] = '\0';
  return g_strconcat ("rct_", text, NULL);
}

char *
rollcall_token_hash (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static gboolean
add_names (gnutls_x509_crt_t certificate)
{
  const unsigned char four[] = { 127, 0, 0, 1 }, six[16] = { [15] = 1 };
  const char *host = g_get_host_name ();

  return gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET) == 0 &&
         gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, four, sizeof four,
                                               GNUTLS_FSAN_APPEND) == 0 &&
         gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, six, sizeof six,
                                               GNUTLS_FSAN_APPEND) == 0 &&
         gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, host, (unsigned int) strlen (host),
                                               GNUTLS_FSAN_APPEND) == 0;
}

/* RFC 5280, 4.2.1.1 and 4.2.1.2: which key this is, and which one signs it. */
static int
identify (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, gnutls_x509_privkey_t ca_key)
{
  unsigned char id[32], ca_id[32];
  size_t size = sizeof id, ca_size = sizeof ca_id;
  int code;

  if ((code = gnutls_x509_privkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, id, &size)) < 0 ||
      (code = gnutls_x509_privkey_get_key_id (ca_key, GNUTLS_KEYID_USE_SHA256, ca_id, &ca_size)) < 0 ||
      (code = gnutls_x509_crt_set_subject_key_id (certificate, id, size)) < 0)
    return code;
  return gnutls_x509_crt_set_authority_key_id (certificate, ca_id, ca_size);
}

static int
fill (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const char *name, gnutls_x509_privkey_t ca_key)
{
  gboolean authority = key == ca_key;
  unsigned char serial[16];
  time_t now = (time_t) (g_get_real_time () / G_USEC_PER_SEC),
         until = now + (authority ? AUTHORITY_VALIDITY : VALIDITY);
  int code;

  gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);
  serial[0] &= 0x7f;
  if ((code = gnutls_x509_crt_set_version (certificate, 3)) < 0 ||
      (code = gnutls_x509_crt_set_serial (certificate, serial, sizeof serial)) < 0 ||
      (code = gnutls_x509_crt_set_activation_time (certificate, now - 3600)) < 0 ||
      (code = gnutls_x509_crt_set_expiration_time (certificate, until)) < 0 ||
      (code = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                             (unsigned int) strlen (name))) < 0 ||
      (code = gnutls_x509_crt_set_key (certificate, key)) < 0 ||
      (code = gnutls_x509_crt_set_basic_constraints (certificate, authority, authority ? 0 : -1)) < 0 ||
      (code = gnutls_x509_crt_set_key_usage (certificate, authority ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN
                                                                    : GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0)
    return code;
  if ((code = identify (certificate, key, ca_key)) < 0 || authority)
    return code;
  if (!add_names (certificate))
    return GNUTLS_E_INTERNAL_ERROR;
  return gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
}

/* @authority: (nullable): goes behind it, and so into the handshake: who has to trust a service on its first sight can
 * trust the authority, which outlives its certificates. */
static gboolean
write_certificate (gnutls_x509_crt_t certificate, gnutls_x509_crt_t authority, const char *path, GError **error)
{
  gnutls_datum_t own = { 0 }, above = { 0 };
  gboolean written = FALSE;
  int code = gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &own);

  if (code >= 0 && authority != NULL)
    code = gnutls_x509_crt_export2 (authority, GNUTLS_X509_FMT_PEM, &above);
  if (code < 0)
    fail (error, path, code);
  else
    {
      g_autofree char *text = g_strconcat ((const char *) own.data, (const char *) above.data, NULL);
      written = rollcall_private_file_write (path, text, 0644, error);
    }
  gnutls_free (own.data);
  gnutls_free (above.data);
  return written;
}

static gboolean
write_key (gnutls_x509_privkey_t key, const char *path, GError **error)
{
  gnutls_datum_t text = { 0 };
  int code = gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &text);
  gboolean written = code < 0 ? fail (error, path, code)
                              : rollcall_private_file_write (path, (const char *) text.data, 0600, error);

  gnutls_memset (text.data, 0, text.size);
  gnutls_free (text.data);
  return written;
}

static gnutls_x509_privkey_t
make_key (void)
{
  gnutls_x509_privkey_t key;

  if (gnutls_x509_privkey_init (&key) < 0 ||
      gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0) < 0)
    g_error ("no key could be made");
  return key;
}

static gnutls_x509_crt_t
make_certificate (void)
{
  gnutls_x509_crt_t certificate;

  if (gnutls_x509_crt_init (&certificate) < 0)
    g_error ("out of memory");
  return certificate;
}

static int
sign (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key)
{
  int code = fill (certificate, key, "rollcalld", ca_key);

  return code < 0 ? code : gnutls_x509_crt_sign2 (certificate, ca, ca_key, GNUTLS_DIG_SHA256, 0);
}

/* An authority of this installation's own and the server's certificate from it, written last so that a start that was
 * cut off begins anew. */
static gboolean
make_all (const Paths *paths, GError **error)
{
  g_autofree char *ca_name = g_strdup_printf ("Rollcall %08x", g_random_int ());
  gnutls_x509_privkey_t ca_key = make_key (), key = make_key ();
  gnutls_x509_crt_t ca = make_certificate (), certificate = make_certificate ();
  gboolean made = FALSE;
  int code;

  if ((code = fill (ca, ca_key, ca_name, ca_key)) < 0 ||
      (code = gnutls_x509_crt_sign2 (ca, ca, ca_key, GNUTLS_DIG_SHA256, 0)) < 0 ||
      (code = sign (certificate, key, ca, ca_key)) < 0)
    fail (error, "the server's certificate could not be made", code);
  else
    made = write_key (ca_key, paths->ca_key, error) && write_certificate (ca, NULL, paths->ca, error) &&
           write_key (key, paths->key, error) && write_certificate (certificate, ca, paths->certificate, error);
  gnutls_x509_crt_deinit (ca);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (ca_key);
  gnutls_x509_privkey_deinit (key);
  return made;
}

static gboolean
read_certificate (gnutls_x509_crt_t certificate, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gnutls_datum_t data;
  int code;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  data = (gnutls_datum_t) { (unsigned char *) text, (unsigned int) strlen (text) };
  code = gnutls_x509_crt_import (certificate, &data, GNUTLS_X509_FMT_PEM);
  return code >= 0 || fail (error, path, code);
}

static gboolean
read_key (gnutls_x509_privkey_t *key, const char *path, GError **error)
{
  g_autofree char *text = rollcall_private_file_read (path, error);
  gnutls_datum_t data;
  int code;

  if (text == NULL)
    return FALSE;
  data = (gnutls_datum_t) { (unsigned char *) text, (unsigned int) strlen (text) };
  if (gnutls_x509_privkey_init (key) < 0)
    g_error ("out of memory");
  code = gnutls_x509_privkey_import2 (*key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
  gnutls_memset (text, 0, data.size);
  if (code >= 0)
    return TRUE;
  g_clear_pointer (key, gnutls_x509_privkey_deinit);
  return fail (error, path, code);
}

/* The same key and authority, another while: whoever trusts the one trusts the other. */
static gboolean
renew (const Paths *paths, GError **error)
{
  gnutls_x509_privkey_t ca_key = NULL, key = NULL;
  gnutls_x509_crt_t ca = make_certificate (), certificate = make_certificate ();
  gboolean renewed = FALSE;
  int code;

  if (!read_certificate (ca, paths->ca, error) || !read_key (&ca_key, paths->ca_key, error) ||
      !read_key (&key, paths->key, error))
    ;
  else if ((code = sign (certificate, key, ca, ca_key)) < 0)
    fail (error, "the server's certificate could not be renewed", code);
  else
    renewed = write_certificate (certificate, ca, paths->certificate, error);
  gnutls_x509_crt_deinit (ca);
  gnutls_x509_crt_deinit (certificate);
  g_clear_pointer (&ca_key, gnutls_x509_privkey_deinit);
  g_clear_pointer (&key, gnutls_x509_privkey_deinit);
  return renewed;
}

static gboolean
renew_if_due (const Paths *paths, GError **error)
{
  gnutls_x509_crt_t certificate = make_certificate ();
  gint64 expiry = 0;

  if (read_certificate (certificate, paths->certificate, error))
    expiry = gnutls_x509_crt_get_expiration_time (certificate);
  gnutls_x509_crt_deinit (certificate);
  return expiry > 0 && (!rollcall_certificate_is_due (expiry) || renew (paths, error));
}

gboolean
rollcall_certificate_is_due (gint64 expiry)
{
  return expiry - g_get_real_time () / G_USEC_PER_SEC <= ROLLCALL_CERTIFICATE_RENEWED_BEFORE;
}

gboolean
rollcall_certificates_ensure (const char *directory, GError **error)
{
  g_autofree char *ca = g_build_filename (directory, "ca.pem", NULL);
  g_autofree char *ca_key = g_build_filename (directory, "ca.key", NULL);
  g_autofree char *certificate = g_build_filename (directory, "server.pem", NULL);
  g_autofree char *key = g_build_filename (directory, "server.key", NULL);
  const Paths paths = { ca, ca_key, certificate, key };
  g_autoptr (GError) failure = NULL;

  if (!g_file_test (certificate, G_FILE_TEST_EXISTS))
    return make_all (&paths, error);
  if (!rollcall_private_file_check (ca_key, error))
    return FALSE;
  if (!renew_if_due (&paths, &failure))
    g_warning ("the server's certificate could not be renewed: %s", failure->message);
  return TRUE;
}
