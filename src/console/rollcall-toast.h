/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Tells what came of something, above @parent: @title is text, not markup. Returns: (transfer none) (nullable) */
AdwToast *rollcall_toast_show (GtkWidget *parent, const char *title);

G_END_DECLS
