/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-cache.h"
#include "rollcall-client.h"
#include "rollcall-follower.h"
#include "rollcall-history-follower.h"

G_BEGIN_DECLS

/**
 * RollcallSession: one service as one person sees it: the client, the copies of the report and of the audit history on
 * this computer, and what keeps them up to date.
 */
#define ROLLCALL_TYPE_SESSION (rollcall_session_get_type ())
G_DECLARE_FINAL_TYPE (RollcallSession, rollcall_session, ROLLCALL, SESSION, GObject)

/* Blocking, but only for the opening of the report's copy in @directory: called once at start. @token (nullable): it
 * comes later, by rollcall_client_set_token(). */
RollcallSession *rollcall_session_open (const char *server, const char *ca_file, const char *token,
                                        const char *directory, GError **error);
void rollcall_session_start (RollcallSession *self); /* once the cached report shows (C5) */
void rollcall_session_stop (RollcallSession *self);

/* Stops for good, and deletes what is kept on this computer. */
void rollcall_session_wipe_async (RollcallSession *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_session_wipe_finish (RollcallSession *self, GAsyncResult *result, GError **error);
/* The same for a service that has no session now. */
gboolean rollcall_session_remove_copies (const char *directory, const char *server, GError **error);

/* All (transfer none). */
RollcallClient *rollcall_session_get_client (RollcallSession *self);
RollcallCache *rollcall_session_get_cache (RollcallSession *self);
RollcallFollower *rollcall_session_get_follower (RollcallSession *self);
RollcallHistory *rollcall_session_get_history (RollcallSession *self);
RollcallHistoryFollower *rollcall_session_get_history_follower (RollcallSession *self);

G_END_DECLS
