/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rollcall-cache.h"
#include "rollcall-work-bar.h"

G_BEGIN_DECLS

/* What is printed, and how: the dialog's settings are kept in @settings for the next time. */
typedef struct
{
  RollcallCache *cache;
  const char *title;
  GPtrArray *columns;         /* (element-type RollcallReportColumn) */
  GArray *ids;                /* (element-type gint64) the whole report */
  GArray *selected;           /* (element-type gint64) what the dialog's 'Selection' is */
  RollcallWorkBar *bar;       /* (nullable) */
  const char *file;           /* (nullable) a PDF to write instead, without a dialog */
  GtkPrintSettings *settings; /* (nullable) of the last time */
} RollcallPrintJob;

/* Prints in chunks of the main loop (C7). finish: the settings to keep; NULL with @error, GTK_DIALOG_ERROR_CANCELLED
 * where the person stopped it. Returns: (transfer full) */
void rollcall_print_async (GtkWidget *parent, const RollcallPrintJob *job, GAsyncReadyCallback callback,
                           gpointer user_data);
GtkPrintSettings *rollcall_print_finish (GAsyncResult *result, GError **error);

G_END_DECLS
