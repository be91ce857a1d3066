/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* C7: what an agent said about itself is data wherever it is shown or saved. */

/* Whether @character acts rather than shows: controls, line ends, direction changes and other invisible formats. The
 * two joiners that Persian and the languages of India are written with do not count. */
gboolean rollcall_character_acts (gunichar character);

/* @text with U+FFFD in place of every character that acts and every byte that is no UTF-8. Returns: (transfer full) */
char *rollcall_text_make_plain (const char *text);

/* @text made plain, with an apostrophe before what a spreadsheet would take for a formula. Returns: (transfer full) */
char *rollcall_text_make_cell (const char *text);

/* Appends @text as one quoted CSV field (RFC 4180), made a cell. */
void rollcall_csv_append_field (GString *csv, const char *text);

G_END_DECLS
