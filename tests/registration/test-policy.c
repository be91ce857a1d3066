/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-mask-private.h"

static RollcallComputer *
make_computer (void)
{
  static char *ips[] = { (char *) "10.20.0.42", (char *) "2001:db8::42", (char *) "::ffff:192.0.2.7",
                         (char *) "fe80::1%eth0", NULL };
  static char *macs[] = { (char *) "52:54:00:12:34:56", (char *) "02:00:00:00:00:01", NULL };
  static RollcallComputer computer = { (char *) "PC-1042",
                                       (char *) "corp.example",
                                       (char *) "pc-1042.corp.example",
                                       (char *) "Debian 13",
                                       (char *) "Jürgen",
                                       ips,
                                       macs };
  return &computer;
}

static const struct
{
  RollcallMaskType type;
  const char *mask;
  gboolean matches;
} masks[] = {
  { ROLLCALL_MASK_NAME, "*", TRUE },
  { ROLLCALL_MASK_NAME, "pc-*", TRUE },
  { ROLLCALL_MASK_NAME, "PC-10?2", TRUE },
  { ROLLCALL_MASK_NAME, "PC-1?2", FALSE },
  { ROLLCALL_MASK_NAME, "PC", FALSE },
  { ROLLCALL_MASK_FQDN, "*.corp.example", TRUE },
  { ROLLCALL_MASK_FQDN, "*.corp.example.org", FALSE },
  { ROLLCALL_MASK_DOMAIN, "CORP.EXAMPLE", TRUE },
  { ROLLCALL_MASK_USER, "JÜRGEN", TRUE },
  { ROLLCALL_MASK_USER, "ju\xcc\x88rgen", TRUE }, /* u and a combining diaeresis */
  { ROLLCALL_MASK_MAC, "52:54:00:*", TRUE },
  { ROLLCALL_MASK_MAC, "52-54-00-12-34-56", TRUE },
  { ROLLCALL_MASK_MAC, "02:00:00:00:00:01", TRUE }, /* any of several */
  { ROLLCALL_MASK_MAC, "02:00:00:00:00:02", FALSE },
  { ROLLCALL_MASK_IP, "10.20.0.42", TRUE },
  { ROLLCALL_MASK_IP, "10.20.*", TRUE },
  { ROLLCALL_MASK_IP, "10.20.0.0/24", TRUE },
  { ROLLCALL_MASK_IP, "10.20.0.42/32", TRUE },
  { ROLLCALL_MASK_IP, "10.20.0.43/32", FALSE },
  { ROLLCALL_MASK_IP, "10.20.1.0/24", FALSE },
  { ROLLCALL_MASK_IP, "10.20.0.40-10.20.0.42", TRUE },
  { ROLLCALL_MASK_IP, "10.20.0.43-10.20.0.50", FALSE },
  { ROLLCALL_MASK_IP, "2001:db8::/32", TRUE },
  { ROLLCALL_MASK_IP, "2001:DB8:0::42", TRUE },
  { ROLLCALL_MASK_IP, "2001:db8::40-2001:db8::4f", TRUE },
  { ROLLCALL_MASK_IP, "2001:db9::/32", FALSE },
  { ROLLCALL_MASK_IP, "192.0.2.0/24", TRUE }, /* an IPv4-mapped address is that IPv4 address */
  { ROLLCALL_MASK_IP, "192.0.2.?", TRUE },
  { ROLLCALL_MASK_IP, "::ffff:10.20.0.0/24", TRUE },
  { ROLLCALL_MASK_IP, "::ffff:a14:0/120", TRUE },
  { ROLLCALL_MASK_IP, "::ffff:0:0/96", TRUE },
  { ROLLCALL_MASK_IP, "0.0.0.0/0", TRUE },
  { ROLLCALL_MASK_IP, "::/0", TRUE },
  { ROLLCALL_MASK_IP, "::/1", TRUE },
  { ROLLCALL_MASK_IP, "4000::/2", FALSE },
  { ROLLCALL_MASK_IP, "fe80::/10", TRUE }, /* the zone is the computer's own affair */
  { ROLLCALL_MASK_IP, "fe80::1", TRUE },
  { ROLLCALL_MASK_IP, "fe80::?", TRUE },
  { ROLLCALL_MASK_IP, "2001:db8::*", TRUE },
  { ROLLCALL_MASK_IP, "2001:DB8:0:0:*", TRUE },
  { ROLLCALL_MASK_IP, "2001:0db8:*:0042", TRUE },
  { ROLLCALL_MASK_IP, "2001:db9:*", FALSE },
  { ROLLCALL_MASK_MAC, "5254.0012.3456", TRUE },
  { ROLLCALL_MASK_MAC, "525400123456", TRUE },
  { ROLLCALL_MASK_MAC, "52-54-00-*", TRUE },
  { ROLLCALL_MASK_MAC, "5254.00*", TRUE },
  { ROLLCALL_MASK_MAC, "525400*", TRUE },
  { ROLLCALL_MASK_MAC, "5254.0012.*", TRUE },
  { ROLLCALL_MASK_MAC, "5254.001*", TRUE },
  { ROLLCALL_MASK_MAC, "5254.0013.*", FALSE },
  { ROLLCALL_MASK_MAC, "*3456", TRUE },
  { ROLLCALL_MASK_MAC, "*.3456", TRUE },
  { ROLLCALL_MASK_MAC, "*2.3456", TRUE },
  { ROLLCALL_MASK_MAC, "*-34-56", TRUE },
  { ROLLCALL_MASK_MAC, "*.3457", FALSE },
  { ROLLCALL_MASK_MAC, "*0012.34*", TRUE },
  { ROLLCALL_MASK_MAC, "*2345*", FALSE }, /* bytes, not halves of them */
  { ROLLCALL_MASK_MAC, "52:54:00:??:34:56", TRUE },
  { ROLLCALL_MASK_MAC, "5254.00??.3456", TRUE },
  { ROLLCALL_MASK_MAC, "52*56", TRUE },
  { ROLLCALL_MASK_MAC, "*", TRUE },
  { ROLLCALL_MASK_MAC, "5*", TRUE },
  { ROLLCALL_MASK_MAC, "4*", FALSE },
};

static const struct
{
  RollcallMaskType type;
  const char *mask;
} bad_masks[] = {
  { ROLLCALL_MASK_NAME, "" },
  { ROLLCALL_MASK_NAME, "  " },
  { ROLLCALL_MASK_NAME, "\xff" },
  { ROLLCALL_MASK_IP, "10.20" },
  { ROLLCALL_MASK_IP, "10.20.0.0/33" },
  { ROLLCALL_MASK_IP, "10.20.0.0/-1" },
  { ROLLCALL_MASK_IP, "10.20.0.0/" },
  { ROLLCALL_MASK_IP, "2001:db8::/129" },
  { ROLLCALL_MASK_IP, "10.0.0.9-10.0.0.1" },
  { ROLLCALL_MASK_IP, "10.0.0.1-2001:db8::1" },
  { ROLLCALL_MASK_IP, "localhost" },
  { ROLLCALL_MASK_IP, "010.20.0.1" },
  { ROLLCALL_MASK_IP, "10.20.0.1%eth0" },
  { ROLLCALL_MASK_IP, "fe80::1%eth0" },
  { ROLLCALL_MASK_IP, "fe80::1%eth0/64" },
  { ROLLCALL_MASK_IP, "::ffff:010.0.0.1" },
  { ROLLCALL_MASK_IP, "10.20.0.0/ 8" },
  { ROLLCALL_MASK_IP, "10.20.0.0/08x" },
  { ROLLCALL_MASK_MAC, "52:54:00:12:34" },
  { ROLLCALL_MASK_MAC, "52:54:00:12:34:56:78" },
  { ROLLCALL_MASK_MAC, "hello*" },
};

static RollcallPolicy *
make_policy (RollcallPolicyResult result, RollcallMaskType type, const char *mask)
{
  RollcallPolicy *policy = rollcall_policy_new ();

  g_set_str (&policy->name, mask);
  policy->enabled = TRUE;
  policy->result = result;
  g_ptr_array_add (policy->masks, rollcall_mask_new (type, mask));
  return policy;
}

static const char *
judge (GPtrArray *policies)
{
  g_autoptr (RollcallPolicySet) set = rollcall_policy_set_new (policies);
  const RollcallPolicy *policy = rollcall_policy_set_judge (set, make_computer ());

  return policy != NULL ? rollcall_policy_result_to_string (policy->result) : "none";
}

static void
test_mask (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (rollcall_mask_validate (masks[i].type, masks[i].mask, &error));
  g_assert_no_error (error);
  g_ptr_array_add (policies, make_policy (ROLLCALL_POLICY_ALLOW, masks[i].type, masks[i].mask));
  g_assert_cmpstr (judge (policies), ==, masks[i].matches ? "allow" : "none");
}

static void
test_bad_mask (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_false (rollcall_mask_validate (bad_masks[i].type, bad_masks[i].mask, &error));
  g_assert_nonnull (error);
}

/* What a request may say of its addresses is what masks can read; GLib, which the console and the agent ask, takes the
 * same but for a lone colon and for what a zone may be called. */
static void
test_addresses_agree (void)
{
  static const char *const parts[] = { "0",  "1", "12",   "255",   "256", "00",      "01",      "0x1", ":",
                                       "::", ".", "ffff", "fffff", "g",   "1.2.3.4", "::ffff:", " " };

  for (guint i = 0; i < 200000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (int n = g_test_rand_int_range (1, 9); n > 0; n--)
        g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
      if (rollcall_address_is_valid (text->str) != g_hostname_is_ip_address (text->str) &&
          !g_str_equal (text->str, ":"))
        g_error ("%s is an address to one alone", text->str);
    }
}

static void
test_zones (void)
{
  static const char *const good[] = { "fe80::1%eth0", "fe80::1%1", "fe80::1%br-0a1b.100", "fe80::1%a_b" };
  static const char *const bad[] = { "fe80::1%",     "10.0.0.1%eth0", "%eth0", "fe80::1%%",
                                     "fe80::1%e th", "fe80::1%0:2",   "" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (rollcall_address_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (rollcall_address_is_valid (bad[i]));
}

static void
test_types_and (void)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  RollcallPolicy *policy = make_policy (ROLLCALL_POLICY_ALLOW, ROLLCALL_MASK_NAME, "no-*");

  g_ptr_array_add (policies, policy);
  g_assert_cmpstr (judge (policies), ==, "none");
  g_ptr_array_add (policy->masks, rollcall_mask_new (ROLLCALL_MASK_NAME, "pc-*"));
  g_assert_cmpstr (judge (policies), ==, "allow");
  g_ptr_array_add (policy->masks, rollcall_mask_new (ROLLCALL_MASK_IP, "10.99.0.0/16"));
  g_assert_cmpstr (judge (policies), ==, "none");
  g_ptr_array_add (policy->masks, rollcall_mask_new (ROLLCALL_MASK_IP, "10.20.0.0/16"));
  g_assert_cmpstr (judge (policies), ==, "allow");
}

static gboolean
fits (RollcallMaskType type, const char *mask, RollcallComputer *computer)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  g_autoptr (RollcallPolicySet) set = NULL;

  g_ptr_array_add (policies, make_policy (ROLLCALL_POLICY_ALLOW, type, mask));
  set = rollcall_policy_set_new (policies);
  return rollcall_policy_set_judge (set, computer) != NULL;
}

static void
test_families (void)
{
  RollcallComputer computer = *make_computer ();
  char *four[] = { (char *) "10.0.0.1", (char *) "::ffff:10.0.0.2", NULL };
  char *six[] = { (char *) "2001:db8::1", NULL };

  computer.ips = four;
  g_assert_true (fits (ROLLCALL_MASK_IP, "0.0.0.0/0", &computer));
  g_assert_false (fits (ROLLCALL_MASK_IP, "::/0", &computer));
  g_assert_false (fits (ROLLCALL_MASK_IP, "::-ffff::", &computer));
  computer.ips = six;
  g_assert_false (fits (ROLLCALL_MASK_IP, "0.0.0.0/0", &computer));
  g_assert_true (fits (ROLLCALL_MASK_IP, "::/0", &computer));
}

static void
test_canonical_names (void)
{
  static const struct
  {
    const char *mask, *name;
    gboolean matches;
  } names[] = {
    { "r\xc3\xa9seau", "RE\xcc\x81SEAU", TRUE },
    { "r?seau", "re\xcc\x81seau", TRUE }, /* one letter, however it is written */
    { "STRASSE",
      "stra\xc3\x9f"
      "e",
      TRUE },
    { "\xce\xa3*", "\xcf\x82igma", TRUE },            /* both small sigmas */
    { "\xce\x90", "\xce\xb9\xcc\x88\xcc\x81", TRUE }, /* folds to what is decomposed */
    { "\xcd\x85\xcc\x81*", "\xcc\x81\xce\xb9", TRUE },
    { "pc", "\xef\xbc\xb0\xef\xbc\xa3", FALSE }, /* fullwidth PC */
    { "\xef\xac\x81le", "file", TRUE },          /* full case folding takes ligatures */
    { "pc1", "pc\xc2\xb9", FALSE },              /* superscript one */
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      RollcallComputer computer = *make_computer ();

      computer.name = (char *) names[i].name;
      g_test_message ("%s %s", names[i].mask, names[i].name);
      g_assert_cmpint (fits (ROLLCALL_MASK_NAME, names[i].mask, &computer), ==, names[i].matches);
    }
}

/* What is told early from runs of letters is what the pattern says. */
static void
test_patterns (void)
{
  static const char letters[] = "aabbcd*?*";

  for (guint i = 0; i < 100000; i++)
    {
      char mask[9] = "", name[17] = "";
      RollcallComputer computer = *make_computer ();
      RollcallPreparedComputer prepared;
      RollcallPreparedMask one;

      for (int j = g_test_rand_int_range (1, sizeof mask); j > 0; j--)
        mask[strlen (mask)] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
      for (int j = g_test_rand_int_range (0, sizeof name); j > 0; j--)
        name[strlen (name)] = letters[g_test_rand_int_range (0, 6)];
      computer.name = name;
      rollcall_prepared_computer_init (&prepared, &computer);
      g_assert_true (rollcall_prepared_mask_init (&one, ROLLCALL_MASK_NAME, mask, NULL));
      if (rollcall_prepared_mask_matches (&one, &prepared) != g_pattern_match_simple (mask, name))
        g_error ("%s is not judged rightly by %s", name, mask);
      rollcall_prepared_mask_clear (&one);
      rollcall_prepared_computer_clear (&prepared);
    }
}

static void
test_without_mask (void)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  RollcallPolicy *policy = rollcall_policy_new ();

  policy->enabled = TRUE;
  g_ptr_array_add (policies, policy);
  g_assert_cmpstr (judge (policies), ==, "none");
}

static void
test_block_beats_allow (void)
{
  for (guint first = 0; first < 2; first++)
    {
      g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);

      g_ptr_array_add (
          policies, make_policy (first == 0 ? ROLLCALL_POLICY_BLOCK : ROLLCALL_POLICY_ALLOW, ROLLCALL_MASK_NAME, "*"));
      g_ptr_array_add (policies, make_policy (first == 0 ? ROLLCALL_POLICY_ALLOW : ROLLCALL_POLICY_BLOCK,
                                              ROLLCALL_MASK_NAME, "pc*"));
      g_assert_cmpstr (judge (policies), ==, "block");
    }
}

static void
test_only_enabled (void)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  RollcallPolicy *blocking = make_policy (ROLLCALL_POLICY_BLOCK, ROLLCALL_MASK_NAME, "*");

  blocking->enabled = FALSE;
  g_ptr_array_add (policies, blocking);
  g_ptr_array_add (policies, make_policy (ROLLCALL_POLICY_ALLOW, ROLLCALL_MASK_NAME, "*"));
  g_assert_cmpstr (judge (policies), ==, "allow");
}

static void
test_initial (void)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  RollcallPolicy *policy = rollcall_policy_new_initial ();

  g_ptr_array_add (policies, policy);
  g_assert_cmpstr (policy->name, ==, "Allow all computers");
  g_assert_cmpstr (judge (policies), ==, "none");
  policy->enabled = TRUE;
  g_assert_cmpstr (judge (policies), ==, "allow");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registration/R3-mask/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_mask);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_masks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registration/R3-bad-mask/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad_mask);
    }
  g_test_add_func ("/registration/R3-an-address-of-a-request-is-one-to-a-mask", test_addresses_agree);
  g_test_add_func ("/registration/R3-an-IPv6-address-may-name-its-zone", test_zones);
  g_test_add_func ("/registration/R3-an-IPv6-network-is-not-IPv4", test_families);
  g_test_add_func ("/registration/R3-names-are-compared-in-their-canonical-form", test_canonical_names);
  g_test_add_func ("/registration/R3-patterns-are-what-their-text-says", test_patterns);
  g_test_add_func ("/registration/R3-masks-of-a-type-or-types-and", test_types_and);
  g_test_add_func ("/registration/R3-no-mask-decides-nothing", test_without_mask);
  g_test_add_func ("/registration/R4-block-beats-allow", test_block_beats_allow);
  g_test_add_func ("/registration/R4-only-enabled", test_only_enabled);
  g_test_add_func ("/registration/R5-initial-policy-is-off", test_initial);
  return g_test_run ();
}
