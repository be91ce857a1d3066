/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The form in which R3 and R9 compare text: Unicode's canonical caseless matching (D145), composed, so that a letter is
 * one character for '?'. Canonical alone: what only looks alike (a fullwidth letter, a ligature) is another name, or a
 * policy that allows would take it for the one that it names. @text is UTF-8. Returns: (transfer full) */
char *rollcall_fold (const char *text);

/* aa:bb:cc:dd:ee:ff, however a folded MAC was separated. Returns: (transfer full) (nullable): NULL for what is none. */
char *rollcall_mac_normalise (const char *folded);
/* A folded pattern of MACs in the same notation: aa-bb-*, aabb.cc* and *.eeff become aa:bb:*, aa:bb:cc* and *:ee:ff.
 * Returns: (transfer full) (nullable): NULL for what no MAC can match. */
char *rollcall_mac_pattern_normalise (const char *folded);

G_END_DECLS
