/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-fleet-computers.h"

static const struct
{
  const char *prefix, *domain;
} departments[] = {
  { "FIN", "finance.example.org" }, { "WARD", "clinic.example.org" }, { "LAB", "research.example.org" },
  { "ADM", "office.example.org" },  { "LOAN", "pool.example.org" },   { "IT", "it.example.org" },
};
static const char *const kinds[] = { "PC", "NB", "TC", "WS" };
static const char *const systems[] = { "Debian 13", "Debian 12", "Ubuntu 24.04 LTS", "Windows 11 Pro",
                                       "Windows 10 LTSC" };
static const char *const users[] = { "maria",  "jonas", "amélie", "søren",  "zoë",  "okafor", "tanaka", "müller",
                                     "garcía", "ivana", "chen",   "dubois", "nova", "silva",  "rossi",  "" };
static const char *const versions[] = { "1.0.0", "1.0.0", "0.9.4", "0.9.1" };

RollcallRequest *
rollcall_fleet_describe (guint seed, guint number, gboolean junk)
{
  RollcallRequest *request = rollcall_request_new ();
  RollcallComputer *computer = &request->computer;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed * 1000003u + number);
  guint department = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (departments));
  const char *kind = kinds[g_rand_int_range (random, 0, G_N_ELEMENTS (kinds))];
  g_autofree char *lower = NULL, *mac = NULL, *unique = NULL;

  g_free (computer->name);
  computer->name = g_strdup_printf ("%s-%s-%04u", departments[department].prefix, kind, number);
  g_set_str (&computer->domain, departments[department].domain);
  lower = g_ascii_strdown (computer->name, -1);
  g_free (computer->fqdn);
  computer->fqdn = g_strconcat (lower, ".", computer->domain, NULL);
  g_set_str (&computer->os, systems[g_rand_int_range (random, 0, G_N_ELEMENTS (systems))]);
  g_set_str (&computer->user, users[g_rand_int_range (random, 0, G_N_ELEMENTS (users))]);
  mac = junk ? g_strdup ("00:00:00:00:00:00")
             : g_strdup_printf ("52:54:%02x:%02x:%02x:%02x", seed & 0xff, number >> 16 & 0xff, number >> 8 & 0xff,
                                number & 0xff);
  g_strfreev (computer->ips);
  computer->ips = g_new0 (char *, 2);
  computer->ips[0] = g_strdup_printf ("10.%u.%u.%u", 10 * (department + 1), number >> 8 & 0xff, number & 0xff);
  g_strfreev (computer->macs);
  computer->macs = g_new0 (char *, 2);
  computer->macs[0] = g_strdup (mac);
  g_set_str (&request->agent_version, versions[g_rand_int_range (random, 0, G_N_ELEMENTS (versions))]);
  unique = junk ? g_strdup ("To Be Filled By O.E.M.")
                : g_strdup_printf ("4c4c4544-%04x-4a10-8058-%012x/BRD%07u/%s", seed & 0xffff, number, number, mac);
  g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("uniqueid", unique));
  g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("macaddress", mac));
  if (!junk)
    g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("fqdn", computer->fqdn));
  return request;
}
