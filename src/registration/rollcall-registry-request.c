/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"

static RollcallRegistration *add_row (RollcallWork *work, const RollcallAsk *ask);

/* R1: who asked and as what; the rest of what was said is the row's. */
static void
add_request_event (RollcallWork *work, const RollcallAsk *ask, const RollcallRegistration *row, RollcallStatus from)
{
  const RollcallComputer *computer = &ask->request->computer;
  RollcallEvent *event = rollcall_work_event (work, ROLLCALL_EVENT_REQUEST, ROLLCALL_ACTOR_AGENT, computer->name, row);

  event->from = from;
  event->to = row->status;
  rollcall_event_set_detail (event, "fingerprint", g_variant_new_string (ask->fingerprint));
  rollcall_event_set_detail (event, "name", g_variant_new_string (computer->name));
  rollcall_event_set_detail (event, "fqdn", g_variant_new_string (computer->fqdn));
  rollcall_event_set_detail (event, "user", g_variant_new_string (computer->user));
  rollcall_event_set_detail (event, "ips", g_variant_new_strv ((const char *const *) computer->ips, -1));
  if (ask->copied)
    rollcall_event_set_detail (event, "copied_key", g_variant_new_boolean (TRUE));
}

static void
count_request (RollcallRegistration *row, gint64 now)
{
  if (row->first_requested == 0)
    row->first_requested = now;
  row->last_requested = now;
  row->request_count++;
}

/* R22: a request keeps every Blocked row of its computer, but a resource's own does not keep its duplicates. */
static void
note_computer (RollcallWork *work, const RollcallRegistration *row, const RollcallAsk *ask)
{
  g_autoptr (GPtrArray) own = rollcall_work_usable (work, row);

  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *other = work->rows->pdata[i];
      gboolean same = other == row || rollcall_row_shares (other, ask->usable) ||
                      (!ask->copied && rollcall_row_shares (other, own));

      if (other->status != ROLLCALL_STATUS_BLOCKED || other->purged || !same || (other == row && ask->copied) ||
          (other->duplicate_of != 0 && other->duplicate_of == row->id))
        continue;
      other = rollcall_work_edit (work, other);
      other->last_computer_requested = work->context->now;
      rollcall_row_set_purge_after (other, work->context);
    }
}

/* R12: what a policy may do for a duplicate's request at this time. */
static gboolean
duplicate_may_be_allowed (const RollcallWork *work, const RollcallRegistration *row)
{
  return row->advice == ROLLCALL_ADVICE_REINSTALL &&
         work->context->now - row->first_requested >= work->context->settings->duplicate_observation_s * 1000;
}

/* Whether a policy that allows may allow @row (R12, R13, R14, R16); what advises `clone` is left to a person. */
static gboolean
may_be_allowed (RollcallWork *work, const RollcallRegistration *row, const RollcallAsk *ask)
{
  if (row->conflicts_with->len > 0 || row->advice == ROLLCALL_ADVICE_CLONE ||
      rollcall_work_forbids (work, row, ask->usable))
    return FALSE;
  if (row->duplicate_of != 0)
    {
      RollcallRegistration *resource = rollcall_work_find (work, row->duplicate_of);

      return duplicate_may_be_allowed (work, row) && resource != NULL && rollcall_row_takes_merges (resource);
    }
  return TRUE;
}

static void
decide_by_policy (RollcallWork *work, RollcallRegistration *row, const RollcallPolicy *policy)
{
  RollcallStatus from = row->status;
  gboolean allow = policy->result == ROLLCALL_POLICY_ALLOW;
  RollcallEvent *event;

  rollcall_row_set_decision (row, ROLLCALL_DECIDER_POLICY, policy->name, "", work->context->now);
  rollcall_row_set_status (row, allow ? ROLLCALL_STATUS_ALLOWED : ROLLCALL_STATUS_BLOCKED,
                           allow ? ROLLCALL_TRUST_GRANTED : ROLLCALL_TRUST_NONE, work->context);
  event = rollcall_work_event (work, ROLLCALL_EVENT_POLICY_DECISION, ROLLCALL_ACTOR_POLICY, policy->name, row);
  event->from = from;
  event->to = row->status;
}

gboolean
rollcall_registry_is_judged (const RollcallRegistration *row)
{
  return row->status == ROLLCALL_STATUS_PENDING ||
         (row->status == ROLLCALL_STATUS_BLOCKED && row->decided_by == ROLLCALL_DECIDER_POLICY);
}

/* R4, R7, R8: judges a row again. Returns: the row that stands for it now, another where it was merged. */
static RollcallRegistration *
judge (RollcallWork *work, RollcallRegistration *row, const RollcallAsk *ask)
{
  const RollcallPolicy *policy;
  RollcallRegistration *resource;

  if (!rollcall_registry_is_judged (row))
    return row;
  policy = rollcall_policy_set_judge (work->context->policies, &row->computer);
  if (policy == NULL || (policy->result == ROLLCALL_POLICY_ALLOW && !may_be_allowed (work, row, ask)) ||
      (policy->result == ROLLCALL_POLICY_BLOCK && row->status == ROLLCALL_STATUS_BLOCKED))
    return row;
  row = rollcall_work_edit (work, row);
  decide_by_policy (work, row, policy);
  if (row->status != ROLLCALL_STATUS_ALLOWED || row->duplicate_of == 0)
    return row;
  resource = rollcall_work_edit (work, rollcall_work_find (work, row->duplicate_of));
  rollcall_work_merge (work, resource, row, ROLLCALL_ACTOR_POLICY, policy->name);
  return resource;
}

/* R16: the request that an Allow on Blocked waits for. Returns: the row that stands for it now. */
static RollcallRegistration *
grant_awaited (RollcallWork *work, RollcallRegistration *row, const RollcallAsk *ask)
{
  RollcallRegistration *resource = NULL;
  RollcallEvent *event;

  if (row->trust != ROLLCALL_TRUST_AWAITING_REQUEST || g_strcmp0 (row->awaiting_fingerprint, ask->fingerprint) != 0)
    return row;
  if (row->duplicate_of != 0)
    {
      resource = rollcall_work_find (work, row->duplicate_of);
      if (resource != NULL && !rollcall_row_takes_merges (resource))
        return row;
    }
  row = rollcall_work_edit (work, row);
  rollcall_row_set_status (row, ROLLCALL_STATUS_ALLOWED, ROLLCALL_TRUST_GRANTED, work->context);
  if (row->duplicate_of != 0 && resource == NULL)
    rollcall_work_stand_alone (work, row, ROLLCALL_ACTOR_SERVICE, "");
  event = rollcall_work_event (work, ROLLCALL_EVENT_TRUST_GRANTED, ROLLCALL_ACTOR_SERVICE, "", row);
  event->from = event->to = ROLLCALL_STATUS_ALLOWED;
  if (resource == NULL)
    return row;
  resource = rollcall_work_edit (work, resource);
  rollcall_work_merge (work, resource, row, ROLLCALL_ACTOR_SERVICE, "");
  return resource;
}

/* R7, R10: @row is the request's own; its facts, key and standing after it. */
static RollcallRegistration *
ask_again (RollcallWork *work, RollcallRegistration *row, const RollcallAsk *ask)
{
  gint64 now = work->context->now;
  g_autofree char *old = NULL;

  row = rollcall_work_edit (work, row);
  old = g_strdup (row->fingerprint);
  count_request (row, now);
  if (ask->copied)
    {
      row->advice = ROLLCALL_ADVICE_CLONE;
      add_request_event (work, ask, row, row->status);
      note_computer (work, row, ask);
      return row;
    }
  rollcall_row_take_computer (row, ask->request);
  rollcall_row_take_resource_keys (row, ask->usable, ask->usable);
  rollcall_row_take_key (row, ask->fingerprint, now);
  if (ask->replaced)
    row->advice = ROLLCALL_ADVICE_CLONE;
  add_request_event (work, ask, row, row->status);
  if (g_strcmp0 (old, ask->fingerprint) != 0)
    {
      RollcallEvent *event = rollcall_work_event (work, ROLLCALL_EVENT_MERGE, ROLLCALL_ACTOR_AGENT, row->computer.name,
                                                  row);

      event->from = event->to = row->status;
      rollcall_event_set_detail (event, "merged", g_variant_new_string (old));
    }
  note_computer (work, row, ask);
  row = grant_awaited (work, row, ask);
  return judge (work, row, ask);
}

/* R11: a new key of a computer that has an Allowed row. */
static RollcallRegistration *
ask_as_duplicate (RollcallWork *work, RollcallRegistration *resource, const RollcallAsk *ask)
{
  RollcallRegistration *row = add_row (work, ask);

  row->resource_id = 0;
  row->duplicate_of = resource->id;
  row->advice = ask->replaced ? ROLLCALL_ADVICE_CLONE : ROLLCALL_ADVICE_REINSTALL;
  add_request_event (work, ask, row, ROLLCALL_STATUS_NONE);
  note_computer (work, row, ask);
  return judge (work, row, ask);
}

/* R13: keys that match several rows. */
static RollcallRegistration *
ask_as_conflict (RollcallWork *work, GPtrArray *matches, const RollcallAsk *ask)
{
  RollcallRegistration *row = add_row (work, ask);

  row->resource_id = 0;
  row->advice = ROLLCALL_ADVICE_CONFLICT;
  for (guint i = 0; i < matches->len; i++)
    g_array_append_val (row->conflicts_with, ((RollcallRegistration *) matches->pdata[i])->id);
  add_request_event (work, ask, row, ROLLCALL_STATUS_NONE);
  note_computer (work, row, ask);
  return judge (work, row, ask);
}

static RollcallRegistration *
add_row (RollcallWork *work, const RollcallAsk *ask)
{
  RollcallRegistration *row = rollcall_work_add (work);

  row->origin = ROLLCALL_ORIGIN_REQUEST;
  rollcall_row_take_computer (row, ask->request);
  rollcall_row_take_resource_keys (row, ask->usable, ask->usable);
  rollcall_row_take_key (row, ask->fingerprint, work->context->now);
  count_request (row, work->context->now);
  return row;
}

/* R2 */
static RollcallRegistration *
ask_first (RollcallWork *work, const RollcallAsk *ask)
{
  RollcallRegistration *row = add_row (work, ask);

  row->resource_id = work->context->next_resource++;
  if (ask->replaced)
    row->advice = ROLLCALL_ADVICE_CLONE;
  add_request_event (work, ask, row, ROLLCALL_STATUS_NONE);
  note_computer (work, row, ask);
  return judge (work, row, ask);
}

/* R24: the computer's row comes back with what a person decided, under a new id. R22: it stays for a whole period, also
 * where a copied disk, which puts off nothing, was what asked. */
static RollcallRegistration *
bring_back (RollcallWork *work, const RollcallRegistration *memory)
{
  RollcallRegistration *row = rollcall_registration_copy (memory);

  row->id = work->context->next_registration++;
  row->revision = 0;
  row->matching_revision = 0;
  row->purged = FALSE;
  row->last_computer_requested = work->context->now;
  rollcall_row_set_purge_after (row, work->context);
  g_ptr_array_add (work->rows, row);
  g_ptr_array_add (work->outcome->put, row);
  g_hash_table_add (work->changed, row);
  rollcall_work_take_place (work, memory->id, memory->resource_id, row);
  rollcall_work_remove (work, memory, row->id);
  return row;
}

static RollcallRegistration *
ask_with_new_key (RollcallWork *work, const RollcallAsk *ask)
{
  g_autoptr (GPtrArray) matches = rollcall_work_match (work, ask->usable);
  RollcallRegistration *row;

  if (matches->len == 0)
    return ask_first (work, ask);
  if (matches->len > 1)
    return ask_as_conflict (work, matches, ask);
  row = matches->pdata[0];
  if (row->status != ROLLCALL_STATUS_ALLOWED)
    return ask_again (work, row->purged ? bring_back (work, row) : row, ask);
  if (row->duplicate_of != 0)
    row = rollcall_work_find (work, row->duplicate_of) ?: row;
  return ask_as_duplicate (work, row, ask);
}

/* R12: a known key on what looks like another computer. A row without a usable key has nothing to compare. Where the
 * settings changed since and leave nothing to compare either, what was usable once tells. */
static gboolean
is_copied (RollcallWork *work, const RollcallRegistration *row, const RollcallAsk *ask)
{
  g_autoptr (GPtrArray) today = NULL;
  g_autoptr (GPtrArray) sent = NULL;

  if (row->resource_keys->len == 0 || rollcall_row_shares (row, ask->usable))
    return FALSE;
  today = rollcall_work_usable (work, row);
  if (today->len > 0 && ask->usable->len > 0)
    return TRUE;
  sent = rollcall_resource_keys_normalised (ask->request->resource_keys);
  return !rollcall_row_shares (row, sent);
}

/* R12, R19: a replaced key on another computer than any that had it: nothing of that computer is taken up if a row that
 * had the key is revoked. Returns: (nullable): of several such rows the oldest, one of the list before a memory. */
static RollcallRegistration *
find_revoked_holder (RollcallWork *work, const RollcallAsk *ask)
{
  RollcallRegistration *holder = NULL;

  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *row = work->rows->pdata[i];

      if (!rollcall_row_had_key (row, ask->fingerprint))
        continue;
      if (!is_copied (work, row, ask))
        return NULL; /* R10: back in a computer that had it, as a new key */
      if (row->trust == ROLLCALL_TRUST_REVOKED &&
          (holder == NULL || row->purged < holder->purged || (row->purged == holder->purged && row->id < holder->id)))
        holder = row;
    }
  return holder;
}

static gboolean
is_replaced (RollcallWork *work, const char *fingerprint)
{
  for (guint i = 0; i < work->rows->len; i++)
    if (rollcall_row_had_key (work->rows->pdata[i], fingerprint))
      return TRUE;
  return FALSE;
}

static RollcallRegistration *
ask (RollcallWork *work, RollcallAsk *ask)
{
  RollcallRegistration *row = rollcall_work_find_current (work, ask->fingerprint);

  if (row != NULL)
    {
      ask->copied = is_copied (work, row, ask);
      return ask_again (work, row->purged ? bring_back (work, row) : row, ask);
    }
  ask->replaced = is_replaced (work, ask->fingerprint);
  row = ask->replaced ? find_revoked_holder (work, ask) : NULL;
  if (row != NULL)
    {
      ask->copied = TRUE;
      return ask_again (work, row->purged ? bring_back (work, row) : row, ask);
    }
  return ask_with_new_key (work, ask);
}

RollcallOutcome *
rollcall_registry_request (GPtrArray *neighbourhood, const char *fingerprint, const RollcallRequest *request,
                           RollcallContext *context)
{
  g_autoptr (GPtrArray) usable = rollcall_resource_keys_usable (request->resource_keys, context->settings);
  RollcallAsk asked = { .fingerprint = fingerprint, .request = request, .usable = usable };
  RollcallRegistration *row;
  RollcallWork work;

  rollcall_work_init (&work, neighbourhood, context);
  row = ask (&work, &asked);
  rollcall_work_note_evidence (&work, row);
  rollcall_work_note_revocation_seen (&work, row);
  work.outcome->registration = row->id;
  work.outcome->status = row->trust == ROLLCALL_TRUST_REVOKED || rollcall_key_was_revoked (&work, fingerprint)
                             ? ROLLCALL_STATUS_REVOKED
                             : row->status;
  return rollcall_work_finish (&work);
}

RollcallOutcome *
rollcall_registry_repeat (GPtrArray *neighbourhood, const RollcallRegistration *row, RollcallContext *context)
{
  g_autoptr (RollcallRequest) request = rollcall_request_new ();

  rollcall_computer_clear (&request->computer);
  rollcall_computer_copy_into (&row->computer, &request->computer);
  g_set_str (&request->agent_version, row->agent_version);
  for (guint i = 0; i < row->resource_keys->len; i++)
    g_ptr_array_add (request->resource_keys, rollcall_resource_key_copy (row->resource_keys->pdata[i]));
  return rollcall_registry_request (neighbourhood, row->fingerprint, request, context);
}
