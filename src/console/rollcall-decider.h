/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-report-view.h"
#include "rollcall-session.h"
#include "rollcall-work-bar.h"

G_BEGIN_DECLS

/**
 * RollcallDecider: the menu over the selected rows (C3), and the decision that comes of it (C4): asks where that is
 * due, sends it, and tells the person what came of it.
 */
#define ROLLCALL_TYPE_DECIDER (rollcall_decider_get_type ())
G_DECLARE_FINAL_TYPE (RollcallDecider, rollcall_decider, ROLLCALL, DECIDER, GObject)

/* @parent, @view, @bar (not owned): they live until rollcall_decider_close(). The menu's actions are @parent's. */
RollcallDecider *rollcall_decider_new (GtkWidget *parent, RollcallReportView *view, RollcallSession *session,
                                       RollcallReportList *list, RollcallWorkBar *bar);
void rollcall_decider_close (RollcallDecider *self); /* nothing of it shows any longer; what is sent stays sent */

void rollcall_decider_open_menu (RollcallDecider *self, double x, double y); /* in the view's coordinates */
/* Over the rows that the menu was opened on, as they were then (R10). */
void rollcall_decider_decide (RollcallDecider *self, RollcallAction action);

G_END_DECLS
