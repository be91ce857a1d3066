/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-session.h"

struct _RollcallSession
{
  GObject parent_instance;
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
  g_return_val_if_fail (server != NULL && token != NULL && directory != NULL, NULL);

  g_autoptr (RollcallSession) self = g_object_new (ROLLCALL_TYPE_SESSION, NULL);
  if ((self->client = rollcall_client_new (server, ca_file, token, error)) == NULL)
    return NULL;
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
rollcall_session_class_init (RollcallSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_session_dispose;
}

static void
rollcall_session_init (RollcallSession *self)
{
}
