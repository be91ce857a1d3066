/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-policy.h"

static RollcallComputer *
make_computer (void)
{
  static char *ips[] = { (char *) "10.20.0.42", (char *) "2001:db8::42", (char *) "::ffff:192.0.2.7", NULL };
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
  g_test_add_func ("/registration/R3-masks-of-a-type-or-types-and", test_types_and);
  g_test_add_func ("/registration/R3-no-mask-decides-nothing", test_without_mask);
  g_test_add_func ("/registration/R4-block-beats-allow", test_block_beats_allow);
  g_test_add_func ("/registration/R4-only-enabled", test_only_enabled);
  g_test_add_func ("/registration/R5-initial-policy-is-off", test_initial);
  return g_test_run ();
}
