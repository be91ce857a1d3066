/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RollcallService: rollcalld without its command line: HTTPS by libmicrohttpd's threads, one thread that writes.
 */
typedef struct _RollcallService RollcallService;

/* How much one caller may take. */
typedef struct
{
  guint address_requests; /* that one address has under way at once; 0: any number */
  guint address_failures; /* invalid tokens of one address in a minute; 0: any number */
  guint waiting;          /* requests that wait to be written; at least 1 */
} RollcallLimits;
#define ROLLCALL_LIMITS_USUAL { .address_requests = 4096, .address_failures = 600, .waiting = 10000 }

/* @data_directory: made (0700) with its authority, certificate and first token where absent. @certificate, @key
 * (nullable): files to serve with instead of the made ones. */
RollcallService *rollcall_service_new (const char *data_directory, const char *certificate, const char *key,
                                       GError **error);
/* Before it listens; else the usual ones hold. */
void rollcall_service_set_limits (RollcallService *service, const RollcallLimits *limits);
/* @address: ADDR:PORT, [ADDR]:PORT; port 0 picks one. Returns: (transfer full): the URL that it accepts connections on
 */
char *rollcall_service_listen (RollcallService *service, const char *address, GError **error);
/* What is due by the clock: the comment lines of streams, the renewal of its own certificate. Called about once a
 * second. */
void rollcall_service_tick (RollcallService *service);
/* Reads certificate and key again. New connections get them, the others stay. On error the old ones stay in use. */
gboolean rollcall_service_reload (RollcallService *service, GError **error);
/* Returns: when the thread that writes last got on with something, be it with finding nothing to do (about once a
 * second), in monotonic microseconds */
gint64 rollcall_service_get_progress (RollcallService *service);
/* Answers what was accepted, ends the streams, closes the store. */
void rollcall_service_free (RollcallService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallService, rollcall_service_free)

G_END_DECLS
