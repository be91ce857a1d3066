/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RollcallSecrets: the tokens of a person, a service each, in the keyring of their desktop (libsecret), under the
 * schema org.rollcall.Console.Token. Where there is no keyring a token is known until the program ends, and nowhere
 * written.
 */
#define ROLLCALL_TYPE_SECRETS (rollcall_secrets_get_type ())
G_DECLARE_FINAL_TYPE (RollcallSecrets, rollcall_secrets, ROLLCALL, SECRETS, GObject)

RollcallSecrets *rollcall_secrets_new (void);

/* Known for this session at once, whatever comes of it. finish: FALSE and why where no keyring keeps it. */
void rollcall_secrets_store_async (RollcallSecrets *self, const char *server, const char *token,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_secrets_store_finish (RollcallSecrets *self, GAsyncResult *result, GError **error);

/* finish: (transfer full) (nullable): NULL without an error where there is none; rollcall_secrets_free() */
void rollcall_secrets_lookup_async (RollcallSecrets *self, const char *server, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
char *rollcall_secrets_lookup_finish (RollcallSecrets *self, GAsyncResult *result, GError **error);

/* finish: FALSE and why where the keyring may still have one. */
void rollcall_secrets_clear_async (RollcallSecrets *self, const char *server, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_secrets_clear_finish (RollcallSecrets *self, GAsyncResult *result, GError **error);

/* Overwrites it first. @token: (nullable) */
void rollcall_secrets_free (char *token);

G_END_DECLS
