/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-settings.h"
#include "rollcall-text-private.h"

#include <string.h>

static const char *const known_types[] = { "uniqueid", "fqdn", "name.domain", "macaddress", NULL };

/* R9: what vendors leave in the places where a serial number or a hardware UUID should be, and what a computer is
 * called that nobody has named. */
static const char *const default_ignored_values[] = {
  "To Be Filled By O.E.M.",
  "To be filled by O.E.M",
  "To Be Filled",
  "Default string",
  "Default",
  "None",
  "(none)",
  "N/A",
  "NA",
  "Not Applicable",
  "Not Specified",
  "Not Available",
  "Not Present",
  "Not Defined",
  "No Asset Tag",
  "Undefined",
  "Unknown",
  "Unknow",
  "Null",
  "Empty",
  "OEM",
  "O.E.M.",
  "INVALID",
  "System Product Name",
  "System manufacturer",
  "System Version",
  "System Serial Number",
  "System UUID",
  "Base Board Serial Number",
  "BaseBoard Serial Number",
  "Board Serial Number",
  "Chassis Serial Number",
  "Serial Number",
  "SerialNumber",
  "MB-1234567890",
  "xxxxxxxxxxx",
  "..............",
  "123456",
  "1234567",
  "12345678",
  "123456789",
  "1234567890",
  "0123456789",
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "03000200-0400-0500-0006-000700080009",
  "00020003-0004-0005-0006-000700080009", /* the same with its first three fields the other way round */
  "12345678-1234-5678-90ab-cddeefaabbcc",
  "fefefefe-fefe-fefe-fefe-fefefefefefe",
  "localhost",
  "localhost.localdomain",
  "localhost4",
  "localhost4.localdomain4",
  "localhost6",
  "localhost6.localdomain6",
  "ip6-localhost",
  "ip6-loopback",
  NULL,
};

RollcallSettings *
rollcall_settings_new (void)
{
  RollcallSettings *settings = g_new0 (RollcallSettings, 1);

  settings->duplicate_observation_s = 1800;
  settings->retry_after_s = 900;
  settings->matching_keys = g_strdupv ((char **) known_types);
  settings->ignored_values = g_strdupv ((char **) default_ignored_values);
  settings->purging_enabled = TRUE;
  settings->blocked_after = g_strdup ("P3M");
  return settings;
}

RollcallSettings *
rollcall_settings_copy (const RollcallSettings *settings)
{
  RollcallSettings *copy = g_memdup2 (settings, sizeof *settings);

  copy->matching_keys = g_strdupv (settings->matching_keys);
  copy->ignored_values = g_strdupv (settings->ignored_values);
  copy->blocked_after = g_strdup (settings->blocked_after);
  return copy;
}

void
rollcall_settings_free (RollcallSettings *settings)
{
  g_strfreev (settings->matching_keys);
  g_strfreev (settings->ignored_values);
  g_free (settings->blocked_after);
  g_free (settings);
}

gboolean
rollcall_resource_key_type_is_known (const char *type)
{
  g_return_val_if_fail (type != NULL, FALSE);

  return g_strv_contains (known_types, type);
}

/* All of them, so that what is normalised once stays as it is. */
static void
strip_dots (char *name)
{
  gsize length = strlen (name);

  while (length > 0 && (name[length - 1] == '.' || g_ascii_isspace (name[length - 1])))
    name[--length] = '\0';
}

char *
rollcall_resource_key_normalise (const char *type, const char *value)
{
  g_autofree char *trimmed = NULL;
  g_autofree char *folded = NULL;
  char *mac;

  g_return_val_if_fail (type != NULL && value != NULL, NULL);

  trimmed = g_strstrip (g_strdup (value));
  folded = rollcall_fold (trimmed);
  if (g_str_equal (type, "macaddress") && (mac = rollcall_mac_normalise (folded)) != NULL)
    return mac;
  if (g_str_equal (type, "fqdn") || g_str_equal (type, "name.domain"))
    strip_dots (folded);
  return g_steal_pointer (&folded);
}

static gboolean
is_all_of (const char *value, char wanted)
{
  gboolean any = FALSE;

  for (const char *c = value; *c != '\0'; c++)
    if (*c == wanted)
      any = TRUE;
    else if (g_ascii_isalnum (*c))
      return FALSE;
  return any;
}

/* R9: null, broadcast and multicast; also what is no MAC at all. */
static gboolean
mac_is_junk (const char *normalised)
{
  if (strlen (normalised) != 17 || g_ascii_xdigit_value (normalised[1]) < 0)
    return TRUE;
  return (g_ascii_xdigit_value (normalised[1]) & 1) != 0;
}

/* The junk as values are compared. Returns: (transfer full) (element-type utf8) */
static GHashTable *
fold_ignored (const RollcallSettings *settings)
{
  GHashTable *ignored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (char **value = settings->ignored_values; *value != NULL; value++)
    {
      g_autofree char *trimmed = g_strstrip (g_strdup (*value));

      g_hash_table_add (ignored, rollcall_fold (trimmed));
    }
  return ignored;
}

static gboolean
is_usable (const char *type, const char *normalised, const RollcallSettings *settings, GHashTable *ignored)
{
  if (!g_strv_contains ((const char *const *) settings->matching_keys, type))
    return FALSE;
  if (*normalised == '\0' || is_all_of (normalised, '0') || is_all_of (normalised, 'f'))
    return FALSE;
  if (g_str_equal (type, "macaddress") && mac_is_junk (normalised))
    return FALSE;
  return !g_hash_table_contains (ignored, normalised);
}

static gboolean
holds_key (GPtrArray *keys, const char *type, const char *value)
{
  for (guint i = 0; i < keys->len; i++)
    {
      const RollcallResourceKey *key = g_ptr_array_index (keys, i);

      if (g_str_equal (key->type, type) && g_str_equal (key->value, value))
        return TRUE;
    }
  return FALSE;
}

GPtrArray *
rollcall_resource_keys_normalised (GPtrArray *keys)
{
  GPtrArray *normalised = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);

  g_return_val_if_fail (keys != NULL, normalised);

  for (guint i = 0; i < keys->len; i++)
    {
      const RollcallResourceKey *key = g_ptr_array_index (keys, i);
      g_autofree char *value = rollcall_resource_key_normalise (key->type, key->value);

      g_ptr_array_add (normalised, rollcall_resource_key_new (key->type, value));
    }
  return normalised;
}

GPtrArray *
rollcall_resource_keys_usable (GPtrArray *keys, const RollcallSettings *settings)
{
  GPtrArray *usable = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (GHashTable) ignored = NULL;

  g_return_val_if_fail (keys != NULL && settings != NULL, usable);

  ignored = fold_ignored (settings);
  for (guint i = 0; i < keys->len; i++)
    {
      const RollcallResourceKey *key = g_ptr_array_index (keys, i);
      g_autofree char *value = rollcall_resource_key_normalise (key->type, key->value);

      if (is_usable (key->type, value, settings, ignored) && !holds_key (usable, key->type, value))
        g_ptr_array_add (usable, rollcall_resource_key_new (key->type, value));
    }
  return usable;
}
