/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

typedef struct
{
  gint64 latest; /* revision */
} RollcallRevisions;

/* R10: what a decision's author looks at. */
static gboolean
matches (RollcallStore *self, const RollcallRegistration *row, gint64 *matching, gboolean *known, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self,
                                                    "SELECT status, trust, fingerprint, duplicate_of, advice, "
                                                    "matching_revision FROM registrations WHERE id = ?",
                                                    error);
  gboolean same = FALSE;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, row->id);
  *known = rollcall_store_step (self, statement, error);
  if (*known)
    {
      same = sqlite3_column_int (statement, 0) == (int) row->status &&
             sqlite3_column_int (statement, 1) == (int) row->trust &&
             g_strcmp0 (rollcall_column_text (statement, 2), row->fingerprint) == 0 &&
             sqlite3_column_int64 (statement, 3) == row->duplicate_of &&
             sqlite3_column_int (statement, 4) == (int) row->advice;
      *matching = sqlite3_column_int64 (statement, 5);
    }
  sqlite3_reset (statement);
  return same;
}

static gboolean
put_keys (RollcallStore *self, const RollcallRegistration *row, GError **error)
{
  for (guint i = 0; i < row->keys->len; i++)
    {
      const RollcallKey *key = row->keys->pdata[i];
      sqlite3_stmt *statement = rollcall_store_prepare (
          self,
          "INSERT INTO keys VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
          "fingerprint = ?3, first_seen = ?4, last_seen = ?5, state = ?6",
          error);

      if (statement == NULL)
        return FALSE;
      sqlite3_bind_int64 (statement, 1, row->id);
      sqlite3_bind_int (statement, 2, (int) i);
      rollcall_bind_text (statement, 3, key->fingerprint);
      sqlite3_bind_int64 (statement, 4, key->first_seen);
      sqlite3_bind_int64 (statement, 5, key->last_seen);
      sqlite3_bind_int (statement, 6, key->state);
      if (!rollcall_store_run (self, statement, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_resource_keys (RollcallStore *self, const RollcallRegistration *row, GError **error)
{
  sqlite3_stmt *statement;

  for (guint i = 0; i < row->resource_keys->len; i++)
    {
      const RollcallResourceKey *key = row->resource_keys->pdata[i];

      statement = rollcall_store_prepare (self,
                                          "INSERT INTO resource_keys VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
                                          "UPDATE SET type = ?3, value = ?4, pinned = ?5 "
                                          "WHERE type != ?3 OR value != ?4 OR pinned != ?5",
                                          error);
      if (statement == NULL)
        return FALSE;
      sqlite3_bind_int64 (statement, 1, row->id);
      sqlite3_bind_int (statement, 2, (int) i);
      rollcall_bind_text (statement, 3, key->type);
      rollcall_bind_text (statement, 4, key->value);
      sqlite3_bind_int (statement, 5, key->pinned);
      if (!rollcall_store_run (self, statement, error))
        return FALSE;
    }
  statement = rollcall_store_prepare (self, "DELETE FROM resource_keys WHERE registration = ? AND place >= ?", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, row->id);
  sqlite3_bind_int (statement, 2, (int) row->resource_keys->len);
  return rollcall_store_run (self, statement, error);
}

static gboolean
run_with_id (RollcallStore *self, const char *sql, gint64 id, gint64 other, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_int64 (statement, 2, other);
  return rollcall_store_run (self, statement, error);
}

static gboolean
put_conflicts (RollcallStore *self, const RollcallRegistration *row, GError **error)
{
  if (!run_with_id (self, "DELETE FROM conflicts WHERE registration = ?", row->id, 0, error))
    return FALSE;
  for (guint i = 0; i < row->conflicts_with->len; i++)
    if (!run_with_id (self, "INSERT OR IGNORE INTO conflicts VALUES (?, ?)", row->id,
                      g_array_index (row->conflicts_with, gint64, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
put (RollcallStore *self, RollcallRegistration *row, RollcallRevisions *revisions, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *search = rollcall_row_get_search_text (row);
  gboolean known = FALSE;
  gint64 matching = 0;
  gboolean same = matches (self, row, &matching, &known, &failure);
  sqlite3_stmt *statement = NULL;

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  row->revision = ++revisions->latest;
  row->matching_revision = same ? matching : row->revision;
  /* REPLACE would delete the row's history with it. */
  if (known)
    statement = rollcall_store_prepare (
        self,
        "UPDATE registrations SET (" ROLLCALL_ROW_COLUMNS ", search) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        "?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, "
        "?32, ?33, ?34, ?35) WHERE id = ?1",
        error);
  else
    statement = rollcall_store_prepare (
        self,
        "INSERT INTO registrations (" ROLLCALL_ROW_COLUMNS ", search) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, "
        "?31, ?32, ?33, ?34, ?35)",
        error);
  if (statement == NULL)
    return FALSE;
  rollcall_row_bind (statement, row);
  rollcall_bind_text (statement, ROLLCALL_N_ROW_COLUMNS + 1, search);
  return rollcall_store_run (self, statement, error) && put_keys (self, row, error) &&
         put_resource_keys (self, row, error) && put_conflicts (self, row, error);
}

static gboolean
is_put (RollcallOutcome *outcome, gint64 id)
{
  for (guint i = 0; i < outcome->put->len; i++)
    if (((RollcallRegistration *) outcome->put->pdata[i])->id == id)
      return TRUE;
  return FALSE;
}

static gboolean
remove_row (RollcallStore *self, const RollcallRemoval *removal, gboolean remembered, RollcallRevisions *revisions,
            GError **error)
{
  sqlite3_stmt *statement;

  if (!remembered && !run_with_id (self, "DELETE FROM registrations WHERE id = ?", removal->id, 0, error))
    return FALSE;
  statement = rollcall_store_prepare (self, "INSERT INTO removed VALUES (?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, ++revisions->latest);
  sqlite3_bind_int64 (statement, 2, removal->id);
  sqlite3_bind_int64 (statement, 3, removal->into);
  return rollcall_store_run (self, statement, error);
}

gboolean
rollcall_store_apply (RollcallStore *self, RollcallOutcome *outcome, const RollcallContext *context, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RollcallRevisions revisions = { rollcall_store_get_counter (self, "latest-revision", &failure) };

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  for (guint i = 0; i < outcome->removed->len; i++)
    {
      const RollcallRemoval *removal = &g_array_index (outcome->removed, RollcallRemoval, i);

      if (!remove_row (self, removal, is_put (outcome, removal->id), &revisions, error))
        return FALSE;
    }
  for (guint i = 0; i < outcome->put->len; i++)
    if (!put (self, outcome->put->pdata[i], &revisions, error))
      return FALSE;
  for (guint i = 0; i < outcome->events->len; i++)
    if (!rollcall_store_append_event (self, outcome->events->pdata[i], error))
      return FALSE;
  return rollcall_store_set_counter (self, "latest-revision", revisions.latest, error) &&
         rollcall_store_set_counter (self, "next-registration", context->next_registration, error) &&
         rollcall_store_set_counter (self, "next-resource", context->next_resource, error);
}
