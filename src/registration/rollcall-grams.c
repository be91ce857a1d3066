/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-grams-private.h"

#include <string.h>

static guint16
place_of (const char *run, guint length)
{
  guint32 value = 0;

  memcpy (&value, run, length);
  return (guint16) (((value + length) * 2654435769u) >> 18);
}

void
rollcall_grams_init (RollcallGrams *self, const char *text)
{
  gsize length = strlen (text);

  *self = (RollcallGrams) { 0 };
  for (guint run = 2; run <= 4; run += 2)
    for (gsize i = 0; i + run <= length; i++)
      {
        guint16 place = place_of (text + i, run);

        self->bits[place / 64] |= G_GUINT64_CONSTANT (1) << (place % 64);
      }
}

static gboolean
is_literal (const char *start, guint run)
{
  return memchr (start, '*', run) == NULL && memchr (start, '?', run) == NULL;
}

/* Runs of @run bytes of the parts between wildcards, from all over the pattern: what many names end with, or start
 * with, tells little. */
static void
need_runs (RollcallNeededGrams *self, const char *pattern, guint run)
{
  gsize length = strlen (pattern), n = 0, seen = 0;

  for (gsize i = 0; i + run <= length; i++)
    n += is_literal (pattern + i, run);
  for (gsize i = 0; i + run <= length; i++)
    if (is_literal (pattern + i, run) && seen++ * G_N_ELEMENTS (self->places) >= self->n * n)
      self->places[self->n++] = place_of (pattern + i, run);
}

void
rollcall_needed_grams_init (RollcallNeededGrams *self, const char *pattern)
{
  *self = (RollcallNeededGrams) { 0 };
  need_runs (self, pattern, 4);
  if (self->n == 0)
    need_runs (self, pattern, 2);
}
