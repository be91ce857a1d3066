/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * RollcallWorkBar: long work that goes on: how far it is, and a button that stops it. Work that is done soon does not
 * show. One piece of work at a time; that of a bar that goes is cancelled.
 *
 * Property: `title` (string): what a screen reader calls the work.
 */
#define ROLLCALL_TYPE_WORK_BAR (rollcall_work_bar_get_type ())
G_DECLARE_FINAL_TYPE (RollcallWorkBar, rollcall_work_bar, ROLLCALL, WORK_BAR, GtkBox)

/* Returns: (transfer none): cancelled by the button; valid until rollcall_work_bar_end() */
GCancellable *rollcall_work_bar_begin (RollcallWorkBar *self);
void rollcall_work_bar_tell (guint done, guint total, gpointer self); /* as a progress function */
void rollcall_work_bar_end (RollcallWorkBar *self);
gboolean rollcall_work_bar_is_busy (RollcallWorkBar *self);

G_END_DECLS
