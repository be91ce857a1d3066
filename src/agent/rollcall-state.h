/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * rollcall_state_lock:
 * @directory: an agent's; made 0700 if absent
 * @replace: ask the agent that holds it to end (SIGTERM), and wait for that
 *
 * Two agents never use one directory: the lock lasts as long as the process.
 *
 * Errors: G_FILE_ERROR; G_FILE_ERROR_AGAIN where another agent holds it.
 */
gboolean rollcall_state_lock (const char *directory, gboolean replace, GError **error);

/* The service's address as a push installation (R6) left it in @directory. Returns: (transfer full) (nullable) */
char *rollcall_state_read_server (const char *directory);

G_END_DECLS
