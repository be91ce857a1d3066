/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-program.h"

#define N_EVENTS 5

/* R26: a history of N_EVENTS events. */
typedef struct
{
  char *lines[N_EVENTS];
  Program *program;
} History;

static void
history_init (History *history)
{
  g_autofree char *previous = g_strdup (ROLLCALL_FIRST_PREVIOUS_HASH);

  for (int i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (RollcallEvent)
          event = rollcall_event_new (ROLLCALL_EVENT_DECISION, 1767605400000 + i, ROLLCALL_ACTOR_PERSON, "maria");
      event->number = i + 1;
      event->registration = 12;
      event->from = ROLLCALL_STATUS_PENDING;
      event->to = ROLLCALL_STATUS_ALLOWED;
      g_set_str (&event->note, "Straße \u202e\033");
      g_free (event->hash);
      event->hash = rollcall_event_hash (previous, event);
      g_set_str (&previous, event->hash);
      g_autoptr (JsonNode) node = rollcall_event_to_json (event);
      history->lines[i] = json_to_string (node, FALSE);
    }
}

static void
history_clear (History *history)
{
  for (int i = 0; i < N_EVENTS; i++)
    g_free (history->lines[i]);
}

static void
answer (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  History *history = user_data;
  g_autoptr (GString) text = g_string_new ("{\"items\":[");
  const char *cursor = g_hash_table_lookup (query, "cursor");
  int first = cursor != NULL ? atoi (cursor) : 0;

  program_note (history->program, message);
  /* two a page */
  for (int i = first; i < MIN (first + 2, N_EVENTS); i++)
    g_string_append_printf (text, "%s%s", i > first ? "," : "", history->lines[i]);
  if (first + 2 < N_EVENTS)
    g_string_append_printf (text, "],\"next\":\"%d\"}", first + 2);
  else
    g_string_append (text, "],\"next\":null}");
  test_service_answer (message, 200, text->str);
}

static void
replace (char **line, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (*line, from, -1);

  g_assert_cmpuint (g_strv_length (parts), >, 1);
  g_free (*line);
  *line = g_strjoinv (to, parts);
}

typedef void (*Tamper) (History *history);

/* R26: verify names the first broken link, in the service's history and in an exported one. */
static void
assert_broken (Tamper tamper, const char *expected)
{
  History history;
  history_init (&history);
  tamper (&history);
  g_autoptr (Program) program = program_new (answer, &history);
  g_autofree char *path = program_get_path (program, "audit");
  g_autofree char *export = g_strdup_printf ("audit --export %s", path);
  g_autofree char *verify = g_strdup_printf ("audit verify %s", path);
  history.program = program;

  program_run (program, "audit verify");
  g_test_message ("%s", program->errors);
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_nonnull (strstr (program->errors, expected));
  program_run (program, export);
  g_assert_cmpint (program->exit, ==, 0);
  program_run_bare (program, verify);
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_nonnull (strstr (program->errors, expected));
  history_clear (&history);
}

static void
change_note (History *history)
{
  replace (&history->lines[2], "Stra", "Gas");
}

static void
add_member (History *history)
{
  replace (&history->lines[2], "{\"number\"", "{\"more\":1,\"number\"");
}

static void
leave_one_out (History *history)
{
  g_set_str (&history->lines[2], history->lines[3]);
  g_set_str (&history->lines[3], history->lines[4]);
}

static void
change_first (History *history)
{
  replace (&history->lines[0], "maria", "mario");
}

static void
change_kind_of_number (History *history)
{
  replace (&history->lines[1], "\"number\":2", "\"number\":\"2\"");
}

static void
test_broken (void)
{
  assert_broken (change_note, "event 3 ");
  assert_broken (add_member, "event 3 ");
  assert_broken (leave_one_out, "event 3 is not in its place");
  assert_broken (change_first, "event 1 ");
  assert_broken (change_kind_of_number, "after event 1 ");
}

static void
test_whole (void)
{
  History history;
  history_init (&history);
  g_autoptr (Program) program = program_new (answer, &history);
  g_autofree char *path = program_get_path (program, "audit");
  g_autofree char *export = g_strdup_printf ("audit --export %s", path);
  g_autofree char *verify = g_strdup_printf ("audit verify %s", path);
  g_autofree char *text = NULL;
  history.program = program;

  program_run (program, "audit verify");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_nonnull (strstr (program->output, "5 events"));
  program_run (program, export);
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, N_EVENTS + 1);
  g_assert_null (strchr (text, '\033'));
  /* needs no service */
  program_run_bare (program, verify);
  g_assert_cmpint (program->exit, ==, 0);

  program_run (program, "audit");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_nonnull (strstr (program->output, "2026-01-05T09:30:00.000Z"));
  g_assert_null (strstr (program->output, "\u202e"));
  g_ptr_array_set_size (program->said, 0);
  program_run (program, "audit 12");
  g_assert_cmpstr (program->said->pdata[0], ==, "GET /v1/registrations/12/audit?limit=1000");
  history_clear (&history);
}

static void
test_no_history_file (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  g_autofree char *path = program_get_path (program, "audit");
  g_autofree char *verify = g_strdup_printf ("audit verify %s", path);

  g_assert_true (g_file_set_contents (path, "\177ELF\0\0\0", 7, NULL));
  program_run_bare (program, verify);
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_nonnull (strstr (program->errors, "after event 0"));
}

int
main (int argc, char **argv)
{
  program_init (&argc, &argv);
  g_test_add_func ("/ctl/audit/R26-whole", test_whole);
  g_test_add_func ("/ctl/audit/R26-broken", test_broken);
  g_test_add_func ("/ctl/audit/no-history-file", test_no_history_file);
  return g_test_run ();
}
