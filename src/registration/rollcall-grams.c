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

/* The runs of @run bytes of each part between wildcards, the last first: numbers and domains are what differs. */
static void
need_runs (RollcallNeededGrams *self, const char *pattern, guint run)
{
  for (gsize end = strlen (pattern); end >= run && self->n < G_N_ELEMENTS (self->places); end--)
    {
      const char *start = pattern + end - run;

      if (memchr (start, '*', run) == NULL && memchr (start, '?', run) == NULL)
        self->places[self->n++] = place_of (start, run);
    }
}

void
rollcall_needed_grams_init (RollcallNeededGrams *self, const char *pattern)
{
  *self = (RollcallNeededGrams) { 0 };
  need_runs (self, pattern, 4);
  if (self->n == 0)
    need_runs (self, pattern, 2);
}
