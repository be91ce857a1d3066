/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fill-cache DIRECTORY SERVER N: a copy of a report of N rows as a console keeps it of SERVER. */
#include <stdlib.h>

#include "test-hostile.h"

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, ==, 4);
  g_autoptr (RollcallCache) cache = test_hostile_cache_new (argv[1], argv[2], (guint) atoi (argv[3]));
  return cache == NULL;
}
