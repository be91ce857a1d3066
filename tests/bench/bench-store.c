/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service's work without HTTP: what a request costs in rules and SQLite alone, many in one transaction.
 * Prints a line of JSON: requests a second, new and repeated. */
#include <glib/gstdio.h>

#include "rollcall-store.h"

static RollcallRequest *
make_request (int number)
{
  RollcallRequest *request = rollcall_request_new ();

  g_free (request->computer.name);
  request->computer.name = g_strdup_printf ("PC-%06d", number);
  g_free (request->computer.fqdn);
  request->computer.fqdn = g_strdup_printf ("pc-%06d.bench.example", number);
  g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("fqdn", request->computer.fqdn));
  g_autofree char *unique = g_strdup_printf ("4c4c4544-0000-1000-8000-%012x/S%06d/02:00:00:00:00:01", number, number);
  g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("uniqueid", unique));
  return request;
}

static void
ask (RollcallStore *store, int number, RollcallContext *context)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallRequest) request = make_request (number);
  g_autofree char *fingerprint = g_compute_checksum_for_string (G_CHECKSUM_SHA256, request->computer.name, -1);
  g_autoptr (GPtrArray) usable = rollcall_resource_keys_usable (request->resource_keys, context->settings);
  g_autoptr (GPtrArray) around = rollcall_store_load_neighbourhood (store, fingerprint, usable, &error);
  g_assert_no_error (error);
  g_autoptr (RollcallOutcome) outcome = rollcall_registry_request (around, fingerprint, request, context);
  rollcall_store_apply (store, outcome, context, &error);
  g_assert_no_error (error);
}

/* Returns: requests a second */
static double
ask_all (RollcallStore *store, int count, int together, RollcallContext *context)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  for (int number = 0; number < count; number++)
    {
      if (number % together == 0)
        rollcall_store_begin (store, &error);
      context->now++;
      ask (store, number, context);
      if (number % together == together - 1 || number == count - 1)
        rollcall_store_commit (store, &error);
      g_assert_no_error (error);
    }
  return count * (double) G_USEC_PER_SEC / (double) (g_get_monotonic_time () - start);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int count = argc > 1 ? atoi (argv[1]) : 2000;
  int together = argc > 2 ? atoi (argv[2]) : 64;

  if (count <= 0 || together <= 0)
    {
      g_printerr ("Usage: bench-store [COUNT [TOGETHER]]\n");
      return 2;
    }
  g_autofree char *directory = g_dir_make_tmp ("bench-store-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *path = g_build_filename (directory, "store", NULL);
  g_autoptr (RollcallStore) store = rollcall_store_open (path, TRUE, &error);
  g_assert_no_error (error);
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (RollcallPolicySet) policies = rollcall_policy_set_new (none);
  RollcallContext context = { g_get_real_time () / 1000, settings, policies, 0, 0 };
  rollcall_store_load_context (store, &context, &error);
  g_assert_no_error (error);

  double first = ask_all (store, count, together, &context);
  double repeated = ask_all (store, count, together, &context);
  g_print ("{\"new\": %.1f, \"repeat\": %.1f}\n", first, repeated);

  g_clear_object (&store);
  const char *suffixes[] = { "", "-wal", "-shm" };
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);
      g_unlink (file);
    }
  g_rmdir (directory);
  return 0;
}
