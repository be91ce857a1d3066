/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model's rules: requests, calls and decisions. */
#include "model-private.h"

/* Questions. */

gboolean
is_conflict (const ModelRow *row)
{
  return row->n_matched > 0;
}

/* R13 */
gboolean
has_matched (const ModelRow *conflict, const ModelRow *row)
{
  for (guint i = 0; i < conflict->n_matched; i++)
    if (conflict->matched[i] == row->resource)
      return TRUE;
  return FALSE;
}

/* What a computer's requests are merged into: neither a duplicate nor a conflict (R13). */
static gboolean
is_resource (const ModelRow *row)
{
  return row->duplicate_of == 0 && !is_conflict (row);
}

/* R6, R13: a computer that is Blocked or Revoked is decided first. */
gboolean
takes_merges (const ModelRow *resource)
{
  return resource->status == ROLLCALL_STATUS_PENDING || resource->status == ROLLCALL_STATUS_ALLOWED;
}

/* R14: a person's decision that holds against the computer. */
gboolean
is_forbidding (const ModelRow *row)
{
  return row->status == ROLLCALL_STATUS_REVOKED ||
         (row->status == ROLLCALL_STATUS_BLOCKED && row->decider == ROLLCALL_DECIDER_PERSON);
}

/* R9: what of @resource_keys the settings match now. */
guint
usable_now (const Model *model, guint resource_keys)
{
  return resource_keys & model->matching;
}

/* A resource and its duplicates are one computer as far as anybody knows. */
gboolean
are_of_one_resource (const ModelRow *one, const ModelRow *other)
{
  gint64 first = one->duplicate_of != 0 ? one->duplicate_of : one->id;
  gint64 second = other->duplicate_of != 0 ? other->duplicate_of : other->id;

  return first == second;
}

/* R14; R16 while another key of the computer is awaited. */
static gboolean
is_forbidden (const Model *model, const ModelRow *row, guint asked)
{
  for (guint i = 0; i < model->rows->len; i++)
    {
      const ModelRow *other = model->rows->pdata[i];

      if ((is_forbidding (other) || other->awaited != MODEL_NOBODY) &&
          (usable_now (model, other->resource_keys & (asked | row->resource_keys)) != 0 ||
           are_of_one_resource (other, row)))
        return TRUE;
    }
  return FALSE;
}

/* R10: a key that a row had, and no row has now. */
static gboolean
was_replaced (const Model *model, int key)
{
  gboolean had = FALSE;

  for (guint i = 0; i < model->rows->len; i++)
    had |= (((ModelRow *) model->rows->pdata[i])->keys & MODEL_BIT (key)) != 0;
  return had && model_find_key (model, key) == NULL;
}

/* Changes of one row. */

ModelRow *
add_row (Model *model, int key)
{
  ModelRow *row = g_new0 (ModelRow, 1);

  row->id = model->next_registration++;
  row->key = key;
  row->keys = MODEL_BIT (key);
  row->awaited = MODEL_NOBODY;
  row->decider_name = row->note = "";
  row->first_requested = model->now;
  g_ptr_array_add (model->rows, row);
  return row;
}

void
take_key (ModelRow *row, int key)
{
  row->key = key;
  row->keys |= MODEL_BIT (key);
  row->key_changes++;
}

void
decide (Model *model, ModelRow *row, RollcallDeciderKind decider, const char *name, const char *note)
{
  row->decider = decider;
  row->decider_name = name;
  row->note = note;
  row->decided_at = model->now;
}

void
grant (ModelRow *row)
{
  row->status = ROLLCALL_STATUS_ALLOWED;
  row->trust = ROLLCALL_TRUST_GRANTED;
  row->awaited = MODEL_NOBODY;
}

void
block (Model *model, ModelRow *row)
{
  row->status = ROLLCALL_STATUS_BLOCKED; /* R17: trust stays */
  row->blocked_at = model->now;
}

/* R12: the trusted key of @resource was heard of. */
static void
note_evidence (Model *model, const ModelRow *resource)
{
  if (resource->trust != ROLLCALL_TRUST_GRANTED)
    return;
  for (guint i = 0; i < model->rows->len; i++)
    {
      ModelRow *row = model->rows->pdata[i];

      if (row->duplicate_of == resource->id && row->advice == ROLLCALL_ADVICE_REINSTALL)
        row->advice = ROLLCALL_ADVICE_CLONE;
    }
}

/* R19: the agent of @row is answered. */
static void
note_seen (Model *model, ModelRow *row)
{
  if (row->trust == ROLLCALL_TRUST_REVOKED && row->revocation_seen_at == 0)
    row->revocation_seen_at = model->now;
}

/* R11: @resource takes the duplicate's key, facts and decision; the duplicate's row leaves. */
void
merge (Model *model, ModelRow *resource, ModelRow *duplicate)
{
  take_key (resource, duplicate->key);
  resource->keys |= duplicate->keys;
  resource->key_changes += duplicate->key_changes;
  resource->name = duplicate->name;
  resource->resource_keys |= duplicate->resource_keys;
  resource->count += duplicate->count;
  resource->last_requested = MAX (resource->last_requested, duplicate->last_requested);
  resource->advice = ROLLCALL_ADVICE_NONE;
  resource->decider = duplicate->decider;
  resource->decider_name = duplicate->decider_name;
  resource->note = duplicate->note;
  resource->decided_at = duplicate->decided_at;
  if (duplicate->decider != ROLLCALL_DECIDER_PERSON)
    resource->site_server = FALSE;
  grant (resource);
  g_ptr_array_remove (model->rows, duplicate);
}

/* R22: the same computer asked, whatever its key; but a resource's own requests do not keep its duplicates. */
static void
note_heard_of (Model *model, ModelRow *asking, guint asked)
{
  for (guint i = 0; i < model->rows->len; i++)
    {
      ModelRow *row = model->rows->pdata[i];

      if (usable_now (model, row->resource_keys & asked) != 0 && row->duplicate_of != asking->id)
        row->heard_of_at = model->now;
    }
}

static void
move_duplicates (Model *model, gint64 from, gint64 to)
{
  for (guint i = 0; i < model->rows->len; i++)
    {
      ModelRow *row = model->rows->pdata[i];

      if (row->duplicate_of == from && row->id != to)
        row->duplicate_of = to;
    }
}

/* R24: under a new id; what brings it back is a request of the computer. */
static void
bring_back (Model *model, ModelRow *row)
{
  gint64 old = row->id;

  row->remembered = FALSE;
  row->id = model->next_registration++;
  row->heard_of_at = model->now;
  move_duplicates (model, old, row->id);
}

/* R24: a person allowed the computer that @standing stands for now; @former is the row as it was before. */
void
forget (Model *model, const ModelRow *standing, guint resource_keys, const ModelRow *former)
{
  for (guint i = model->rows->len; i-- > 0;)
    {
      const ModelRow *row = model->rows->pdata[i];

      if (!row->remembered || (usable_now (model, row->resource_keys & resource_keys) == 0 &&
                               row->id != former->duplicate_of && !has_matched (former, row)))
        continue;
      move_duplicates (model, row->id, standing->id);
      g_ptr_array_remove_index (model->rows, i);
    }
}

/* R16, R24: there is no other row left that @row could be merged into; it stands for the computer from now on. */
void
stand_alone (Model *model, ModelRow *row)
{
  const ModelRow *memory = model_find (model, row->duplicate_of);

  if (memory != NULL && memory->resource != 0)
    row->resource = memory->resource;
  else if (row->resource == 0)
    row->resource = model->next_resource++;
  if (row->duplicate_of != 0)
    move_duplicates (model, row->duplicate_of, row->id);
  row->duplicate_of = 0;
  row->n_matched = 0;
  row->advice = ROLLCALL_ADVICE_NONE;
}

/* R11, R12, R13, R14, R16: whether a policy that allows may. */
static gboolean
may_be_allowed (const Model *model, const ModelRow *row, guint asked)
{
  const ModelRow *resource = row->duplicate_of != 0 ? model_find (model, row->duplicate_of) : NULL;

  if (row->advice == ROLLCALL_ADVICE_CLONE || is_conflict (row) || is_forbidden (model, row, asked))
    return FALSE;
  return row->duplicate_of == 0 || (takes_merges (resource) && model->now - row->first_requested >= model->observation);
}

/* R2, R7, R8. Returns: the row that the request belongs to afterwards. */
static ModelRow *
judge (Model *model, ModelRow *row, guint asked)
{
  ModelVerdict verdict = model->verdicts[row->name];
  ModelRow *resource;

  if (verdict == MODEL_VERDICT_BLOCK && row->status == ROLLCALL_STATUS_PENDING)
    {
      block (model, row);
      decide (model, row, ROLLCALL_DECIDER_POLICY, model_policy_name (verdict, row->name), "");
      return row;
    }
  if (verdict != MODEL_VERDICT_ALLOW || !may_be_allowed (model, row, asked) ||
      !(row->status == ROLLCALL_STATUS_PENDING ||
        (row->status == ROLLCALL_STATUS_BLOCKED && row->decider == ROLLCALL_DECIDER_POLICY)))
    return row;
  decide (model, row, ROLLCALL_DECIDER_POLICY, model_policy_name (verdict, row->name), "");
  if (row->duplicate_of == 0)
    {
      grant (row);
      return row;
    }
  resource = model_find (model, row->duplicate_of);
  merge (model, resource, row);
  return resource;
}

/* Requests. */

static void
take_request (Model *model, ModelRow *row, int name, guint asked)
{
  row->name = name;
  row->resource_keys |= usable_now (model, asked);
  row->last_requested = row->heard_of_at = model->now;
  row->count++;
  note_heard_of (model, row, row->resource_keys);
}

/* R12: a copied disk; R22: it was another computer that asked. */
static ModelRow *
ask_as_copy (Model *model, ModelRow *row, guint asked)
{
  if (row->remembered)
    bring_back (model, row);
  row->last_requested = model->now;
  row->count++;
  row->advice = ROLLCALL_ADVICE_CLONE;
  note_heard_of (model, row, asked);
  note_evidence (model, row);
  return row;
}

/* R7, R10, R16: the row's own key asks, or a new one of a computer that is Pending, Blocked or Revoked. */
static ModelRow *
ask_again (Model *model, ModelRow *row, int key, int name, guint asked, gboolean replaced)
{
  ModelRow *resource = model_find (model, row->duplicate_of);

  if (row->remembered)
    bring_back (model, row);
  if (row->key != key)
    take_key (row, key);
  if (replaced)
    row->advice = ROLLCALL_ADVICE_CLONE;
  take_request (model, row, name, asked);
  if (row->awaited == key && resource == NULL)
    {
      if (row->duplicate_of != 0)
        stand_alone (model, row);
      grant (row);
    }
  else if (row->awaited == key && takes_merges (resource))
    {
      merge (model, resource, row);
      row = resource;
    }
  else
    row = judge (model, row, asked);
  note_evidence (model, row);
  return row;
}

/* R2, R11, R13: a row of its own for the key. */
static ModelRow *
ask_first (Model *model, int key, int name, guint asked, GPtrArray *matches, gboolean replaced)
{
  ModelRow *row = add_row (model, key);

  if (matches->len == 1)
    {
      const ModelRow *resource = matches->pdata[0];

      row->duplicate_of = model_find (model, resource->duplicate_of) != NULL ? resource->duplicate_of : resource->id;
      row->advice = ROLLCALL_ADVICE_REINSTALL;
    }
  if (matches->len == 0)
    row->resource = model->next_resource++;
  if (replaced)
    row->advice = ROLLCALL_ADVICE_CLONE;
  if (matches->len > 1)
    {
      row->advice = ROLLCALL_ADVICE_CONFLICT;
      for (guint i = 0; i < matches->len; i++)
        row->matched[row->n_matched++] = ((ModelRow *) matches->pdata[i])->resource;
    }
  take_request (model, row, name, asked);
  row = judge (model, row, asked);
  note_evidence (model, row);
  return row;
}

/* R9, R13: the rows that a new key's resource keys match. Where only duplicates and conflicts do, the computer is known
 * all the same (R10): the oldest stands for it. */
GPtrArray *
find_matches (const Model *model, guint asked)
{
  GPtrArray *matches = g_ptr_array_new ();
  ModelRow *oldest = NULL;

  for (guint i = 0; i < model->rows->len; i++)
    {
      ModelRow *row = model->rows->pdata[i];

      if (usable_now (model, row->resource_keys & asked) == 0)
        continue;
      if (is_resource (row))
        g_ptr_array_add (matches, row);
      else if (oldest == NULL || row->id < oldest->id)
        oldest = row;
    }
  if (matches->len == 0 && oldest != NULL)
    g_ptr_array_add (matches, oldest);
  return matches;
}

/* R12: a copied disk shares no key that the settings match; where they leave nothing of the one or the other, no key at
 * all. */
static gboolean
is_copy (const Model *model, const ModelRow *row, guint asked)
{
  guint shared = row->resource_keys & asked;

  if (usable_now (model, row->resource_keys) != 0 && usable_now (model, asked) != 0)
    return usable_now (model, shared) == 0;
  return row->resource_keys != 0 && shared == 0;
}

/* R12: the row that the key is known by, where what asks is another computer. R19: a revoked row's replaced key stays
 * known by it. Returns: (nullable) */
static ModelRow *
find_copied (const Model *model, int key, guint asked)
{
  ModelRow *row = model_find_key (model, key);

  for (guint i = 0; row == NULL && i < model->rows->len; i++)
    {
      const ModelRow *had = model->rows->pdata[i];

      if ((had->keys & MODEL_BIT (key)) != 0 && !is_copy (model, had, asked))
        return NULL;
    }
  if (row == NULL)
    row = model_find_revoked (model, key);
  return row != NULL && is_copy (model, row, asked) ? row : NULL;
}

ModelRequest
model_request (Model *model, int key, int name, guint asked)
{
  g_autoptr (GPtrArray) matches = find_matches (model, asked);
  ModelRow *row = model_find_key (model, key), *copied = find_copied (model, key, asked);
  ModelRow *known = matches->len == 1 ? matches->pdata[0] : NULL;
  gboolean replaced = was_replaced (model, key);

  if (copied != NULL)
    row = ask_as_copy (model, copied, asked);
  else if (row != NULL)
    row = ask_again (model, row, key, name, asked, FALSE);
  else if (known != NULL && known->status != ROLLCALL_STATUS_ALLOWED)
    row = ask_again (model, known, key, name, asked, replaced);
  else
    row = ask_first (model, key, name, asked, matches, replaced);
  note_seen (model, row);
  return (ModelRequest) { row->id, model_find_revoked (model, key) != NULL ? ROLLCALL_STATUS_REVOKED : row->status,
                          copied != NULL };
}

ModelAnswer
model_contact (Model *model, int key)
{
  ModelRow *row = model_find_key (model, key);

  if (row != NULL && !row->remembered)
    {
      row->last_contact = model->now;
      note_seen (model, row);
      note_evidence (model, row);
    }
  return model_ask (model, key);
}
