/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* Where a caller is: an IPv4 address, or the /64 of an IPv6 one, all of which is commonly one caller's to use. */
typedef struct
{
  guint8 bytes[16]; /* IPv4 as the IPv6 address that maps it */
} RollcallAddress;

RollcallAddress rollcall_address_from_socket (const struct sockaddr *socket_address);

/**
 * RollcallAddresses: what each address has under way, and how often it lately failed to say who it is. Remembers only
 * those that have something to remember. May be used from any thread. Times are monotonic microseconds.
 */
typedef struct _RollcallAddresses RollcallAddresses;

RollcallAddresses *rollcall_addresses_new (void);
void rollcall_addresses_free (RollcallAddresses *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallAddresses, rollcall_addresses_free)

/* A request begins, which leave() ends. Returns: whether there are no more than @limit; 0: any number may be. */
gboolean rollcall_addresses_enter (RollcallAddresses *self, const RollcallAddress *address, guint limit);
void rollcall_addresses_leave (RollcallAddresses *self, const RollcallAddress *address, gint64 now);

/* A token bucket: @limit failures at once, then as many a minute; 0: any number. note_failure() takes one out. Returns:
 * microseconds until there is one again; 0: there is */
gint64 rollcall_addresses_get_wait (RollcallAddresses *self, const RollcallAddress *address, guint limit, gint64 now);
void rollcall_addresses_note_failure (RollcallAddresses *self, const RollcallAddress *address, guint limit, gint64 now);

/* Forgets what no longer matters; called now and then. */
void rollcall_addresses_tidy (RollcallAddresses *self, gint64 now);
guint rollcall_addresses_get_size (RollcallAddresses *self); /* how many are remembered */

G_END_DECLS
