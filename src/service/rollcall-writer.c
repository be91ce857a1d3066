/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread writes: it takes all calls that wait, commits them together, and only then lets them be answered. */
#include "rollcall-service-private.h"

#define BATCH_LIMIT 512
#define HOUR        (G_GINT64_CONSTANT (3600) * 1000)
#define DAY         (24 * HOUR)

gboolean
rollcall_writer_push (RollcallCall *call)
{
  RollcallService *service = call->service;
  gboolean accepted;

  g_mutex_lock (&service->lock);
  accepted = !service->closing && g_queue_get_length (&service->jobs) < service->limits.waiting;
  if (accepted)
    {
      MHD_suspend_connection (call->connection);
      g_queue_push_tail (&service->jobs, call);
      g_cond_signal (&service->queued);
    }
  g_mutex_unlock (&service->lock);
  return accepted;
}

void
rollcall_writer_note_progress (RollcallService *service)
{
  __atomic_store_n (&service->progress, g_get_monotonic_time (), __ATOMIC_RELAXED);
}

void
rollcall_writer_forget (RollcallService *service)
{
  g_clear_pointer (&service->settings, rollcall_settings_free);
  g_clear_pointer (&service->policies, rollcall_policy_set_unref);
  g_clear_pointer (&service->secured, g_free);
  g_clear_pointer (&service->secured_etag, g_free);
  service->forgot = TRUE;
}

static gboolean
load_rules (RollcallService *service, GError **error)
{
  g_autoptr (GPtrArray) policies = NULL;

  if (service->settings != NULL)
    return TRUE;
  policies = rollcall_store_list_policies (service->store, error);
  if (policies == NULL)
    return FALSE;
  service->settings = rollcall_store_get_settings (service->store, error);
  if (service->settings == NULL)
    return FALSE;
  service->policies = rollcall_policy_set_new (policies);
  return TRUE;
}

gboolean
rollcall_writer_load_context (RollcallService *service, RollcallContext *context, GError **error)
{
  if (!load_rules (service, error))
    return FALSE;
  *context = (RollcallContext) { .now = rollcall_clock_now (),
                                 .settings = service->settings,
                                 .policies = service->policies };
  return rollcall_store_load_context (service->store, context, error);
}

/* What trusted agents are given names the site servers: any change of one makes it anew. */
static void
forget_secured_if_named (RollcallService *service, const RollcallOutcome *outcome)
{
  gboolean named = FALSE;

  for (guint i = 0; i < outcome->removed->len; i++)
    named = named ||
            g_hash_table_contains (service->site_servers, &g_array_index (outcome->removed, RollcallRemoval, i).id);
  for (guint i = 0; i < outcome->put->len; i++)
    {
      const RollcallRegistration *row = outcome->put->pdata[i];

      named = named || row->site_server || g_hash_table_contains (service->site_servers, &row->id);
    }
  if (!named)
    return;
  g_clear_pointer (&service->secured, g_free);
  g_clear_pointer (&service->secured_etag, g_free);
}

gboolean
rollcall_writer_apply (RollcallService *service, RollcallOutcome *outcome, const RollcallContext *context,
                       GError **error)
{
  if (!rollcall_store_apply (service->store, outcome, context, error))
    return FALSE;
  forget_secured_if_named (service, outcome);
  for (guint i = 0; i < outcome->removed->len; i++)
    {
      const RollcallRemoval *removal = &g_array_index (outcome->removed, RollcallRemoval, i);
      gboolean done = removal->into != 0 ? rollcall_store_move_tasks (service->store, removal->id, removal->into, error)
                                         : rollcall_store_drop_tasks (service->store, removal->id, error);

      if (!done)
        return FALSE;
    }
  for (guint i = 0; i < outcome->put->len; i++)
    {
      const RollcallRegistration *row = outcome->put->pdata[i];

      /* R20, R21: nothing waits for an agent that is not trusted any longer. */
      if (row->trust == ROLLCALL_TRUST_REVOKED && !rollcall_store_drop_tasks (service->store, row->id, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rollcall_writer_purge (RollcallService *service, gint64 *removed, GError **error)
{
  g_autoptr (RollcallOutcome) outcome = NULL;
  g_autoptr (GPtrArray) due = NULL;
  RollcallContext context;

  if (!rollcall_writer_load_context (service, &context, error))
    return FALSE;
  due = rollcall_store_list_blocked (service->store, context.now, error);
  if (due == NULL)
    return FALSE;
  outcome = rollcall_registry_purge (due, &context);
  *removed = outcome->removed->len;
  return rollcall_writer_apply (service, outcome, &context, error) &&
         rollcall_store_set_last_purge (service->store, context.now, *removed, error);
}

/* R22: a day after the last run, which is in the store. A clock that went back is no reason to wait for it. */
static gboolean
is_purge_due (RollcallService *service)
{
  g_autoptr (GError) error = NULL;
  gint64 at = 0, removed = 0, now = rollcall_clock_now ();

  if (now < service->purge_at && service->purge_at - now <= DAY)
    return FALSE;
  if (!rollcall_store_get_last_purge (service->store, &at, &removed, &error))
    {
      g_warning ("the last purge is not known: %s", error->message);
      service->purge_at = now + HOUR;
      return FALSE;
    }
  service->purge_at = at == 0 || at > now ? now : at + DAY;
  return service->purge_at <= now;
}

static void
purge (RollcallService *service)
{
  g_autoptr (GError) error = NULL;
  gint64 removed = 0, now = rollcall_clock_now ();

  service->purge_at = now + DAY;
  if (!rollcall_store_mark (service->store, &error))
    ;
  else if (!rollcall_writer_purge (service, &removed, &error))
    rollcall_store_undo_to_mark (service->store);
  else
    rollcall_store_release_mark (service->store, &error);
  if (error == NULL)
    {
      g_message ("daily purge: %" G_GINT64_FORMAT " removed", removed);
      return;
    }
  g_warning ("the daily purge failed: %s", error->message);
  service->purge_at = now + HOUR;
}

static void
handle (RollcallService *service, RollcallCall *call)
{
  g_autoptr (GError) error = NULL;

  call->store = service->store;
  service->forgot = FALSE;
  if (!rollcall_store_mark (service->store, &error))
    ;
  else if (!call->route->handle (call, &error))
    {
      rollcall_store_undo_to_mark (service->store);
      if (service->forgot) /* what was read anew since is undone too */
        rollcall_writer_forget (service);
    }
  else
    rollcall_store_release_mark (service->store, &error);
  if (error != NULL)
    rollcall_call_answer_error (call, error);
}

/* All or nothing: FALSE with each call's answer an error. */
static gboolean
write_batch (RollcallService *service, GPtrArray *batch, gboolean purge_too)
{
  g_autoptr (GError) error = NULL;

  if (rollcall_store_begin (service->store, &error))
    {
      if (purge_too)
        purge (service);
      for (guint i = 0; i < batch->len; i++)
        {
          handle (service, batch->pdata[i]);
          rollcall_writer_note_progress (service);
        }
      rollcall_store_commit (service->store, &error);
    }
  if (error == NULL)
    return TRUE;
  rollcall_writer_forget (service);
  if (purge_too)
    service->purge_at = rollcall_clock_now () + HOUR; /* what it did is undone */
  for (guint i = 0; i < batch->len; i++)
    rollcall_call_answer_error (batch->pdata[i], error);
  g_warning ("nothing could be written: %s", error->message);
  return FALSE;
}

static void
handle_batch (RollcallService *service, GPtrArray *batch, gboolean purge_too)
{
  gint64 started = g_get_monotonic_time ();
  gboolean written = write_batch (service, batch, purge_too);
  gint64 latest = written ? rollcall_store_get_latest_revision (service->store, NULL) : 0;

  rollcall_metrics_note_commit (service->metrics, batch->len, written, g_get_monotonic_time () - started);
  g_mutex_lock (&service->lock);
  for (guint i = 0; i < batch->len; i++)
    {
      const RollcallCall *call = batch->pdata[i];

      if (call->ended_person != NULL)
        rollcall_streams_end_person (service, call->ended_person);
    }
  if (latest > service->latest)
    {
      service->latest = latest;
      rollcall_streams_wake (service, TRUE);
    }
  g_mutex_unlock (&service->lock);
  for (guint i = 0; i < batch->len; i++)
    MHD_resume_connection (((RollcallCall *) batch->pdata[i])->connection);
}

gpointer
rollcall_writer_run (gpointer data)
{
  RollcallService *service = data;
  gboolean closing = FALSE;

  while (!closing)
    {
      g_autoptr (GPtrArray) batch = g_ptr_array_new ();
      gboolean purge_too = is_purge_due (service);
      gint64 until = g_get_monotonic_time () + (purge_too ? 0 : G_USEC_PER_SEC);

      rollcall_writer_note_progress (service);
      g_mutex_lock (&service->lock);
      while (g_queue_is_empty (&service->jobs) && !service->closing)
        if (!g_cond_wait_until (&service->queued, &service->lock, until))
          break;
      while (batch->len < BATCH_LIMIT && !g_queue_is_empty (&service->jobs))
        g_ptr_array_add (batch, g_queue_pop_head (&service->jobs));
      closing = service->closing && g_queue_is_empty (&service->jobs);
      g_mutex_unlock (&service->lock);
      if (batch->len > 0 || purge_too)
        handle_batch (service, batch, purge_too);
    }
  return NULL;
}
