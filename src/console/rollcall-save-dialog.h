/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-export.h"

G_BEGIN_DECLS

/* Asks as what to save, which rows, and where (C7): @n_selected of @n_all rows. The file is chosen by the portal where
 * there is one. */
void rollcall_save_dialog_ask_async (GtkWidget *parent, const char *title, guint n_selected, guint n_all,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full) (nullable): NULL with G_IO_ERROR_CANCELLED where the person thought better of it */
GFile *rollcall_save_dialog_ask_finish (GAsyncResult *result, RollcallExportFormat *format, gboolean *selected,
                                        GError **error);

G_END_DECLS
