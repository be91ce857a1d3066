/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-program.h"

#define POLICY                                                                                                         \
  "{\"id\":3,\"name\":\"old\",\"enabled\":true,\"result\":\"allow\","                                                  \
  "\"masks\":[{\"type\":\"fqdn\",\"mask\":\"*.a\"}],\"revision\":9,\"later\":1}"

/* What the service answers to "METHOD PATH". */
static const struct
{
  const char *call, *answer;
} answers[] = {
  { "GET /v1/registrations/12", "{\"id\":12,\"revision\":345}" },
  { "GET /v1/registrations/13", "{\"id\":13,\"revision\":346}" },
  { "GET /v1/registration-policies", "{\"items\":[" POLICY "],\"next\":null}" },
  { "GET /v1/registration-policies/3", POLICY },
  { "PUT /v1/registration-policies/3", POLICY },
  { "POST /v1/registration-policies", POLICY },
  { "POST /v1/registration-policies/preview",
    "{\"matching\":7,\"would_become\":{\"allowed\":4,\"blocked\":0},\"sample\":[]}" },
  { "GET /v1/settings/purging", "{\"enabled\":true,\"blocked_after\":\"P3M\",\"last_run\":null}" },
  { "PUT /v1/settings/purging", "{\"enabled\":false,\"blocked_after\":\"P3M\",\"last_run\":null}" },
  { "GET /v1/settings/purging/preview", "{\"would_remove\":5,\"sample\":[]}" },
  { "POST /v1/maintenance/purge", "{\"removed\":5}" },
  { "PUT /v1/registrations/12/site-server", "{\"id\":12}" },
  { "GET /v1/agent-policies",
    "{\"items\":[{\"id\":4,\"name\":\"old\",\"revision\":8,\"body\":{\"a\":1}}],\"next\":null}" },
  { "POST /v1/agent-policies", "{\"id\":5,\"name\":\"new\",\"revision\":1,\"body\":{}}" },
  { "PUT /v1/agent-policies/4", "{\"id\":4,\"name\":\"new\",\"revision\":9,\"body\":{\"a\":1}}" },
  { "POST /v1/tasks", "{\"id\":6}" },
  { "GET /v1/settings/registration",
    "{\"duplicate_observation_s\":1800,\"retry_after_s\":900,\"matching_keys\":[\"fqdn\"],\"ignored_values\":[\"x\"],"
    "\"later\":1}" },
  { "PUT /v1/settings/registration",
    "{\"duplicate_observation_s\":0,\"retry_after_s\":900,\"matching_keys\":[\"fqdn\"],\"ignored_values\":[\"x\"]}" },
  { "POST /v1/tokens", "{\"name\":\"a b\",\"role\":\"viewer\",\"expires\":null,\"token\":\"t0ken\"}" },
  { "GET /v1/tokens", "{\"items\":[{\"name\":\"a b\",\"role\":\"viewer\",\"expires\":null}],\"next\":null}" },
};

static const char *decision_answer;

static void
answer (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  g_autofree char *call = g_strdup_printf ("%s %s", soup_server_message_get_method (message), path);

  program_note (user_data, message);
  if (g_str_has_prefix (call, "DELETE "))
    {
      test_service_answer (message, 204, NULL);
      return;
    }
  if (g_str_equal (call, "POST /v1/decisions"))
    {
      test_service_answer (message, 200, decision_answer);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (g_str_equal (call, answers[i].call))
      {
        test_service_answer (message, 200, answers[i].answer);
        return;
      }
  test_service_answer (message, 404, "{\"type\":\"urn:rollcall:problem:not-found\",\"detail\":\"Nothing here.\"}");
}

/* R10: a decision names the revision of the row as it was read. R18: what was refused is told, and makes the exit 1. */
static void
test_decisions (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  decision_answer =
      "{\"applied\":[{\"id\":12,\"into\":null,\"status\":\"allowed\",\"trust\":\"granted\",\"revision\":400}],"
      "\"refused\":[]}";
  program_run (program, "allow 12 --note ticket~4711 --resource 7");
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_cmpstr (program->said->pdata[0], ==, "GET /v1/registrations/12");
  g_assert_cmpstr (
      program->said->pdata[1], ==,
      "POST /v1/decisions {\"action\":\"allow\",\"items\":[{\"id\":12,\"revision\":345,\"resource_id\":7}],"
      "\"note\":\"ticket 4711\"}");
  g_assert_nonnull (strstr (program->output, "granted"));

  decision_answer =
      "{\"applied\":[{\"id\":13,\"into\":null,\"status\":\"revoked\",\"trust\":\"revoked\",\"revision\":401}],"
      "\"refused\":[{\"id\":12,\"reason\":\"changed\"},{\"id\":99,\"reason\":\"not-found\"}]}";
  g_ptr_array_set_size (program->said, 0);
  program_run (program, "revoke 12 13 99");
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_nonnull (strstr (program->output, "changed meanwhile"));
  /* 99 is not there: the decision itself says so */
  g_assert_cmpstr (program->said->pdata[3], ==,
                   "POST /v1/decisions {\"action\":\"revoke\",\"items\":[{\"id\":12,\"revision\":345},"
                   "{\"id\":13,\"revision\":346},{\"id\":99}],\"note\":\"\"}");

  program_run (program, "--json block 12 13 99");
  g_assert_cmpint (program->exit, ==, 1);
  g_autoptr (JsonNode) node = rollcall_json_parse (program->output, strlen (program->output), NULL);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "refused")), ==,
                    2);
}

/* A line, the last call that it makes, and something that it prints. */
typedef struct
{
  const char *line, *said, *output;
} Case;

static const Case cases[] = {
  { "policy list", "GET /v1/registration-policies?limit=1000", "old" },
  { "policy add Corporate~laptops --result allow --mask fqdn=*.a --mask ip=10.0.0.0/8",
    "POST /v1/registration-policies {\"name\":\"Corporate laptops\",\"enabled\":true,\"result\":\"allow\","
    "\"masks\":[{\"type\":\"fqdn\",\"mask\":\"*.a\"},{\"type\":\"ip\",\"mask\":\"10.0.0.0/8\"}]}",
    "ID: 3\n" },
  { "policy set 3 --disable --name new",
    "PUT /v1/registration-policies/3 {\"name\":\"new\",\"enabled\":false,\"result\":\"allow\","
    "\"masks\":[{\"type\":\"fqdn\",\"mask\":\"*.a\"}],\"revision\":9}",
    "" },
  { "policy remove 3", "DELETE /v1/registration-policies/3", "" },
  { "policy preview --result block --mask name=* --replace 3",
    "POST /v1/registration-policies/preview {\"name\":\"draft\",\"enabled\":true,\"result\":\"block\","
    "\"masks\":[{\"type\":\"name\",\"mask\":\"*\"}],\"id\":3}",
    "Would become Allowed: 4\n" },
  { "purge preview", "GET /v1/settings/purging/preview?blocked_after=P3M", "Would remove: 5\n" },
  { "purge preview P1M", "GET /v1/settings/purging/preview?blocked_after=P1M", "Would remove: 5\n" },
  { "purge run", "POST /v1/maintenance/purge", "Removed: 5\n" },
  { "purge set P6M", "PUT /v1/settings/purging {\"enabled\":true,\"blocked_after\":\"P6M\"}", "On: false\n" },
  { "purge set never", "PUT /v1/settings/purging {\"enabled\":false,\"blocked_after\":\"P3M\"}", "On: false\n" },
  { "site-server add 12", "PUT /v1/registrations/12/site-server", "" },
  { "site-server remove 12", "DELETE /v1/registrations/12/site-server", "" },
  { "agent-policy list", "GET /v1/agent-policies?limit=1000", "{\"a\":1}" },
  { "agent-policy add new", "POST /v1/agent-policies {\"name\":\"new\",\"body\":{}}", "ID: 5\n" },
  { "agent-policy set 4 --name new", "PUT /v1/agent-policies/4 {\"name\":\"new\",\"body\":{\"a\":1},\"revision\":8}",
    "" },
  { "agent-policy remove 4", "DELETE /v1/agent-policies/4", "" },
  { "task add 12 collect-inventory",
    "POST /v1/tasks {\"registration\":12,\"kind\":\"collect-inventory\",\"parameters\":{}}", "ID: 6\n" },
  { "settings get", "GET /v1/settings/registration", "Agents ask again after (seconds): 900\n" },
  { "settings set --duplicate-observation 0 --matching-key uniqueid --matching-key fqdn",
    "PUT /v1/settings/registration {\"duplicate_observation_s\":0,\"retry_after_s\":900,"
    "\"matching_keys\":[\"uniqueid\",\"fqdn\"],\"ignored_values\":[\"x\"]}",
    "Ignored values: x\n" },
  { "token create a~b --role viewer", "POST /v1/tokens {\"name\":\"a b\",\"role\":\"viewer\",\"expires\":null}",
    "t0ken\n" },
  { "token list", "GET /v1/tokens?limit=1000", "viewer" },
  { "token remove a~b/c", "DELETE /v1/tokens/a b/c", "" },
};

static void
test_verb (gconstpointer data)
{
  const Case *verb = data;
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run (program, verb->line);
  g_test_message ("%s", program->errors);
  g_assert_cmpint (program->exit, ==, 0);
  g_assert_cmpstr (program->said->pdata[program->said->len - 1], ==, verb->said);
  g_assert_nonnull (strstr (program->output, verb->output));
}

static void
test_token_alone_on_output (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run (program, "token create a~b --role viewer");
  g_assert_cmpstr (program->output, ==, "t0ken\n");
}

static void
test_no_such_agent_policy (void)
{
  g_autoptr (Program) program = program_new (answer, NULL);

  program_run (program, "agent-policy set 77 --name x");
  g_assert_cmpint (program->exit, ==, 1);
  g_assert_nonnull (strstr (program->errors, "77"));
}

int
main (int argc, char **argv)
{
  program_init (&argc, &argv);
  g_test_add_func ("/ctl/R10-R18-decisions", test_decisions);
  g_test_add_func ("/ctl/token-alone-on-output", test_token_alone_on_output);
  g_test_add_func ("/ctl/no-such-agent-policy", test_no_such_agent_policy);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) words = g_strsplit (cases[i].line, " ", 3);
      g_autofree char *path = g_strdup_printf ("/ctl/verb/%u-%s-%s", i, words[0], words[1]);
      g_test_add_data_func (path, &cases[i], test_verb);
    }
  return g_test_run ();
}
