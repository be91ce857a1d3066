/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random histories of few computers with many keys. */
#include "history.h"

static const struct
{
  int weight, n_values;
} kinds[] = {
  [STEP_REQUEST] = { 44, 1 },
  [STEP_ACCESS] = { 8, 1 },
  [STEP_DECISION] = { 28, 1 },
  [STEP_SITE_SERVER] = { 4, 2 },
  [STEP_POLICIES] = { 5, MODEL_N_VERDICTS *MODEL_N_VERDICTS },
  [STEP_OBSERVATION] = { 2, 2 },
  [STEP_MATCHING] = { 1, N_MATCHINGS },
  [STEP_PERIOD] = { 1, N_PERIODS },
  [STEP_CLOCK] = { 7, N_WAITS },
  [STEP_PURGE] = { 4, 1 },
  [STEP_PUSH] = { 3, 1 },
};

/* What happens often in one history and seldom or never in another: only so is what takes many steps of a few kinds
 * ever reached. */
typedef struct
{
  int weights[G_N_ELEMENTS (kinds)];
  int actions[ROLLCALL_N_ACTIONS];
  int n_keys;
  int n_computers; /* to which the keys belong */
  int tenths_at_home;
} Habits;

static Habits
random_habits (GRand *random)
{
  Habits habits = { .n_keys = g_rand_int_range (random, 2, MODEL_N_KEYS + 1),
                    .n_computers = g_rand_int_range (random, 1, 4),
                    .tenths_at_home = g_rand_int_range (random, 0, 11) };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    habits.weights[i] = kinds[i].weight * (i == STEP_REQUEST ? 2 : g_rand_int_range (random, 0, 5));
  for (guint i = 0; i < ROLLCALL_N_ACTIONS; i++)
    habits.actions[i] = g_rand_int_range (random, 1, 5);
  return habits;
}

/* Returns: a place in @weights */
static int
choose (GRand *random, const int *weights, guint n)
{
  int dice, sum = 0, place = 0;

  for (guint i = 0; i < n; i++)
    sum += weights[i];
  dice = g_rand_int_range (random, 0, sum);
  while (dice >= weights[place])
    dice -= weights[place++];
  return place;
}

static guint
random_resource_keys (GRand *random, const Habits *habits, int key)
{
  int home = key % habits->n_computers;
  guint bits = 0;

  if (g_rand_int_range (random, 0, 10) < habits->tenths_at_home)
    for (int i = home; i < N_USABLE_RESOURCE_KEYS; i += habits->n_computers)
      bits |= g_rand_boolean (random) ? MODEL_BIT (i) : 0;
  else
    for (int i = g_rand_int_range (random, 0, 4); i > 0; i--)
      bits |= MODEL_BIT (g_rand_int_range (random, 0, N_USABLE_RESOURCE_KEYS));
  if (g_rand_int_range (random, 0, 6) == 0)
    bits |= MODEL_BIT (g_rand_int_range (random, N_USABLE_RESOURCE_KEYS, N_RESOURCE_KEYS));
  return bits;
}

static Step
random_step (GRand *random, const Habits *habits, StepKind kind, int key)
{
  Step step = { .kind = kind, .key = key, .resource = MODEL_NOBODY };

  step.value = g_rand_int_range (random, 0, kinds[kind].n_values);
  if (step.kind == STEP_OBSERVATION)
    step.value *= 1800;
  if (step.kind == STEP_REQUEST || step.kind == STEP_PUSH)
    {
      step.name = g_rand_int_range (random, 0, MODEL_N_NAMES);
      step.resource_keys = random_resource_keys (random, habits, step.key);
      step.shouted = g_rand_boolean (random);
    }
  if (step.kind == STEP_DECISION)
    {
      step.action = (RollcallAction) choose (random, habits->actions, ROLLCALL_N_ACTIONS);
      step.age = g_rand_int_range (random, 0, 3) == 0 ? g_rand_int_range (random, -1, 6) : 0;
      step.resource = g_rand_int_range (random, MODEL_NOBODY, habits->n_keys);
    }
  return step;
}

/* What leads to where chance alone seldom does: a computer that is allowed, awaited, purged as 'never again', ... */
static const struct
{
  guint n;
  Step steps[4];
} phrases[] = {
  { 3, { { STEP_REQUEST }, { STEP_DECISION, .action = ROLLCALL_ACTION_ALLOW }, { STEP_SITE_SERVER, .value = 1 } } },
  { 3, { { STEP_REQUEST }, { STEP_DECISION, .action = ROLLCALL_ACTION_BLOCK }, { STEP_DECISION } } },
  { 4,
    { { STEP_DECISION, .action = ROLLCALL_ACTION_REVOKE },
      { STEP_DECISION, .action = ROLLCALL_ACTION_BLOCK },
      { STEP_CLOCK, .value = N_WAITS - 1 },
      { STEP_PURGE } } },
  { 4,
    { { STEP_PERIOD, .value = N_PERIODS - 2 },
      { STEP_DECISION, .action = ROLLCALL_ACTION_BLOCK },
      { STEP_CLOCK, .value = N_WAITS - 2 },
      { STEP_PURGE } } },
  { 2, { { STEP_OBSERVATION }, { STEP_POLICIES, .value = MODEL_VERDICT_ALLOW * (1 + MODEL_N_VERDICTS) } } },
  { 2, { { STEP_CLOCK, .value = N_WAITS / 2 }, { STEP_REQUEST } } },
};

static Step
random_step_like (GRand *random, const Habits *habits, const Step *wanted, int key)
{
  Step step = random_step (random, habits, wanted->kind, key);

  step.action = wanted->action;
  step.value = wanted->value;
  return step;
}

void
fill_history (GRand *random, Step *steps, guint n)
{
  Habits habits = random_habits (random);

  for (guint i = 0; i < n;)
    {
      int kind = choose (random, habits.weights, G_N_ELEMENTS (kinds));
      int key = g_rand_int_range (random, 0, habits.n_keys);
      int phrase = g_rand_int_range (random, 0, 12 * G_N_ELEMENTS (phrases));

      if (phrase >= (int) G_N_ELEMENTS (phrases))
        steps[i++] = random_step (random, &habits, (StepKind) kind, key);
      else
        for (guint j = 0; j < phrases[phrase].n && i < n; j++)
          steps[i++] = random_step_like (random, &habits, &phrases[phrase].steps[j], key);
    }
}
