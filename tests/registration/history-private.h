/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "history.h"

G_BEGIN_DECLS

/* R9: resource keys by number. */
typedef struct
{
  const char *type, *value, *shouted;
} HistoryKey;
extern const HistoryKey history_keys[N_RESOURCE_KEYS];
#define USABLE (MODEL_BIT (N_USABLE_RESOURCE_KEYS) - 1)

typedef struct
{
  guint step;
  gint64 id, revision;
} Sighting;

typedef struct
{
  RollcallSettings *settings;
  RollcallPolicySet *policies;
  RollcallContext context;
  GPtrArray *rows;   /* (element-type RollcallRegistration) remembered ones included */
  GArray *sightings; /* (element-type Sighting) every revision that there was */
  gint64 latest;     /* revision */
  gint64 sighted;    /* the newest revision in @sightings */
  const HistoryKeeper *keeper;
  gpointer kept; /* (owned) by the keeper */
  Model *model;
  GString *difference;
} World;

/* What the product would be given for a call of @fingerprint. Returns: (transfer full) */
GPtrArray *world_load_for_key (World *world, const char *fingerprint, GPtrArray *usable);
gboolean world_find_row (World *world, gint64 id, guint *place);

void differ (World *world, const char *format, ...) G_GNUC_PRINTF (2, 3);
void compare_numbers (World *world, gint64 id, const char *what, gint64 product, gint64 model);
void compare_answer (World *world, int key, ModelAnswer product, ModelAnswer model);
ModelAnswer answer_of_access (RollcallAccess access);
void compare_worlds (World *world);
void compare_events (World *world, RollcallOutcome *outcome, RollcallEventKind kind, guint wanted);
const char *fingerprint_of (int key);

G_END_DECLS
