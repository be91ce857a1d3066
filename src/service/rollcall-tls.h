/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/**
 * RollcallTls: the certificate and key that new connections get, which can be replaced while serving.
 */
typedef struct _RollcallTls RollcallTls;

/* @certificate, @key: files in PEM. */
RollcallTls *rollcall_tls_new (const char *certificate, const char *key);
void rollcall_tls_free (RollcallTls *self);

/* Reads both files. On error, what was there before stays in use. FALSE with an error, too, for a key that others can
 * read, a certificate that others can write, and a pair that does not belong together. */
gboolean rollcall_tls_load (RollcallTls *self, GError **error);
/* Gives @session the newest pair; the session must end before @self does. */
void rollcall_tls_use (RollcallTls *self, gnutls_session_t session);
/* What was loaded last, in PEM. */
const char *rollcall_tls_get_certificate (RollcallTls *self);
const char *rollcall_tls_get_key (RollcallTls *self);
/* Returns: until when the certificate is valid, in seconds since 1970 */
gint64 rollcall_tls_get_expiry (RollcallTls *self);

G_END_DECLS
