/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"
#include "rollcall-words-private.h"

ROLLCALL_DEFINE_WORDS (RollcallAccess, access, "granted", "not-registered", "pending", "blocked", "revoked")

void
rollcall_outcome_free (RollcallOutcome *outcome)
{
  g_ptr_array_unref (outcome->put);
  g_array_unref (outcome->removed);
  g_ptr_array_unref (outcome->events);
  g_free (outcome);
}

void
rollcall_work_init (RollcallWork *work, GPtrArray *neighbourhood, RollcallContext *context)
{
  work->rows = g_ptr_array_copy (neighbourhood, NULL, NULL);
  g_ptr_array_set_free_func (work->rows, NULL);
  work->changed = g_hash_table_new (NULL, NULL);
  work->context = context;
  work->outcome = g_new0 (RollcallOutcome, 1);
  work->outcome->put = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  work->outcome->removed = g_array_new (FALSE, FALSE, sizeof (RollcallRemoval));
  work->outcome->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_event_free);
}

RollcallOutcome *
rollcall_work_finish (RollcallWork *work)
{
  g_ptr_array_unref (work->rows);
  g_hash_table_unref (work->changed);
  return g_steal_pointer (&work->outcome);
}

RollcallRegistration *
rollcall_work_find (RollcallWork *work, gint64 id)
{
  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *row = work->rows->pdata[i];

      if (row->id == id)
        return row;
    }
  return NULL;
}

RollcallRegistration *
rollcall_work_edit (RollcallWork *work, const RollcallRegistration *row)
{
  if (g_hash_table_contains (work->changed, row))
    return (RollcallRegistration *) row;
  for (guint i = 0; i < work->rows->len; i++)
    if (work->rows->pdata[i] == row)
      {
        RollcallRegistration *copy = rollcall_registration_copy (row);

        work->rows->pdata[i] = copy;
        g_ptr_array_add (work->outcome->put, copy);
        g_hash_table_add (work->changed, copy);
        return copy;
      }
  g_return_val_if_reached (NULL);
}

RollcallRegistration *
rollcall_work_add (RollcallWork *work)
{
  RollcallRegistration *row = rollcall_registration_new ();

  row->id = work->context->next_registration++;
  g_ptr_array_add (work->rows, row);
  g_ptr_array_add (work->outcome->put, row);
  g_hash_table_add (work->changed, row);
  return row;
}

void
rollcall_work_remove (RollcallWork *work, const RollcallRegistration *row, gint64 into)
{
  RollcallRemoval removal = { row->id, into };

  g_array_append_val (work->outcome->removed, removal);
  g_ptr_array_remove (work->rows, (gpointer) row);
  if (g_hash_table_remove (work->changed, row))
    g_ptr_array_remove (work->outcome->put, (gpointer) row);
}

/* The row whose present key this is: one of the list before a memory. */
RollcallRegistration *
rollcall_work_find_current (RollcallWork *work, const char *fingerprint)
{
  RollcallRegistration *memory = NULL;

  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *row = work->rows->pdata[i];

      if (g_strcmp0 (row->fingerprint, fingerprint) != 0)
        continue;
      if (!row->purged)
        return row;
      memory = row;
    }
  return memory;
}

RollcallEvent *
rollcall_work_event (RollcallWork *work, RollcallEventKind kind, RollcallActorKind actor, const char *actor_name,
                     const RollcallRegistration *row)
{
  RollcallEvent *event = rollcall_event_new (kind, work->context->now, actor, actor_name);

  event->registration = row->id;
  event->resource = row->resource_id;
  g_ptr_array_add (work->outcome->events, event);
  return event;
}

void
rollcall_event_set_detail (RollcallEvent *event, const char *name, GVariant *value)
{
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (event->details);

  g_variant_dict_insert_value (&details, name, value);
  g_variant_unref (event->details);
  event->details = g_variant_ref_sink (g_variant_dict_end (&details));
}

gboolean
rollcall_row_had_key (const RollcallRegistration *row, const char *fingerprint)
{
  for (guint i = 0; i < row->keys->len; i++)
    if (g_strcmp0 (((RollcallKey *) row->keys->pdata[i])->fingerprint, fingerprint) == 0)
      return TRUE;
  return FALSE;
}

static RollcallResourceKey *
find_resource_key (GPtrArray *keys, const RollcallResourceKey *wanted)
{
  for (guint i = 0; i < keys->len; i++)
    {
      RollcallResourceKey *key = keys->pdata[i];

      if (g_strcmp0 (key->type, wanted->type) == 0 && g_strcmp0 (key->value, wanted->value) == 0)
        return key;
    }
  return NULL;
}

gboolean
rollcall_row_shares (const RollcallRegistration *row, GPtrArray *usable)
{
  for (guint i = 0; i < usable->len; i++)
    if (find_resource_key (row->resource_keys, usable->pdata[i]) != NULL)
      return TRUE;
  return FALSE;
}

GPtrArray *
rollcall_work_usable (const RollcallWork *work, const RollcallRegistration *row)
{
  return rollcall_resource_keys_usable (row->resource_keys, work->context->settings);
}

GPtrArray *
rollcall_work_match (RollcallWork *work, GPtrArray *usable)
{
  GPtrArray *matches = g_ptr_array_new ();
  RollcallRegistration *attempt = NULL;

  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *row = work->rows->pdata[i];

      if (!rollcall_row_shares (row, usable))
        continue;
      if (rollcall_row_is_resource (row))
        g_ptr_array_add (matches, row);
      else if (attempt == NULL || row->id < attempt->id)
        attempt = row;
    }
  if (matches->len == 0 && attempt != NULL)
    g_ptr_array_add (matches, attempt);
  return matches;
}

gboolean
rollcall_row_is_resource (const RollcallRegistration *row)
{
  return row->duplicate_of == 0 && row->conflicts_with->len == 0;
}

gboolean
rollcall_row_forbids (const RollcallRegistration *row)
{
  return row->status == ROLLCALL_STATUS_REVOKED || row->trust == ROLLCALL_TRUST_REVOKED ||
         (row->status == ROLLCALL_STATUS_BLOCKED && row->decided_by == ROLLCALL_DECIDER_PERSON);
}

/* R11, R13: a row that a person blocked or revoked is decided first, by its own menu. */
gboolean
rollcall_row_takes_merges (const RollcallRegistration *row)
{
  return !row->purged && (row->status == ROLLCALL_STATUS_ALLOWED || row->status == ROLLCALL_STATUS_PENDING);
}

gboolean
rollcall_key_was_revoked (RollcallWork *work, const char *fingerprint)
{
  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *row = work->rows->pdata[i];

      if (row->trust == ROLLCALL_TRUST_REVOKED && rollcall_row_had_key (row, fingerprint))
        return TRUE;
    }
  return FALSE;
}

/* R14, and R16 for the computer whose allowed key is still awaited. The same computer is what shares a resource key
 * with the request or with its row, and a duplicate's resource with its other duplicates. */
gboolean
rollcall_work_forbids (RollcallWork *work, const RollcallRegistration *row, GPtrArray *usable)
{
  g_autoptr (GPtrArray) own = rollcall_work_usable (work, row);

  for (guint i = 0; i < work->rows->len; i++)
    {
      RollcallRegistration *other = work->rows->pdata[i];
      gboolean awaited = other != row && other->status == ROLLCALL_STATUS_ALLOWED &&
                         other->trust == ROLLCALL_TRUST_AWAITING_REQUEST;
      gint64 resource = row->duplicate_of != 0 ? row->duplicate_of : row->id;

      if (!rollcall_row_forbids (other) && !awaited)
        continue;
      if (other == row || rollcall_row_shares (other, usable) || rollcall_row_shares (other, own) ||
          other->id == resource || other->duplicate_of == resource)
        return TRUE;
    }
  return FALSE;
}

void
rollcall_row_take_computer (RollcallRegistration *row, const RollcallRequest *request)
{
  rollcall_computer_clear (&row->computer);
  rollcall_computer_copy_into (&request->computer, &row->computer);
  g_set_str (&row->agent_version, request->agent_version);
}

#define RESOURCE_KEYS_LIMIT 256

/* R9: at most 256, the oldest that is neither pinned nor in @present leaves first. */
void
rollcall_row_take_resource_keys (RollcallRegistration *row, GPtrArray *keys, GPtrArray *present)
{
  for (guint i = 0; i < keys->len; i++)
    {
      RollcallResourceKey *key = keys->pdata[i], *known = find_resource_key (row->resource_keys, key);

      if (known == NULL)
        g_ptr_array_add (row->resource_keys, rollcall_resource_key_copy (key));
      else
        known->pinned = known->pinned || key->pinned;
    }
  for (guint i = 0; i < row->resource_keys->len && row->resource_keys->len > RESOURCE_KEYS_LIMIT;)
    {
      RollcallResourceKey *key = row->resource_keys->pdata[i];

      if (key->pinned || find_resource_key (present, key) != NULL)
        i++;
      else
        g_ptr_array_remove_index (row->resource_keys, i);
    }
}

/* Every key of a row whose trust is revoked is (R19). */
void
rollcall_row_set_key_states (RollcallRegistration *row)
{
  for (guint i = 0; i < row->keys->len; i++)
    {
      RollcallKey *key = row->keys->pdata[i];

      if (row->trust == ROLLCALL_TRUST_REVOKED)
        key->state = ROLLCALL_KEY_REVOKED;
      else if (g_strcmp0 (key->fingerprint, row->fingerprint) == 0)
        key->state = ROLLCALL_KEY_CURRENT;
      else
        key->state = ROLLCALL_KEY_REPLACED;
    }
}

/* @fingerprint is the row's key from now on; counts a change of it (R10). */
void
rollcall_row_take_key (RollcallRegistration *row, const char *fingerprint, gint64 now)
{
  gboolean known = FALSE;

  if (*row->fingerprint != '\0' && g_strcmp0 (row->fingerprint, fingerprint) != 0)
    row->key_changes++;
  for (guint i = 0; i < row->keys->len; i++)
    {
      RollcallKey *key = row->keys->pdata[i];

      if (g_strcmp0 (key->fingerprint, fingerprint) == 0)
        {
          key->last_seen = now;
          known = TRUE;
        }
    }
  if (!known)
    g_ptr_array_add (row->keys, rollcall_key_new (fingerprint, now));
  g_set_str (&row->fingerprint, fingerprint);
  rollcall_row_set_key_states (row);
}

void
rollcall_row_set_decision (RollcallRegistration *row, RollcallDeciderKind decider, const char *name, const char *note,
                           gint64 now)
{
  row->decided_by = decider;
  g_set_str (&row->decided_by_name, name);
  g_set_str (&row->note, note);
  row->decided_at = now;
}

void
rollcall_row_set_purge_after (RollcallRegistration *row, RollcallContext *context)
{
  const RollcallSettings *settings = context->settings;

  if (row->status == ROLLCALL_STATUS_BLOCKED && !row->purged && settings->purging_enabled)
    row->purge_after = rollcall_period_add (settings->blocked_after,
                                            MAX (row->last_computer_requested, row->blocked_at));
  else
    row->purge_after = 0;
}

void
rollcall_row_set_status (RollcallRegistration *row, RollcallStatus status, RollcallTrust trust,
                         RollcallContext *context)
{
  if (status == ROLLCALL_STATUS_BLOCKED && row->status != ROLLCALL_STATUS_BLOCKED)
    row->blocked_at = context->now;
  row->status = status;
  row->trust = trust;
  if (status != ROLLCALL_STATUS_BLOCKED)
    row->blocked_at = 0;
  g_set_str (&row->awaiting_fingerprint, trust == ROLLCALL_TRUST_AWAITING_REQUEST ? row->fingerprint : "");
  rollcall_row_set_key_states (row);
  rollcall_row_set_purge_after (row, context);
}

void
rollcall_row_pin_resource_keys (RollcallRegistration *row)
{
  for (guint i = 0; i < row->resource_keys->len; i++)
    ((RollcallResourceKey *) row->resource_keys->pdata[i])->pinned = TRUE;
}
