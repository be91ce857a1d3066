/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-services.h"

G_BEGIN_DECLS

/**
 * RollcallApplication: the console; starts with the service that the command line names, else with the last one used.
 */
#define ROLLCALL_TYPE_APPLICATION (rollcall_application_get_type ())
G_DECLARE_FINAL_TYPE (RollcallApplication, rollcall_application, ROLLCALL, APPLICATION, AdwApplication)

RollcallApplication *rollcall_application_new (void);
RollcallServices *rollcall_application_get_services (RollcallApplication *self); /* (transfer none) */

G_END_DECLS
