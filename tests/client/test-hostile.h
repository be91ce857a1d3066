/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-export.h"
#include "rollcall-plain-text.h"
#include "test-rows.h"
#include "test-wait.h"

G_BEGIN_DECLS

/* What a computer may call itself. */
static const char *const test_hostile_names[] = {
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\uff1d1",
  "\t=1",
  "\r=1",
  "a \"quoted\", name",
  "'single'",
  "two\r\nlines",
  "<script>alert(1)</script>",
  "</td></tr></table><b>&amp;&lt;",
  "]]>",
  "--><!--",
  "\033[31mred\a\177\302\2332J",
  "evil\u202Eexe.txt\u2066",
  "tag\U000E0041", /* beyond the basic plane, and acts */
  "not a character \uFFFF",
  "back\\slash \\u0041",
  "می\u200cخواهم 日本 ä 🖥",
  "\u2028line\u2029",
};

/* The row @id, with a name of those; the one after them is 10,000 characters long. */
static inline RollcallRegistration *
test_hostile_row_new (guint id)
{
  RollcallRegistration *row = test_row_new (id, id);

  g_free (row->computer.name);
  row->computer.name = id <= G_N_ELEMENTS (test_hostile_names) ? g_strdup (test_hostile_names[id - 1])
                                                               : g_strnfill (10000, 'x');
  g_free (row->note);
  row->note = g_strdup (row->computer.name);
  return row;
}

#define TEST_N_HOSTILE (G_N_ELEMENTS (test_hostile_names) + 1)

static inline char *
test_get_name (const RollcallRegistration *row, gsize limit)
{
  return rollcall_text_make_plain (row->computer.name);
}

static inline char *
test_get_ips (const RollcallRegistration *row, gsize limit)
{
  g_autofree char *ips = g_strjoinv (", ", row->computer.ips);
  return rollcall_text_make_plain (ips);
}

static inline char *
test_get_note (const RollcallRegistration *row, gsize limit)
{
  return rollcall_text_make_plain (row->note);
}

static inline char *
test_get_decided_by (const RollcallRegistration *row, gsize limit)
{
  return rollcall_text_make_plain (row->decided_by_name);
}

static inline GArray *
test_columns_new (void)
{
  static const RollcallExportColumn columns[] = {
    { "name", "Name", test_get_name },
    { "ips", "IP Addresses", test_get_ips },
    { "note", "Note, \"free\"", test_get_note },
    { "decided_by", "Decided <By>", test_get_decided_by },
  };
  GArray *array = g_array_new (FALSE, FALSE, sizeof (RollcallExportColumn));

  return g_array_append_vals (array, columns, G_N_ELEMENTS (columns));
}

/* A cache of @server in @directory that holds the hostile rows, and a page of others after them up to @n. */
static inline RollcallCache *
test_hostile_cache_new (const char *directory, const char *server, guint n)
{
  g_autoptr (RollcallCache) cache = rollcall_cache_open (directory, server, NULL);

  for (guint first = 1; first <= n; first += 1000)
    {
      guint last = MIN (first + 999, n);
      RollcallChanges *changes = test_page_new (first, last, 0, last < n);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GArray) touched = NULL;

      for (guint i = first; i <= MIN (last, TEST_N_HOSTILE); i++)
        {
          RollcallChange *change = g_ptr_array_index (changes->items, i - first);
          rollcall_registration_free (change->registration);
          change->registration = test_hostile_row_new (i);
        }
      rollcall_cache_apply_async (cache, changes, FALSE, 1, NULL, test_take_result, &result);
      test_wait_until (result != NULL);
      touched = rollcall_cache_apply_finish (cache, result, NULL);
      g_assert_nonnull (touched);
    }
  return g_steal_pointer (&cache);
}

static inline GArray *
test_ids_new (guint n)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (gint64 id = 1; id <= n; id++)
    g_array_append_val (ids, id);
  return ids;
}

G_END_DECLS
