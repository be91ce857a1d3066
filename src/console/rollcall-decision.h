/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-client.h"
#include "rollcall-cache.h"

G_BEGIN_DECLS

/* SECTION: what a person is asked before a decision, and told after it (C4). */

/* The rows of @facts (element-type RollcallDecisionFacts) that take @action, with the revisions that the person saw
 * (R10). Returns: (transfer full) */
RollcallDecisionBatch *rollcall_decision_make_batch (RollcallAction action, GArray *facts, const char *note);

/* Whether @action over @n rows asks first: Revoke, and any over more than one. */
gboolean rollcall_decision_asks (RollcallAction action, guint n);

/* Asks over @parent. @name: of the computer where it is one alone; @n of @n_selected rows take it; @shown (transfer
 * floating) (nullable): of a duplicate, what both computers are. finish: the note, NULL for no. Returns: (transfer
 * full) (nullable) */
void rollcall_decision_ask_async (GtkWidget *parent, RollcallAction action, const char *name, guint n, guint n_selected,
                                  GtkWidget *shown, GAsyncReadyCallback callback, gpointer user_data);
char *rollcall_decision_ask_finish (GAsyncResult *result);

/* Says what became of it: a toast, or a dialog with the refused rows. @results: (element-type
 * RollcallDecisionResult) */
void rollcall_decision_tell (GtkWidget *parent, RollcallCache *cache, RollcallAction action, const char *name,
                             GArray *results);
void rollcall_decision_tell_error (GtkWidget *parent, const GError *error);

G_END_DECLS
