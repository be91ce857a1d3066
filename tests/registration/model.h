/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-values.h"

G_BEGIN_DECLS

/**
 * SECTION: R2-R24 once more, small and slow, to hold src/registration/ against.
 *
 * Written from SPEC.md and the end of docs/architecture.md, apart from the product's code. A world of few
 * things: keys, names and resource keys are numbers, sets of them are bits, a row is a plain struct, and
 * every question walks all rows.
 *
 * Where both are silent it holds what the product does:
 * - A key that matches duplicates and conflicts alone belongs to the oldest of them.
 * - A revoked row's replaced key on another computer is that row's copied disk (R12), not a new key (R10).
 * - A copied disk's request counts, but grants nothing that is awaited and does not put off purging.
 * - Only calls made while a key is trusted are evidence (R12), a request that makes it so included.
 * - A merge, and a person's Allow, clear a row's own advice.
 * - A remembered row takes no notes: of calls, nor of the revocation being seen.
 * - A duplicate whose resource is only remembered may be allowed, and takes its place; so may a conflict of whose
 *   matched rows none is in the list any more.
 * - A push is refused where its key or its resource keys belong to more than one computer, to a conflict or to a key
 *   that is Blocked or was revoked; what only matches duplicates goes to the resource of the oldest.
 * - Rows match each other, too, by what the settings match now, though they keep what was usable once.
 */

#define MODEL_N_KEYS  6
#define MODEL_N_NAMES 2
#define MODEL_NOBODY  (-1)
#define MODEL_BIT(n)  (1u << (n))

typedef enum
{
  MODEL_VERDICT_NONE,
  MODEL_VERDICT_ALLOW,
  MODEL_VERDICT_BLOCK,
} ModelVerdict;
#define MODEL_N_VERDICTS 3

typedef struct
{
  gint64 id;
  gboolean remembered; /* R24: out of the list */
  RollcallStatus status;
  RollcallTrust trust;
  RollcallAdvice advice;
  int name;            /* stands for all facts */
  int key;             /* the current one */
  guint keys;          /* bits: every key that it ever had */
  guint resource_keys; /* bits: every one that its requests ever had and that was usable then */
  int awaited;         /* R16: the key that trust waits for, or MODEL_NOBODY */
  gint64 key_changes;
  gint64 resource; /* 0: a duplicate or a conflict */
  gint64 duplicate_of;
  gint64 matched[MODEL_N_KEYS]; /* R13: the resources that a conflict matched */
  guint n_matched;
  gboolean site_server;
  RollcallDeciderKind decider;
  const char *decider_name;
  const char *note;
  gint64 decided_at;
  gint64 first_requested;
  gint64 last_requested;
  gint64 count;
  gint64 last_contact;
  gint64 revocation_seen_at;
  gint64 blocked_at;
  gint64 heard_of_at; /* R22: the computer's last request, however keyed */
  guint changed_at;   /* R10: the step at which status, trust, key, duplicate or advice last changed */
} ModelRow;

typedef struct
{
  GPtrArray *rows; /* (element-type ModelRow) */
  gint64 now;
  gint64 observation; /* R12, milliseconds */
  int period_months;  /* R22 */
  int period_days;
  gboolean purging;
  guint matching;                       /* R9: bits: the resource keys that the settings match */
  ModelVerdict verdicts[MODEL_N_NAMES]; /* R4: what the policies say to each name */
  gint64 next_registration;
  gint64 next_resource;
  guint step;        /* counts up at model_end_step() */
  GPtrArray *before; /* (element-type ModelRow) the rows as this step found them */
} Model;

/* What secured data answers a key. */
typedef enum
{
  MODEL_ANSWER_GRANTED,
  MODEL_ANSWER_PENDING,
  MODEL_ANSWER_BLOCKED,
  MODEL_ANSWER_REVOKED,
  MODEL_ANSWER_NOT_REGISTERED,
} ModelAnswer;

typedef struct
{
  gint64 registration;
  RollcallStatus status; /* as the agent is told (R17) */
  gboolean copied;       /* R12 */
} ModelRequest;

typedef struct
{
  RollcallAction action;
  int key;      /* of the row in the list that has it */
  int seen;     /* the step after which the author saw the row; -1: the decision names no revision */
  int resource; /* the resource of the row that has this key is named, or MODEL_NOBODY */
  const char *person;
  const char *note;
} ModelDecision;

Model *model_new (gint64 now);
void model_free (Model *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_free)

/* Each may be called once a step; model_end_step() closes it. */
ModelRequest model_request (Model *model, int key, int name, guint resource_keys);
ModelAnswer model_contact (Model *model, int key);
/* Returns: the reasons to refuse that hold, a bit each (1 << RollcallRefusal); SPEC.md ranks none above another. */
guint model_decide (Model *model, const ModelDecision *decision);
/* R6. Returns: FALSE: refused */
gboolean model_push (Model *model, int key, int name, guint resource_keys, const char *person, gint64 *registration);
gboolean model_set_site_server (Model *model, int key, gboolean site_server);
guint model_purge (Model *model); /* Returns: how many rows left the list */
void model_end_step (Model *model);

/* What the key would be answered by secured data now; changes nothing. */
ModelAnswer model_ask (const Model *model, int key);
/* Returns: (nullable) (transfer none) */
ModelRow *model_find (const Model *model, gint64 id);
/* The row that has @key as its current key, in the list or remembered. Returns: (nullable) (transfer none) */
ModelRow *model_find_key (const Model *model, int key);
/* R19: the revoked row that ever had the key; of several the oldest, in the list before remembered. Returns: (nullable)
 * (transfer none) */
ModelRow *model_find_revoked (const Model *model, int key);
gint64 model_purge_after (const Model *model, const ModelRow *row); /* R22; 0 = never */
const char *model_policy_name (ModelVerdict verdict, int name);

G_END_DECLS
