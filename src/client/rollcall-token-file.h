/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads the token that @path holds, its line end cut off, for rollcall_client_new(). Errors: G_IO_ERROR:
 * PERMISSION_DENIED for a file that others than its owner can read or write, and what the system says; the message
 * names the file, never the token. Returns: (transfer full) */
char *rollcall_token_file_read (const char *path, GError **error);

G_END_DECLS
