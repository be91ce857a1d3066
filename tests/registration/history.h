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
  X (MATCHING)                                                                                                         \
  X (PERIOD)                                                                                                           \
  X (CLOCK)                                                                                                            \
  X (PURGE)                                                                                                            \
  X (PUSH)

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
  int name;            /* REQUEST, PUSH: which facts */
  guint resource_keys; /* REQUEST, PUSH: bits of resource_keys[], usable ones first */
  gboolean shouted;    /* REQUEST, PUSH: written the other way (R9) */
  RollcallAction action;
  int age;      /* DECISION: how many steps ago its author looked; -1: no revision is named */
  int resource; /* DECISION: the resource of this key's row is named, or MODEL_NOBODY */
  int value;    /* the others: an index into values of their own, or on and off */
} Step;

/* Resource keys by number; the usable ones come first. */
#define N_RESOURCE_KEYS        9
#define N_USABLE_RESOURCE_KEYS 6
#define MAX_STEPS              120
#define N_WAITS                7
#define N_PERIODS              4
#define N_MATCHINGS            4

/* What the product's rows are kept by: its functions do what the service does between a call and the rules. Each gives
 * rows (transfer full) (element-type RollcallRegistration) and brings the context's counters. */
typedef struct
{
  gpointer (*open) (void); /* NULL: in memory, and the rules are given all rows */
  GPtrArray *(*load_for_key) (gpointer kept, const char *fingerprint, GPtrArray *usable, RollcallContext *context);
  GPtrArray *(*load_around) (gpointer kept, gint64 id, RollcallContext *context);
  GPtrArray *(*load_blocked) (gpointer kept, gint64 due, RollcallContext *context);
  GPtrArray *(*load_all) (gpointer kept);
  void (*keep) (gpointer kept, RollcallOutcome *outcome, const RollcallContext *context);
  void (*close) (gpointer kept);
  gboolean forgetful; /* in memory, and wrong, to see that it is found */
} HistoryKeeper;

extern const HistoryKeeper memory_keeper, forgetful_keeper;

/* Returns: after how many steps the rows or the answers differ, or 0; then @difference says how. */
guint run_history (const Step *steps, guint n, const HistoryKeeper *keeper, char **difference);

/* Fills @steps with a random history. */
void fill_history (GRand *random, Step *steps, guint n);
/* Runs random histories of @wanted steps in all; a test fails where one differs. */
void check_random_histories (guint wanted, const HistoryKeeper *keeper);
void check_history (const Step *steps, guint n, const HistoryKeeper *keeper);
/* Returns: (transfer full) (element-type Step): the least history that still differs in the same way. */
GArray *shrink_history (const Step *steps, guint n, const HistoryKeeper *keeper);
/* The history as C, and what differs after its last step. Returns: (transfer full) */
char *describe_history (GArray *steps, const HistoryKeeper *keeper);
/* Returns: (transfer full): the steps as C. */
char *history_to_string (const Step *steps, guint n);

/* Histories that differed once, shrunk; each is a test of its own. */
typedef struct
{
  const char *path;
  const Step *steps;
  guint n;
} KnownHistory;

#define N_KNOWN_HISTORIES 16
extern const KnownHistory known_histories[N_KNOWN_HISTORIES];

G_END_DECLS
