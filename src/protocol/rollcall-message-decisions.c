/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

RollcallDecisionBatch *
rollcall_decision_batch_new (RollcallAction action, const char *note)
{
  RollcallDecisionBatch *batch = g_new0 (RollcallDecisionBatch, 1);

  batch->action = action;
  batch->items = g_array_new (FALSE, TRUE, sizeof (RollcallDecisionItem));
  batch->note = g_strdup (note);
  return batch;
}

void
rollcall_decision_batch_free (RollcallDecisionBatch *batch)
{
  g_array_unref (batch->items);
  g_free (batch->note);
  g_free (batch);
}

static void
read_items (RollcallReader *parent, RollcallDecisionBatch *batch)
{
  JsonArray *array = rollcall_reader_array (parent, "items", ROLLCALL_DECISION_ITEMS_LIMIT);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader) reader = rollcall_reader_enter (parent, json_array_get_element (array, i), "items", i);
      RollcallDecisionItem item = { 0 };

      item.id = rollcall_reader_integer (reader, "id", 1, G_MAXINT64);
      if (rollcall_reader_has (reader, "revision"))
        item.revision = rollcall_reader_integer (reader, "revision", 1, G_MAXINT64);
      if (rollcall_reader_has (reader, "resource_id"))
        item.resource_id = rollcall_reader_integer_or_null (reader, "resource_id", 1, G_MAXINT64);
      if (!g_hash_table_add (seen, g_memdup2 (&item.id, sizeof item.id)))
        rollcall_reader_fail (reader, "id", "This id stands twice.");
      g_array_append_val (batch->items, item);
      if (!rollcall_reader_finish (reader, NULL))
        return;
    }
}

RollcallDecisionBatch *
rollcall_decision_batch_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, FALSE);
  g_autoptr (RollcallDecisionBatch) batch = rollcall_decision_batch_new (ROLLCALL_ACTION_ALLOW, "");

  rollcall_reader_word (reader, "action", action, &batch->action);
  g_set_str (&batch->note, rollcall_reader_string (reader, "note", 0, ROLLCALL_STRING_LIMIT));
  read_items (reader, batch);
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&batch) : NULL;
}

JsonNode *
rollcall_decision_batch_to_json (const RollcallDecisionBatch *batch)
{
  JsonObject *object = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < batch->items->len; i++)
    {
      const RollcallDecisionItem *item = &g_array_index (batch->items, RollcallDecisionItem, i);
      JsonObject *element = json_object_new ();

      json_object_set_int_member (element, "id", item->id);
      if (item->revision != 0)
        json_object_set_int_member (element, "revision", item->revision);
      if (item->resource_id != 0)
        json_object_set_int_member (element, "resource_id", item->resource_id);
      json_array_add_object_element (items, element);
    }
  json_object_set_string_member (object, "action", rollcall_action_to_string (batch->action));
  json_object_set_array_member (object, "items", items);
  json_object_set_string_member (object, "note", batch->note);
  return rollcall_json_node_take_object (object);
}

char *
rollcall_decision_results_to_json (GArray *results)
{
  JsonObject *object = json_object_new ();
  JsonArray *applied = json_array_new (), *refused = json_array_new ();
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < results->len; i++)
    {
      const RollcallDecisionResult *result = &g_array_index (results, RollcallDecisionResult, i);
      JsonObject *element = json_object_new ();

      json_object_set_int_member (element, "id", result->id);
      if (result->refusal != ROLLCALL_REFUSAL_NONE)
        {
          json_object_set_string_member (element, "reason", rollcall_refusal_to_string (result->refusal));
          json_array_add_object_element (refused, element);
          continue;
        }
      rollcall_json_set_id (element, "into", result->into);
      json_object_set_string_member (element, "status", rollcall_status_to_string (result->status));
      json_object_set_string_member (element, "trust", rollcall_trust_to_string (result->trust));
      json_object_set_int_member (element, "revision", result->revision);
      json_array_add_object_element (applied, element);
    }
  json_object_set_array_member (object, "applied", applied);
  json_object_set_array_member (object, "refused", refused);
  node = rollcall_json_node_take_object (object);
  return json_to_string (node, FALSE);
}

static void
read_applied (RollcallReader *parent, GArray *results)
{
  JsonArray *array = rollcall_reader_array (parent, "applied", ROLLCALL_DECISION_ITEMS_LIMIT);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader)
          reader = rollcall_reader_enter (parent, json_array_get_element (array, i), "applied", i);
      RollcallDecisionResult result = { .refusal = ROLLCALL_REFUSAL_NONE };

      result.id = rollcall_reader_integer (reader, "id", 1, G_MAXINT64);
      result.into = rollcall_reader_integer_or_null (reader, "into", 1, G_MAXINT64);
      rollcall_reader_word (reader, "status", status, &result.status);
      rollcall_reader_word (reader, "trust", trust, &result.trust);
      result.revision = rollcall_reader_integer (reader, "revision", 0, G_MAXINT64);
      g_array_append_val (results, result);
      rollcall_reader_finish (reader, NULL);
    }
}

static void
read_refused (RollcallReader *parent, GArray *results)
{
  JsonArray *array = rollcall_reader_array (parent, "refused", ROLLCALL_DECISION_ITEMS_LIMIT);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader)
          reader = rollcall_reader_enter (parent, json_array_get_element (array, i), "refused", i);
      RollcallDecisionResult result = { .refusal = ROLLCALL_REFUSAL_NOT_APPLICABLE };

      result.id = rollcall_reader_integer (reader, "id", 1, G_MAXINT64);
      rollcall_reader_word (reader, "reason", refusal, &result.refusal);
      if (result.refusal == ROLLCALL_REFUSAL_NONE)
        rollcall_reader_fail (reader, "reason", "A reason is expected here.");
      g_array_append_val (results, result);
      rollcall_reader_finish (reader, NULL);
    }
}

GArray *
rollcall_decision_results_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (RollcallDecisionResult));

  read_applied (reader, results);
  read_refused (reader, results);
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&results) : NULL;
}
