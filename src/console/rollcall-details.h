/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-session.h"

G_BEGIN_DECLS

/**
 * RollcallDetails: all that is known of one computer (C8): facts, keys, the time line of its requests and decisions;
 * of a duplicate, how it differs from the computer that it may be.
 */
#define ROLLCALL_TYPE_DETAILS (rollcall_details_get_type ())
G_DECLARE_FINAL_TYPE (RollcallDetails, rollcall_details, ROLLCALL, DETAILS, AdwBin)

void rollcall_details_set_session (RollcallDetails *self, RollcallSession *session); /* once */
/* @id: 0 where @n_selected, how many rows are selected, is not one. */
void rollcall_details_show (RollcallDetails *self, gint64 id, guint n_selected);
/* @ids (element-type gint64): rows that changed in the cache. */
void rollcall_details_rows_changed (RollcallDetails *self, GArray *ids);

G_END_DECLS
