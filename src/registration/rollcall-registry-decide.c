/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"

/* R13: the row whose resource the person named, among those that the conflict matched. */
static RollcallRegistration *
find_named (RollcallWork *work, const RollcallRegistration *row, gint64 resource)
{
  for (guint i = 0; i < row->conflicts_with->len; i++)
    {
      RollcallRegistration *other = rollcall_work_find (work, g_array_index (row->conflicts_with, gint64, i));

      if (other != NULL && resource != 0 && other->resource_id == resource)
        return other;
    }
  return NULL;
}

/* R13: whether a row that the conflict matched is still in the list. Where none is, a person allows what is left (R24):
 * nothing could be named for it any more. */
static gboolean
has_matched (RollcallWork *work, const RollcallRegistration *row)
{
  for (guint i = 0; i < row->conflicts_with->len; i++)
    {
      const RollcallRegistration *other = rollcall_work_find (work, g_array_index (row->conflicts_with, gint64, i));

      if (other != NULL && !other->purged)
        return TRUE;
    }
  return FALSE;
}

/* What an Allow on @row merges into: @target is NULL where it stands for itself. */
static RollcallRefusal
find_target (RollcallWork *work, const RollcallRegistration *row, gint64 resource, RollcallRegistration **target)
{
  *target = NULL;
  if (has_matched (work, row))
    {
      *target = find_named (work, row, resource);
      if (*target == NULL)
        return ROLLCALL_REFUSAL_NEEDS_RESOURCE;
    }
  else if (row->duplicate_of != 0)
    {
      *target = rollcall_work_find (work, row->duplicate_of);
      /* Its resource's row was purged: the person allows the computer itself (R24). */
      if (*target == NULL || (*target)->purged)
        *target = NULL;
    }
  if (*target != NULL && !rollcall_row_takes_merges (*target))
    return ROLLCALL_REFUSAL_NOT_APPLICABLE;
  return ROLLCALL_REFUSAL_NONE;
}

static RollcallRefusal
check (const RollcallRegistration *row, const RollcallDecision *decision)
{
  if (row == NULL || row->purged)
    return ROLLCALL_REFUSAL_NOT_FOUND;
  if (decision->revision != 0 && row->matching_revision > decision->revision)
    return ROLLCALL_REFUSAL_CHANGED;
  if (!rollcall_decision_applies (row->status, decision->action))
    return ROLLCALL_REFUSAL_NOT_APPLICABLE;
  if (decision->revision == 0 && decision->action == ROLLCALL_ACTION_ALLOW && row->key_changes > 0)
    return ROLLCALL_REFUSAL_CHANGED;
  return ROLLCALL_REFUSAL_NONE;
}

static void
add_decision_event (RollcallWork *work, const RollcallRegistration *row, RollcallStatus from,
                    const RollcallDecision *decision)
{
  RollcallEvent *event = rollcall_work_event (work, ROLLCALL_EVENT_DECISION, ROLLCALL_ACTOR_PERSON, decision->person,
                                              row);

  event->from = from;
  event->to = row->status;
  g_set_str (&event->note, decision->note);
}

static RollcallRegistration *
allow_row (RollcallWork *work, RollcallRegistration *row, RollcallRegistration *target,
           const RollcallDecision *decision)
{
  RollcallStatus from = row->status;
  gboolean awaiting = from == ROLLCALL_STATUS_BLOCKED;

  rollcall_row_set_status (row, ROLLCALL_STATUS_ALLOWED,
                           awaiting ? ROLLCALL_TRUST_AWAITING_REQUEST : ROLLCALL_TRUST_GRANTED, work->context);
  add_decision_event (work, row, from, decision);
  if (target == NULL)
    {
      rollcall_work_stand_alone (work, row, ROLLCALL_ACTOR_PERSON, decision->person);
      rollcall_work_forget (work, row, row, decision->person);
      return row;
    }
  g_array_set_size (row->conflicts_with, 0);
  /* R24: at the decision, whether the two merge now or at the request that is awaited (R16). */
  rollcall_work_forget (work, row, target, decision->person);
  rollcall_work_forget (work, target, target, decision->person);
  if (awaiting)
    {
      row->duplicate_of = target->id;
      if (row->advice == ROLLCALL_ADVICE_CONFLICT)
        row->advice = ROLLCALL_ADVICE_NONE;
      return row;
    }
  target = rollcall_work_edit (work, target);
  rollcall_work_merge (work, target, row, ROLLCALL_ACTOR_PERSON, decision->person);
  return target;
}

static void
block_row (RollcallWork *work, RollcallRegistration *row, const RollcallDecision *decision)
{
  RollcallStatus from = row->status;

  rollcall_row_pin_resource_keys (row);
  rollcall_row_set_status (row, ROLLCALL_STATUS_BLOCKED,
                           row->trust == ROLLCALL_TRUST_REVOKED ? ROLLCALL_TRUST_REVOKED : ROLLCALL_TRUST_NONE,
                           work->context);
  add_decision_event (work, row, from, decision);
}

static void
revoke_row (RollcallWork *work, RollcallRegistration *row, const RollcallDecision *decision)
{
  RollcallStatus from = row->status;

  rollcall_row_pin_resource_keys (row);
  row->revocation_seen_at = 0;
  rollcall_row_set_status (row, ROLLCALL_STATUS_REVOKED, ROLLCALL_TRUST_REVOKED, work->context);
  add_decision_event (work, row, from, decision);
  rollcall_work_take_site_server (work, row, ROLLCALL_ACTOR_PERSON, decision->person);
}

RollcallOutcome *
rollcall_registry_decide (GPtrArray *neighbourhood, const RollcallDecision *decision, RollcallContext *context)
{
  RollcallRegistration *row, *target = NULL;
  RollcallWork work;
  RollcallRefusal refusal;

  rollcall_work_init (&work, neighbourhood, context);
  row = rollcall_work_find (&work, decision->id);
  refusal = check (row, decision);
  if (refusal == ROLLCALL_REFUSAL_NONE && decision->action == ROLLCALL_ACTION_ALLOW)
    refusal = find_target (&work, row, decision->resource_id, &target);
  work.outcome->registration = decision->id;
  work.outcome->refusal = refusal;
  if (refusal != ROLLCALL_REFUSAL_NONE)
    return rollcall_work_finish (&work);

  row = rollcall_work_edit (&work, row);
  rollcall_row_set_decision (row, ROLLCALL_DECIDER_PERSON, decision->person, decision->note, context->now);
  if (decision->action == ROLLCALL_ACTION_ALLOW)
    row = allow_row (&work, row, target, decision);
  else if (decision->action == ROLLCALL_ACTION_BLOCK)
    block_row (&work, row, decision);
  else
    revoke_row (&work, row, decision);
  work.outcome->registration = row->id;
  work.outcome->status = row->status;
  return rollcall_work_finish (&work);
}

RollcallOutcome *
rollcall_registry_set_site_server (const RollcallRegistration *registration, gboolean site_server, const char *person,
                                   RollcallContext *context)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  RollcallRegistration *row;
  RollcallEvent *event;
  RollcallWork work;

  g_ptr_array_add (rows, (gpointer) registration);
  rollcall_work_init (&work, rows, context);
  work.outcome->registration = registration->id;
  work.outcome->status = registration->status;
  if (registration->status != ROLLCALL_STATUS_ALLOWED || registration->trust != ROLLCALL_TRUST_GRANTED)
    work.outcome->refusal = ROLLCALL_REFUSAL_NOT_APPLICABLE;
  else if (registration->site_server && !site_server)
    {
      row = rollcall_work_edit (&work, registration);
      rollcall_work_take_site_server (&work, row, ROLLCALL_ACTOR_PERSON, person);
    }
  else if (!registration->site_server && site_server)
    {
      row = rollcall_work_edit (&work, registration);
      row->site_server = TRUE;
      event = rollcall_work_event (&work, ROLLCALL_EVENT_SITE_SERVER, ROLLCALL_ACTOR_PERSON, person, row);
      event->from = event->to = row->status;
      rollcall_event_set_detail (event, "site_server", g_variant_new_boolean (TRUE));
    }
  return rollcall_work_finish (&work);
}
