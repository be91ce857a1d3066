/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "rollcall-cache.h"

G_BEGIN_DECLS

/* C3: what the menu over rows offers. @facts: (element-type RollcallDecisionFacts): the rows; @n_selected: how many
 * were selected; @duplicate: it is one, which is allowed after a look at both computers; @reason (nullable): why
 * nothing can be decided now. Items have the action report.decide with a word of RollcallAction. Returns: (transfer
 * full) */
GMenuModel *rollcall_menu_new (GArray *facts, guint n_selected, gboolean duplicate, const char *reason);

/* Gives the items of @popover their names for screen readers, each time it opens: GTK 4.18 leaves them without one
 * where the item's label is text. */
void rollcall_menu_name_items (GtkPopoverMenu *popover);

G_END_DECLS
