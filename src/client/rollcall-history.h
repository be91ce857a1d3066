/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "rollcall-messages.h"

G_BEGIN_DECLS

/**
 * RollcallHistory: the newest part of a service's audit history, kept on this computer (C5, C8): a SQLite file that one
 * worker thread owns, apart from the report's, so that neither waits for the other. Each event is held to the chain
 * (R26) as it comes. A damaged file is set aside and made anew.
 */
#define ROLLCALL_TYPE_HISTORY (rollcall_history_get_type ())
G_DECLARE_FINAL_TYPE (RollcallHistory, rollcall_history, ROLLCALL, HISTORY, GObject)

typedef enum
{
  ROLLCALL_HISTORY_ERROR_REPLACED, /* the service's history is another one than what is held */
  ROLLCALL_HISTORY_ERROR_BROKEN,   /* an event does not follow from the one before it */
} RollcallHistoryError;
#define ROLLCALL_HISTORY_ERROR (rollcall_history_error_quark ())
GQuark rollcall_history_error_quark (void);

/* What is held. A number is 0 where there is nothing. */
typedef struct
{
  gint64 first;
  gint64 last;
  gint64 broken; /* only after a verification: the first event that does not follow */
} RollcallHistoryRange;

/* Opens nothing yet: the worker does. @directory is there already. */
RollcallHistory *rollcall_history_new (const char *directory, const char *server);
/* After what was asked before: the file is closed; from then on every task fails as CLOSED. */
void rollcall_history_close_async (RollcallHistory *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rollcall_history_close_finish (RollcallHistory *self, GAsyncResult *result, GError **error);
/* Deletes the history of @server in @directory, which is closed. */
gboolean rollcall_history_remove (const char *directory, const char *server, GError **error);

void rollcall_history_get_range_async (RollcallHistory *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);
/* Follows the whole chain that is held (R26). */
void rollcall_history_verify_async (RollcallHistory *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
/* Of both. */
gboolean rollcall_history_get_range_finish (RollcallHistory *self, GAsyncResult *result, RollcallHistoryRange *range,
                                            GError **error);

/* Adds a page of events as the service gave them, in order. Its first event is the newest one that is held already, so
 * that another history is noticed (REPLACED); with @anew, or where nothing is held, the page begins the file.
 * finish: (transfer full) (element-type gint64): the registrations that they are about */
void rollcall_history_add_async (RollcallHistory *self, JsonArray *events, gboolean anew, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
GArray *rollcall_history_add_finish (RollcallHistory *self, GAsyncResult *result, GError **error);

/* The newest @limit events of the registration @id and of those merged into it, newest first.
 * finish: (transfer full) (element-type RollcallEvent) */
void rollcall_history_list_async (RollcallHistory *self, gint64 id, guint limit, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *rollcall_history_list_finish (RollcallHistory *self, GAsyncResult *result, GError **error);

G_END_DECLS
