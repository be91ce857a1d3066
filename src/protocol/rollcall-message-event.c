/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

static JsonNode *
detail_to_json (GVariant *value)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    json_node_set_string (node, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    json_node_set_int (node, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    json_node_set_boolean (node, g_variant_get_boolean (value));
  else
    {
      JsonArray *array = json_array_new ();
      g_autofree const char **strings = NULL;

      g_return_val_if_fail (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY), node);
      strings = g_variant_get_strv (value, NULL);
      for (guint i = 0; strings[i] != NULL; i++)
        json_array_add_string_element (array, strings[i]);
      json_node_init_array (node, array);
      json_array_unref (array);
    }
  return node;
}

static JsonObject *
details_to_json (GVariant *details)
{
  JsonObject *object = json_object_new ();
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, details);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    json_object_set_member (object, name, detail_to_json (value));
  return object;
}

static void
set_status (JsonObject *object, const char *member, RollcallStatus status)
{
  if (status == ROLLCALL_STATUS_NONE)
    json_object_set_null_member (object, member);
  else
    json_object_set_string_member (object, member, rollcall_status_to_string (status));
}

static JsonObject *
event_to_object (const RollcallEvent *event)
{
  JsonObject *object = json_object_new (), *actor = json_object_new ();

  json_object_set_string_member (actor, "kind", rollcall_actor_kind_to_string (event->actor));
  json_object_set_string_member (actor, "name", event->actor_name);
  json_object_set_int_member (object, "number", event->number);
  rollcall_json_set_time (object, "at", event->at);
  json_object_set_object_member (object, "actor", actor);
  json_object_set_string_member (object, "kind", rollcall_event_kind_to_string (event->kind));
  rollcall_json_set_id (object, "registration", event->registration);
  rollcall_json_set_id (object, "resource", event->resource);
  set_status (object, "from", event->from);
  set_status (object, "to", event->to);
  json_object_set_string_member (object, "note", event->note);
  json_object_set_object_member (object, "details", details_to_json (event->details));
  return object;
}

JsonNode *
rollcall_event_to_json (const RollcallEvent *event)
{
  JsonObject *object = event_to_object (event);

  json_object_set_string_member (object, "hash", event->hash);
  return rollcall_json_node_take_object (object);
}

/* @bare: an event without its hash */
static char *
hash_bare (const char *previous, JsonNode *bare)
{
  g_autofree char *text = rollcall_json_canonical (bare);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, (const guchar *) previous, -1);
  g_checksum_update (checksum, (const guchar *) text, -1);
  return g_strdup (g_checksum_get_string (checksum));
}

char *
rollcall_event_hash (const char *previous, const RollcallEvent *event)
{
  g_autoptr (JsonNode) bare = rollcall_json_node_take_object (event_to_object (event));
  return hash_bare (previous, bare);
}

char *
rollcall_event_hash_json (const char *previous, JsonNode *event)
{
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) bare = rollcall_json_node_take_object (object);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  g_return_val_if_fail (JSON_NODE_HOLDS_OBJECT (event), NULL);
  json_object_iter_init_ordered (&iter, json_node_get_object (event));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    if (!g_str_equal (name, "hash"))
      json_object_set_member (object, name, json_node_copy (member));
  return hash_bare (previous, bare);
}

static GVariant *
detail_array_from_json (JsonArray *array)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_STRING_ARRAY);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING)
        return NULL;
      g_variant_builder_add (builder, "s", json_node_get_string (element));
    }
  return g_variant_builder_end (builder);
}

/* NULL for a shape that no event has. */
static GVariant *
detail_from_json (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    return detail_array_from_json (json_node_get_array (node));
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_variant_new_string (json_node_get_string (node));
    case G_TYPE_INT64:
      return g_variant_new_int64 (json_node_get_int (node));
    case G_TYPE_BOOLEAN:
      return g_variant_new_boolean (json_node_get_boolean (node));
    default:
      return NULL;
    }
}

static void
read_details (RollcallReader *reader, RollcallEvent *event)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  JsonNode *node = rollcall_reader_object (reader, "details");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL)
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    {
      GVariant *detail = detail_from_json (value);

      if (detail == NULL)
        rollcall_reader_fail (reader, "details", "A detail is text, an integer, true or false, or a list of texts.");
      else
        g_variant_builder_add (builder, "{sv}", name, detail);
    }
  g_variant_unref (event->details);
  event->details = g_variant_ref_sink (g_variant_builder_end (builder));
}

static RollcallStatus
read_status (RollcallReader *reader, const char *member)
{
  const char *word = rollcall_reader_string_or_null (reader, member, ROLLCALL_STRING_LIMIT);
  RollcallStatus status = ROLLCALL_STATUS_NONE;

  if (word != NULL && !rollcall_status_from_string (word, &status))
    rollcall_reader_fail (reader, member, "This word is not known here.");
  return status;
}

static void
read_actor (RollcallReader *parent, RollcallEvent *event)
{
  g_autoptr (RollcallReader)
      reader = rollcall_reader_enter (parent, rollcall_reader_object (parent, "actor"), "actor", -1);

  rollcall_reader_word (reader, "kind", actor_kind, &event->actor);
  g_set_str (&event->actor_name, rollcall_reader_string (reader, "name", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  rollcall_reader_finish (reader, NULL);
}

RollcallEvent *
rollcall_event_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  g_autoptr (RollcallEvent) event = rollcall_event_new (ROLLCALL_EVENT_REQUEST, 0, ROLLCALL_ACTOR_SERVICE, "");

  event->number = rollcall_reader_integer (reader, "number", 1, G_MAXINT64);
  event->at = rollcall_reader_time_or_null (reader, "at");
  read_actor (reader, event);
  rollcall_reader_word (reader, "kind", event_kind, &event->kind);
  event->registration = rollcall_reader_integer_or_null (reader, "registration", 1, G_MAXINT64);
  event->resource = rollcall_reader_integer_or_null (reader, "resource", 1, G_MAXINT64);
  event->from = read_status (reader, "from");
  event->to = read_status (reader, "to");
  g_set_str (&event->note, rollcall_reader_string (reader, "note", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  read_details (reader, event);
  g_set_str (&event->hash, rollcall_reader_string (reader, "hash", 0, ROLLCALL_STRING_LIMIT));
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&event) : NULL;
}
