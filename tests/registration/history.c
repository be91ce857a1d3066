/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history-private.h"

#define NOW    G_GINT64_CONSTANT (1767000000000)
#define MINUTE G_GINT64_CONSTANT (60000)
#define DAY    (24 * 60 * MINUTE)

/* R9. The second and the fourth have the same value: the type counts. */
const HistoryKey history_keys[N_RESOURCE_KEYS] = {
  { "uniqueid", "4c4c4544-0042/ser1/52:54:00:00:00:01", " 4C4C4544-0042/SER1/52:54:00:00:00:01 " },
  { "fqdn", "pc-1.corp.example", "PC-1.Corp.Example." },
  { "macaddress", "52:54:00:aa:bb:cc", "52-54-00-AA-BB-CC" },
  { "name.domain", "pc-1.corp.example", " PC-1.CORP.EXAMPLE " },
  { "fqdn", "pc-2.corp.example", "PC-2.CORP.EXAMPLE" },
  { "macaddress", "52:54:00:aa:bb:dd", " 52:54:00:AA:BB:DD" },
  /* junk */
  { "uniqueid", "To Be Filled By O.E.M.", " to be filled by o.e.m. " },
  { "macaddress", "ff:ff:ff:ff:ff:ff", "FF-FF-FF-FF-FF-FF" },
  { "fqdn", "", " " },
};
static const gint64 waits[N_WAITS] = { 1, MINUTE, 29 * MINUTE, 30 * MINUTE, DAY, 10 * DAY, 95 * DAY };

static const struct
{
  const char *text;
  int months, days;
} periods[N_PERIODS - 1] = { { "P3M", 3, 0 }, { "P1M", 1, 0 }, { "P10D", 0, 10 } };

/* R9: what the settings may come to match. */
static const struct
{
  const char *types[5], *ignored[3];
  guint bits;
} matchings[N_MATCHINGS] = {
  { { "uniqueid", "fqdn", "name.domain", "macaddress" }, { "To Be Filled By O.E.M." }, USABLE },
  { { "uniqueid" }, { "To Be Filled By O.E.M." }, 0x1 },
  { { "fqdn", "name.domain" }, { "to be filled by o.e.m.", "pc-2.corp.example" }, 0xa },
  { { "uniqueid", "fqdn", "name.domain", "macaddress" }, { "To Be Filled By O.E.M.", "PC-1.corp.example" }, 0x35 },
};

const HistoryKeeper memory_keeper = { 0 };
const HistoryKeeper forgetful_keeper = { .forgetful = TRUE };

static void
set_policies (World *world, const ModelVerdict *verdicts)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);

  for (int name = 0; name < MODEL_N_NAMES; name++)
    for (int result = ROLLCALL_POLICY_ALLOW; result <= ROLLCALL_POLICY_BLOCK; result++)
      {
        g_autoptr (RollcallPolicy) policy = rollcall_policy_new ();
        g_autofree char *mask = g_strdup_printf ("pc-%d", name);

        policy->id = list->len + 1;
        policy->enabled = (int) verdicts[name] > result; /* who is blocked is allowed too: R4 */
        policy->result = (RollcallPolicyResult) result;
        g_set_str (&policy->name, model_policy_name ((ModelVerdict) (result + 1), name));
        g_ptr_array_add (policy->masks, rollcall_mask_new (ROLLCALL_MASK_NAME, mask));
        g_ptr_array_add (list, g_steal_pointer (&policy));
      }
  g_clear_pointer (&world->policies, rollcall_policy_set_unref);
  world->policies = rollcall_policy_set_new (list);
  world->context.policies = world->policies;
  memcpy (world->model->verdicts, verdicts, sizeof world->model->verdicts);
}

static void
open_world (World *world, const HistoryKeeper *keeper)
{
  const ModelVerdict none[MODEL_N_NAMES] = { MODEL_VERDICT_NONE };

  *world = (World) { .settings = rollcall_settings_new (), .keeper = keeper, .model = model_new (NOW) };
  world->context = (RollcallContext) { NOW, world->settings, NULL, 1, 1 };
  world->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  world->sightings = g_array_new (FALSE, FALSE, sizeof (Sighting));
  world->difference = g_string_new (NULL);
  world->kept = keeper->open != NULL ? keeper->open () : NULL;
  set_policies (world, none);
}

static void
close_world (World *world)
{
  if (world->kept != NULL)
    world->keeper->close (world->kept);
  rollcall_settings_free (world->settings);
  rollcall_policy_set_unref (world->policies);
  g_ptr_array_unref (world->rows);
  g_array_unref (world->sightings);
  g_string_free (world->difference, TRUE);
  model_free (world->model);
}

gboolean
world_find_row (World *world, gint64 id, guint *place)
{
  for (guint i = 0; i < world->rows->len; i++)
    if (((RollcallRegistration *) world->rows->pdata[i])->id == id)
      {
        *place = i;
        return TRUE;
      }
  return FALSE;
}

static void
put (World *world, RollcallRegistration *row)
{
  guint place = world->rows->len;

  row->revision = row->matching_revision = ++world->latest;
  if (world_find_row (world, row->id, &place))
    {
      g_autoptr (RollcallRegistration) old = g_ptr_array_steal_index (world->rows, place);

      if (old->status == row->status && old->trust == row->trust && old->advice == row->advice &&
          old->duplicate_of == row->duplicate_of && g_str_equal (old->fingerprint, row->fingerprint))
        row->matching_revision = old->matching_revision;
    }
  if (world->keeper->forgetful)
    row->key_changes = 0;
  g_ptr_array_insert (world->rows, (int) place, row);
}

/* What the store does with an outcome; a row that is removed and put is remembered. */
static void
keep_in_memory (World *world, RollcallOutcome *outcome)
{
  guint place;

  for (guint i = 0; i < outcome->removed->len; i++)
    if (world_find_row (world, g_array_index (outcome->removed, RollcallRemoval, i).id, &place))
      g_ptr_array_remove_index (world->rows, place);
  for (guint i = 0; i < outcome->put->len; i++)
    put (world, rollcall_registration_copy (outcome->put->pdata[i]));
}

static void
note_sightings (World *world)
{
  gint64 newest = world->sighted;

  for (guint i = 0; i < world->rows->len; i++)
    {
      const RollcallRegistration *row = world->rows->pdata[i];
      Sighting sighting = { world->model->step, row->id, row->revision };

      if (row->revision > world->sighted)
        g_array_append_val (world->sightings, sighting);
      newest = MAX (newest, row->revision);
    }
  world->sighted = newest;
}

static void
keep (World *world, RollcallOutcome *outcome)
{
  if (world->kept != NULL)
    {
      world->keeper->keep (world->kept, outcome, &world->context);
      g_ptr_array_unref (world->rows);
      world->rows = world->keeper->load_all (world->kept);
    }
  else
    keep_in_memory (world, outcome);
  note_sightings (world);
}

GPtrArray *
world_load_for_key (World *world, const char *fingerprint, GPtrArray *usable)
{
  return world->kept != NULL ? world->keeper->load_for_key (world->kept, fingerprint, usable, &world->context)
                             : g_ptr_array_ref (world->rows);
}

static GPtrArray *
load_around (World *world, gint64 id)
{
  return world->kept != NULL ? world->keeper->load_around (world->kept, id, &world->context)
                             : g_ptr_array_ref (world->rows);
}

static GPtrArray *
load_blocked (World *world, gint64 due)
{
  return world->kept != NULL ? world->keeper->load_blocked (world->kept, due, &world->context)
                             : g_ptr_array_ref (world->rows);
}

/* R12 */
static gboolean
says_copied (RollcallOutcome *outcome)
{
  const RollcallEvent *event = outcome->events->len > 0 ? outcome->events->pdata[0] : NULL;
  gboolean copied = FALSE;

  return event != NULL && g_variant_lookup (event->details, "copied_key", "b", &copied) && copied;
}

/* Steps. */

static RollcallRequest *
new_request (const Step *step)
{
  RollcallRequest *request = rollcall_request_new ();

  g_free (request->computer.name);
  request->computer.name = g_strdup_printf ("PC-%d", step->name);
  for (guint i = 0; i < G_N_ELEMENTS (history_keys); i++)
    if ((step->resource_keys & (1u << i)) != 0)
      g_ptr_array_add (request->resource_keys,
                       rollcall_resource_key_new (history_keys[i].type,
                                                  step->shouted ? history_keys[i].shouted : history_keys[i].value));
  return request;
}

static GPtrArray *
load_for_request (World *world, const Step *step, const RollcallRequest *request)
{
  g_autoptr (GPtrArray) usable = rollcall_resource_keys_usable (request->resource_keys, world->settings);

  return world_load_for_key (world, fingerprint_of (step->key), usable);
}

static void
run_request (World *world, const Step *step)
{
  g_autoptr (RollcallRequest) request = new_request (step);
  g_autoptr (GPtrArray) around = load_for_request (world, step, request);
  g_autoptr (RollcallOutcome) outcome = NULL;
  ModelRequest wanted = model_request (world->model, step->key, step->name, step->resource_keys & USABLE);

  outcome = rollcall_registry_request (around, fingerprint_of (step->key), request, &world->context);
  compare_numbers (world, wanted.registration, "the row answered", outcome->registration, wanted.registration);
  compare_numbers (world, wanted.registration, "the status answered", outcome->status, wanted.status);
  compare_events (world, outcome, ROLLCALL_EVENT_REQUEST, 1); /* R1 */
  compare_numbers (world, wanted.registration, "copied_key", says_copied (outcome), wanted.copied);
  keep (world, outcome);
}

static void
run_access (World *world, const Step *step)
{
  g_autoptr (GPtrArray) around = world_load_for_key (world, fingerprint_of (step->key), NULL);
  g_autoptr (RollcallOutcome) outcome = rollcall_registry_contact (around, fingerprint_of (step->key), &world->context);

  compare_answer (world, step->key, answer_of_access (outcome->access), model_contact (world->model, step->key));
  keep (world, outcome);
}

/* The row of @key in the list. */
static gint64
id_of (World *world, int key)
{
  const ModelRow *row = key == MODEL_NOBODY ? NULL : model_find_key (world->model, key);

  return row == NULL || row->remembered ? 0 : row->id;
}

/* The row's revision that an author saw after the step @seen, or its first. */
static gint64
look (World *world, gint64 id, int *seen)
{
  gint64 revision = 0;

  for (guint i = 0; i < world->sightings->len; i++)
    {
      const Sighting *sighting = &g_array_index (world->sightings, Sighting, i);

      if (sighting->id != id || (revision != 0 && (int) sighting->step >= *seen))
        continue;
      revision = sighting->revision;
      *seen = MAX (*seen, (int) sighting->step + 1);
    }
  return revision;
}

static void
run_decision (World *world, const Step *step)
{
  static const char *const notes[] = { "maybe", "never again", "" };
  const char *note = notes[step->action];
  gint64 id = id_of (world, step->key), named = id_of (world, step->resource);
  RollcallDecision decision = { step->action, id != 0 ? id : 4711, 0, 0, "maria", note };
  g_autoptr (GPtrArray) around = load_around (world, decision.id);
  ModelDecision mine = { step->action, step->key, -1, step->resource, "maria", note };
  g_autoptr (RollcallOutcome) outcome = NULL;
  guint refusals;

  if (named != 0)
    decision.resource_id = model_find (world->model, named)->resource;
  if (step->age >= 0)
    {
      mine.seen = MAX (0, (int) world->model->step - step->age);
      decision.revision = look (world, id, &mine.seen);
    }
  outcome = rollcall_registry_decide (around, &decision, &world->context);
  refusals = model_decide (world->model, &mine);
  if (outcome->refusal == ROLLCALL_REFUSAL_NONE ? refusals != 0 : (refusals & (1u << outcome->refusal)) == 0)
    differ (world, "the decision is answered %s, the model has 0x%x", rollcall_refusal_to_string (outcome->refusal),
            refusals);
  compare_events (world, outcome, ROLLCALL_EVENT_DECISION, refusals == 0);
  keep (world, outcome);
}

static void
run_push (World *world, const Step *step)
{
  g_autoptr (RollcallRequest) request = new_request (step);
  g_autoptr (GPtrArray) around = load_for_request (world, step, request);
  g_autoptr (RollcallOutcome) outcome = NULL;
  gint64 wanted = 0;
  gboolean done = model_push (world->model, step->key, step->name, step->resource_keys & USABLE, "petra", &wanted);

  outcome = rollcall_registry_push (around, fingerprint_of (step->key), request, "petra", &world->context);
  compare_numbers (world, wanted, "push's refusal", outcome->refusal != ROLLCALL_REFUSAL_NONE, !done);
  compare_numbers (world, wanted, "the row pushed to", outcome->registration, wanted);
  compare_events (world, outcome, ROLLCALL_EVENT_PUSH, done);
  keep (world, outcome);
}

static void
set_matching (World *world, int value)
{
  g_strfreev (world->settings->matching_keys);
  g_strfreev (world->settings->ignored_values);
  world->settings->matching_keys = g_strdupv ((char **) matchings[value].types);
  world->settings->ignored_values = g_strdupv ((char **) matchings[value].ignored);
  world->model->matching = matchings[value].bits;
}

static void
run_site_server (World *world, const Step *step)
{
  gint64 id = id_of (world, step->key);
  gboolean done = model_set_site_server (world->model, step->key, step->value);
  g_autoptr (RollcallOutcome) outcome = NULL;
  guint place;

  if (id == 0 || !world_find_row (world, id, &place))
    return;
  outcome = rollcall_registry_set_site_server (world->rows->pdata[place], step->value, "maria", &world->context);
  compare_numbers (world, id, "site server's refusal", outcome->refusal != ROLLCALL_REFUSAL_NONE, !done);
  keep (world, outcome);
}

static void
run_period (World *world, int value)
{
  g_autoptr (GPtrArray) blocked = load_blocked (world, 0);
  g_autoptr (RollcallOutcome) outcome = NULL;

  world->model->purging = world->settings->purging_enabled = value < (int) G_N_ELEMENTS (periods);
  if (world->model->purging)
    {
      g_set_str (&world->settings->blocked_after, periods[value].text);
      world->model->period_months = periods[value].months;
      world->model->period_days = periods[value].days;
    }
  outcome = rollcall_registry_set_period (blocked, &world->context);
  keep (world, outcome);
}

static void
run_purge (World *world)
{
  g_autoptr (GPtrArray) due = load_blocked (world, world->context.now);
  g_autoptr (RollcallOutcome) outcome = rollcall_registry_purge (due, &world->context);

  compare_events (world, outcome, ROLLCALL_EVENT_PURGE, model_purge (world->model)); /* R23 */
  keep (world, outcome);
}

/* In what order the rows are handed over never changes an outcome: another one each step. */
static void
turn_around (GPtrArray *rows)
{
  for (guint i = 0; i < rows->len / 2; i++)
    {
      gpointer row = rows->pdata[i];

      rows->pdata[i] = rows->pdata[rows->len - 1 - i];
      rows->pdata[rows->len - 1 - i] = row;
    }
}

static void
run_step (World *world, const Step *step)
{
  switch (step->kind)
    {
    case STEP_REQUEST:
      run_request (world, step);
      break;
    case STEP_ACCESS:
      run_access (world, step);
      break;
    case STEP_DECISION:
      run_decision (world, step);
      break;
    case STEP_SITE_SERVER:
      run_site_server (world, step);
      break;
    case STEP_POLICIES:
      set_policies (world, (ModelVerdict[]) { step->value % MODEL_N_VERDICTS, step->value / MODEL_N_VERDICTS });
      break;
    case STEP_OBSERVATION:
      world->settings->duplicate_observation_s = step->value;
      world->model->observation = step->value * G_GINT64_CONSTANT (1000);
      break;
    case STEP_MATCHING:
      set_matching (world, step->value);
      break;
    case STEP_PERIOD:
      run_period (world, step->value);
      break;
    case STEP_CLOCK:
      world->context.now = world->model->now += waits[step->value];
      break;
    case STEP_PURGE:
      run_purge (world);
      break;
    case STEP_PUSH:
      run_push (world, step);
      break;
    }
  model_end_step (world->model);
  turn_around (world->rows);
}

guint
run_history (const Step *steps, guint n, const HistoryKeeper *keeper, char **difference)
{
  World world;
  guint done = 0;

  open_world (&world, keeper);
  while (done < n && world.difference->len == 0)
    {
      run_step (&world, &steps[done++]);
      compare_worlds (&world);
    }
  if (world.difference->len == 0)
    done = 0;
  else if (difference != NULL)
    *difference = g_strdup (world.difference->str);
  close_world (&world);
  return done;
}

static void
print_step (GString *text, const Step *step)
{
  static const char *const kinds[] = {
#define NAME_KIND(name) "STEP_" #name,
    STEP_KINDS (NAME_KIND)
#undef NAME_KIND
  };
  static const char *const actions[] = { "ROLLCALL_ACTION_ALLOW", "ROLLCALL_ACTION_BLOCK", "ROLLCALL_ACTION_REVOKE" };

  g_string_append_printf (text, "  { %s, .key = %d", kinds[step->kind], step->key);
  if (step->kind == STEP_REQUEST || step->kind == STEP_PUSH)
    g_string_append_printf (text, ", .name = %d, .resource_keys = 0x%x, .shouted = %d", step->name, step->resource_keys,
                            step->shouted);
  else if (step->kind == STEP_DECISION)
    g_string_append_printf (text, ", .action = %s, .age = %d, .resource = %d", actions[step->action], step->age,
                            step->resource);
  else
    g_string_append_printf (text, ", .value = %d", step->value);
  g_string_append (text, " },\n");
}

char *
history_to_string (const Step *steps, guint n)
{
  GString *text = g_string_new ("static const Step history[] = {\n");

  for (guint i = 0; i < n; i++)
    print_step (text, &steps[i]);
  return g_string_free (g_string_append (text, "};\n"), FALSE);
}
