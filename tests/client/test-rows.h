/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-messages.h"

G_BEGIN_DECLS

/* Row @id of a made-up service: every field differs from row to row, in an order of its own. */
static inline RollcallRegistration *
test_row_new (gint64 id, gint64 revision)
{
  RollcallRegistration *row = rollcall_registration_new ();
  gint64 odd = (id * 7919) % 1009;

  row->id = id;
  row->revision = revision;
  row->status = (RollcallStatus) (odd % ROLLCALL_N_STATUSES);
  row->trust = (RollcallTrust) (odd % 4);
  row->origin = odd % 5 == 0 ? ROLLCALL_ORIGIN_PUSH : ROLLCALL_ORIGIN_REQUEST;
  g_free (row->computer.name);
  row->computer.name = g_strdup_printf ("PC-%04d", (int) odd);
  g_free (row->computer.domain);
  row->computer.domain = g_strdup_printf ("d%d.example", (int) odd % 3);
  g_free (row->computer.fqdn);
  row->computer.fqdn = g_strdup_printf ("pc-%d.%s", (int) odd, row->computer.domain);
  g_free (row->computer.os);
  row->computer.os = g_strdup (odd % 2 ? "Debian 13" : "debian 12");
  g_free (row->computer.user);
  row->computer.user = g_strdup_printf ("user%d", (int) (odd * 31) % 17);
  g_strfreev (row->computer.ips);
  row->computer.ips = g_strsplit ("10.0.0.1 2001:db8::1", " ", -1);
  g_strfreev (row->computer.macs);
  row->computer.macs = g_new0 (char *, 2);
  row->computer.macs[0] = g_strdup_printf ("52:54:00:00:%02x:%02x", (int) odd / 256, (int) odd % 256);
  g_free (row->agent_version);
  row->agent_version = g_strdup_printf ("1.%d", (int) odd % 4);
  g_free (row->fingerprint);
  row->fingerprint = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) &id, sizeof id);
  row->key_changes = odd % 3;
  row->resource_id = odd % 7 == 0 ? 0 : id + 1000;
  row->duplicate_of = odd % 7 == 0 ? id + 1 : 0;
  row->advice = (RollcallAdvice) (odd % 4);
  row->site_server = odd % 11 == 0;
  row->decided_by = (RollcallDeciderKind) (odd % 4);
  g_free (row->decided_by_name);
  row->decided_by_name = g_strdup (odd % 2 ? "maria" : "Corporate laptops");
  row->decided_at = 1767605400000 + odd;
  g_free (row->note);
  row->note = g_strdup_printf ("ticket %d", (int) odd % 10);
  row->first_requested = 1767605400000 - odd * 1000;
  row->last_requested = 1767605400000 + odd * 500;
  row->request_count = odd % 13;
  row->last_contact = odd % 2 ? 1767605400000 : 0;
  row->revocation_seen_at = odd % 8 == 3 ? 1767605400001 : 0;
  row->purge_after = odd % 4 == 2 ? 1767605400002 : 0;
  return row;
}

/* A page of puts of the rows @first..@last, whose revisions are their ids plus @base. Returns: (transfer full) */
static inline RollcallChanges *
test_page_new (gint64 first, gint64 last, gint64 base, gboolean more)
{
  RollcallChanges *changes = g_new0 (RollcallChanges, 1);

  changes->items = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_change_free);
  for (gint64 id = first; id <= last; id++)
    {
      RollcallChange *change = g_new0 (RollcallChange, 1);
      change->revision = base + id;
      change->registration = test_row_new (id, base + id);
      change->id = id;
      g_ptr_array_add (changes->items, change);
    }
  changes->latest = base + last;
  changes->more = more;
  return changes;
}

G_END_DECLS
