/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-session.h"

G_BEGIN_DECLS

/**
 * RollcallWindow: the tree of reports at the left, a report at the right.
 */
#define ROLLCALL_TYPE_WINDOW (rollcall_window_get_type ())
G_DECLARE_FINAL_TYPE (RollcallWindow, rollcall_window, ROLLCALL, WINDOW, AdwApplicationWindow)

RollcallWindow *rollcall_window_new (GtkApplication *application);
/* Once: shows the first report of a service. */
void rollcall_window_set_session (RollcallWindow *self, RollcallSession *session);
/* NULL where it shows no service. Returns: (transfer none) (nullable) */
RollcallSession *rollcall_window_get_session (RollcallWindow *self);
/* Shows until it is closed. */
void rollcall_window_add_toast (RollcallWindow *self, const char *title);
/* Says why there is no service to show. */
void rollcall_window_set_problem (RollcallWindow *self, const char *title, const char *description);

G_END_DECLS
