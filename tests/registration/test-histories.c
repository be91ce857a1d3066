/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R2-R24: random histories of few computers with many keys, step by step against the model: the same rows, the same
 * answers to every key. A history that differs is shrunk and printed, for known-histories.c. */
#include "history.h"

#define N_STEPS   100000
#define MAX_STEPS 120

/* Random histories. */

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
  [STEP_PERIOD] = { 1, N_PERIODS },
  [STEP_CLOCK] = { 7, N_WAITS },
  [STEP_PURGE] = { 4, 1 },
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
  if (step.kind == STEP_REQUEST)
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

static void
fill (GRand *random, Step *steps, guint n)
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

/* Shrinking. */

/* What is shrunk: only what differs in the same way is the same failure. */
typedef struct
{
  gboolean forgetful;
  char *kind; /* (owned) the first difference without its numbers */
} Failure;

/* Returns: (transfer full) (nullable): NULL where nothing differs. */
static char *
find_kind (const Step *steps, guint n, gboolean forgetful)
{
  g_autofree char *difference = NULL;

  if (run_history (steps, n, forgetful, &difference) == 0)
    return NULL;
  *strchrnul (difference, '\n') = '\0';
  return g_strdup (g_strdelimit (difference, "0123456789", '#'));
}

static gboolean
still_differs (GArray *steps, const Failure *failure)
{
  g_autofree char *kind = find_kind ((const Step *) steps->data, steps->len, failure->forgetful);

  return g_strcmp0 (kind, failure->kind) == 0;
}

static GArray *
without (GArray *steps, guint first, guint n)
{
  GArray *rest = g_array_copy (steps);

  return g_array_remove_range (rest, first, n);
}

/* Takes out runs of steps, long ones first, as long as what is left differs. */
static GArray *
take_out_steps (GArray *steps, const Failure *failure)
{
  for (guint n = MAX (steps->len / 2, 1); n > 0; n /= 2)
    for (guint first = 0; first + n <= steps->len;)
      {
        GArray *rest = without (steps, first, n);

        if (still_differs (rest, failure))
          {
            g_array_unref (steps);
            steps = rest;
            continue;
          }
        g_array_unref (rest);
        first++;
      }
  return steps;
}

/* Tries @simple in the place of a step. */
static gboolean
simplify (GArray *steps, guint place, Step simple, const Failure *failure)
{
  Step *step = &g_array_index (steps, Step, place), old = *step;

  if (memcmp (&old, &simple, sizeof old) == 0)
    return FALSE;
  *step = simple;
  if (still_differs (steps, failure))
    return TRUE;
  *step = old;
  return FALSE;
}

static gboolean
simplify_step (GArray *steps, guint place, const Failure *failure)
{
  gboolean simpler = FALSE;

#define TRY(field, simple_value)                                                                                       \
  {                                                                                                                    \
    Step simple = g_array_index (steps, Step, place);                                                                  \
    simple.field = simple_value;                                                                                       \
    simpler |= simplify (steps, place, simple, failure);                                                               \
  }
  TRY (name, 0)
  TRY (shouted, FALSE)
  TRY (age, 0)
  TRY (resource, MODEL_NOBODY)
  for (guint i = 0; i < N_RESOURCE_KEYS; i++)
    TRY (resource_keys, simple.resource_keys & ~(1u << i))
#undef TRY
  return simpler;
}

/* Returns: (transfer full): the least history that still differs. */
static GArray *
shrink (const Step *steps, guint n, gboolean forgetful)
{
  GArray *least = g_array_new (FALSE, FALSE, sizeof (Step));
  Failure failure = { forgetful, find_kind (steps, n, forgetful) };
  gboolean simpler = TRUE;

  g_array_append_vals (least, steps, n);
  while (simpler)
    {
      guint before = least->len;

      least = take_out_steps (least, &failure);
      simpler = least->len < before;
      for (guint i = 0; i < least->len; i++)
        simpler |= simplify_step (least, i, &failure);
    }
  g_free (failure.kind);
  return least;
}

/* The least history as C, and what differs after its last step. */
static char *
describe (GArray *least, gboolean forgetful)
{
  const Step *steps = (const Step *) least->data;
  g_autofree char *text = history_to_string (steps, least->len), *difference = NULL;

  run_history (steps, least->len, forgetful, &difference);
  return g_strconcat (text, difference, NULL);
}

static void
fail (GArray *steps)
{
  g_autofree char *text = describe (steps, FALSE);

  g_printerr ("%s", text);
  g_test_fail_printf ("the registry and its model differ after %u steps", steps->len);
}

static void
check_history (const Step *steps, guint n)
{
  guint differing = run_history (steps, n, FALSE, NULL);
  g_autoptr (GArray) least = NULL;

  if (differing == 0)
    return;
  least = shrink (steps, differing, FALSE);
  fail (least);
}

static void
test_random_histories (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  guint wanted = g_test_slow () ? 10 * N_STEPS : N_STEPS;
  Step steps[MAX_STEPS];

  for (guint done = 0, n; done < wanted && !g_test_failed (); done += n)
    {
      n = (guint) g_rand_int_range (random, 10, MAX_STEPS + 1);
      fill (random, steps, n);
      check_history (steps, n);
    }
}

static void
test_known_history (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));

  g_array_append_vals (steps, known_histories[i].steps, known_histories[i].n);
  if (run_history (known_histories[i].steps, known_histories[i].n, FALSE, NULL) > 0)
    fail (steps);
}

/* The test can fail: a product that forgets how often keys changed is found, and shrunk to two requests. */
static void
test_a_wrong_product_is_found (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr (GArray) least = NULL;
  g_autofree char *text = NULL;
  Step steps[MAX_STEPS];
  guint differing = 0;

  while (differing == 0)
    {
      fill (random, steps, MAX_STEPS);
      differing = run_history (steps, MAX_STEPS, TRUE, NULL);
    }
  least = shrink (steps, differing, TRUE);
  text = describe (least, TRUE);
  g_assert_cmpuint (least->len, ==, 2);
  g_assert_nonnull (strstr (text, "{ STEP_REQUEST, .key = "));
  g_assert_nonnull (strstr (text, "key_changes: 0, the model has 1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_test_add_func ("/registration/R2-R24-random-histories-agree-with-the-model", test_random_histories);
  g_test_add_func ("/registration/R2-R24-a-wrong-product-is-found-and-shrunk", test_a_wrong_product_is_found);
  for (guint i = 0; i < N_KNOWN_HISTORIES; i++)
    g_test_add_data_func (known_histories[i].path, GUINT_TO_POINTER (i), test_known_history);
  return g_test_run ();
}
