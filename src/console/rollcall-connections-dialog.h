/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-services.h"

G_BEGIN_DECLS

/**
 * RollcallConnectionsDialog: the services that this console knows: to open, to forget, and to add one.
 */
#define ROLLCALL_TYPE_CONNECTIONS_DIALOG (rollcall_connections_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RollcallConnectionsDialog, rollcall_connections_dialog, ROLLCALL, CONNECTIONS_DIALOG, AdwDialog)

AdwDialog *rollcall_connections_dialog_new (RollcallServices *services);

G_END_DECLS
