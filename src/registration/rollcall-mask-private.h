/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-grams-private.h"
#include "rollcall-policy.h"

G_BEGIN_DECLS

/* One mask, prepared once: a range of addresses, or a pattern over folded text. */
typedef struct
{
  RollcallMaskType type;
  gboolean is_range;
  union
  {
    struct
    {
      RollcallNeededGrams needed; /* name, fqdn, domain, user */
      GPatternSpec *pattern;      /* (owned) */
    };
    struct
    {
      guint8 first[16];
      guint8 last[16];
    };
  };
} RollcallPreparedMask;

gboolean rollcall_prepared_mask_init (RollcallPreparedMask *self, RollcallMaskType type, const char *mask,
                                      GError **error);
void rollcall_prepared_mask_clear (RollcallPreparedMask *self);

/* A computer's facts in the form that masks compare: folded, addresses as 16 bytes. */
typedef struct
{
  char *texts[ROLLCALL_N_MASK_TYPES]; /* name, fqdn, domain, user; NULL for the others */
  RollcallGrams grams[ROLLCALL_N_MASK_TYPES];
  char **macs;
  char **ips;
  guint8 (*addresses)[16];
  guint n_addresses;
} RollcallPreparedComputer;

void rollcall_prepared_computer_init (RollcallPreparedComputer *self, const RollcallComputer *computer);
void rollcall_prepared_computer_clear (RollcallPreparedComputer *self);

gboolean rollcall_prepared_mask_matches (const RollcallPreparedMask *self, const RollcallPreparedComputer *computer);

G_END_DECLS
