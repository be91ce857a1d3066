/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages.h"

#include <string.h>

#define REQUEST                                                                                                        \
  "{\"computer\":{\"name\":\"PC-1042\",\"domain\":\"corp.example\",\"fqdn\":\"pc-1042.corp.example\",\"os\":\"Debian " \
  "13\","                                                                                                              \
  "\"user\":\"maria\",\"ips\":[\"10.20.0.42\",\"2001:db8::1\"],\"macs\":[\"52:54:00:12:34:56\"]},"                     \
  "\"agent\":{\"version\":\"1.0.0\"},\"resource_keys\":[{\"type\":\"fqdn\",\"value\":\"pc-1042.corp.example\"}]}"

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = rollcall_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return node;
}

static void
assert_same_json (JsonNode *first, JsonNode *second)
{
  g_autofree char *a = rollcall_json_canonical (first);
  g_autofree char *b = rollcall_json_canonical (second);

  g_assert_cmpstr (a, ==, b);
}

static void
test_request_round_trip (void)
{
  g_autoptr (JsonNode) node = parse (REQUEST);
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallRequest) request = rollcall_request_from_json (node, &error);
  g_autoptr (JsonNode) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (request->computer.ips[1], ==, "2001:db8::1");
  again = rollcall_request_to_json (request);
  assert_same_json (node, again);
}

/* What stands in REQUEST, and what takes its place. */
static const struct
{
  const char *from;
  const char *to;
  const char *field;
} bad_requests[] = {
  { "\"PC-1042\"", "\"\"", "/computer/name" },
  { "\"PC-1042\"", "7", "/computer/name" },
  { "\"name\":\"PC-1042\",", "", "/computer/name" },
  { "\"user\":", "\"owner\":", "/computer/user" },
  { "\"user\":", "\"x\":1,\"user\":", "/computer/x" },
  { "10.20.0.42", "10.20.0.421", "/computer/ips/0" },
  { "2001:db8::1", "nonsense", "/computer/ips/1" },
  { "52:54:00:12:34:56", "52:54:00:12:34", "/computer/macs/0" },
  { "52:54:00:12:34:56", "52:54:00:12:34:56:78", "/computer/macs/0" },
  { "{\"version\":\"1.0.0\"}", "null", "/agent" },
  { "{\"version\":\"1.0.0\"}", "{}", "/agent/version" },
  { "\"type\":\"fqdn\"", "\"type\":\"serial\"", "/resource_keys/0/type" },
  { "\"value\":", "\"values\":", "/resource_keys/0/value" },
  { "[{\"type\"", "[1,{\"type\"", "/resource_keys/0" },
  { "\"resource_keys\":", "\"keys\":", "/resource_keys" },
};

static void
test_bad_request (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GString) text = g_string_new (REQUEST);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_string_replace (text, bad_requests[i].from, bad_requests[i].to, 1), ==, 1);
  node = parse (text->str);
  g_assert_null (rollcall_request_from_json (node, &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, bad_requests[i].field);
}

static gboolean
request_is_accepted (const char *from, const char *unit, guint times)
{
  g_autoptr (GString) text = g_string_new (REQUEST);
  g_autoptr (GString) many = g_string_new (unit);
  g_autoptr (RollcallRequest) request = NULL;
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 1; i < times; i++)
    g_string_append (many, unit);
  g_string_replace (text, from, many->str, 1);
  node = parse (text->str);
  request = rollcall_request_from_json (node, NULL);
  return request != NULL;
}

static void
test_request_limits (void)
{
  g_assert_true (request_is_accepted ("PC-1042", "x", 1024));
  g_assert_false (request_is_accepted ("PC-1042", "x", 1025));
  g_assert_true (request_is_accepted ("\"10.20.0.42\",", "\"10.0.0.1\",", 63));
  g_assert_false (request_is_accepted ("\"10.20.0.42\",", "\"10.0.0.1\",", 64));
}

static RollcallRegistration *
make_registration (void)
{
  RollcallRegistration *row = rollcall_registration_new ();
  static char *ips[] = { (char *) "10.20.0.42", NULL };

  row->id = 12;
  row->revision = 345;
  row->status = ROLLCALL_STATUS_ALLOWED;
  row->trust = ROLLCALL_TRUST_GRANTED;
  row->origin = ROLLCALL_ORIGIN_PUSH;
  g_set_str (&row->computer.name, "PC \"ü\"\n<b>");
  g_strfreev (row->computer.ips);
  row->computer.ips = g_strdupv (ips);
  g_set_str (&row->fingerprint, "9f86d0");
  row->key_changes = 2;
  row->resource_id = 7;
  row->advice = ROLLCALL_ADVICE_CLONE;
  row->site_server = TRUE;
  row->decided_by = ROLLCALL_DECIDER_PERSON;
  g_set_str (&row->decided_by_name, "maria");
  row->decided_at = 1767605400000;
  g_set_str (&row->note, "ticket 4711");
  row->first_requested = 1767605400001;
  row->last_requested = 1767605400002;
  row->request_count = 3;
  return row;
}

static void
test_registration_round_trip (void)
{
  g_autoptr (RollcallRegistration) row = make_registration ();
  g_autoptr (JsonNode) node = rollcall_registration_to_json (row);
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallRegistration) read = rollcall_registration_from_json (node, &error);
  g_autoptr (JsonNode) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (read->computer.name, ==, row->computer.name);
  g_assert_cmpint (read->advice, ==, ROLLCALL_ADVICE_CLONE);
  g_assert_true (json_object_get_null_member (json_node_get_object (node), "duplicate_of"));
  g_assert_true (json_object_get_null_member (json_node_get_object (node), "purge_after"));
  again = rollcall_registration_to_json (read);
  assert_same_json (node, again);
}

static void
test_registration_whole (void)
{
  g_autoptr (RollcallRegistration) row = make_registration ();
  g_autoptr (GArray) duplicates = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 duplicate = 99;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (RollcallRegistration) read = NULL;

  g_array_append_val (duplicates, duplicate);
  g_ptr_array_add (row->keys, rollcall_key_new ("9f86d0", 1767605400000));
  g_ptr_array_add (row->resource_keys, rollcall_resource_key_new ("fqdn", "pc"));
  node = rollcall_registration_to_json_whole (row, duplicates);
  read = rollcall_registration_from_json (node, NULL);
  g_assert_nonnull (read);
  g_assert_cmpuint (read->keys->len, ==, 1);
  g_assert_cmpuint (read->resource_keys->len, ==, 1);
  g_assert_cmpint (
      json_array_get_int_element (json_object_get_array_member (json_node_get_object (node), "duplicates"), 0), ==, 99);
}

/* Computed apart from this code: SHA-256 over 64 zeros and json.dumps (event, sort_keys, no spaces). */
#define EVENT_HASH "2cf6b0c29a81e11dc54522a5bc0ad0b601ac688adcb2224e6aa7d73fdf57b26d"

static RollcallEvent *
make_event (void)
{
  RollcallEvent *event = rollcall_event_new (ROLLCALL_EVENT_DECISION, 1767605400000, ROLLCALL_ACTOR_PERSON, "maria");
  static const char *const list[] = { "a", "b", NULL };
  GVariantDict details;

  event->number = 1;
  event->registration = 12;
  event->from = ROLLCALL_STATUS_PENDING;
  event->to = ROLLCALL_STATUS_ALLOWED;
  g_set_str (&event->note, "ticket \"4711\"");
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "merged", "x", G_GINT64_CONSTANT (13));
  g_variant_dict_insert (&details, "copied_key", "b", TRUE);
  g_variant_dict_insert (&details, "fingerprint", "s", "ab");
  g_variant_dict_insert_value (&details, "list", g_variant_new_strv (list, -1));
  g_variant_unref (event->details);
  event->details = g_variant_ref_sink (g_variant_dict_end (&details));
  return event;
}

static void
test_event_hash (void)
{
  g_autoptr (RollcallEvent) event = make_event ();
  g_autofree char *hash = rollcall_event_hash (ROLLCALL_FIRST_PREVIOUS_HASH, event);

  g_assert_cmpstr (hash, ==, EVENT_HASH);
}

static void
test_event_round_trip (void)
{
  g_autoptr (RollcallEvent) event = make_event ();
  g_autofree char *hash = rollcall_event_hash (ROLLCALL_FIRST_PREVIOUS_HASH, event);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (RollcallEvent) read = NULL;
  g_autofree char *again = NULL;

  g_set_str (&event->hash, hash);
  node = rollcall_event_to_json (event);
  read = rollcall_event_from_json (node, NULL);
  g_assert_nonnull (read);
  again = rollcall_event_hash (ROLLCALL_FIRST_PREVIOUS_HASH, read);
  g_assert_cmpstr (again, ==, read->hash);
}

static void
test_event_details_are_flat (void)
{
  g_autoptr (RollcallEvent) event = make_event ();
  g_autoptr (JsonNode) node = rollcall_event_to_json (event);
  g_autoptr (GError) error = NULL;
  JsonObject *details = json_object_get_object_member (json_node_get_object (node), "details");

  json_object_set_object_member (details, "deep", json_object_new ());
  g_assert_null (rollcall_event_from_json (node, &error));
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, "/details");
}

static const struct
{
  const char *text;
  const char *field; /* NULL: valid */
} policies[] = {
  { "{\"name\":\"a\",\"enabled\":true,\"result\":\"allow\",\"masks\":[{\"type\":\"fqdn\",\"mask\":\"*.corp.example\"}]"
    "}",
    NULL },
  { "{\"id\":1,\"revision\":2,\"name\":\"a\",\"enabled\":true,\"result\":\"block\",\"masks\":[{\"type\":\"ip\","
    "\"mask\":\"10.0.0.0/8\"}]}",
    NULL },
  { "{\"name\":\"a\",\"enabled\":true,\"result\":\"allow\",\"masks\":[]}", "/masks" },
  { "{\"name\":\"\",\"enabled\":true,\"result\":\"allow\",\"masks\":[{\"type\":\"fqdn\",\"mask\":\"*\"}]}", "/name" },
  { "{\"name\":\"a\",\"enabled\":true,\"result\":\"maybe\",\"masks\":[{\"type\":\"fqdn\",\"mask\":\"*\"}]}",
    "/result" },
  { "{\"name\":\"a\",\"enabled\":true,\"result\":\"allow\",\"masks\":[{\"type\":\"host\",\"mask\":\"*\"}]}",
    "/masks/0/type" },
  { "{\"name\":\"a\",\"enabled\":true,\"result\":\"allow\",\"masks\":[{\"type\":\"ip\",\"mask\":\"10.0.0.0/99\"}]}",
    "/masks/0/mask" },
};

static void
test_policies (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autoptr (JsonNode) node = parse (policies[i].text);
      g_autoptr (GError) error = NULL;
      g_autoptr (RollcallPolicy) policy = rollcall_policy_from_json (node, FALSE, &error);

      g_assert_cmpstr (rollcall_problem_get_field (error), ==, policies[i].field);
      if (policy != NULL)
        {
          g_autoptr (JsonNode) again = rollcall_policy_to_json (policy);
          g_autoptr (RollcallPolicy) read = rollcall_policy_from_json (again, TRUE, NULL);

          g_assert_cmpuint (read->masks->len, ==, 1);
          g_assert_cmpint (read->result, ==, policy->result);
        }
    }
}

static void
test_decisions (void)
{
  g_autoptr (RollcallDecisionBatch) batch = rollcall_decision_batch_new (ROLLCALL_ACTION_BLOCK, "stolen");
  RollcallDecisionItem items[] = { { 12, 345, 0 }, { 13, 0, 7 } };
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) twice = NULL;
  g_autoptr (RollcallDecisionBatch) read = NULL;
  g_autoptr (GError) error = NULL;

  g_array_append_vals (batch->items, items, 2);
  node = rollcall_decision_batch_to_json (batch);
  read = rollcall_decision_batch_from_json (node, NULL);
  g_assert_cmpint (read->action, ==, ROLLCALL_ACTION_BLOCK);
  g_assert_cmpmem (read->items->data, 2 * sizeof items[0], items, sizeof items);

  items[1].id = 12;
  g_array_append_val (batch->items, items[1]);
  twice = rollcall_decision_batch_to_json (batch);
  g_assert_null (rollcall_decision_batch_from_json (twice, &error));
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, "/items/2/id");
}

static void
test_decision_results (void)
{
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (RollcallDecisionResult));
  RollcallDecisionResult given[] = {
    { 12, 4, ROLLCALL_STATUS_ALLOWED, ROLLCALL_TRUST_GRANTED, 9, ROLLCALL_REFUSAL_NONE },
    { 13, 0, ROLLCALL_STATUS_PENDING, ROLLCALL_TRUST_NONE, 0, ROLLCALL_REFUSAL_NEEDS_RESOURCE },
  };
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GArray) read = NULL;

  g_array_append_vals (results, given, 2);
  text = rollcall_decision_results_to_json (results);
  node = parse (text);
  read = rollcall_decision_results_from_json (node, NULL);
  g_assert_cmpuint (read->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const RollcallDecisionResult *result = &g_array_index (read, RollcallDecisionResult, i);

      g_assert_cmpint (result->id, ==, given[i].id);
      g_assert_cmpint (result->into, ==, given[i].into);
      g_assert_cmpint (result->status, ==, given[i].status);
      g_assert_cmpint (result->trust, ==, given[i].trust);
      g_assert_cmpint (result->revision, ==, given[i].revision);
      g_assert_cmpint (result->refusal, ==, given[i].refusal);
    }
}

static void
test_changes (void)
{
  g_autoptr (RollcallChanges) changes = g_new0 (RollcallChanges, 1);
  RollcallChange *put = g_new0 (RollcallChange, 1), *removed = g_new0 (RollcallChange, 1);
  g_autofree char *text = NULL;
  g_autofree char *unordered = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) unordered_node = NULL;
  g_autoptr (RollcallChanges) read = NULL;

  changes->items = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_change_free);
  *put = (RollcallChange) { 345, make_registration (), 12, 0 };
  *removed = (RollcallChange) { 346, NULL, 13, 12 };
  g_ptr_array_add (changes->items, put);
  g_ptr_array_add (changes->items, removed);
  changes->latest = 346;
  changes->more = TRUE;
  text = rollcall_changes_to_json (changes);
  node = parse (text);
  read = rollcall_changes_from_json (node, NULL);
  g_assert_nonnull (read);
  g_assert_cmpuint (read->items->len, ==, 2);
  g_assert_cmpint (((RollcallChange *) g_ptr_array_index (read->items, 1))->into, ==, 12);
  g_assert_true (read->more);

  removed->revision = 345;
  unordered = rollcall_changes_to_json (changes);
  unordered_node = parse (unordered);
  g_assert_null (rollcall_changes_from_json (unordered_node, NULL));
}

static void
test_settings (void)
{
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (JsonNode) node = rollcall_registration_settings_to_json (settings);
  g_autoptr (JsonNode) purging = rollcall_purging_settings_to_json (settings, 1767605400000, 4);
  g_autoptr (JsonNode) bad = parse ("{\"enabled\":true,\"blocked_after\":\"P0D\"}");
  g_autoptr (GError) error = NULL;

  g_assert_true (rollcall_registration_settings_from_json (node, settings, NULL));
  g_assert_true (rollcall_purging_settings_from_json (purging, settings, NULL));
  g_assert_false (rollcall_purging_settings_from_json (bad, settings, &error));
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, "/blocked_after");
  g_assert_cmpstr (settings->blocked_after, ==, "P3M");
}

static void
test_agent_policy_task_token (void)
{
  g_autoptr (JsonNode) policy_node = parse ("{\"name\":\"Firewall\",\"body\":{\"b\":[1.5],\"a\":null}}");
  g_autoptr (RollcallAgentPolicy) policy = rollcall_agent_policy_from_json (policy_node, FALSE, NULL);
  g_autoptr (JsonNode) task_node = parse ("{\"registration\":4,\"kind\":\"nonsense\",\"parameters\":{}}");
  g_autoptr (JsonNode) token_node = parse ("{\"name\":\"maria\",\"role\":\"operator\",\"expires\":null}");
  g_autoptr (RollcallToken) token = rollcall_token_from_json (token_node, FALSE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (policy->body, ==, "{\"a\":null,\"b\":[1.5]}");
  g_assert_null (rollcall_task_from_json (task_node, FALSE, &error));
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, "/kind");
  g_assert_cmpint (token->role, ==, ROLLCALL_ROLE_OPERATOR);
  g_assert_cmpint (token->expires, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/request/round-trip", test_request_round_trip);
  for (guint i = 0; i < G_N_ELEMENTS (bad_requests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/protocol/request/bad/%u%s", i, bad_requests[i].field);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad_request);
    }
  g_test_add_func ("/protocol/request/limits", test_request_limits);
  g_test_add_func ("/protocol/registration/round-trip", test_registration_round_trip);
  g_test_add_func ("/protocol/registration/whole", test_registration_whole);
  g_test_add_func ("/protocol/R26-event-hash", test_event_hash);
  g_test_add_func ("/protocol/R26-event-round-trip-keeps-hash", test_event_round_trip);
  g_test_add_func ("/protocol/event-details-are-flat", test_event_details_are_flat);
  g_test_add_func ("/protocol/R3-policies", test_policies);
  g_test_add_func ("/protocol/R18-decisions", test_decisions);
  g_test_add_func ("/protocol/R18-decision-results", test_decision_results);
  g_test_add_func ("/protocol/changes", test_changes);
  g_test_add_func ("/protocol/settings", test_settings);
  g_test_add_func ("/protocol/agent-policy-task-token", test_agent_policy_task_token);
  return g_test_run ();
}
