/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-messages.h"

G_BEGIN_DECLS

/* What this computer is: name, addresses, system, and the resource keys that tell it from others (R9). @root: "/", or a
 * folder with sys/, etc/ as a test wants them. Returns: (transfer full) */
RollcallRequest *rollcall_facts_collect (const char *root);

G_END_DECLS
