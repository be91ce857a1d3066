/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * rollcall_time_format:
 * @milliseconds: since 1970-01-01T00:00:00Z, within the years 1 to 9999
 *
 * Writes a time as API.md does: RFC 3339, UTC, milliseconds ("2026-01-05T09:30:00.000Z").
 *
 * Returns: (transfer full):
 */
char *rollcall_time_format (gint64 milliseconds);

/**
 * rollcall_time_parse:
 * @text: untrusted text
 * @milliseconds: (out): the time, what is finer than a millisecond cut off
 *
 * Reads an RFC 3339 time, with any offset from UTC, strictly: no other ISO 8601 forms.
 *
 * Returns: %FALSE for what is not one; @milliseconds is untouched then
 */
gboolean rollcall_time_parse (const char *text, gint64 *milliseconds);

G_END_DECLS
