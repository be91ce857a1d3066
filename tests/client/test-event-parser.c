/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-event-parser.h"

static void
note_event (const char *type, const char *data, gpointer user_data)
{
  g_string_append_printf (user_data, "%s<%s>", type, data);
}

/* What the events of @stream are, fed in two pieces that meet at @split; NULL where it is refused. */
static char *
parse_in_two (const char *stream, gsize length, gsize split)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (RollcallEventParser) parser = rollcall_event_parser_new (note_event, seen);
  g_autoptr (GError) error = NULL;

  if (rollcall_event_parser_feed (parser, stream, split, &error) &&
      rollcall_event_parser_feed (parser, stream + split, length - split, &error))
    return g_string_free_and_steal (g_steal_pointer (&seen));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  return NULL;
}

/* The examples of the WHATWG HTML standard, 9.2.6, and what it says of each. */
static void
test_split_at_every_byte (void)
{
  static const struct
  {
    const char *stream, *events;
  } cases[] = {
    { "data: YHOO\ndata: +2\ndata: 10\n\n", "message<YHOO\n+2\n10>" },
    { ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
      "message<first event>message<second event>message< third event>" },
    { "data\n\ndata\ndata\n\ndata:", "message<>message<\n>" },
    { "data:test\n\ndata: test\n\n", "message<test>message<test>" },
    { "event: change\nid: 7\ndata: {\"latest\": 7}\n\n", "change<{\"latest\": 7}>" },
    { "event: change\rdata: 1\r\revent: change\r\ndata: 2\r\n\r\n", "change<1>change<2>" },
    { "event: change\n\ndata: the type is gone\n\n", "message<the type is gone>" },
    { "\357\273\277data: after a byte order mark\n\n", "message<after a byte order mark>" },
    { ":\n:\n\nretry: 10\ndatum: 5\ndata: \303\244\n\n", "message<\303\244>" },
    { "data: the stream ended before this was complete\n", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize split = 0; split <= strlen (cases[i].stream); split++)
      {
        g_autofree char *events = parse_in_two (cases[i].stream, strlen (cases[i].stream), split);
        g_assert_cmpstr (events, ==, cases[i].events);
      }
}

static void
test_bounds (void)
{
  g_autofree char *line = g_strnfill (64 * 1024, 'x');
  g_autofree char *half = g_strnfill (40 * 1024, 'x');
  g_autofree char *long_line = g_strconcat ("data: ", line, "\n\n", NULL);
  g_autofree char *long_event = g_strconcat ("data: ", half, "\ndata: ", half, "\n\n", NULL);
  g_autofree char *long_type = g_strconcat ("event: ", half, "\ndata: ", half, "\n\n", NULL);

  g_assert_null (parse_in_two (long_line, strlen (long_line), 1000));
  g_assert_null (parse_in_two (long_event, strlen (long_event), 1000));
  /* neither is over its own bound */
  g_autofree char *events = parse_in_two (long_type, strlen (long_type), 1000);
  g_assert_nonnull (events);
}

static void
test_no_text (void)
{
  static const char nul[] = "data: a\0b\n\n";
  static const char latin[] = "data: \344\n\n";

  g_assert_null (parse_in_two (nul, sizeof nul - 1, 3));
  g_assert_null (parse_in_two (latin, sizeof latin - 1, 7));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/events/split-at-every-byte", test_split_at_every_byte);
  g_test_add_func ("/client/events/bounds", test_bounds);
  g_test_add_func ("/client/events/no-text", test_no_text);
  return g_test_run ();
}
