/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An agent's key (ECDSA P-256) and its self-signed certificate, in @directory (made 0700; both files 0600). */
typedef struct
{
  GTlsCertificate *certificate;
  char *fingerprint; /* SHA-256 of the SubjectPublicKeyInfo, lower-case hex */
  char *public_key;  /* PEM */
} RollcallIdentity;

/* Finds it or makes it. Errors: G_IO_ERROR, G_FILE_ERROR; G_FILE_ERROR_PERM for a key that others can read.
 * Returns: (transfer full) */
RollcallIdentity *rollcall_identity_ensure (const char *directory, GError **error);
void rollcall_identity_free (RollcallIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallIdentity, rollcall_identity_free)

G_END_DECLS
