/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-messages.h"

G_BEGIN_DECLS

/* What the simulated computer @number says about itself: the same for the same @seed, believable, of a few departments.
 * @junk: its vendor left the placeholders in, so that no key of it is usable (R9). Returns: (transfer full) */
RollcallRequest *rollcall_fleet_describe (guint seed, guint number, gboolean junk);

G_END_DECLS
