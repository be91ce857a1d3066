/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-store-private.h"

gboolean
rollcall_store_add_task (RollcallStore *self, RollcallTask *task, GError **error)
{
  sqlite3_stmt *statement;

  task->id = rollcall_store_get_counter (self, "next-task", error);
  if (task->id == 0 || !rollcall_store_set_counter (self, "next-task", task->id + 1, error))
    return FALSE;
  statement = rollcall_store_prepare (
      self, "INSERT INTO tasks (id, registration, kind, parameters) VALUES (?, ?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, task->id);
  sqlite3_bind_int64 (statement, 2, task->registration);
  rollcall_bind_text (statement, 3, task->kind);
  rollcall_bind_text (statement, 4, task->parameters);
  return rollcall_store_run (self, statement, error);
}

GPtrArray *
rollcall_store_list_tasks (RollcallStore *self, gint64 registration, GError **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_task_free);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "SELECT id, kind, parameters FROM tasks WHERE registration = ? AND outcome IS NULL ORDER BY id", error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, registration);
  while (rollcall_store_step (self, statement, &failure))
    {
      RollcallTask *task = rollcall_task_new ();

      task->id = sqlite3_column_int64 (statement, 0);
      task->registration = registration;
      g_set_str (&task->kind, rollcall_column_text (statement, 1));
      g_set_str (&task->parameters, rollcall_column_text (statement, 2));
      g_ptr_array_add (tasks, task);
    }
  if (failure == NULL)
    return g_steal_pointer (&tasks);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

gboolean
rollcall_store_finish_task (RollcallStore *self, gint64 id, gint64 registration, const char *outcome,
                            const char *output, gint64 now, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (
      self,
      "UPDATE tasks SET outcome = ?, output = ?, finished_at = ? WHERE id = ? AND "
      "registration = ? AND outcome IS NULL",
      error);

  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, outcome);
  rollcall_bind_text (statement, 2, output);
  sqlite3_bind_int64 (statement, 3, now);
  sqlite3_bind_int64 (statement, 4, id);
  sqlite3_bind_int64 (statement, 5, registration);
  if (!rollcall_store_run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 1)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "No task %" G_GINT64_FORMAT " waits for this agent.",
                        id);
  return FALSE;
}

gboolean
rollcall_store_drop_tasks (RollcallStore *self, gint64 registration, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "DELETE FROM tasks WHERE registration = ? AND outcome IS NULL", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, registration);
  return rollcall_store_run (self, statement, error);
}

gboolean
rollcall_store_move_tasks (RollcallStore *self, gint64 from, gint64 into, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (
      self, "UPDATE tasks SET registration = ? WHERE registration = ? AND outcome IS NULL", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, into);
  sqlite3_bind_int64 (statement, 2, from);
  return rollcall_store_run (self, statement, error);
}
