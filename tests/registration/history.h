/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-registry.h"
#include "model.h"

G_BEGIN_DECLS

/* A history: what happens to a service and to the model, one step after another. */

#define STEP_KINDS(X)                                                                                                  \
  X (REQUEST)                                                                                                          \
  X (ACCESS)                                                                                                           \
  X (DECISION)                                                                                                         \
  X (SITE_SERVER)                                                                                                      \
  X (POLICIES)                                                                                                         \
  X (OBSERVATION)                                                                                                      \
  X (PERIOD)                                                                                                           \
  X (CLOCK)                                                                                                            \
  X (PURGE)

typedef enum
{
#define DECLARE_KIND(name) STEP_##name,
  STEP_KINDS (DECLARE_KIND)
#undef DECLARE_KIND
} StepKind;

typedef struct
{
  StepKind kind;
  int key;             /* who asks; or the row, by its current key */
  int name;            /* REQUEST: which facts */
  guint resource_keys; /* REQUEST: bits of resource_keys[], usable ones first */
  gboolean shouted;    /* REQUEST: written the other way (R9) */
  RollcallAction action;
  int age;      /* DECISION: how many steps ago its author looked; -1: no revision is named */
  int resource; /* DECISION: the resource of this key's row is named, or MODEL_NOBODY */
  int value;    /* the others: an index into values of their own, or on and off */
} Step;

/* Resource keys by number; the usable ones come first. */
#define N_RESOURCE_KEYS        9
#define N_USABLE_RESOURCE_KEYS 6
#define N_WAITS                7
#define N_PERIODS              4

/* Returns: after how many steps the rows or the answers differ, or 0; then @difference says how. @forgetful: with a
 * wrong product, to see that one is found. */
guint run_history (const Step *steps, guint n, gboolean forgetful, char **difference);
/* Returns: (transfer full): the steps as C. */
char *history_to_string (const Step *steps, guint n);

/* Histories that differed once, shrunk; each is a test of its own. */
typedef struct
{
  const char *path;
  const Step *steps;
  guint n;
} KnownHistory;

#define N_KNOWN_HISTORIES 11
extern const KnownHistory known_histories[N_KNOWN_HISTORIES];

G_END_DECLS
