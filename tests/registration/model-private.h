/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/* What requests and decisions share. */
guint usable_now (const Model *model, guint resource_keys);
gboolean is_conflict (const ModelRow *row);
gboolean has_matched (const ModelRow *conflict, const ModelRow *row);
gboolean takes_merges (const ModelRow *resource);
gboolean is_forbidding (const ModelRow *row);
gboolean are_of_one_resource (const ModelRow *one, const ModelRow *other);
ModelRow *add_row (Model *model, int key);
void take_key (ModelRow *row, int key);
void decide (Model *model, ModelRow *row, RollcallDeciderKind decider, const char *name, const char *note);
void grant (ModelRow *row);
void block (Model *model, ModelRow *row);
void merge (Model *model, ModelRow *resource, ModelRow *duplicate);
void stand_alone (Model *model, ModelRow *row);
void forget (Model *model, const ModelRow *standing, guint resource_keys, const ModelRow *former);
GPtrArray *find_matches (const Model *model, guint asked);

G_END_DECLS
