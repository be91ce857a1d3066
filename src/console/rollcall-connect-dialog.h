/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-services.h"

G_BEGIN_DECLS

/**
 * RollcallConnectDialog: a service's address and a person's token; the service's certificate where it is not trusted.
 * What it was told is tried before anything is kept.
 */
#define ROLLCALL_TYPE_CONNECT_DIALOG (rollcall_connect_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RollcallConnectDialog, rollcall_connect_dialog, ROLLCALL, CONNECT_DIALOG, AdwDialog)

/* @server: (nullable): the only address that it is about. */
RollcallConnectDialog *rollcall_connect_dialog_new (RollcallServices *services, const char *server);
/* As if the person had entered @token and connected: leads to what is in the way. */
void rollcall_connect_dialog_try (RollcallConnectDialog *self, const char *token);

G_END_DECLS
