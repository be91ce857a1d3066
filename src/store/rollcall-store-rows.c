/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

static char **
split_lines (const char *text)
{
  return *text == '\0' ? g_new0 (char *, 1) : g_strsplit (text, "\n", -1);
}

static void
set_text (char **field, sqlite3_stmt *statement, int column)
{
  g_set_str (field, rollcall_column_text (statement, column));
}

RollcallRegistration *
rollcall_row_read (sqlite3_stmt *statement)
{
  RollcallRegistration *row = rollcall_registration_new ();
  char **texts[] = { &row->computer.name, &row->computer.domain, &row->computer.fqdn, &row->computer.os,
                     &row->computer.user };
  gint64 *numbers[] = { &row->first_requested, &row->last_requested,     &row->request_count,
                        &row->last_contact,    &row->revocation_seen_at, &row->purge_after };

  row->id = sqlite3_column_int64 (statement, 0);
  row->revision = sqlite3_column_int64 (statement, 1);
  row->status = sqlite3_column_int (statement, 2);
  row->trust = sqlite3_column_int (statement, 3);
  row->origin = sqlite3_column_int (statement, 4);
  for (int i = 0; i < (int) G_N_ELEMENTS (texts); i++)
    set_text (texts[i], statement, 5 + i);
  g_strfreev (row->computer.ips);
  row->computer.ips = split_lines (rollcall_column_text (statement, 10));
  g_strfreev (row->computer.macs);
  row->computer.macs = split_lines (rollcall_column_text (statement, 11));
  set_text (&row->agent_version, statement, 12);
  set_text (&row->fingerprint, statement, 13);
  row->key_changes = sqlite3_column_int64 (statement, 14);
  row->resource_id = sqlite3_column_int64 (statement, 15);
  row->duplicate_of = sqlite3_column_int64 (statement, 16);
  row->advice = sqlite3_column_int (statement, 17);
  row->site_server = sqlite3_column_int (statement, 18);
  row->decided_by = sqlite3_column_int (statement, 19);
  set_text (&row->decided_by_name, statement, 20);
  row->decided_at = sqlite3_column_int64 (statement, 21);
  set_text (&row->note, statement, 22);
  for (int i = 0; i < (int) G_N_ELEMENTS (numbers); i++)
    *numbers[i] = sqlite3_column_int64 (statement, 23 + i);
  set_text (&row->awaiting_fingerprint, statement, 29);
  row->last_computer_requested = sqlite3_column_int64 (statement, 30);
  row->blocked_at = sqlite3_column_int64 (statement, 31);
  row->matching_revision = sqlite3_column_int64 (statement, 32);
  row->purged = sqlite3_column_int (statement, 33);
  return row;
}

void
rollcall_row_bind (sqlite3_stmt *statement, const RollcallRegistration *row)
{
  const RollcallComputer *computer = &row->computer;
  g_autofree char *ips = g_strjoinv ("\n", computer->ips), *macs = g_strjoinv ("\n", computer->macs);
  const char *texts[] = { computer->name, computer->domain,   computer->fqdn,  computer->os, computer->user, ips,
                          macs,           row->agent_version, row->fingerprint };
  const gint64 first[] = { row->id, row->revision, row->status, row->trust, row->origin };
  const gint64 middle[] = { row->key_changes, row->resource_id, row->duplicate_of,
                            row->advice,      row->site_server, row->decided_by };
  const gint64 times[] = { row->first_requested, row->last_requested,     row->request_count,
                           row->last_contact,    row->revocation_seen_at, row->purge_after };
  const gint64 last[] = { row->last_computer_requested, row->blocked_at, row->matching_revision, row->purged };
  int column = 1;

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    sqlite3_bind_int64 (statement, column++, first[i]);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    rollcall_bind_text (statement, column++, texts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (middle); i++)
    sqlite3_bind_int64 (statement, column++, middle[i]);
  rollcall_bind_text (statement, column++, row->decided_by_name);
  sqlite3_bind_int64 (statement, column++, row->decided_at);
  rollcall_bind_text (statement, column++, row->note);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    sqlite3_bind_int64 (statement, column++, times[i]);
  rollcall_bind_text (statement, column++, row->awaiting_fingerprint);
  for (guint i = 0; i < G_N_ELEMENTS (last); i++)
    sqlite3_bind_int64 (statement, column++, last[i]);
}

char *
rollcall_row_get_search_text (const RollcallRegistration *row)
{
  const RollcallComputer *computer = &row->computer;
  g_autofree char *ips = g_strjoinv ("\n", computer->ips), *macs = g_strjoinv ("\n", computer->macs);
  g_autofree char *text = g_strjoin ("\n", computer->name, computer->fqdn, computer->domain, computer->user, ips, macs,
                                     row->fingerprint, NULL);

  return g_utf8_casefold (text, -1);
}

static gboolean
read_keys (RollcallStore *self, RollcallRegistration *row, GError **error)
{
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT fingerprint, first_seen, last_seen, state FROM keys WHERE registration = ? ORDER BY place", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, row->id);
  while (rollcall_store_step (self, statement, &failure))
    {
      RollcallKey *key = rollcall_key_new (rollcall_column_text (statement, 0), sqlite3_column_int64 (statement, 1));

      key->last_seen = sqlite3_column_int64 (statement, 2);
      key->state = sqlite3_column_int (statement, 3);
      g_ptr_array_add (row->keys, key);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

GPtrArray *
rollcall_store_load_resource_keys (RollcallStore *self, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT type, value, pinned FROM resource_keys WHERE registration = ? ORDER BY place", error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  while (rollcall_store_step (self, statement, &failure))
    {
      RollcallResourceKey *key = rollcall_resource_key_new (rollcall_column_text (statement, 0),
                                                            rollcall_column_text (statement, 1));

      key->pinned = sqlite3_column_int (statement, 2);
      g_ptr_array_add (keys, key);
    }
  if (failure == NULL)
    return g_steal_pointer (&keys);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

gboolean
rollcall_store_read_history (RollcallStore *self, RollcallRegistration *row, GError **error)
{
  g_autoptr (GPtrArray) resource_keys = rollcall_store_load_resource_keys (self, row->id, error);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement;

  if (resource_keys == NULL || !read_keys (self, row, error))
    return FALSE;
  g_ptr_array_unref (row->resource_keys);
  row->resource_keys = g_steal_pointer (&resource_keys);
  statement = rollcall_store_prepare (self, "SELECT other FROM conflicts WHERE registration = ?", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, row->id);
  while (rollcall_store_step (self, statement, &failure))
    {
      gint64 other = sqlite3_column_int64 (statement, 0);

      g_array_append_val (row->conflicts_with, other);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

RollcallRegistration *
rollcall_store_load (RollcallStore *self, gint64 id, GError **error)
{
  g_autoptr (RollcallRegistration) row = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT " ROLLCALL_ROW_COLUMNS " FROM registrations WHERE id = ?", error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  if (!rollcall_store_step (self, statement, error))
    return NULL;
  row = rollcall_row_read (statement);
  sqlite3_reset (statement);
  return rollcall_store_read_history (self, row, error) ? g_steal_pointer (&row) : NULL;
}

/* Returns: (transfer full) (element-type gint64) */
static GArray *
list_duplicates (RollcallStore *self, gint64 id, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT id FROM registrations WHERE duplicate_of = ? AND duplicate_of > 0 AND NOT purged ORDER BY id",
      error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  while (rollcall_store_step (self, statement, &failure))
    {
      gint64 duplicate = sqlite3_column_int64 (statement, 0);

      g_array_append_val (ids, duplicate);
    }
  if (failure == NULL)
    return g_steal_pointer (&ids);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RollcallRegistration *
rollcall_store_get_registration (RollcallStore *self, gint64 id, GArray **duplicates, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (RollcallRegistration) row = rollcall_store_load (self, id, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (row == NULL || row->purged)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There is no registration %" G_GINT64_FORMAT ".",
                            id);
      return NULL;
    }
  if (duplicates != NULL && (*duplicates = list_duplicates (self, id, error)) == NULL)
    return NULL;
  return g_steal_pointer (&row);
}
