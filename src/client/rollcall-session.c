/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-session.h"

struct _RollcallSession
{
  GObject parent_instance;
  char *directory;
  RollcallClient *client;                    /* (owned) */
  RollcallCache *cache;                      /* (owned) */
  RollcallFollower *follower;                /* (owned) */
  RollcallHistory *history;                  /* (owned) */
  RollcallHistoryFollower *history_follower; /* (owned) */
};

G_DEFINE_FINAL_TYPE (RollcallSession, rollcall_session, G_TYPE_OBJECT)

RollcallSession *
rollcall_session_open (const char *server, const char *ca_file, const char *token, const char *directory,
                       GError **error)
{
  g_return_val_if_fail (server != NULL && directory != NULL, NULL);

  g_autoptr (RollcallSession) self = g_object_new (ROLLCALL_TYPE_SESSION, NULL);
  if ((self->client = rollcall_client_new (server, ca_file, token, error)) == NULL)
    return NULL;
  self->directory = g_strdup (directory);
  const char *canonical = rollcall_client_get_server (self->client);
  if ((self->cache = rollcall_cache_open (directory, canonical, error)) == NULL)
    return NULL;
  self->follower = rollcall_follower_new (self->client, self->cache);
  self->history = rollcall_history_new (directory, canonical);
  self->history_follower = rollcall_history_follower_new (self->client, self->history, self->follower);
  return g_steal_pointer (&self);
}

void
rollcall_session_start (RollcallSession *self)
{
  g_return_if_fail (ROLLCALL_IS_SESSION (self));
  if (rollcall_follower_get_state (self->follower) == ROLLCALL_FOLLOWER_CONNECTING)
    rollcall_follower_start (self->follower);
}

void
rollcall_session_stop (RollcallSession *self)
{
  g_return_if_fail (ROLLCALL_IS_SESSION (self));
  rollcall_history_follower_stop (self->history_follower);
  rollcall_follower_stop (self->follower);
}

gboolean
rollcall_session_remove_copies (const char *directory, const char *server, GError **error)
{
  /* one that cannot be deleted does not keep the other */
  gboolean removed = rollcall_cache_remove (directory, server, error);

  return rollcall_history_remove (directory, server, removed ? error : NULL) && removed;
}

static void
history_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RollcallSession *self = g_task_get_source_object (task);
  const char *server = rollcall_client_get_server (self->client);
  GError *error = NULL;

  if (rollcall_history_close_finish (ROLLCALL_HISTORY (object), result, &error) &&
      rollcall_session_remove_copies (self->directory, server, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
cache_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RollcallSession *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (rollcall_cache_close_finish (ROLLCALL_CACHE (object), result, &error))
    rollcall_history_close_async (self->history, history_closed_cb, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
rollcall_session_wipe_async (RollcallSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_SESSION (self));

  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rollcall_session_wipe_async);
  rollcall_session_stop (self);
  rollcall_cache_close_async (self->cache, cache_closed_cb, task);
}

gboolean
rollcall_session_wipe_finish (RollcallSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_session_wipe_async), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

RollcallClient *
rollcall_session_get_client (RollcallSession *self)
{
  g_return_val_if_fail (ROLLCALL_IS_SESSION (self), NULL);
  return self->client;
}

RollcallCache *
rollcall_session_get_cache (RollcallSession *self)
{
  g_return_val_if_fail (ROLLCALL_IS_SESSION (self), NULL);
  return self->cache;
}

RollcallFollower *
rollcall_session_get_follower (RollcallSession *self)
{
  g_return_val_if_fail (ROLLCALL_IS_SESSION (self), NULL);
  return self->follower;
}

RollcallHistory *
rollcall_session_get_history (RollcallSession *self)
{
  g_return_val_if_fail (ROLLCALL_IS_SESSION (self), NULL);
  return self->history;
}

RollcallHistoryFollower *
rollcall_session_get_history_follower (RollcallSession *self)
{
  g_return_val_if_fail (ROLLCALL_IS_SESSION (self), NULL);
  return self->history_follower;
}

static void
rollcall_session_dispose (GObject *object)
{
  RollcallSession *self = ROLLCALL_SESSION (object);

  g_clear_object (&self->history_follower);
  g_clear_object (&self->history);
  g_clear_object (&self->follower);
  g_clear_object (&self->cache);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (rollcall_session_parent_class)->dispose (object);
}

static void
rollcall_session_finalize (GObject *object)
{
  g_free (ROLLCALL_SESSION (object)->directory);
  G_OBJECT_CLASS (rollcall_session_parent_class)->finalize (object);
}

static void
rollcall_session_class_init (RollcallSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = rollcall_session_finalize;
}

static void
rollcall_session_init (RollcallSession *self)
{
}
