/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The system's ssh with a script at the other end. ssh asks about host keys and passwords on the terminal by itself. */
typedef struct _RollcallCtlSsh RollcallCtlSsh;

/* Connects and sends @script, which sh runs there, then @payload (nullable), which it finds on its standard input.
 * @options: ssh's own. @mark begins those of its lines that count. @become_root: by sudo. */
RollcallCtlSsh *rollcall_ctl_ssh_new (const char *destination, char **options, const char *mark, const char *script,
                                      GBytes *payload, gboolean become_root, GError **error);
/* Waits for the next line that counts. Returns: (transfer full) (nullable): it without the mark; NULL at the end.
 * @between (out) (optional): what else came before it */
char *rollcall_ctl_ssh_read (RollcallCtlSsh *ssh, char **between);
void rollcall_ctl_ssh_write (RollcallCtlSsh *ssh, const char *text);
/* Ends it; all its complaints are told by then. */
void rollcall_ctl_ssh_finish (RollcallCtlSsh *ssh);
void rollcall_ctl_ssh_free (RollcallCtlSsh *ssh);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallCtlSsh, rollcall_ctl_ssh_free)

G_END_DECLS
