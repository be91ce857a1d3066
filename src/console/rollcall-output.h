/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rollcall-report-layout.h"
#include "rollcall-report-list.h"
#include "rollcall-work-bar.h"

G_BEGIN_DECLS

/**
 * RollcallOutput: what leaves the window (C7): copies, saves and prints the rows of a report, with the columns that
 * show, and tells the person what came of it.
 */
#define ROLLCALL_TYPE_OUTPUT (rollcall_output_get_type ())
G_DECLARE_FINAL_TYPE (RollcallOutput, rollcall_output, ROLLCALL, OUTPUT, GObject)

/* @parent, @bar (not owned): what is asked and told is shown there, as long as they live. */
RollcallOutput *rollcall_output_new (GtkWidget *parent, RollcallCache *cache, RollcallReportList *list,
                                     RollcallReportLayout *layout, RollcallWorkBar *bar);
void rollcall_output_copy (RollcallOutput *self);                    /* the selected rows */
void rollcall_output_save (RollcallOutput *self, const char *title); /* asks what and where */
void rollcall_output_print (RollcallOutput *self, const char *title);

G_END_DECLS
