/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-follower.h"
#include "rollcall-history.h"

G_BEGIN_DECLS

/**
 * RollcallHistoryFollower: brings the service's audit history into a RollcallHistory, page after page, beside a
 * RollcallFollower: whenever that one is online and rows changed. One that is far behind goes on with the newest part.
 * What fails is left for the next time.
 *
 * Property: `far-behind` (guint): from how many events on it does so.
 * Signals: `events-added` (GArray of gint64): the registrations that new events are about; `replaced` (const char
 * *what): the service's history is not the one that was held here, or does not follow from itself (R26).
 */
#define ROLLCALL_TYPE_HISTORY_FOLLOWER (rollcall_history_follower_get_type ())
G_DECLARE_FINAL_TYPE (RollcallHistoryFollower, rollcall_history_follower, ROLLCALL, HISTORY_FOLLOWER, GObject)

RollcallHistoryFollower *rollcall_history_follower_new (RollcallClient *client, RollcallHistory *history,
                                                        RollcallFollower *follower);
void rollcall_history_follower_stop (RollcallHistoryFollower *self);

G_END_DECLS
