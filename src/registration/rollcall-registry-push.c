/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"

/* R11: what stands for the computer of @row: the resource of a duplicate, unless that is gone. */
static RollcallRegistration *
find_resource (RollcallWork *work, RollcallRegistration *row)
{
  RollcallRegistration *resource = row->duplicate_of != 0 ? rollcall_work_find (work, row->duplicate_of) : NULL;

  return resource != NULL ? resource : row;
}

/* The one row of the computer that is pushed to: (nullable). FALSE where the rows do not tell which. */
static gboolean
find_computer (RollcallWork *work, const RollcallAsk *ask, RollcallRegistration **found)
{
  g_autoptr (GPtrArray) matches = rollcall_work_match (work, ask->usable);
  RollcallRegistration *attempt = rollcall_work_find_current (work, ask->fingerprint);

  *found = attempt != NULL ? find_resource (work, attempt) : NULL;
  for (guint i = 0; i < matches->len; i++)
    {
      RollcallRegistration *row = find_resource (work, matches->pdata[i]);

      if (*found != NULL && *found != row)
        return FALSE;
      *found = row;
    }
  return *found == NULL || (*found)->conflicts_with->len == 0;
}

/* R14: a person's 'no' to any row of the computer is decided first. */
static gboolean
is_forbidden (RollcallWork *work, const RollcallRegistration *row, const RollcallAsk *ask)
{
  g_autoptr (GPtrArray) own = row != NULL ? rollcall_work_usable (work, row) : g_ptr_array_new ();

  for (guint i = 0; i < work->rows->len; i++)
    {
      const RollcallRegistration *other = work->rows->pdata[i];

      if (rollcall_row_forbids (other) &&
          (rollcall_row_shares (other, ask->usable) || rollcall_row_shares (other, own) ||
           (row != NULL && other->duplicate_of == row->id)))
        return TRUE;
    }
  return FALSE;
}

/* R6: an administrator's key for a computer that is not known, or that waits or is allowed. */
static RollcallRegistration *
push_key (RollcallWork *work, RollcallRegistration *row, const RollcallAsk *ask, const char *person)
{
  RollcallContext *context = work->context;
  RollcallRegistration *attempt = rollcall_work_find_current (work, ask->fingerprint);
  RollcallStatus from = row != NULL ? row->status : ROLLCALL_STATUS_NONE;
  RollcallEvent *event;

  if (row == NULL)
    {
      row = rollcall_work_add (work);
      row->origin = ROLLCALL_ORIGIN_PUSH;
      row->resource_id = context->next_resource++;
      row->first_requested = row->last_requested = context->now;
      rollcall_row_take_computer (row, ask->request);
      rollcall_row_take_resource_keys (row, ask->usable, ask->usable);
      rollcall_row_take_key (row, ask->fingerprint, context->now);
    }
  else
    {
      row = rollcall_work_edit (work, row);
      if (attempt != NULL && attempt->duplicate_of == row->id)
        rollcall_work_merge (work, row, attempt, ROLLCALL_ACTOR_PERSON, person);
      rollcall_work_replace_key (work, row, ask, ROLLCALL_ACTOR_PERSON, person);
      if (row->duplicate_of != 0)
        rollcall_work_stand_alone (work, row, ROLLCALL_ACTOR_PERSON, person);
    }
  rollcall_row_set_decision (row, ROLLCALL_DECIDER_PUSH, person, "", context->now);
  rollcall_row_set_status (row, ROLLCALL_STATUS_ALLOWED, ROLLCALL_TRUST_GRANTED, context);
  row->advice = ROLLCALL_ADVICE_NONE;
  event = rollcall_work_event (work, ROLLCALL_EVENT_PUSH, ROLLCALL_ACTOR_PERSON, person, row);
  event->from = from;
  event->to = row->status;
  rollcall_event_set_detail (event, "fingerprint", g_variant_new_string (ask->fingerprint));
  return row;
}

RollcallOutcome *
rollcall_registry_push (GPtrArray *neighbourhood, const char *fingerprint, const RollcallRequest *request,
                        const char *person, RollcallContext *context)
{
  g_autoptr (GPtrArray) usable = rollcall_resource_keys_usable (request->resource_keys, context->settings);
  RollcallAsk asked = { .fingerprint = fingerprint, .request = request, .usable = usable };
  RollcallRegistration *row = NULL, *attempt;
  RollcallWork work;
  gboolean refused;

  rollcall_work_init (&work, neighbourhood, context);
  attempt = rollcall_work_find_current (&work, fingerprint);
  refused = !find_computer (&work, &asked, &row) || rollcall_key_was_revoked (&work, fingerprint) ||
            (row != NULL && !rollcall_row_takes_merges (row)) ||
            (attempt != NULL && attempt->status == ROLLCALL_STATUS_BLOCKED) || is_forbidden (&work, row, &asked);
  if (refused)
    work.outcome->refusal = ROLLCALL_REFUSAL_NOT_APPLICABLE;
  else
    {
      row = push_key (&work, row, &asked, person);
      work.outcome->registration = row->id;
      work.outcome->status = row->status;
    }
  return rollcall_work_finish (&work);
}
