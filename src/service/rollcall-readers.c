/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few threads for reads whose time grows with the store, so that nobody's stream waits for them. */
#include "rollcall-service-private.h"

#define THREADS     2
#define QUEUE_LIMIT 1000

static void
read_long (gpointer data, gpointer unused)
{
  RollcallCall *call = data;
  g_autoptr (GError) error = NULL;

  if (rollcall_call_open_store (call, &error))
    call->route->handle (call, &error);
  if (error != NULL)
    rollcall_call_answer_error (call, error);
  MHD_resume_connection (call->connection);
}

/* Threads of its own: each keeps a store. */
GThreadPool *
rollcall_readers_new (GError **error)
{
  return g_thread_pool_new (read_long, NULL, THREADS, TRUE, error);
}

gboolean
rollcall_readers_push (RollcallCall *call)
{
  RollcallService *service = call->service;
  gboolean accepted;

  g_mutex_lock (&service->lock);
  accepted = !service->closing && g_thread_pool_unprocessed (service->readers) < QUEUE_LIMIT;
  if (accepted)
    {
      MHD_suspend_connection (call->connection);
      g_thread_pool_push (service->readers, call, NULL);
    }
  g_mutex_unlock (&service->lock);
  return accepted;
}
