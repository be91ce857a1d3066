/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"

void
rollcall_work_take_site_server (RollcallWork *work, RollcallRegistration *row, RollcallActorKind actor,
                                const char *actor_name)
{
  RollcallEvent *event;

  if (!row->site_server)
    return;
  row->site_server = FALSE;
  event = rollcall_work_event (work, ROLLCALL_EVENT_SITE_SERVER, actor, actor_name, row);
  event->from = event->to = row->status;
  rollcall_event_set_detail (event, "site_server", g_variant_new_boolean (FALSE));
}

static RollcallEvent *
add_merge_event (RollcallWork *work, const RollcallRegistration *survivor, RollcallStatus from, RollcallActorKind actor,
                 const char *actor_name, GVariant *merged)
{
  RollcallEvent *event = rollcall_work_event (work, ROLLCALL_EVENT_MERGE, actor, actor_name, survivor);

  event->from = from;
  event->to = survivor->status;
  rollcall_event_set_detail (event, "merged", merged);
  return event;
}

/* R11: one row, the Allowed one; it keeps its id, resource and first request. */
void
rollcall_work_merge (RollcallWork *work, RollcallRegistration *survivor, RollcallRegistration *other,
                     RollcallActorKind actor, const char *actor_name)
{
  RollcallContext *context = work->context;
  RollcallStatus from = survivor->status;

  rollcall_computer_clear (&survivor->computer);
  rollcall_computer_copy_into (&other->computer, &survivor->computer);
  g_set_str (&survivor->agent_version, other->agent_version);
  rollcall_row_take_resource_keys (survivor, other->resource_keys, other->resource_keys);
  survivor->request_count += other->request_count;
  survivor->last_requested = MAX (survivor->last_requested, other->last_requested);
  survivor->key_changes += other->key_changes;
  for (guint i = 0; i < other->keys->len; i++)
    {
      RollcallKey *key = other->keys->pdata[i];

      if (!rollcall_row_had_key (survivor, key->fingerprint))
        g_ptr_array_add (survivor->keys, rollcall_key_copy (key));
    }
  rollcall_row_take_key (survivor, other->fingerprint, MAX (other->last_requested, other->first_requested));
  rollcall_row_set_decision (survivor, other->decided_by, other->decided_by_name, other->note, other->decided_at);
  rollcall_row_set_status (survivor, ROLLCALL_STATUS_ALLOWED, ROLLCALL_TRUST_GRANTED, context);
  survivor->advice = ROLLCALL_ADVICE_NONE;
  add_merge_event (work, survivor, from, actor, actor_name, g_variant_new_int64 (other->id));
  if (other->decided_by == ROLLCALL_DECIDER_POLICY)
    rollcall_work_take_site_server (work, survivor, actor, actor_name);
  rollcall_work_remove (work, other, survivor->id);
}

void
rollcall_work_replace_key (RollcallWork *work, RollcallRegistration *row, const RollcallAsk *ask,
                           RollcallActorKind actor, const char *actor_name)
{
  g_autofree char *old = g_strdup (row->fingerprint);

  rollcall_row_take_computer (row, ask->request);
  rollcall_row_take_resource_keys (row, ask->usable, ask->usable);
  rollcall_row_take_key (row, ask->fingerprint, work->context->now);
  if (g_strcmp0 (old, ask->fingerprint) != 0)
    add_merge_event (work, row, row->status, actor, actor_name, g_variant_new_string (old));
}

void
rollcall_work_note_evidence (RollcallWork *work, const RollcallRegistration *row)
{
  if (row->trust != ROLLCALL_TRUST_GRANTED)
    return;
  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *other = work->rows->pdata[i];

      if (other->duplicate_of == row->id && other->advice == ROLLCALL_ADVICE_REINSTALL)
        rollcall_work_edit (work, other)->advice = ROLLCALL_ADVICE_CLONE;
    }
}

static gboolean
names (const RollcallRegistration *row, gint64 id)
{
  for (guint i = 0; i < row->conflicts_with->len; i++)
    if (g_array_index (row->conflicts_with, gint64, i) == id)
      return TRUE;
  return row->duplicate_of == id;
}

void
rollcall_work_take_place (RollcallWork *work, gint64 id, gint64 resource, const RollcallRegistration *row)
{
  /* R13: a conflict matched the resource; what stands for it under another one is a row that it never matched. */
  gboolean matched = resource != 0 && resource == row->resource_id;

  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *other = work->rows->pdata[i];

      if (other == row || !names (other, id))
        continue;
      other = rollcall_work_edit (work, other);
      if (other->duplicate_of == id)
        other->duplicate_of = row->id;
      for (guint j = 0; matched && j < other->conflicts_with->len; j++)
        if (g_array_index (other->conflicts_with, gint64, j) == id)
          g_array_index (other->conflicts_with, gint64, j) = row->id;
    }
}

/* R24: @row stands for what was remembered; its history says so, because nobody sees a memory leave. */
static void
drop_memory (RollcallWork *work, const RollcallRegistration *memory, const RollcallRegistration *row,
             RollcallActorKind actor, const char *actor_name)
{
  rollcall_work_take_place (work, memory->id, memory->resource_id, row);
  add_merge_event (work, row, row->status, actor, actor_name, g_variant_new_int64 (memory->id));
  rollcall_work_remove (work, memory, row->id);
}

/* R13: what a conflict matched and is only remembered. */
static void
drop_matched_memories (RollcallWork *work, RollcallRegistration *row, RollcallActorKind actor, const char *actor_name)
{
  g_autoptr (GArray) matched = g_array_copy (row->conflicts_with);

  g_array_set_size (row->conflicts_with, 0);
  for (guint i = 0; i < matched->len; i++)
    {
      const RollcallRegistration *memory = rollcall_work_find (work, g_array_index (matched, gint64, i));

      if (memory != NULL && memory->purged)
        drop_memory (work, memory, row, actor, actor_name);
    }
}

void
rollcall_work_stand_alone (RollcallWork *work, RollcallRegistration *row, RollcallActorKind actor,
                           const char *actor_name)
{
  gint64 gone = row->duplicate_of;
  const RollcallRegistration *memory = gone != 0 ? rollcall_work_find (work, gone) : NULL;

  if (row->resource_id == 0)
    row->resource_id = memory != NULL && memory->resource_id != 0 ? memory->resource_id
                                                                  : work->context->next_resource++;
  row->duplicate_of = 0;
  row->advice = ROLLCALL_ADVICE_NONE;
  drop_matched_memories (work, row, actor, actor_name);
  if (memory != NULL)
    drop_memory (work, memory, row, actor, actor_name);
  else if (gone != 0)
    rollcall_work_take_place (work, gone, 0, row);
}

void
rollcall_work_forget (RollcallWork *work, const RollcallRegistration *row, const RollcallRegistration *standing,
                      const char *person)
{
  g_autoptr (GPtrArray) usable = rollcall_work_usable (work, row);

  for (guint i = work->rows->len; i-- > 0;)
    {
      const RollcallRegistration *other = work->rows->pdata[i];

      if (other->purged && rollcall_row_shares (other, usable))
        drop_memory (work, other, standing, ROLLCALL_ACTOR_PERSON, person);
    }
}

void
rollcall_work_note_revocation_seen (RollcallWork *work, RollcallRegistration *row)
{
  RollcallEvent *event;

  if (row->trust != ROLLCALL_TRUST_REVOKED || row->revocation_seen_at != 0)
    return;
  row = rollcall_work_edit (work, row);
  row->revocation_seen_at = work->context->now;
  event = rollcall_work_event (work, ROLLCALL_EVENT_REVOCATION_SEEN, ROLLCALL_ACTOR_AGENT, row->computer.name, row);
  event->from = event->to = row->status;
}
