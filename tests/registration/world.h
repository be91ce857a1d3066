/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-registry.h"

G_BEGIN_DECLS

/* A service without its store, for tests that tell a story: it keeps its rows, and its clock stands until moved. */

#define MINUTE G_GINT64_CONSTANT (60000)
#define DAY    (24 * 60 * MINUTE)

typedef struct
{
  RollcallSettings *settings;
  RollcallPolicySet *policies;
  RollcallContext context;
  GPtrArray *rows; /* (element-type RollcallRegistration) remembered ones included */
  gint64 revision;
  RollcallOutcome *last; /* (owned) what the last call came to */
} World;

void world_open (World *world, gconstpointer unused); /* 2026-01-15T12:00:00Z */
void world_close (World *world, gconstpointer unused);
void world_wait (World *world, gint64 milliseconds);
/* One policy for the computers of this name ("*": all); there is no other. NULL: none. */
void world_set_policy (World *world, const char *name, RollcallPolicyResult result);

/* @key asks for a computer called @name with @resource_keys, "type=value" separated by spaces. Returns: the row that it
 * is answered about; the status told is in last. */
RollcallRegistration *world_ask (World *world, const char *key, const char *name, const char *resource_keys);
RollcallAccess world_access (World *world, const char *key);
/* What a person does to row @id, who saw it as it is; @resource: the resource named, or 0. */
RollcallRefusal world_decide (World *world, RollcallAction action, gint64 id, gint64 resource);
RollcallRefusal world_push (World *world, const char *key, const char *name, const char *resource_keys);
RollcallRefusal world_set_site_server (World *world, gint64 id);
guint world_purge (World *world); /* Returns: how many left the list */

/* Returns: (nullable) (transfer none): row @id if it is in the list. */
RollcallRegistration *world_find (World *world, gint64 id);
guint world_count (World *world);

/* The story's beginnings. Each returns a row's id. */
gint64 world_allow (World *world, const char *key, const char *resource_keys);
gint64 world_block (World *world, const char *key, const char *resource_keys);

#define world_test(path, function) g_test_add (path, World, NULL, world_open, function, world_close)

G_END_DECLS
