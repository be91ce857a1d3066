/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rollcall-values.h"

G_BEGIN_DECLS

/* SECTION: C8: a duplicate and the computer that it may be, side by side, with what differs and the advice. */

/* For a question: what differs, and what does not. Returns: (transfer floating) */
GtkWidget *rollcall_comparison_new (const RollcallRegistration *duplicate, const RollcallRegistration *known);
/* All of both, in a dialog over @parent. */
void rollcall_comparison_present (const RollcallRegistration *duplicate, const RollcallRegistration *known,
                                  GtkWidget *parent);

G_END_DECLS
