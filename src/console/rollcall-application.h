/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * RollcallApplication: one window on one service, named on the command line.
 */
#define ROLLCALL_TYPE_APPLICATION (rollcall_application_get_type ())
G_DECLARE_FINAL_TYPE (RollcallApplication, rollcall_application, ROLLCALL, APPLICATION, AdwApplication)

RollcallApplication *rollcall_application_new (void);

G_END_DECLS
