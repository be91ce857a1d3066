/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least history that still differs. */
#include "history.h"

/* What is shrunk: only what differs in the same way is the same failure. */
typedef struct
{
  const HistoryKeeper *keeper;
  char *kind; /* (owned) the first difference without its numbers */
} Failure;

/* Returns: (transfer full) (nullable): NULL where nothing differs. */
static char *
find_kind (const Step *steps, guint n, const HistoryKeeper *keeper)
{
  g_autofree char *difference = NULL;

  if (run_history (steps, n, keeper, &difference) == 0)
    return NULL;
  *strchrnul (difference, '\n') = '\0';
  return g_strdup (g_strdelimit (difference, "0123456789", '#'));
}

static gboolean
still_differs (GArray *steps, const Failure *failure)
{
  g_autofree char *kind = find_kind ((const Step *) steps->data, steps->len, failure->keeper);

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

GArray *
shrink_history (const Step *steps, guint n, const HistoryKeeper *keeper)
{
  GArray *least = g_array_new (FALSE, FALSE, sizeof (Step));
  Failure failure = { keeper, find_kind (steps, n, keeper) };
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

char *
describe_history (GArray *least, const HistoryKeeper *keeper)
{
  const Step *steps = (const Step *) least->data;
  g_autofree char *text = history_to_string (steps, least->len), *difference = NULL;

  run_history (steps, least->len, keeper, &difference);
  return g_strconcat (text, difference, NULL);
}

static void
fail (GArray *steps, const HistoryKeeper *keeper)
{
  g_autofree char *text = describe_history (steps, keeper);

  g_printerr ("%s", text);
  g_test_fail_printf ("the registry and its model differ after %u steps", steps->len);
}

void
check_history (const Step *steps, guint n, const HistoryKeeper *keeper)
{
  guint differing = run_history (steps, n, keeper, NULL);
  g_autoptr (GArray) least = NULL;

  if (differing == 0)
    return;
  least = shrink_history (steps, differing, keeper);
  fail (least, keeper);
}

void
check_random_histories (guint wanted, const HistoryKeeper *keeper)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  Step steps[MAX_STEPS];

  for (guint done = 0, n; done < wanted && !g_test_failed (); done += n)
    {
      n = (guint) g_rand_int_range (random, 10, MAX_STEPS + 1);
      fill_history (random, steps, n);
      check_history (steps, n, keeper);
    }
}
