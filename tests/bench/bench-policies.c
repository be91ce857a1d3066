/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-policies N: what N registration policies of 24 masks add to a request, beside a loop over the masks' text.
 * Prints as JSON, in microseconds a request. */
#include <stdlib.h>

#include "rollcall-mask-private.h"
#include "rollcall-registry.h"

#define N_MASKS    24
#define N_REQUESTS 200
#define N_LOOPS    5

/* As a large company might have them; none matches, so that every policy is asked. */
static RollcallMask *
new_mask (RollcallMaskType type, guint n)
{
  static const char *const formats[ROLLCALL_N_MASK_TYPES][4] = {
    { "lab-%05u-*", "*-old-%05u", "kiosk%05u", "pc-?-%05u*" },
    { "*.site%05u.corp.example", "host%05u.*.example", "*print*%05u*", "srv%05u.corp.example" },
    { "site%05u.example", "*.site%05u.example", "dept%05u.*", "*old%05u*" },
    { "02:42:%02x:%02x:*", "0242.%02x%02x.*", "*:%02x:%02x", "02-00-00-00-%02x-%02x" },
    { "10.%u.%u.0/24", "172.16.%u.%u", "192.168.%u.1-192.168.%u.200", "2001:db8:%x:%x::/64" },
    { "temp%05u", "*-contractor%05u", "lab-%05u*", "?%05u" },
  };
  const char *format = formats[type][n % 4];
  g_autofree char *text = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (type == ROLLCALL_MASK_MAC || type == ROLLCALL_MASK_IP)
    text = g_strdup_printf (format, n / 250 % 250 + 1,
                            format[0] == '1' && format[1] == '9' ? n / 250 % 250 + 1 : n % 250);
  else
    text = g_strdup_printf (format, n);
#pragma GCC diagnostic pop
  return rollcall_mask_new (type, text);
}

/* @alternatives: all masks are of one type, and each of them is compared; else the four of a type are alternatives, and
 * all six types must hold. */
static GPtrArray *
new_policies (guint n, gboolean alternatives)
{
  GPtrArray *policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);

  for (guint i = 0; i < n; i++)
    {
      RollcallPolicy *policy = rollcall_policy_new ();

      policy->enabled = TRUE;
      policy->result = i % 2 == 0 ? ROLLCALL_POLICY_ALLOW : ROLLCALL_POLICY_BLOCK;
      g_set_str (&policy->name, "a policy");
      for (guint j = 0; j < N_MASKS; j++)
        g_ptr_array_add (policy->masks, new_mask (alternatives ? ROLLCALL_MASK_FQDN : j % ROLLCALL_N_MASK_TYPES,
                                                  i * N_MASKS + j / ROLLCALL_N_MASK_TYPES));
      g_ptr_array_add (policies, policy);
    }
  return policies;
}

/* What was compared before masks were prepared: each mask's text, each time. */
static guint
loop_over_text (GPtrArray *policies, const RollcallComputer *computer)
{
  RollcallPreparedComputer prepared;
  guint matches = 0;

  rollcall_prepared_computer_init (&prepared, computer);
  for (guint i = 0; i < policies->len; i++)
    {
      const RollcallPolicy *policy = policies->pdata[i];
      guint asked = 0, held = 0;

      for (guint j = 0; j < policy->masks->len; j++)
        {
          const RollcallMask *mask = policy->masks->pdata[j];
          RollcallPreparedMask one;

          asked |= 1u << mask->type;
          if (rollcall_prepared_mask_init (&one, mask->type, mask->mask, NULL) &&
              rollcall_prepared_mask_matches (&one, &prepared))
            held |= 1u << mask->type;
          rollcall_prepared_mask_clear (&one);
        }
      matches += asked == held;
    }
  rollcall_prepared_computer_clear (&prepared);
  return matches;
}

static RollcallRequest *
new_request (gboolean long_names)
{
  static const char *const ips[] = { "10.200.251.42", "2001:db8:ffff::42", "fe80::5054:ff:fe12:3456", NULL };
  static const char *const macs[] = { "52:54:00:12:34:56", "52:54:00:12:34:57", NULL };
  RollcallRequest *request = rollcall_request_new ();
  RollcallComputer *computer = &request->computer;
  g_autofree char *filler = g_strnfill (long_names ? 1000 : 1, 'p');

  computer->name = (g_free (computer->name), g_strconcat ("PC-1042-", filler, NULL));
  computer->fqdn = (g_free (computer->fqdn), g_strconcat ("pc-1042-", filler, ".corp.example", NULL));
  computer->domain = (g_free (computer->domain), g_strconcat (filler, ".corp.example", NULL));
  computer->user = (g_free (computer->user), g_strconcat ("maria", filler, NULL));
  g_strfreev (computer->ips);
  g_strfreev (computer->macs);
  computer->ips = g_strdupv ((char **) ips);
  computer->macs = g_strdupv ((char **) macs);
  g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("fqdn", "pc-1042.corp.example"));
  return request;
}

/* Microseconds that a computer's first request takes, the least of some loops. */
static double
time_request (GPtrArray *policies, const RollcallRequest *request)
{
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (RollcallPolicySet) set = rollcall_policy_set_new (policies);
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  RollcallContext context = { 1000, settings, set, 1, 1 };
  gint64 least = G_MAXINT64;

  for (guint loop = 0; loop < N_LOOPS; loop++)
    {
      gint64 start = g_get_monotonic_time ();

      for (guint i = 0; i < N_REQUESTS; i++)
        rollcall_outcome_free (rollcall_registry_request (nothing, "aa", request, &context));
      least = MIN (least, g_get_monotonic_time () - start);
    }
  return (double) least / N_REQUESTS;
}

static double
time_text (GPtrArray *policies, const RollcallRequest *request)
{
  gint64 start = g_get_monotonic_time ();
  const guint n = N_REQUESTS / 20;

  for (guint i = 0; i < n; i++)
    g_assert (loop_over_text (policies, &request->computer) == 0);
  return (double) (g_get_monotonic_time () - start) / n;
}

static void
measure (const char *name, guint n, gboolean alternatives, gboolean long_names)
{
  g_autoptr (GPtrArray) policies = new_policies (n, alternatives), none = g_ptr_array_new ();
  g_autoptr (RollcallRequest) request = new_request (long_names);
  double without = time_request (none, request), with = time_request (policies, request);

  g_print ("\"%s\": {\"added\": %.3f, \"text\": %.3f}", name, MAX (with - without, 0.001),
           time_text (policies, request));
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint) atoi (argv[1]) : 1000;

  g_print ("{");
  measure ("masks of all types", n, FALSE, FALSE);
  g_print (", ");
  measure ("masks of one type", n, TRUE, FALSE);
  g_print (", ");
  measure ("one type, names of 1,000 letters", n, TRUE, TRUE);
  g_print ("}\n");
  return 0;
}
