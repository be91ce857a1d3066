/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which runs of four and of two bytes a text has, so that nearly all patterns that do not match it are told by a few
 * bits, however long an agent made the text. Different runs may share a bit: what holds is matched in full. */
#define ROLLCALL_GRAM_BITS 16384
typedef struct
{
  guint64 bits[ROLLCALL_GRAM_BITS / 64];
} RollcallGrams;

/* Some of the runs without which no text matches a pattern. */
typedef struct
{
  guint16 places[7];
  guint16 n;
} RollcallNeededGrams;

void rollcall_grams_init (RollcallGrams *self, const char *text);
void rollcall_needed_grams_init (RollcallNeededGrams *self, const char *pattern);

static inline gboolean
rollcall_grams_hold (const RollcallGrams *self, const RollcallNeededGrams *needed)
{
  for (guint i = 0; i < needed->n; i++)
    if ((self->bits[needed->places[i] / 64] >> (needed->places[i] % 64) & 1) == 0)
      return FALSE;
  return TRUE;
}

G_END_DECLS
