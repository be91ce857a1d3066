/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-values.h"

G_BEGIN_DECLS

/* SECTION: the rules' words as the window shows them: translated, with an icon and a colour beside a status, never
 * colour alone. */

const char *rollcall_words_status (RollcallStatus status);         /* "Pending" */
const char *rollcall_words_status_icon (RollcallStatus status);    /* an icon's name */
const char *rollcall_words_status_style (RollcallStatus status);   /* a CSS class */
const char *rollcall_words_advice (RollcallAdvice advice);         /* "" for none */
const char *rollcall_words_advice_meaning (RollcallAdvice advice); /* a sentence (R12, R13); "" for none */
const char *rollcall_words_trust (RollcallTrust trust);
const char *rollcall_words_key_state (RollcallKeyState state);
const char *rollcall_words_refusal (RollcallRefusal refusal);        /* a sentence */
const char *rollcall_words_action (RollcallAction action);           /* "Allow", "Block", "Revoke" */
RollcallStatus rollcall_words_action_result (RollcallAction action); /* the status that it leads to */

/* "Policy “Laptops”", "maria", "maria (push)"; "" for nobody. @name is made plain. Returns: (transfer full) */
char *rollcall_words_decided_by (RollcallDeciderKind kind, const char *name);

/* A time in this computer's time zone; "" for 0. Returns: (transfer full) */
char *rollcall_words_time (gint64 milliseconds);
/* The same to the second, with the day's name and the time zone. Returns: (transfer full) */
char *rollcall_words_exact_time (gint64 milliseconds);
/* "just now", "5 minutes ago", "in 3 days". Returns: (transfer full) */
char *rollcall_words_age (gint64 milliseconds, gint64 now);

G_END_DECLS
