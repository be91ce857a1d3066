/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads @setting, the text of ROLLCALL_NOW: NULL or "" (real time), an RFC 3339 time from which the clock ticks on, or
 * an ISO 8601 offset with its sign (+P91D, -P21D, +PT31M, +P1DT2H). Call once, before threads start. FALSE with an
 * error (G_OPTION_ERROR_BAD_VALUE) for another text. */
gboolean rollcall_clock_set (const char *setting, GError **error);

/* The service's time, in milliseconds since 1970-01-01T00:00:00Z. */
gint64 rollcall_clock_now (void);

G_END_DECLS
