/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "test-program.h"

/* A row of a computer that means no good. */
#define HOSTILE_ROW                                                                                                    \
  "{\"id\":12,\"revision\":345,\"status\":\"pending\",\"trust\":\"none\",\"origin\":\"request\","                      \
  "\"name\":\"=cmd|' /C calc'!A0\",\"domain\":\"\\u001b[31mred\\u202e\",\"fqdn\":\"a\\u0007b\",\"os\":\"\\u009b2J\","  \
  "\"user\":\"a\\nb\",\"ips\":[\"10.20.0.42\",\"10.20.0.43\"],\"macs\":[],\"agent_version\":\"1\",\"fingerprint\":"    \
  "\"ab\","                                                                                                            \
  "\"key_changes\":0,\"resource_id\":7,\"duplicate_of\":null,\"advice\":null,\"site_server\":false,"                   \
  "\"decided_by\":{\"kind\":\"none\",\"name\":\"\"},\"decided_at\":null,\"note\":\"say \\\"hi\\\"\","                  \
  "\"first_requested\":\"2026-01-05T09:30:00.000Z\",\"last_requested\":\"2026-01-05T09:30:00.000Z\","                  \
  "\"request_count\":3,\"last_contact\":null,\"revocation_seen_at\":null,\"purge_after\":null}"
#define LAST_ROW                                                                                                       \
  "{\"id\":13,\"revision\":345,\"status\":\"pending\",\"trust\":\"none\",\"origin\":\"request\","                      \
  "\"name\":\"last\",\"domain\":\"corp.example\",\"fqdn\":\"last.corp.example\",\"os\":\"Debian 13\","                 \
  "\"user\":\"maria\",\"ips\":[\"10.20.0.42\",\"10.20.0.43\"],\"macs\":[],\"agent_version\":\"1\",\"fingerprint\":"    \
  "\"ab\","                                                                                                            \
  "\"key_changes\":0,\"resource_id\":7,\"duplicate_of\":null,\"advice\":null,\"site_server\":false,"                   \
  "\"decided_by\":{\"kind\":\"none\",\"name\":\"\"},\"decided_at\":null,\"note\":\"say \\\"hi\\\"\","                  \
  "\"first_requested\":\"2026-01-05T09:30:00.000Z\",\"last_requested\":\"2026-01-05T09:30:00.000Z\","                  \
  "\"request_count\":3,\"last_contact\":null,\"revocation_seen_at\":null,\"purge_after\":null}"

static void
answer (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  const char *cursor = query != NULL ? g_hash_table_lookup (query, "cursor") : NULL;

  program_note (user_data, message);
  if (g_str_equal (path, "/v1/registrations") && cursor == NULL)
    test_service_answer (message, 200, "{\"items\":[" HOSTILE_ROW "],\"next\":\"a b&c\"}");
  else if (g_str_equal (path, "/v1/registrations"))
    {
      g_assert_cmpstr (cursor, ==, "a b&c");
      test_service_answer (message, 200, "{\"items\":[" LAST_ROW "],\"next\":null}");
    }
  else if (g_str_equal (path, "/v1/registrations/12"))
    test_service_answer (message, 200, HOSTILE_ROW);
  else if (g_str_equal (path, "/v1/registrations/13"))
    test_service_answer (message, 200, "[5]");
  else if (g_str_equal (path, "/v1/maintenance/purge"))
    test_service_answer (message, 403,
                         "{\"type\":\"urn:rollcall:problem:forbidden\",\"title\":\"Forbidden\",\"status\":403,"
                         "\"detail\":\"Only an administrator\\u001b[0m may.\"}");
  else if (g_str_equal (path, "/v1/tokens"))
    /* a list without an end */
    test_service_answer (message, 200, "{\"items\":[],\"next\":\"again\"}");
  else if (g_str_equal (path, "/v1/site-servers"))
    test_service_break (message);
  else if (g_str_equal (path, "/v1/backup"))
    test_service_answer (message, 200, "the whole store");
  else
    test_service_answer (message, 404, "{\"type\":\"urn:rollcall:problem:not-found\",\"detail\":\"No such row.\"}");
}

/* API.md, 'Programs': 2 wrong usage. */
static void
test_wrong_usage (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  static const char *const lines[] = { "",
                                       "frobnicate",
                                       "list more",
                                       "show",
                                       "show twelve",
                                       "show 0",
                                       "allow",
                                       "allow 1 1",
                                       "policy",
                                       "policy add",
                                       "policy add x",
                                       "--bogus",
                                       "list --bogus",
                                       "export x",
                                       "token create x",
                                       "settings set",
                                       "audit 1 --export x",
                                       "audit verify nowhere",
                                       "task add 1 collect-inventory --parameters [" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      program_run (program, lines[i]);
      g_test_message ("%s: %s", lines[i], program->errors);
      g_assert_cmpint (program->exit, ==, 2);
      g_assert_true (g_str_has_prefix (program->errors, "rollcallctl: "));
      g_assert_cmpstr (program->output, ==, "");
    }
  g_assert_cmpuint (program->said->len, ==, 0);
  program_run_bare (program, "list");
  g_assert_cmpint (program->exit, ==, 2);
}

static void
test_help_and_version (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run_bare (program, "--version");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_cmpstr (program->output, ==, "rollcallctl " ROLLCALL_VERSION "\n");
  program_run_bare (program, "--help");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_nonnull (strstr (program->output, "policy preview"));
  program_run_bare (program, "policy add --help");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_nonnull (strstr (program->output, "--mask"));
}

static void
test_refused (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run (program, "purge run");
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_cmpstr (program->errors, ==, "rollcallctl: Not permitted: Only an administrator\uFFFD[0m may.\n");
  program_run (program, "show 99");
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_cmpstr (program->errors, ==, "rollcallctl: Not found: No such row.\n");
}

static void
test_not_reached (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run (program, "site-server list");
  g_assert_cmpint (program->exit, ==, 3);
  /* what cannot be read was as good as not reached */
  program_run (program, "show 13");
  g_assert_cmpint (program->exit, ==, 3);
  program_run (program, "token list");
  g_assert_cmpint (program->exit, ==, 3);
  test_service_stop (program->service);
  program_run (program, "list");
  g_assert_cmpint (program->exit, ==, 3);
  test_service_start (program->service);
}

/* A token that others can read is no secret: it is not used. */
static void
test_token_file (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  g_assert_cmpint (g_chmod (program->token_file, 0644), ==, 0);
  program_run (program, "list");
  g_assert_cmpint (program->exit, ==, 2);
  g_assert_nonnull (strstr (program->errors, "chmod 600"));
  g_assert_cmpuint (program->said->len, ==, 0);
}

/* C7: what an agent said is text. */
static void
test_hostile_text (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  static const char *const lines[] = { "list", "show 12" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      program_run (program, lines[i]);
      g_assert_cmpint (program->exit, ==, 0);
      g_assert_nonnull (strstr (program->output, "\uFFFD[31mred\uFFFD"));
      g_assert_null (strchr (program->output, '\033'));
      g_assert_null (strchr (program->output, '\a'));
      g_assert_null (strstr (program->output, "\u202e"));
      g_assert_null (strstr (program->output, "\302\233"));
    }
}

static void
test_list (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run (program, "list --status pending,blocked --query a&b~c --sort -last_requested");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_cmpstr (program->said->pdata[0], ==,
                   "GET /v1/registrations?status=pending%2Cblocked&q=a%26b%20c&sort=-last_requested&limit=1000");
  g_assert_cmpuint (program->said->len, ==, 2);
  g_auto (GStrv) lines = g_strsplit (program->output, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[0], "ID  Status   Trust"));
  g_assert_true (g_str_has_prefix (lines[1], "12  pending  none "));
  g_assert_cmpint (strstr (lines[2], "last") - lines[2], ==, strstr (lines[0], "Name") - lines[0]);
}

static void
test_table_fits_terminal (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run_in_terminal (program, "list", 70);
  g_assert_cmpint (program->exit, ==, 0);
  g_auto (GStrv) lines = g_strsplit (program->output, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, 70);
  g_assert_nonnull (strstr (lines[1], "\u2026"));
}

static void
test_list_as_json (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  g_autoptr (GError) error = NULL;

  program_run (program, "list --json");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_null (strstr (program->output, "\u202e"));
  g_assert_null (strstr (program->output, "\302\233"));
  g_autoptr (JsonNode) node = rollcall_json_parse (program->output, strlen (program->output), &error);
  g_assert_no_error (error);
  JsonArray *items = json_object_get_array_member (json_node_get_object (node), "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 2);
  g_autoptr (JsonNode) expected = json_from_string (HOSTILE_ROW, NULL);
  g_assert_true (json_node_equal (json_array_get_element (items, 0), expected));
}

static void
test_export_csv (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  g_autofree char *path = program_get_path (program, "rows.csv");
  g_autofree char *line = g_strdup_printf ("export --format csv %s", path);
  g_autofree char *csv = NULL;

  program_run (program, line);
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_true (g_file_get_contents (path, &csv, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (csv, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[0], "\"id\",\"revision\",\"status\""));
  g_assert_nonnull (strstr (lines[1], ",\"'=cmd|' /C calc'!A0\",\"\uFFFD[31mred\uFFFD\","));
  g_assert_nonnull (strstr (lines[1], ",\"10.20.0.42 10.20.0.43\","));
  g_assert_nonnull (strstr (lines[1], ",\"say \"\"hi\"\"\","));
}

static void
test_export_json (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  g_autofree char *path = program_get_path (program, "rows.json");
  g_autofree char *line = g_strdup_printf ("export --format json %s", path);
  g_autofree char *text = NULL;

  program_run (program, line);
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_autoptr (JsonNode) node = rollcall_json_parse (text, strlen (text), NULL);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 2);
}

/* What was there stays where the new one does not get whole. */
static void
test_file_is_whole_or_as_it_was (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);
  g_autofree char *path = program_get_path (program, "backup");
  g_autofree char *line = g_strdup_printf ("backup %s", path);
  g_autofree char *text = NULL;
  GStatBuf status;

  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  test_service_stop (program->service);
  program_run (program, line);
  g_assert_cmpint (program->exit, ==, 3);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "before");
  g_clear_pointer (&text, g_free);

  test_service_start (program->service);
  program_run (program, line);
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "the whole store");
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);

  program_run (program, "backup /nowhere/backup");
  g_assert_cmpint (program->exit, ==, 2);
}

int
main (int argc, char **argv)
{
  program_init (&argc, &argv);
  g_test_add_func ("/ctl/wrong-usage", test_wrong_usage);
  g_test_add_func ("/ctl/help-and-version", test_help_and_version);
  g_test_add_func ("/ctl/refused", test_refused);
  g_test_add_func ("/ctl/not-reached", test_not_reached);
  g_test_add_func ("/ctl/token-file", test_token_file);
  g_test_add_func ("/ctl/C7-hostile-text", test_hostile_text);
  g_test_add_func ("/ctl/list", test_list);
  g_test_add_func ("/ctl/table-fits-terminal", test_table_fits_terminal);
  g_test_add_func ("/ctl/list-as-json", test_list_as_json);
  g_test_add_func ("/ctl/C7-export-csv", test_export_csv);
  g_test_add_func ("/ctl/C7-export-json", test_export_json);
  g_test_add_func ("/ctl/file-is-whole-or-as-it-was", test_file_is_whole_or_as_it_was);
  return g_test_run ();
}
