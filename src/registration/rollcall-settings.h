/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-values.h"

G_BEGIN_DECLS

/* What administrators set about registration and purging. */
typedef struct
{
  gint64 duplicate_observation_s; /* R12; default 1800 */
  gint64 retry_after_s;           /* default 900 */
  char **matching_keys;           /* R9; types that match */
  char **ignored_values;          /* R9; junk values, compared case-folded and trimmed */
  gboolean purging_enabled;       /* R22; default TRUE */
  char *blocked_after;            /* R22; ISO 8601 period, default P3M */
} RollcallSettings;

RollcallSettings *rollcall_settings_new (void); /* the defaults, with the default list of junk */
RollcallSettings *rollcall_settings_copy (const RollcallSettings *settings);
void rollcall_settings_free (RollcallSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallSettings, rollcall_settings_free)

/* R9: whether @type is one of the four key types. */
gboolean rollcall_resource_key_type_is_known (const char *type);
/* R9: the form in which values are compared; @value may be anything valid UTF-8. Returns: (transfer full) */
char *rollcall_resource_key_normalise (const char *type, const char *value);
/* R9: @keys in that form, whatever the settings say of them. Returns: (transfer full) (element-type
 * RollcallResourceKey) */
GPtrArray *rollcall_resource_keys_normalised (GPtrArray *keys);
/* R9: the usable ones of @keys, normalised, without doubles. Returns: (transfer full) (element-type
 * RollcallResourceKey) */
GPtrArray *rollcall_resource_keys_usable (GPtrArray *keys, const RollcallSettings *settings);

/* R22: an ISO 8601 period (PnYnMnWnD) of 1 day to 10 years. */
gboolean rollcall_period_validate (const char *period, GError **error);
/* R22: @from plus @period, calendar months counted forward, clamped to the month's last day (31 January + P1M = 28 or
 * 29 February). */
gint64 rollcall_period_add (const char *period, gint64 from);

G_END_DECLS
