/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <gnutls/x509.h>

#include "rollcall-service-private.h"
#include "rollcall-tls.h"

struct _RollcallTls
{
  char *certificate_path, *key_path;
  char *certificate, *key; /* PEM */

  GMutex lock;            /* guards what follows */
  GPtrArray *credentials; /* the last one is in use; those before may still be some connection's */
  gint64 expiry;
};

RollcallTls *
rollcall_tls_new (const char *certificate, const char *key)
{
  RollcallTls *self = g_new0 (RollcallTls, 1);

  self->certificate_path = g_strdup (certificate);
  self->key_path = g_strdup (key);
  self->credentials = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_certificate_free_credentials);
  g_mutex_init (&self->lock);
  return self;
}

void
rollcall_tls_free (RollcallTls *self)
{
  g_ptr_array_unref (self->credentials);
  g_mutex_clear (&self->lock);
  g_free (self->certificate_path);
  g_free (self->key_path);
  g_free (self->certificate);
  g_free (self->key);
  g_free (self);
}

static gboolean
fail (GError **error, const char *path, int code)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s cannot be used: %s", path, gnutls_strerror (code));
  return FALSE;
}

/* The first certificate of @text is the server's. */
static gboolean
read_expiry (RollcallTls *self, const char *text, gint64 *expiry, GError **error)
{
  gnutls_datum_t data = { (unsigned char *) text, (unsigned int) strlen (text) };
  gnutls_x509_crt_t *chain = NULL;
  unsigned int n = 0;
  int code = gnutls_x509_crt_list_import2 (&chain, &n, &data, GNUTLS_X509_FMT_PEM, 0);

  if (code < 0)
    return fail (error, self->certificate_path, code);
  *expiry = gnutls_x509_crt_get_expiration_time (chain[0]);
  for (unsigned int i = 0; i < n; i++)
    gnutls_x509_crt_deinit (chain[i]);
  gnutls_free (chain);
  return TRUE;
}

static gnutls_certificate_credentials_t
make_credentials (RollcallTls *self, const char *certificate, const char *key, GError **error)
{
  gnutls_datum_t certificate_data = { (unsigned char *) certificate, (unsigned int) strlen (certificate) };
  gnutls_datum_t key_data = { (unsigned char *) key, (unsigned int) strlen (key) };
  gnutls_certificate_credentials_t credentials;
  int code;

  if (gnutls_certificate_allocate_credentials (&credentials) < 0)
    g_error ("out of memory");
  code = gnutls_certificate_set_x509_key_mem (credentials, &certificate_data, &key_data, GNUTLS_X509_FMT_PEM);
  if (code >= 0)
    return credentials;
  fail (error, self->key_path, code);
  gnutls_certificate_free_credentials (credentials);
  return NULL;
}

gboolean
rollcall_tls_load (RollcallTls *self, GError **error)
{
  g_autofree char *key = rollcall_private_file_read (self->key_path, error);
  g_autofree char *certificate = NULL;
  gnutls_certificate_credentials_t credentials;
  gint64 expiry;

  if (key == NULL || !rollcall_public_file_check (self->certificate_path, error) ||
      !g_file_get_contents (self->certificate_path, &certificate, NULL, error) ||
      !read_expiry (self, certificate, &expiry, error))
    return FALSE;
  if (g_strcmp0 (key, self->key) == 0 && g_strcmp0 (certificate, self->certificate) == 0)
    return TRUE;
  credentials = make_credentials (self, certificate, key, error);
  if (credentials == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->credentials, credentials);
  self->expiry = expiry;
  g_mutex_unlock (&self->lock);
  g_set_str (&self->certificate, certificate);
  g_set_str (&self->key, key);
  return TRUE;
}

void
rollcall_tls_use (RollcallTls *self, gnutls_session_t session)
{
  g_mutex_lock (&self->lock);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, self->credentials->pdata[self->credentials->len - 1]);
  g_mutex_unlock (&self->lock);
}

const char *
rollcall_tls_get_certificate (RollcallTls *self)
{
  return self->certificate;
}

const char *
rollcall_tls_get_key (RollcallTls *self)
{
  return self->key;
}

gint64
rollcall_tls_get_expiry (RollcallTls *self)
{
  gint64 expiry;

  g_mutex_lock (&self->lock);
  expiry = self->expiry;
  g_mutex_unlock (&self->lock);
  return expiry;
}
