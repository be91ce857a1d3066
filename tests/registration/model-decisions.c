/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model's rules: what people do. */
#include "model-private.h"

static ModelRow *
find_listed (const Model *model, int key)
{
  ModelRow *row = key == MODEL_NOBODY ? NULL : model_find_key (model, key);

  return row != NULL && !row->remembered ? row : NULL;
}

/* R15 */
static gboolean
is_offered (RollcallStatus status, RollcallAction action)
{
  switch (action)
    {
    case ROLLCALL_ACTION_ALLOW:
      return status != ROLLCALL_STATUS_ALLOWED;
    case ROLLCALL_ACTION_BLOCK:
      return status == ROLLCALL_STATUS_PENDING || status == ROLLCALL_STATUS_REVOKED;
    default:
      return status == ROLLCALL_STATUS_ALLOWED;
    }
}

/* R11, R13: the row that the allowed one is merged into. A duplicate whose resource was purged stands for the computer
 * itself. Returns: (nullable) */
static ModelRow *
find_survivor (const Model *model, const ModelRow *row, const ModelDecision *decision)
{
  ModelRow *resource = model_find (model, row->duplicate_of);
  ModelRow *named = find_listed (model, decision->resource);

  if (resource != NULL)
    return resource->remembered ? NULL : resource;
  for (guint i = 0; named != NULL && i < row->n_matched; i++)
    if (row->matched[i] == named->resource)
      return named;
  return NULL;
}

/* R13: there is still a row that could be named. */
static gboolean
needs_resource (const Model *model, const ModelRow *conflict)
{
  for (guint i = 0; i < model->rows->len; i++)
    {
      const ModelRow *row = model->rows->pdata[i];

      if (!row->remembered && row->resource != 0 && has_matched (conflict, row))
        return TRUE;
    }
  return FALSE;
}

static guint
find_refusals (const Model *model, const ModelRow *row, const ModelDecision *decision)
{
  gboolean allows = decision->action == ROLLCALL_ACTION_ALLOW;
  const ModelRow *survivor = row == NULL ? NULL : find_survivor (model, row, decision);
  guint refusals = 0;

  if (row == NULL)
    return MODEL_BIT (ROLLCALL_REFUSAL_NOT_FOUND);
  if (decision->seen >= 0 ? (int) row->changed_at > decision->seen : allows && row->key_changes > 0)
    refusals |= MODEL_BIT (ROLLCALL_REFUSAL_CHANGED);
  if (!is_offered (row->status, decision->action))
    refusals |= MODEL_BIT (ROLLCALL_REFUSAL_NOT_APPLICABLE);
  if (allows && survivor == NULL && needs_resource (model, row))
    refusals |= MODEL_BIT (ROLLCALL_REFUSAL_NEEDS_RESOURCE);
  if (allows && survivor != NULL && !takes_merges (survivor))
    refusals |= MODEL_BIT (ROLLCALL_REFUSAL_NOT_APPLICABLE);
  return refusals;
}

static void
allow (Model *model, ModelRow *row, const ModelDecision *decision)
{
  ModelRow *survivor = find_survivor (model, row, decision);
  ModelRow former = *row;
  gboolean awaited = row->status == ROLLCALL_STATUS_BLOCKED; /* R16 */

  grant (row);
  if (awaited)
    {
      row->trust = ROLLCALL_TRUST_AWAITING_REQUEST;
      row->awaited = row->key;
    }
  if (survivor != NULL)
    {
      row->n_matched = 0;
      row->duplicate_of = survivor->id;
      if (row->advice == ROLLCALL_ADVICE_CONFLICT)
        row->advice = ROLLCALL_ADVICE_NONE;
      forget (model, survivor, row->resource_keys | survivor->resource_keys, row);
      if (!awaited)
        merge (model, survivor, row);
      return;
    }
  stand_alone (model, row);
  forget (model, row, row->resource_keys, &former);
}

guint
model_decide (Model *model, const ModelDecision *decision)
{
  ModelRow *row = find_listed (model, decision->key);
  guint refusals = find_refusals (model, row, decision);

  if (refusals != 0)
    return refusals;
  decide (model, row, ROLLCALL_DECIDER_PERSON, decision->person, decision->note);
  switch (decision->action)
    {
    case ROLLCALL_ACTION_ALLOW:
      allow (model, row, decision);
      break;
    case ROLLCALL_ACTION_BLOCK:
      block (model, row);
      break;
    default: /* R19, R20 */
      row->status = ROLLCALL_STATUS_REVOKED;
      row->trust = ROLLCALL_TRUST_REVOKED;
      row->awaited = MODEL_NOBODY;
      row->site_server = FALSE;
      row->revocation_seen_at = 0;
    }
  return 0;
}

gboolean
model_set_site_server (Model *model, int key, gboolean site_server)
{
  ModelRow *row = find_listed (model, key);

  if (row == NULL || row->trust != ROLLCALL_TRUST_GRANTED)
    return FALSE;
  row->site_server = site_server;
  return TRUE;
}

/* Pushing (R6). */

/* The row that stands for the computer of @row. */
static ModelRow *
find_resource (const Model *model, ModelRow *row)
{
  ModelRow *resource = row->duplicate_of != 0 ? model_find (model, row->duplicate_of) : NULL;

  return resource != NULL ? resource : row;
}

/* The computer that is pushed to; FALSE where its key and its resource keys are not those of one. */
static gboolean
find_pushed (const Model *model, ModelRow *attempt, guint asked, ModelRow **computer)
{
  g_autoptr (GPtrArray) matches = find_matches (model, asked);

  *computer = attempt != NULL ? find_resource (model, attempt) : NULL;
  for (guint i = 0; i < matches->len; i++)
    {
      ModelRow *match = find_resource (model, matches->pdata[i]);

      if (*computer != NULL && *computer != match)
        return FALSE;
      *computer = match;
    }
  return TRUE;
}

/* R6: Blocked and Revoked are decided first, also where another row of the computer says so (R14). */
static gboolean
may_be_pushed (const Model *model, const ModelRow *computer, guint asked)
{
  guint resource_keys = asked | (computer != NULL ? computer->resource_keys : 0);

  if (computer != NULL && (is_conflict (computer) || computer->remembered || !takes_merges (computer)))
    return FALSE;
  for (guint i = 0; i < model->rows->len; i++)
    {
      const ModelRow *row = model->rows->pdata[i];

      if (is_forbidding (row) && (usable_now (model, row->resource_keys & resource_keys) != 0 ||
                                  (computer != NULL && are_of_one_resource (row, computer))))
        return FALSE;
    }
  return TRUE;
}

static void
take_pushed_key (Model *model, ModelRow *computer, ModelRow *attempt, int key)
{
  gboolean site_server = computer->site_server;

  if (attempt != NULL && attempt != computer)
    merge (model, computer, attempt);
  else if (computer->key != key)
    take_key (computer, key);
  computer->site_server = site_server; /* a person's doing */
  if (computer->duplicate_of != 0)
    stand_alone (model, computer);
}

gboolean
model_push (Model *model, int key, int name, guint asked, const char *person, gint64 *registration)
{
  ModelRow *attempt = model_find_key (model, key), *computer;

  if (!find_pushed (model, attempt, asked, &computer) || !may_be_pushed (model, computer, asked) ||
      model_find_revoked (model, key) != NULL || (attempt != NULL && attempt->status == ROLLCALL_STATUS_BLOCKED))
    return FALSE;
  if (computer != NULL)
    take_pushed_key (model, computer, attempt, key);
  else
    {
      computer = add_row (model, key);
      computer->resource = model->next_resource++;
      computer->last_requested = model->now;
    }
  computer->name = name;
  computer->resource_keys |= usable_now (model, asked);
  computer->advice = ROLLCALL_ADVICE_NONE;
  decide (model, computer, ROLLCALL_DECIDER_PUSH, person, "");
  grant (computer);
  *registration = computer->id;
  return TRUE;
}
