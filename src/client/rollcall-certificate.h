/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a person needs to know of the certificate that a service showed, and what of it can be trusted. */

/* SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` prints it. Returns: (transfer full) */
char *rollcall_certificate_get_fingerprint (GTlsCertificate *certificate);
/* The names and addresses that it is for, divided by commas. Returns: (transfer full) */
char *rollcall_certificate_list_names (GTlsCertificate *certificate);
/* @text: a subject or an issuer in RFC 4514's form. Returns: (transfer full) its common name where that is all */
char *rollcall_certificate_shorten_name (const char *text);

/* What has to be trusted so that @certificate, with the ones that came with it, is right for @server: the authority
 * that the service sent along, which outlives the certificate, or else the certificate itself. NULL where nothing makes
 * it right, with what is wrong in @wrong: a name that is not the address's, a time that is over. Returns: (transfer
 * none) (nullable) */
GTlsCertificate *rollcall_certificate_find_anchor (GTlsCertificate *certificate, const char *server,
                                                   GTlsCertificateFlags *wrong);

G_END_DECLS
