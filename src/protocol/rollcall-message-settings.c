/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

#define IGNORED_VALUES_LIMIT 1000
#define MATCHING_KEYS_LIMIT  4
/* A week without a question would hide a revocation for as long; a day between requests is plenty. */
#define RETRY_AFTER_LIMIT (24 * 60 * 60)
#define OBSERVATION_LIMIT (30 * 24 * 60 * 60)

JsonNode *
rollcall_registration_settings_to_json (const RollcallSettings *settings)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "duplicate_observation_s", settings->duplicate_observation_s);
  json_object_set_int_member (object, "retry_after_s", settings->retry_after_s);
  rollcall_json_set_strings (object, "matching_keys", settings->matching_keys);
  rollcall_json_set_strings (object, "ignored_values", settings->ignored_values);
  return rollcall_json_node_take_object (object);
}

gboolean
rollcall_registration_settings_from_json (JsonNode *node, RollcallSettings *settings, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, FALSE);
  gint64 observation = rollcall_reader_integer (reader, "duplicate_observation_s", 0, OBSERVATION_LIMIT);
  gint64 retry_after = rollcall_reader_integer (reader, "retry_after_s", 1, RETRY_AFTER_LIMIT);
  g_auto (GStrv)
      matching = rollcall_reader_strings (reader, "matching_keys", MATCHING_KEYS_LIMIT, ROLLCALL_STRING_LIMIT);
  g_auto (GStrv)
      ignored = rollcall_reader_strings (reader, "ignored_values", IGNORED_VALUES_LIMIT, ROLLCALL_STRING_LIMIT);

  for (guint i = 0; matching[i] != NULL; i++)
    if (!rollcall_resource_key_type_is_known (matching[i]))
      rollcall_reader_fail_element (reader, "matching_keys", i, "This resource key type is not known.");
    else if (g_strv_contains ((const char *const *) matching + i + 1, matching[i]))
      rollcall_reader_fail_element (reader, "matching_keys", i, "A type stands twice.");
  if (!rollcall_reader_finish (reader, error))
    return FALSE;

  settings->duplicate_observation_s = observation;
  settings->retry_after_s = retry_after;
  g_strfreev (settings->matching_keys);
  settings->matching_keys = g_steal_pointer (&matching);
  g_strfreev (settings->ignored_values);
  settings->ignored_values = g_steal_pointer (&ignored);
  return TRUE;
}

JsonNode *
rollcall_purging_settings_to_json (const RollcallSettings *settings, gint64 last_run_at, gint64 last_run_removed)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "enabled", settings->purging_enabled);
  json_object_set_string_member (object, "blocked_after", settings->blocked_after);
  if (last_run_at == 0)
    json_object_set_null_member (object, "last_run");
  else
    {
      JsonObject *last_run = json_object_new ();

      rollcall_json_set_time (last_run, "at", last_run_at);
      json_object_set_int_member (last_run, "removed", last_run_removed);
      json_object_set_object_member (object, "last_run", last_run);
    }
  return rollcall_json_node_take_object (object);
}

gboolean
rollcall_purging_settings_from_json (JsonNode *node, RollcallSettings *settings, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, FALSE);
  gboolean enabled = rollcall_reader_boolean (reader, "enabled");
  const char *period = rollcall_reader_string (reader, "blocked_after", 0, ROLLCALL_STRING_LIMIT);
  g_autoptr (GError) wrong = NULL;

  rollcall_reader_ignore (reader, "last_run");
  if (!rollcall_period_validate (period, &wrong))
    rollcall_reader_fail (reader, "blocked_after", "The period is not valid: %s.", wrong->message);
  if (!rollcall_reader_finish (reader, error))
    return FALSE;
  settings->purging_enabled = enabled;
  g_set_str (&settings->blocked_after, period);
  return TRUE;
}
