/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ROLLCALL_LOG_LINES_USUAL 100

/* A field of g_log_structured() that tells a line about somebody who is not known: such lines have a budget of their
 * own, so that strangers cannot crowd out what else is to be told. */
#define ROLLCALL_LOG_STRANGER "ROLLCALL_STRANGER"

/**
 * rollcall_log_start:
 * @lines: how many lines a second at most, of either kind; 0: any number
 *
 * Lines go to the journal with their fields where standard error is its socket (systemd.exec(5), $JOURNAL_STREAM), else
 * to standard error, a line each, with time and level. What a line says is made plain: no character acts. Debugging
 * lines are told where G_MESSAGES_DEBUG asks for them. What GLib takes for a mistake of the program (critical and up)
 * and other libraries' lines go GLib's way.
 */
void rollcall_log_start (guint lines);

/* Tells how many lines were left out since, if any; called about once a second. */
void rollcall_log_tick (void);

G_END_DECLS
