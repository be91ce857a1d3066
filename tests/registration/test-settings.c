/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-settings.h"

static const struct
{
  const char *type;
  const char *value;
  const char *normalised; /* NULL: junk, never matches */
} keys[] = {
  { "fqdn", " PC-1042.Corp.Example. ", "pc-1042.corp.example" },
  { "name.domain", "PC.CORP", "pc.corp" },
  { "macaddress", "52-54-00-AB-CD-EF", "52:54:00:ab:cd:ef" },
  { "macaddress", "5254.00ab.cdef", "52:54:00:ab:cd:ef" },
  { "uniqueid", "A/B/C.", "a/b/c." },
  { "macaddress", "00:00:00:00:00:00", NULL },
  { "macaddress", "ff:ff:ff:ff:ff:ff", NULL },
  { "macaddress", "01:00:5e:00:00:01", NULL },
  { "macaddress", "nonsense", NULL },
  { "fqdn", "", NULL },
  { "fqdn", " ", NULL },
  { "uniqueid", "0000000", NULL },
  { "uniqueid", "FFFF-FFFF", NULL },
  { "uniqueid", "to be filled by o.e.m.", NULL },
  { "uniqueid", "Default string", NULL },
  { "uniqueid", "None", NULL },
  { "uniqueid", "System Serial Number", NULL },
  { "uniqueid", "00000000-0000-0000-0000-000000000000", NULL },
  { "uniqueid", "03000200-0400-0500-0006-000700080009", NULL },
  { "uniqueid", "00020003-0004-0005-0006-000700080009", NULL },
  { "uniqueid", "NOT SPECIFIED", NULL },
  { "uniqueid", " Not Applicable ", NULL },
  { "uniqueid", "System Product Name", NULL },
  { "uniqueid", "OEM", NULL },
  { "uniqueid", "123456789", NULL },
  { "uniqueid", "0123456789", NULL },
  { "fqdn", "localhost", NULL },
  { "fqdn", "LOCALHOST.localdomain.", NULL },
  { "name.domain", "localhost.localdomain", NULL },
  { "name.domain", "Localhost. ", NULL },
  { "fqdn", ".", NULL },
  { "fqdn", "localhost.corp.example", "localhost.corp.example" },
  { "uniqueid", "1234567890a", "1234567890a" },
  /* R9: case and canonical equivalence; what only looks alike is another */
  { "fqdn", "PC-\xc3\x9c.example..", "pc-\xc3\xbc.example" },
  { "fqdn", "PC-U\xcc\x88.example", "pc-\xc3\xbc.example" },
  { "fqdn", "\xe2\x84\xaa.example", "k.example" }, /* the Kelvin sign is the letter K */
  { "fqdn",
    "stra\xc3\x9f"
    "e.example",
    "strasse.example" },
  { "fqdn", "\xef\xbc\xb0\xef\xbc\xa3", "\xef\xbd\x90\xef\xbd\x83" }, /* fullwidth PC */
};

static void
test_key (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (GPtrArray) usable = NULL;

  /* twice: doubles count once */
  g_ptr_array_add (sent, rollcall_resource_key_new (keys[i].type, keys[i].value));
  g_ptr_array_add (sent, rollcall_resource_key_new (keys[i].type, keys[i].value));
  usable = rollcall_resource_keys_usable (sent, settings);

  g_assert_cmpuint (usable->len, ==, keys[i].normalised != NULL ? 1 : 0);
  if (keys[i].normalised != NULL)
    {
      g_autofree char *again = rollcall_resource_key_normalise (keys[i].type, keys[i].normalised);

      g_assert_cmpstr (((RollcallResourceKey *) g_ptr_array_index (usable, 0))->value, ==, keys[i].normalised);
      g_assert_cmpstr (again, ==, keys[i].normalised);
    }
}

static void
test_types_are_settings (void)
{
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (GPtrArray) usable = NULL;

  g_clear_pointer (&settings->matching_keys, g_strfreev);
  settings->matching_keys = g_strsplit ("uniqueid", ",", -1);
  g_ptr_array_add (sent, rollcall_resource_key_new ("fqdn", "pc.corp.example"));
  g_ptr_array_add (sent, rollcall_resource_key_new ("uniqueid", "u/s/m"));
  usable = rollcall_resource_keys_usable (sent, settings);
  g_assert_cmpuint (usable->len, ==, 1);
  g_assert_cmpstr (((RollcallResourceKey *) g_ptr_array_index (usable, 0))->type, ==, "uniqueid");
}

static const struct
{
  const char *from;
  const char *period;
  const char *to;
} additions[] = {
  { "2026-01-31T10:00:00.250Z", "P1M", "2026-02-28T10:00:00.250Z" },
  { "2028-01-31T10:00:00Z", "P1M", "2028-02-29T10:00:00Z" },
  { "2026-11-30T00:00:00Z", "P3M", "2027-02-28T00:00:00Z" },
  { "2028-02-29T00:00:00Z", "P1Y", "2029-02-28T00:00:00Z" },
  { "2028-02-29T00:00:00Z", "P1Y1M", "2029-03-29T00:00:00Z" },
  { "2026-03-28T12:00:00Z", "P2W1D", "2026-04-12T12:00:00Z" },
  { "2026-12-31T23:59:59Z", "P1D", "2027-01-01T23:59:59Z" },
};

static gint64
milliseconds (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  return g_date_time_to_unix_usec (time) / 1000;
}

static void
test_period_add (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  g_assert_cmpint (rollcall_period_add (additions[i].period, milliseconds (additions[i].from)), ==,
                   milliseconds (additions[i].to));
}

static void
test_period_bounds (void)
{
  static const char *const good[] = { "P1D", "P3M", "P10Y", "P1Y6M", "P120M", "P52W", "P1Y2M3W4D" };
  static const char *const bad[] = { "",      "P",     "3M",    "P0D",   "P0M", "P10Y1D",  "P121M",          "P-1D",
                                     "P1M1Y", "P1D1D", "PT24H", "P1.5M", "p3m", "P99999D", "P999999999999D", "P3M " };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (rollcall_period_validate (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (rollcall_period_validate (bad[i], &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registration/R9-resource-key/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_key);
    }
  g_test_add_func ("/registration/R9-types-are-settings", test_types_are_settings);
  for (guint i = 0; i < G_N_ELEMENTS (additions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registration/R22-period-add/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_period_add);
    }
  g_test_add_func ("/registration/R22-period-bounds", test_period_bounds);
  return g_test_run ();
}
