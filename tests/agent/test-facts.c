/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an agent takes from its computer, from folders made like one (R9). */
#include <glib/gstdio.h>

#include "rollcall-facts.h"

static void
put (const char *root, const char *path, const char *text)
{
  g_autofree char *file = g_build_filename (root, path, NULL), *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static RollcallRequest *
collect (const char *uuid, const char *serial, const char *machine, gboolean real_interface)
{
  g_autofree char *root = g_dir_make_tmp ("facts-XXXXXX", NULL);
  RollcallRequest *request;

  if (uuid != NULL)
    put (root, "sys/class/dmi/id/product_uuid", uuid);
  if (serial != NULL)
    put (root, "sys/class/dmi/id/board_serial", serial);
  if (machine != NULL)
    put (root, "etc/machine-id", machine);
  put (root, "etc/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 13\"\n");
  put (root, "sys/class/net/lo/address", "00:00:00:00:00:00\n");
  put (root, "sys/class/net/docker0/address", "02:42:ac:11:00:01\n");
  if (real_interface)
    {
      put (root, "sys/class/net/eth0/address", "52:54:00:12:34:56\n");
      put (root, "sys/class/net/eth0/device/vendor", "0x1af4\n");
    }
  request = rollcall_facts_collect (root);
  g_assert_true (g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-r", root, NULL }, NULL, G_SPAWN_SEARCH_PATH,
                               NULL, NULL, NULL, NULL, NULL, NULL));
  return request;
}

/* The values of the keys of @type, a line each. */
static char *
get_keys (const RollcallRequest *request, const char *type)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < request->resource_keys->len; i++)
    {
      const RollcallResourceKey *key = request->resource_keys->pdata[i];

      if (g_strcmp0 (key->type, type) == 0)
        g_string_append_printf (text, "%s\n", key->value);
    }
  return g_string_free (text, FALSE);
}

static void
test_unique_ids (void)
{
  static const struct
  {
    const char *uuid, *serial, *machine, *unique;
  } cases[] = {
    { "4c4c4544-0042-4a10-8058-b3c04f4d3232\n", "ABC123\n", "feed\n",
      "4c4c4544-0042-4a10-8058-b3c04f4d3232/ABC123/52:54:00:12:34:56\n" },
    { "4c4c4544-0042-4a10-8058-b3c04f4d3232\n", "To Be Filled By O.E.M.\n", "feed\n",
      "4c4c4544-0042-4a10-8058-b3c04f4d3232//52:54:00:12:34:56\n" },
    { "00000000-0000-0000-0000-000000000000\n", "ABC123\n", NULL, "/ABC123/52:54:00:12:34:56\n" },
    { NULL, NULL, "feedfeedfeedfeed\n", "feedfeedfeedfeed//52:54:00:12:34:56\n" },
    { "03000200-0400-0500-0006-000700080009\n", "Default string\n", NULL, "" },
    { NULL, NULL, NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RollcallRequest) request = collect (cases[i].uuid, cases[i].serial, cases[i].machine, TRUE);
      g_autofree char *unique = get_keys (request, "uniqueid");

      g_assert_cmpstr (unique, ==, cases[i].unique);
      g_assert_cmpstr (request->computer.os, ==, "Debian GNU/Linux 13");
    }
}

/* Bridges of containers carry addresses that many computers share. */
static void
test_interfaces (void)
{
  g_autoptr (RollcallRequest) real = collect (NULL, NULL, "feed", TRUE), virtual = collect (NULL, NULL, "feed", FALSE);
  g_autofree char *one = get_keys (real, "macaddress"), *other = get_keys (virtual, "macaddress");

  g_assert_cmpstr (one, ==, "52:54:00:12:34:56\n");
  g_assert_cmpstr (other, ==, "02:42:ac:11:00:01\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agent/R9-unique-ids-from-the-hardware", test_unique_ids);
  g_test_add_func ("/agent/R9-interfaces-of-hardware-before-virtual-ones", test_interfaces);
  return g_test_run ();
}
