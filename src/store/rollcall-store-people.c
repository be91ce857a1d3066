/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

#define DAY (G_GINT64_CONSTANT (24) * 3600 * 1000)

gboolean
rollcall_store_add_token (RollcallStore *self, const RollcallToken *token, const char *hash, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "INSERT INTO tokens VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", error);

  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, token->name);
  rollcall_bind_text (statement, 2, hash);
  sqlite3_bind_int (statement, 3, token->role);
  sqlite3_bind_int64 (statement, 4, token->expires);
  if (!rollcall_store_run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 1)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_CONFLICT, "/name", "There is a token of this name.");
  return FALSE;
}

gboolean
rollcall_store_remove_token (RollcallStore *self, const char *name, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self, "DELETE FROM tokens WHERE name = ?", error);

  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, name);
  if (!rollcall_store_run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 1)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There is no token of this name.");
  return FALSE;
}

static RollcallToken *
read_token (sqlite3_stmt *statement)
{
  return rollcall_token_new (rollcall_column_text (statement, 0), sqlite3_column_int (statement, 1),
                             sqlite3_column_int64 (statement, 2));
}

GPtrArray *
rollcall_store_list_tokens (RollcallStore *self, GError **error)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_token_free);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (self, "SELECT name, role, expires FROM tokens ORDER BY name",
                                                    error);

  if (statement == NULL)
    return NULL;
  while (rollcall_store_step (self, statement, &failure))
    g_ptr_array_add (tokens, read_token (statement));
  if (failure == NULL)
    return g_steal_pointer (&tokens);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RollcallToken *
rollcall_store_find_token (RollcallStore *self, const char *hash, char **stored_hash, GError **error)
{
  RollcallToken *token = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (self, "SELECT name, role, expires, hash FROM tokens WHERE hash = ?",
                                                    error);

  if (statement == NULL)
    return NULL;
  rollcall_bind_text (statement, 1, hash);
  if (rollcall_store_step (self, statement, error))
    {
      token = read_token (statement);
      *stored_hash = g_strdup (rollcall_column_text (statement, 3));
    }
  sqlite3_reset (statement);
  return token;
}

char *
rollcall_store_get_kept_answer (RollcallStore *self, const char *token, const char *key, const char *body_hash,
                                gint64 now, GError **error)
{
  char *answer = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT body_hash, answer FROM kept_answers WHERE token = ? AND key = ? AND at >= ?", error);

  if (statement == NULL)
    return NULL;
  rollcall_bind_text (statement, 1, token);
  rollcall_bind_text (statement, 2, key);
  sqlite3_bind_int64 (statement, 3, now - DAY);
  if (rollcall_store_step (self, statement, error))
    {
      if (g_strcmp0 (rollcall_column_text (statement, 0), body_hash) == 0)
        answer = g_strdup (rollcall_column_text (statement, 1));
      else
        rollcall_problem_set (error, ROLLCALL_PROBLEM_CONFLICT, NULL,
                              "This Idempotency-Key was used for another request.");
    }
  sqlite3_reset (statement);
  return answer;
}

gboolean
rollcall_store_keep_answer (RollcallStore *self, const char *token, const char *key, const char *body_hash,
                            const char *answer, gint64 now, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self, "DELETE FROM kept_answers WHERE at < ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, now - DAY);
  if (!rollcall_store_run (self, statement, error))
    return FALSE;
  statement = rollcall_store_prepare (self, "INSERT INTO kept_answers VALUES (?, ?, ?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, token);
  rollcall_bind_text (statement, 2, key);
  rollcall_bind_text (statement, 3, body_hash);
  rollcall_bind_text (statement, 4, answer);
  sqlite3_bind_int64 (statement, 5, now);
  return rollcall_store_run (self, statement, error);
}
