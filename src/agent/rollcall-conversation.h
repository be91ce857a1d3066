/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-identity.h"
#include "rollcall-messages.h"

G_BEGIN_DECLS

/**
 * SECTION: one agent's talk with its service, blocking, in a thread of its caller's. Answers are bounded and validated;
 * what is stored is written atomically and cleared when trust ends (R21).
 *
 * Errors: ROLLCALL_PROBLEM_ERROR for what the service refused; others (G_IO_ERROR, G_TLS_ERROR, G_RESOLVER_ERROR) for
 * one that was not reached or does not make sense.
 */
typedef struct _RollcallConversation RollcallConversation;

/* @state_directory (nullable): nothing is stored without it. All arguments are copied. Returns: (transfer full) */
RollcallConversation *rollcall_conversation_new (const char *server, GTlsDatabase *authorities,
                                                 RollcallIdentity *identity, const char *state_directory);
void rollcall_conversation_free (RollcallConversation *conversation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallConversation, rollcall_conversation_free)

typedef struct
{
  gint64 registration;
  RollcallStatus status;
  gint64 retry_after; /* s; from 1 to a day, whatever was said */
} RollcallStanding;

/* How long the service asked to be left alone (Retry-After) when it last refused; 0 where it did not; a day at most. */
gint64 rollcall_conversation_get_retry_after (RollcallConversation *conversation);

/* A registration request (R1). */
gboolean rollcall_conversation_register (RollcallConversation *conversation, const RollcallRequest *request,
                                         RollcallStanding *standing, GCancellable *cancellable, GError **error);
/* One round: with policies stored, an access first, and what may not be kept is cleared (R21); then registers, fetches
 * and does what it may; where trust ended meanwhile it registers once more. Where that first access fails, it does
 * without a request: only the service can say whether the key is still trusted. */
gboolean rollcall_conversation_run (RollcallConversation *conversation, const RollcallRequest *request,
                                    RollcallStanding *standing, GCancellable *cancellable, GError **error);

G_END_DECLS
