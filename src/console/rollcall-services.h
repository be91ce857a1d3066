/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-connections.h"
#include "rollcall-secrets.h"
#include "rollcall-session.h"

G_BEGIN_DECLS

/**
 * RollcallServices: the services of one console: which are known, a window for each that is open, signing in and out.
 */
#define ROLLCALL_TYPE_SERVICES (rollcall_services_get_type ())
G_DECLARE_FINAL_TYPE (RollcallServices, rollcall_services, ROLLCALL, SERVICES, GObject)

RollcallServices *rollcall_services_new (GtkApplication *application);
RollcallConnections *rollcall_services_get_connections (RollcallServices *self); /* (transfer none) */

/* What a person typed as an address. Returns: (transfer full) (nullable): https://HOST[:PORT], or what to do about it
 */
char *rollcall_services_read_address (const char *text, GError **error);
/* Of --ca: @server is trusted by @ca_file whatever is pinned. */
void rollcall_services_fix_authority (RollcallServices *self, const char *server, const char *ca_file);
gboolean rollcall_services_has_fixed_authority (RollcallServices *self, const char *server);
/* Returns: (transfer full) (nullable): the file that @server is trusted by, NULL for the system's authorities */
char *rollcall_services_get_authority (RollcallServices *self, const char *server);

/* The window of @server, opened from its cache where there is none; the keyring's token follows, unless @token
 * (nullable) is given. */
void rollcall_services_open (RollcallServices *self, const char *server, const char *token);
/* NULL where @server (nullable: none) has no window. */
GtkWindow *rollcall_services_find_window (RollcallServices *self, const char *server);
/* Asks for an address and a token; @server: (nullable): for its token alone. */
void rollcall_services_connect (RollcallServices *self, GtkWidget *parent, const char *server);
/* Tries @server with the token that there is, so that what is in the way shows: its certificate, or the token. */
void rollcall_services_review (RollcallServices *self, GtkWidget *parent, const char *server);
/* @token is right for @server, and @person's: keeps both, and opens its window or lets it go on. */
void rollcall_services_connected (RollcallServices *self, const char *server, const char *token, const char *person);
/* Asks first, then forgets the token, the pin and what is kept of @server, and closes its window. */
void rollcall_services_sign_out (RollcallServices *self, GtkWidget *parent, const char *server);

G_END_DECLS
