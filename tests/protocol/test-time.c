/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-time.h"

/* Milliseconds computed with date -u -d TEXT +%s%3N. */
static const struct
{
  const char *text;
  gint64 milliseconds;
} times[] = {
  { "1970-01-01T00:00:00.000Z", 0 },
  { "2026-01-05T09:30:00.000Z", G_GINT64_CONSTANT (1767605400000) },
  { "2028-02-29T23:59:59.999Z", G_GINT64_CONSTANT (1835481599999) },
  { "1969-12-31T23:59:59.999Z", -1 },
};

static void
test_round_trip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = rollcall_time_format (times[i].milliseconds);
      gint64 milliseconds = 0;

      g_assert_cmpstr (text, ==, times[i].text);
      g_assert_true (rollcall_time_parse (times[i].text, &milliseconds));
      g_assert_cmpint (milliseconds, ==, times[i].milliseconds);
    }
}

static void
test_other_spellings (void)
{
  static const char *const same[] = { "2026-01-05T09:30:00Z", "2026-01-05t09:30:00z", "2026-01-05T10:30:00+01:00",
                                      "2026-01-05T04:00:00.0000-05:30", "2026-01-05T09:30:00.000000999Z" };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      gint64 milliseconds = 0;

      g_assert_true (rollcall_time_parse (same[i], &milliseconds));
      g_assert_cmpint (milliseconds, ==, times[1].milliseconds);
    }
}

static void
test_bad (void)
{
  static const char *const bad[] = { "",
                                     "2026-01-05",
                                     "2026-01-05T09:30:00",
                                     "2026-01-05 09:30:00Z",
                                     "20260105T093000Z",
                                     "2026-02-30T00:00:00Z",
                                     "2026-13-01T00:00:00Z",
                                     "2026-01-05T24:30:00Z",
                                     "2026-01-05T09:30:00.Z",
                                     "2026-01-05T09:30:00Zx",
                                     "2026-01-05T09:30:00+0100",
                                     "+026-01-05T09:30:00Z",
                                     "2026-01-05T09:30:00.1234567890Z",
                                     "2026-W01-1T09:30:00Z" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      gint64 milliseconds = 42;

      g_test_message ("%s", bad[i]);
      g_assert_false (rollcall_time_parse (bad[i], &milliseconds));
      g_assert_cmpint (milliseconds, ==, 42);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/time/round-trip", test_round_trip);
  g_test_add_func ("/protocol/time/other-spellings", test_other_spellings);
  g_test_add_func ("/protocol/time/bad", test_bad);
  return g_test_run ();
}
