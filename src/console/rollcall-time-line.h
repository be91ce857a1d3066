/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-session.h"

G_BEGIN_DECLS

/**
 * RollcallTimeLine: a computer's requests and decisions, newest first, from the history that is kept on this computer
 * (C5, C8), and a check of its chain (R26).
 */
#define ROLLCALL_TYPE_TIME_LINE (rollcall_time_line_get_type ())
G_DECLARE_FINAL_TYPE (RollcallTimeLine, rollcall_time_line, ROLLCALL, TIME_LINE, AdwBin)

void rollcall_time_line_set_session (RollcallTimeLine *self, RollcallSession *session); /* once */
void rollcall_time_line_show (RollcallTimeLine *self, gint64 id);                       /* 0: of none */

G_END_DECLS
