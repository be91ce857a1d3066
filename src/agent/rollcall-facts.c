/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/utsname.h>

#include "rollcall-facts.h"

/* The text of a small file, trimmed; "" where there is none. Returns: (transfer full) */
static char *
read_text (const char *root, const char *path)
{
  g_autofree char *file = g_build_filename (root, path, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL) || !g_utf8_validate (text, -1, NULL) ||
      strlen (text) > ROLLCALL_STRING_LIMIT)
    return g_strdup ("");
  return g_strdup (g_strstrip (text));
}

static gboolean
is_junk (const char *value)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (GPtrArray) usable = NULL;

  g_ptr_array_add (one, rollcall_resource_key_new ("uniqueid", value));
  usable = rollcall_resource_keys_usable (one, settings);
  return usable->len == 0;
}

/* A folder of sys/class/net names an interface; its address file the MAC. No loopback, nothing without an address.
 * @hardware: only those of a device; bridges of containers carry addresses that many computers share. Returns:
 * (transfer full) */
static GPtrArray *
list_interfaces (const char *root, gboolean hardware)
{
  g_autofree char *folder = g_build_filename (root, "sys/class/net", NULL);
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  GPtrArray *macs = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (directory != NULL && macs->len < ROLLCALL_LIST_LIMIT && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename ("sys/class/net", name, "address", NULL);
      g_autofree char *device = g_build_filename (folder, name, "device", NULL);
      g_autofree char *mac = read_text (root, path);

      if (strlen (mac) == 17 && g_strcmp0 (mac, "00:00:00:00:00:00") != 0 &&
          (!hardware || g_file_test (device, G_FILE_TEST_EXISTS)) &&
          !g_ptr_array_find_with_equal_func (macs, mac, g_str_equal, NULL))
        g_ptr_array_add (macs, g_steal_pointer (&mac));
    }
  g_ptr_array_sort_values (macs, (GCompareFunc) g_strcmp0);
  return macs;
}

static GPtrArray *
list_macs (const char *root)
{
  g_autoptr (GPtrArray) macs = list_interfaces (root, TRUE);

  return macs->len > 0 ? g_steal_pointer (&macs) : list_interfaces (root, FALSE);
}

/* An address that each computer gives itself, and that means nothing beyond its cable (RFC 4291, 2.5.6; RFC 3927). */
static gboolean
is_link_local (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET6)
    return IN6_IS_ADDR_LINKLOCAL (&((const struct sockaddr_in6 *) address)->sin6_addr);
  return address->sa_family == AF_INET &&
         (g_ntohl (((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 16) == 0xa9fe;
}

static GPtrArray *
list_ips (void)
{
  GPtrArray *ips = g_ptr_array_new_with_free_func (g_free);
  struct ifaddrs *all = NULL;

  if (getifaddrs (&all) != 0)
    return ips;
  for (struct ifaddrs *each = all; each != NULL && ips->len < ROLLCALL_LIST_LIMIT; each = each->ifa_next)
    {
      char text[INET6_ADDRSTRLEN];
      const struct sockaddr *address = each->ifa_addr;

      if (address == NULL || (each->ifa_flags & IFF_LOOPBACK) != 0 || is_link_local (address))
        continue;
      if ((address->sa_family == AF_INET &&
           inet_ntop (AF_INET, &((const struct sockaddr_in *) address)->sin_addr, text, sizeof text) != NULL) ||
          (address->sa_family == AF_INET6 &&
           inet_ntop (AF_INET6, &((const struct sockaddr_in6 *) address)->sin6_addr, text, sizeof text) != NULL))
        g_ptr_array_add (ips, g_strdup (text));
    }
  freeifaddrs (all);
  return ips;
}

static char **
to_strings (GPtrArray *texts)
{
  char **strings = g_new0 (char *, texts->len + 1);

  for (guint i = 0; i < texts->len; i++)
    strings[i] = g_strdup (texts->pdata[i]);
  return strings;
}

/* The system's own name for itself, from os-release (5). */
static char *
read_system (const char *root)
{
  g_autofree char *path = g_build_filename (root, "etc/os-release", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_utf8_validate (text, -1, NULL))
    return g_strdup ("");
  lines = g_strsplit (text, "\n", 200);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "PRETTY_NAME="))
      return g_shell_unquote (lines[i] + strlen ("PRETTY_NAME="), NULL) ?: g_strdup ("");
  return g_strdup ("");
}

static char *
find_fqdn (const char *name)
{
  struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM }, *found = NULL;
  char *fqdn = NULL;

  if (getaddrinfo (name, NULL, &hints, &found) != 0)
    return g_strdup ("");
  if (found->ai_canonname != NULL && strchr (found->ai_canonname, '.') != NULL &&
      g_utf8_validate (found->ai_canonname, -1, NULL))
    fqdn = g_strdup (found->ai_canonname);
  freeaddrinfo (found);
  return fqdn != NULL ? fqdn : g_strdup ("");
}

static void
add_key (RollcallRequest *request, const char *type, const char *value)
{
  if (request->resource_keys->len < ROLLCALL_LIST_LIMIT && *value != '\0')
    g_ptr_array_add (request->resource_keys, rollcall_resource_key_new (type, value));
}

/* R9: UUID/serial/MAC, one for each interface; where there is no DMI, the machine's own id stands for its UUID. */
static void
add_unique_ids (RollcallRequest *request, const char *root, GPtrArray *macs)
{
  g_autofree char *uuid = read_text (root, "sys/class/dmi/id/product_uuid");
  g_autofree char *serial = read_text (root, "sys/class/dmi/id/board_serial");

  if (is_junk (uuid))
    g_set_str (&uuid, "");
  if (is_junk (serial))
    g_set_str (&serial, "");
  if (*uuid == '\0')
    {
      g_free (uuid);
      uuid = read_text (root, "etc/machine-id");
    }
  if (*uuid == '\0' && *serial == '\0')
    return;
  for (guint i = 0; i < MAX (macs->len, 1); i++)
    {
      g_autofree char *value = g_strdup_printf ("%s/%s/%s", uuid, serial, macs->len > 0 ? (char *) macs->pdata[i] : "");

      add_key (request, "uniqueid", value);
    }
}

RollcallRequest *
rollcall_facts_collect (const char *root)
{
  RollcallRequest *request = rollcall_request_new ();
  RollcallComputer *computer = &request->computer;
  g_autoptr (GPtrArray) macs = list_macs (root), ips = list_ips ();
  g_auto (GStrv) parts = g_strsplit (g_get_host_name (), ".", 2);
  g_autofree char *fqdn = find_fqdn (g_get_host_name ());
  const char *dot = strchr (fqdn, '.');

  g_set_str (&computer->name, *parts[0] != '\0' ? parts[0] : "localhost");
  g_set_str (&computer->fqdn, fqdn);
  g_set_str (&computer->domain, dot != NULL ? dot + 1 : "");
  g_free (computer->os);
  computer->os = read_system (root);
  g_set_str (&computer->user, g_getenv ("SUDO_USER") ?: g_get_user_name ());
  g_strfreev (computer->ips);
  computer->ips = to_strings (ips);
  g_strfreev (computer->macs);
  computer->macs = to_strings (macs);
  g_set_str (&request->agent_version, ROLLCALL_VERSION);
  add_unique_ids (request, root, macs);
  add_key (request, "fqdn", fqdn);
  if (*computer->domain != '\0')
    {
      g_autofree char *name_domain = g_strconcat (computer->name, ".", computer->domain, NULL);

      add_key (request, "name.domain", name_domain);
    }
  for (guint i = 0; i < macs->len; i++)
    add_key (request, "macaddress", macs->pdata[i]);
  return request;
}
