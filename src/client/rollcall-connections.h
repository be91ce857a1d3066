/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RollcallConnections: the services that a person has connected to, and for each the certificate that they trust it by:
 * a key file and a PEM file a pin, in a folder that is theirs alone. No token is in there.
 *
 * What another process writes meanwhile is kept: each change reads the file first. Signal "changed": the list did.
 */
#define ROLLCALL_TYPE_CONNECTIONS (rollcall_connections_get_type ())
G_DECLARE_FINAL_TYPE (RollcallConnections, rollcall_connections, ROLLCALL, CONNECTIONS, GObject)

typedef struct
{
  char *server;   /* https://HOST[:PORT] */
  char *person;   /* (nullable) the name that the service knows the token by */
  gint64 used_at; /* ms since 1970 */
} RollcallConnection;

/* @directory: made 0700 once there is something to keep. */
RollcallConnections *rollcall_connections_new (const char *directory);
/* The last used one first. Returns: (transfer full) (element-type RollcallConnection) */
GPtrArray *rollcall_connections_list (RollcallConnections *self);
gboolean rollcall_connections_knows (RollcallConnections *self, const char *server);
/* @server was used just now. @person (nullable): as before. */
gboolean rollcall_connections_note (RollcallConnections *self, const char *server, const char *person, GError **error);
/* Forgets @server and its pin. */
gboolean rollcall_connections_remove (RollcallConnections *self, const char *server, GError **error);

/* From now on @server is trusted by @anchor and by nothing else. */
gboolean rollcall_connections_pin (RollcallConnections *self, const char *server, GTlsCertificate *anchor,
                                   GError **error);
/* For rollcall_client_new(). Returns: (transfer full) (nullable): NULL where @server has no pin */
char *rollcall_connections_get_pin_file (RollcallConnections *self, const char *server);

G_END_DECLS
