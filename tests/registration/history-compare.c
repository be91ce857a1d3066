/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories: the rows and answers of the product beside the model's. */
#include "history-private.h"

void
differ (World *world, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append (world->difference, "  ");
  g_string_append_vprintf (world->difference, format, arguments);
  g_string_append_c (world->difference, '\n');
  va_end (arguments);
}

void
compare_numbers (World *world, gint64 id, const char *what, gint64 product, gint64 model)
{
  if (product != model)
    differ (world, "row %" G_GINT64_FORMAT " %s: %" G_GINT64_FORMAT ", the model has %" G_GINT64_FORMAT, id, what,
            product, model);
}

static void
compare_texts (World *world, gint64 id, const char *what, const char *product, const char *model)
{
  if (g_strcmp0 (product, model) != 0)
    differ (world, "row %" G_GINT64_FORMAT " %s: %s, the model has %s", id, what, product, model);
}

const char *
fingerprint_of (int key)
{
  static const char *const fingerprints[MODEL_N_KEYS] = { "k0", "k1", "k2", "k3", "k4", "k5" };

  return key == MODEL_NOBODY ? "" : fingerprints[key];
}

static guint
bits_of_keys (const RollcallRegistration *row, int state) /* a RollcallKeyState, or -1 for all */
{
  guint bits = 0;

  for (guint i = 0; i < row->keys->len; i++)
    {
      const RollcallKey *key = row->keys->pdata[i];

      if (state < 0 || (int) key->state == state)
        bits |= 1u << (key->fingerprint[1] - '0');
    }
  return bits;
}

static guint
bits_of_resource_keys (const RollcallRegistration *row)
{
  guint bits = 0;

  for (guint i = 0; i < row->resource_keys->len; i++)
    {
      const RollcallResourceKey *key = row->resource_keys->pdata[i];
      guint j = 0;

      while (j < N_USABLE_RESOURCE_KEYS &&
             !(g_str_equal (history_keys[j].type, key->type) && g_str_equal (history_keys[j].value, key->value)))
        j++;
      bits |= 1u << j;
    }
  return bits;
}

static void
compare_row (World *world, const RollcallRegistration *row, const ModelRow *model)
{
  g_autofree char *name = g_strdup_printf ("PC-%d", model->name);
  gboolean revoked = model->trust == ROLLCALL_TRUST_REVOKED;
  guint key = 1u << model->key;

#define COMPARE(what, mine) compare_numbers (world, row->id, #what, row->what, mine)
  COMPARE (purged, model->remembered);
  COMPARE (status, model->status);
  COMPARE (trust, model->trust);
  COMPARE (advice, model->advice);
  COMPARE (key_changes, model->key_changes);
  COMPARE (resource_id, model->resource);
  COMPARE (duplicate_of, model->duplicate_of);
  COMPARE (site_server, model->site_server);
  COMPARE (decided_by, model->decider);
  COMPARE (decided_at, model->decided_at);
  COMPARE (first_requested, model->first_requested);
  COMPARE (last_requested, model->last_requested);
  COMPARE (request_count, model->count);
  COMPARE (last_contact, model->last_contact);
  COMPARE (revocation_seen_at, model->revocation_seen_at);
  COMPARE (purge_after, model_purge_after (world->model, model));
#undef COMPARE
  compare_numbers (world, row->id, "matched rows", row->conflicts_with->len, model->n_matched);
  compare_texts (world, row->id, "name", row->computer.name, name);
  compare_texts (world, row->id, "fingerprint", row->fingerprint, fingerprint_of (model->key));
  compare_texts (world, row->id, "decided_by_name", row->decided_by_name, model->decider_name);
  compare_texts (world, row->id, "note", row->note, model->note);
  compare_texts (world, row->id, "awaiting_fingerprint", row->awaiting_fingerprint, fingerprint_of (model->awaited));
  compare_numbers (world, row->id, "keys", bits_of_keys (row, -1), model->keys);
  compare_numbers (world, row->id, "current keys", bits_of_keys (row, ROLLCALL_KEY_CURRENT), revoked ? 0 : key);
  compare_numbers (world, row->id, "revoked keys", bits_of_keys (row, ROLLCALL_KEY_REVOKED), revoked ? model->keys : 0);
  compare_numbers (world, row->id, "resource keys", bits_of_resource_keys (row), model->resource_keys);
}

static const char *const answers[] = { "granted", "pending", "blocked", "revoked", "not-registered" };

void
compare_answer (World *world, int key, ModelAnswer product, ModelAnswer model)
{
  if (product != model)
    differ (world, "key %d is answered %s, by the model %s", key, answers[product], answers[model]);
}

ModelAnswer
answer_of_access (RollcallAccess access)
{
  static const ModelAnswer words[] = { MODEL_ANSWER_GRANTED, MODEL_ANSWER_NOT_REGISTERED, MODEL_ANSWER_PENDING,
                                       MODEL_ANSWER_BLOCKED, MODEL_ANSWER_REVOKED };

  return words[access];
}

/* Every row, and what every key would be answered now. */
void
compare_worlds (World *world)
{
  guint place;

  for (guint i = 0; i < world->model->rows->len; i++)
    {
      const ModelRow *row = world->model->rows->pdata[i];

      if (world_find_row (world, row->id, &place))
        compare_row (world, world->rows->pdata[place], row);
      else
        differ (world, "row %" G_GINT64_FORMAT " is missing", row->id);
    }
  for (guint i = 0; i < world->rows->len; i++)
    {
      const RollcallRegistration *row = world->rows->pdata[i];

      if (model_find (world->model, row->id) == NULL)
        differ (world, "row %" G_GINT64_FORMAT " should not be", row->id);
    }
  for (int key = 0; key < MODEL_N_KEYS; key++)
    {
      g_autoptr (GPtrArray) around = world_load_for_key (world, fingerprint_of (key), NULL);
      g_autoptr (RollcallOutcome) outcome = rollcall_registry_contact (around, fingerprint_of (key), &world->context);

      compare_answer (world, key, answer_of_access (outcome->access), model_ask (world->model, key));
    }
}

void
compare_events (World *world, RollcallOutcome *outcome, RollcallEventKind kind, guint wanted)
{
  guint n = 0;

  for (guint i = 0; i < outcome->events->len; i++)
    n += ((RollcallEvent *) outcome->events->pdata[i])->kind == kind;
  if (n != wanted)
    differ (world, "%u events %s, not %u", n, rollcall_event_kind_to_string (kind), wanted);
}
