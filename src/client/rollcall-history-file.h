/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "rollcall-messages.h"

G_BEGIN_DECLS

/* The file behind RollcallHistory; a connection at a time, each used by one thread. */
typedef struct _RollcallHistoryFile RollcallHistoryFile;

/* Errors: G_IO_ERROR; INVALID_DATA where the file is damaged or another service's. */
RollcallHistoryFile *rollcall_history_file_open (const char *path, const char *server, GError **error);
void rollcall_history_file_close (RollcallHistoryFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallHistoryFile, rollcall_history_file_close)

/* The numbers of the oldest and the newest event, 0 where there is none. */
gboolean rollcall_history_file_get_range (RollcallHistoryFile *file, gint64 *first, gint64 *last, GError **error);

/* Adds @events, in order, to what the file holds; see rollcall_history_add_async(). Returns: (transfer full)
 * (element-type gint64): the registrations that they are about */
GArray *rollcall_history_file_add (RollcallHistoryFile *file, JsonArray *events, gboolean anew, GError **error);

/* The newest @limit events of the registration @id and of those merged into it, newest first. Returns: (transfer full)
 * (element-type RollcallEvent) */
GPtrArray *rollcall_history_file_list (RollcallHistoryFile *file, gint64 id, guint limit, GError **error);

/* Follows the chain (R26). @broken: 0, or the number of the first event that does not follow. */
gboolean rollcall_history_file_verify (RollcallHistoryFile *file, gint64 *broken, GCancellable *cancellable,
                                       GError **error);

G_END_DECLS
