/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model's world: what there is, what a key is answered, and what time does. */
#include "model.h"

Model *
model_new (gint64 now)
{
  Model *model = g_new0 (Model, 1);

  model->rows = g_ptr_array_new_with_free_func (g_free);
  model->before = g_ptr_array_new_with_free_func (g_free);
  model->now = now;
  model->observation = 30 * 60 * 1000;
  model->period_months = 3;
  model->purging = TRUE;
  model->matching = ~0u;
  model->next_registration = model->next_resource = 1;
  return model;
}

void
model_free (Model *model)
{
  g_ptr_array_unref (model->rows);
  g_ptr_array_unref (model->before);
  g_free (model);
}

ModelRow *
model_find (const Model *model, gint64 id)
{
  for (guint i = 0; i < model->rows->len; i++)
    if (((ModelRow *) model->rows->pdata[i])->id == id)
      return model->rows->pdata[i];
  return NULL;
}

ModelRow *
model_find_key (const Model *model, int key)
{
  for (guint i = 0; i < model->rows->len; i++)
    if (((ModelRow *) model->rows->pdata[i])->key == key)
      return model->rows->pdata[i];
  return NULL;
}

const char *
model_policy_name (ModelVerdict verdict, int name)
{
  static const char *const names[][MODEL_N_NAMES] = { { "", "" }, { "allow 0", "allow 1" }, { "block 0", "block 1" } };

  return names[verdict][name];
}

gint64
model_purge_after (const Model *model, const ModelRow *row)
{
  g_autoptr (GDateTime) from = NULL, until = NULL;
  gint64 last = MAX (row->blocked_at, row->heard_of_at);

  if (!model->purging || row->remembered || row->status != ROLLCALL_STATUS_BLOCKED)
    return 0;
  from = g_date_time_new_from_unix_utc (last / 1000);
  until = g_date_time_add_full (from, 0, model->period_months, model->period_days, 0, 0, 0);
  return g_date_time_to_unix (until) * 1000 + last % 1000;
}

ModelRow *
model_find_revoked (const Model *model, int key)
{
  ModelRow *found = NULL;

  for (guint i = 0; i < model->rows->len; i++)
    {
      ModelRow *row = model->rows->pdata[i];

      if (row->trust != ROLLCALL_TRUST_REVOKED || (row->keys & MODEL_BIT (key)) == 0)
        continue;
      if (found == NULL || row->remembered < found->remembered ||
          (row->remembered == found->remembered && row->id < found->id))
        found = row;
    }
  return found;
}

ModelAnswer
model_ask (const Model *model, int key)
{
  const ModelRow *row = model_find_key (model, key);

  if (model_find_revoked (model, key) != NULL)
    return MODEL_ANSWER_REVOKED;
  if (row == NULL)
    return MODEL_ANSWER_NOT_REGISTERED;
  if (row->status == ROLLCALL_STATUS_BLOCKED)
    return MODEL_ANSWER_BLOCKED;
  return row->trust == ROLLCALL_TRUST_GRANTED ? MODEL_ANSWER_GRANTED : MODEL_ANSWER_PENDING;
}

guint
model_purge (Model *model)
{
  guint n = 0;

  for (guint i = model->rows->len; i-- > 0;)
    {
      ModelRow *row = model->rows->pdata[i];
      gint64 due = model_purge_after (model, row);

      if (row->remembered || due == 0 || due > model->now)
        continue;
      n++;
      if (row->decider == ROLLCALL_DECIDER_PERSON)
        row->remembered = TRUE;
      else
        g_ptr_array_remove_index (model->rows, i);
    }
  return n;
}

/* R10 */
void
model_end_step (Model *model)
{
  model->step++;
  for (guint i = 0; i < model->rows->len; i++)
    {
      ModelRow *row = model->rows->pdata[i];
      const ModelRow *old = NULL;

      for (guint j = 0; j < model->before->len; j++)
        if (((ModelRow *) model->before->pdata[j])->id == row->id)
          old = model->before->pdata[j];
      if (old == NULL || old->status != row->status || old->trust != row->trust || old->key != row->key ||
          old->duplicate_of != row->duplicate_of || old->advice != row->advice)
        row->changed_at = model->step;
    }
  g_ptr_array_set_size (model->before, 0);
  for (guint i = 0; i < model->rows->len; i++)
    g_ptr_array_add (model->before, g_memdup2 (model->rows->pdata[i], sizeof (ModelRow)));
}
