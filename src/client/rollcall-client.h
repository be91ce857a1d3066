/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "rollcall-messages.h"

G_BEGIN_DECLS

/**
 * RollcallClient: talks to one service as a person: HTTPS by libsoup, the CA's certificate and a bearer token given.
 * Every call is asynchronous and cancellable, answers are bounded and validated.
 *
 * Errors: ROLLCALL_PROBLEM_ERROR for what the service refused; G_IO_ERROR or G_TLS_ERROR for a service that was not
 * reached (rollcall_client_error_is_unreachable() tells).
 */
#define ROLLCALL_TYPE_CLIENT (rollcall_client_get_type ())
G_DECLARE_FINAL_TYPE (RollcallClient, rollcall_client, ROLLCALL, CLIENT, GObject)

/* @server: https://HOST:PORT. @ca_file (nullable): the system's authorities. @token: never logged; (nullable) where
 * nobody is signed in: then every call fails as UNAUTHENTICATED. INVALID for an address that is not https. */
RollcallClient *rollcall_client_new (const char *server, const char *ca_file, const char *token, GError **error);
/* Returns: (transfer full) (nullable): https://HOST[:PORT] and nothing else, else INVALID */
char *rollcall_client_check_server (const char *server, GError **error);
/* From the next call on. */
gboolean rollcall_client_set_token (RollcallClient *self, const char *token, GError **error);
gboolean rollcall_client_has_token (RollcallClient *self);
/* From the next connection on; those that there are go on. @ca_file (nullable) */
gboolean rollcall_client_set_authority (RollcallClient *self, const char *ca_file, GError **error);
/* What the service showed where it was not trusted, until it is. Returns: (transfer none) (nullable) */
GTlsCertificate *rollcall_client_get_refused_certificate (RollcallClient *self);
const char *rollcall_client_get_server (RollcallClient *self);
gboolean rollcall_client_error_is_unreachable (const GError *error);

/* Any call of API.md: @path with its query, @body (nullable) JSON text, @idempotency_key (nullable). finish gives the
 * answer, NULL without an error for 204. */
void rollcall_client_call_async (RollcallClient *self, const char *method, const char *path, const char *body,
                                 const char *idempotency_key, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
JsonNode *rollcall_client_call_finish (RollcallClient *self, GAsyncResult *result, GError **error);

/* GET @path whose answer is read as it arrives (the change stream). @accept (nullable): the media type asked for.
 * finish: (transfer full): the answer's body, of unknown length. */
void rollcall_client_open_async (RollcallClient *self, const char *path, const char *accept, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
GInputStream *rollcall_client_open_finish (RollcallClient *self, GAsyncResult *result, GError **error);

/* GET @path (metrics, backup) written to @output as it arrives; not parsed. */
void rollcall_client_download_async (RollcallClient *self, const char *path, GOutputStream *output,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_client_download_finish (RollcallClient *self, GAsyncResult *result, GError **error);

/* GET /v1/registrations/{id}: the row with its resource keys and the history of its keys. finish: (transfer full) */
void rollcall_client_get_registration_async (RollcallClient *self, gint64 id, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
RollcallRegistration *rollcall_client_get_registration_finish (RollcallClient *self, GAsyncResult *result,
                                                               GError **error);

/* POST /v1/decisions with a fresh idempotency key; more than 10,000 items go in several calls; a call whose connection
 * broke is repeated with the same key. @progress (nullable) is called in the main context with the number of rows done.
 * finish: (transfer full) (element-type RollcallDecisionResult), an entry an item. */
typedef void (*RollcallProgressFunc) (guint done, guint total, gpointer user_data);
void rollcall_client_decide_async (RollcallClient *self, const RollcallDecisionBatch *batch,
                                   RollcallProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
GArray *rollcall_client_decide_finish (RollcallClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
