/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RollcallService: rollcalld without its command line: HTTPS by libmicrohttpd's threads, one thread that writes.
 */
typedef struct _RollcallService RollcallService;

/* @data_directory: made (0700) with its authority, certificate and first token where absent. @certificate, @key
 * (nullable): files to serve with instead of the made ones. */
RollcallService *rollcall_service_new (const char *data_directory, const char *certificate, const char *key,
                                       GError **error);
/* @address: ADDR:PORT, [ADDR]:PORT; port 0 picks one. Returns: (transfer full): the URL that it accepts connections on
 */
char *rollcall_service_listen (RollcallService *service, const char *address, GError **error);
/* What is due by the clock: the daily purge, the comment lines of streams. Called about once a second. */
void rollcall_service_tick (RollcallService *service);
/* Answers what was accepted, ends the streams, closes the store. */
void rollcall_service_free (RollcallService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallService, rollcall_service_free)

G_END_DECLS
