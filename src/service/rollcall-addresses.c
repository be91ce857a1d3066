/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "rollcall-addresses.h"

#define MINUTE ((gint64) 60 * G_USEC_PER_SEC)

struct _RollcallAddresses
{
  GMutex lock;
  GHashTable *entries; /* (element-type RollcallAddress Entry) */
};

typedef struct
{
  RollcallAddress address;
  guint requests;
  gint64 full_at; /* when its bucket is full again */
} Entry;

RollcallAddress
rollcall_address_from_socket (const struct sockaddr *socket_address)
{
  RollcallAddress address = { { 0 } };

  if (socket_address->sa_family == AF_INET)
    {
      const struct sockaddr_in *four = (const struct sockaddr_in *) socket_address;

      address.bytes[10] = address.bytes[11] = 0xff;
      memcpy (address.bytes + 12, &four->sin_addr, 4);
    }
  else if (socket_address->sa_family == AF_INET6)
    {
      const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) socket_address;

      memcpy (address.bytes, &six->sin6_addr, IN6_IS_ADDR_V4MAPPED (&six->sin6_addr) ? 16 : 8);
    }
  return address;
}

static guint
hash_address (gconstpointer data)
{
  gint64 halves[2], mixed;

  memcpy (halves, data, sizeof halves);
  mixed = halves[0] ^ halves[1];
  return g_int64_hash (&mixed);
}

static gboolean
equal_addresses (gconstpointer one, gconstpointer two)
{
  return memcmp (one, two, sizeof (RollcallAddress)) == 0;
}

RollcallAddresses *
rollcall_addresses_new (void)
{
  RollcallAddresses *self = g_new0 (RollcallAddresses, 1);

  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (hash_address, equal_addresses, NULL, g_free);
  return self;
}

void
rollcall_addresses_free (RollcallAddresses *self)
{
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Entry *
find_or_add (RollcallAddresses *self, const RollcallAddress *address)
{
  Entry *entry = g_hash_table_lookup (self->entries, address);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->address = *address;
      entry->full_at = G_MININT64;
      g_hash_table_insert (self->entries, &entry->address, entry);
    }
  return entry;
}

static gboolean
is_forgettable (const Entry *entry, gint64 now)
{
  return entry->requests == 0 && entry->full_at <= now;
}

gboolean
rollcall_addresses_enter (RollcallAddresses *self, const RollcallAddress *address, guint limit)
{
  guint requests;

  g_mutex_lock (&self->lock);
  requests = ++find_or_add (self, address)->requests;
  g_mutex_unlock (&self->lock);
  return limit == 0 || requests <= limit;
}

void
rollcall_addresses_leave (RollcallAddresses *self, const RollcallAddress *address, gint64 now)
{
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = find_or_add (self, address);
  g_warn_if_fail (entry->requests > 0);
  entry->requests--;
  if (is_forgettable (entry, now))
    g_hash_table_remove (self->entries, address);
  g_mutex_unlock (&self->lock);
}

gint64
rollcall_addresses_get_wait (RollcallAddresses *self, const RollcallAddress *address, guint limit, gint64 now)
{
  const Entry *entry;
  gint64 wait = 0;

  if (limit == 0)
    return 0;
  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, address);
  if (entry != NULL && entry->full_at > now)
    wait = entry->full_at + MINUTE / limit - (now + MINUTE);
  g_mutex_unlock (&self->lock);
  return MAX (wait, 0);
}

/* The bucket as the time at which it is full again: each failure puts it off, and nothing needs to fill it. */
void
rollcall_addresses_note_failure (RollcallAddresses *self, const RollcallAddress *address, guint limit, gint64 now)
{
  Entry *entry;

  if (limit == 0)
    return;
  g_mutex_lock (&self->lock);
  entry = find_or_add (self, address);
  entry->full_at = MIN (MAX (entry->full_at, now) + MINUTE / limit, now + MINUTE);
  g_mutex_unlock (&self->lock);
}

static gboolean
forget (gpointer address, gpointer entry, gpointer now)
{
  return is_forgettable (entry, *(gint64 *) now);
}

void
rollcall_addresses_tidy (RollcallAddresses *self, gint64 now)
{
  g_mutex_lock (&self->lock);
  g_hash_table_foreach_remove (self->entries, forget, &now);
  g_mutex_unlock (&self->lock);
}

guint
rollcall_addresses_get_size (RollcallAddresses *self)
{
  guint size;

  g_mutex_lock (&self->lock);
  size = g_hash_table_size (self->entries);
  g_mutex_unlock (&self->lock);
  return size;
}
