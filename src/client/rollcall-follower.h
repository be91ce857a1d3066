/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-cache.h"
#include "rollcall-client.h"

G_BEGIN_DECLS

/**
 * RollcallFollower: keeps a cache up to date with its service: asks who it is (whoami), reads the pages of /v1/changes
 * since the cache's revision, then follows the change stream; comes back by itself with back-off (1 s doubling to 30 s,
 * with jitter).
 *
 * Properties: `state` (RollcallFollowerState), `role` (RollcallRole as int), `problem` (nullable string: why it is
 * away, for people). Signals: `rows-changed` (GArray of gint64 ids): after a page is in the cache.
 */
typedef enum
{
  ROLLCALL_FOLLOWER_CONNECTING,
  ROLLCALL_FOLLOWER_ONLINE,  /* caught up and following */
  ROLLCALL_FOLLOWER_AWAY,    /* not reached; tries again by itself */
  ROLLCALL_FOLLOWER_REFUSED, /* the token is not accepted; tries again with the same back-off */
} RollcallFollowerState;
GType rollcall_follower_state_get_type (void);
#define ROLLCALL_TYPE_FOLLOWER_STATE (rollcall_follower_state_get_type ())

#define ROLLCALL_TYPE_FOLLOWER (rollcall_follower_get_type ())
G_DECLARE_FINAL_TYPE (RollcallFollower, rollcall_follower, ROLLCALL, FOLLOWER, GObject)

RollcallFollower *rollcall_follower_new (RollcallClient *client, RollcallCache *cache);
void rollcall_follower_start (RollcallFollower *self);
void rollcall_follower_stop (RollcallFollower *self); /* cancels what is under way; also done by dispose */
void rollcall_follower_retry_now (RollcallFollower *self);
RollcallFollowerState rollcall_follower_get_state (RollcallFollower *self);
RollcallRole rollcall_follower_get_role (RollcallFollower *self);
const char *rollcall_follower_get_person (RollcallFollower *self);  /* (nullable) the token's name */
const char *rollcall_follower_get_problem (RollcallFollower *self); /* (nullable) */

G_END_DECLS
