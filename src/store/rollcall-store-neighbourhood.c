/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules are given of all rows: those around a key or a row, however many others there are. */
#include "rollcall-store-private.h"

typedef struct
{
  RollcallStore *store;
  GArray *ids;        /* (element-type gint64) in order of their being found */
  GHashTable *seen;   /* (element-type gint64) the same */
  guint surrounded;   /* how many of @ids have what stands beside them in @ids */
  GHashTable *shared; /* (element-type utf8) the resource keys whose rows are all in @ids */
} Neighbourhood;

static void
neighbourhood_init (Neighbourhood *self, RollcallStore *store)
{
  self->store = store;
  self->surrounded = 0;
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->shared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
neighbourhood_clear (Neighbourhood *self)
{
  g_array_unref (self->ids);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->shared);
}

static void
add (Neighbourhood *self, gint64 id)
{
  if (id != 0 && g_hash_table_add (self->seen, g_memdup2 (&id, sizeof id)))
    g_array_append_val (self->ids, id);
}

/* The ids that @statement gives; NULL is what could not be prepared. */
static gboolean
collect (Neighbourhood *self, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (statement == NULL)
    return FALSE;
  while (rollcall_store_step (self->store, statement, &failure))
    add (self, sqlite3_column_int64 (statement, 0));
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
collect_holders (Neighbourhood *self, const char *fingerprint, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self->store, "SELECT registration FROM keys WHERE fingerprint = ?",
                                                    error);

  if (statement != NULL)
    rollcall_bind_text (statement, 1, fingerprint);
  return collect (self, statement, error);
}

/* Each key is looked up once, so that many rows of one computer cost no more than their number. */
static gboolean
collect_sharing (Neighbourhood *self, const RollcallResourceKey *key, GError **error)
{
  sqlite3_stmt *statement;

  if (!g_hash_table_add (self->shared, g_strconcat (key->type, "\n", key->value, NULL)))
    return TRUE;
  statement = rollcall_store_prepare (self->store,
                                      "SELECT registration FROM resource_keys WHERE value = ? AND type = ?", error);
  if (statement != NULL)
    {
      rollcall_bind_text (statement, 1, key->value);
      rollcall_bind_text (statement, 2, key->type);
    }
  return collect (self, statement, error);
}

static gboolean
collect_sharing_any (Neighbourhood *self, GPtrArray *keys, GError **error)
{
  for (guint i = 0; i < keys->len; i++)
    if (!collect_sharing (self, keys->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* What shares a resource key with any of the rows found so far. */
static gboolean
collect_of_their_keys (Neighbourhood *self, GError **error)
{
  for (guint i = 0, n = self->ids->len; i < n; i++)
    {
      g_autoptr (GPtrArray)
          keys = rollcall_store_load_resource_keys (self->store, g_array_index (self->ids, gint64, i), error);

      if (keys == NULL || !collect_sharing_any (self, keys, error))
        return FALSE;
    }
  return TRUE;
}

/* What stands beside the rows found so far: what they duplicate, duplicates, what a conflict matched, the conflicts. */
static gboolean
collect_beside (Neighbourhood *self, GError **error)
{
  const guint n = self->ids->len;

  for (; self->surrounded < n; self->surrounded++)
    {
      sqlite3_stmt *statement = rollcall_store_prepare (
          self->store,
          "SELECT duplicate_of FROM registrations WHERE id = ?1 "
          "UNION ALL SELECT id FROM registrations WHERE duplicate_of = ?1 AND duplicate_of > 0 "
          "UNION ALL SELECT other FROM conflicts WHERE registration = ?1 "
          "UNION ALL SELECT registration FROM conflicts WHERE other = ?1",
          error);

      if (statement != NULL)
        sqlite3_bind_int64 (statement, 1, g_array_index (self->ids, gint64, self->surrounded));
      if (!collect (self, statement, error))
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
load_all (Neighbourhood *self, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);

  for (guint i = 0; i < self->ids->len; i++)
    {
      g_autoptr (GError) failure = NULL;
      RollcallRegistration *row = rollcall_store_load (self->store, g_array_index (self->ids, gint64, i), &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (row != NULL) /* a row that a duplicate or a conflict names may be gone */
        g_ptr_array_add (rows, row);
    }
  return g_steal_pointer (&rows);
}

/* A duplicate stands for its resource's computer, and a conflict may be merged into what it matched (R11, R13): what
 * shares a key with those counts as well (R14, R24), and what stands beside all of these changes with them. */
static GPtrArray *
load_from (Neighbourhood *self, GError **error)
{
  if (!collect_beside (self, error) || !collect_of_their_keys (self, error) || !collect_beside (self, error))
    return NULL;
  return load_all (self, error);
}

GPtrArray *
rollcall_store_load_neighbourhood (RollcallStore *self, const char *fingerprint, GPtrArray *resource_keys,
                                   GError **error)
{
  Neighbourhood neighbourhood;
  GPtrArray *rows = NULL;

  neighbourhood_init (&neighbourhood, self);
  if ((fingerprint == NULL || collect_holders (&neighbourhood, fingerprint, error)) &&
      (resource_keys == NULL || collect_sharing_any (&neighbourhood, resource_keys, error)))
    rows = load_from (&neighbourhood, error);
  neighbourhood_clear (&neighbourhood);
  return rows;
}

GPtrArray *
rollcall_store_load_around (RollcallStore *self, gint64 id, GError **error)
{
  Neighbourhood neighbourhood;
  GPtrArray *rows;

  neighbourhood_init (&neighbourhood, self);
  add (&neighbourhood, id);
  rows = load_from (&neighbourhood, error);
  neighbourhood_clear (&neighbourhood);
  return rows;
}
