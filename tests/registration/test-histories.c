/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R2-R24: random histories of few computers with many keys, step by step against the model: the same rows, the same
 * answers to every key. A history that differs is shrunk and printed, for known-histories.c. */
#include "history.h"

#define N_STEPS 100000

static void
test_random_histories (void)
{
  check_random_histories (g_test_slow () ? 10 * N_STEPS : N_STEPS, &memory_keeper);
}

static void
test_known_history (gconstpointer data)
{
  const KnownHistory *known = data;

  check_history (known->steps, known->n, &memory_keeper);
}

/* The test can fail: a product that forgets how often keys changed is found, and shrunk to two requests or pushes. */
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
      fill_history (random, steps, MAX_STEPS);
      differing = run_history (steps, MAX_STEPS, &forgetful_keeper, NULL);
    }
  least = shrink_history (steps, differing, &forgetful_keeper);
  text = describe_history (least, &forgetful_keeper);
  g_assert_cmpuint (least->len, ==, 2);
  g_assert_nonnull (strstr (text, "{ STEP_REQUEST, .key = ") ?: strstr (text, "{ STEP_PUSH, .key = "));
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
    g_test_add_data_func (known_histories[i].path, &known_histories[i], test_known_history);
  return g_test_run ();
}
