/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

#include <string.h>

/* A row's members in the order in which API.md shows them. Written as text, since a console's first look asks for all
 * of them; the JsonNode is made by reading that text, so that the two cannot differ. */
typedef struct
{
  GString *text;
  gboolean first;
} Writer;

static void
append_name (Writer *writer, const char *member)
{
  if (!writer->first)
    g_string_append_c (writer->text, ',');
  writer->first = FALSE;
  g_string_append_printf (writer->text, "\"%s\":", member);
}

static void
append_string (Writer *writer, const char *member, const char *value)
{
  append_name (writer, member);
  if (value != NULL)
    rollcall_json_append_string (writer->text, value);
  else
    g_string_append (writer->text, "null");
}

static void
append_integer (Writer *writer, const char *member, gint64 value)
{
  append_name (writer, member);
  g_string_append_printf (writer->text, "%" G_GINT64_FORMAT, value);
}

static void
append_id (Writer *writer, const char *member, gint64 id)
{
  if (id != 0)
    append_integer (writer, member, id);
  else
    append_string (writer, member, NULL);
}

static void
append_time (Writer *writer, const char *member, gint64 time)
{
  g_autofree char *text = time != 0 ? rollcall_time_format (time) : NULL;

  append_string (writer, member, text);
}

static void
append_strings (Writer *writer, const char *member, char **strings)
{
  append_name (writer, member);
  g_string_append_c (writer->text, '[');
  for (guint i = 0; strings[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (writer->text, ',');
      rollcall_json_append_string (writer->text, strings[i]);
    }
  g_string_append_c (writer->text, ']');
}

static void
append_facts (Writer *writer, const RollcallRegistration *registration)
{
  append_string (writer, "name", registration->computer.name);
  append_string (writer, "domain", registration->computer.domain);
  append_string (writer, "fqdn", registration->computer.fqdn);
  append_string (writer, "os", registration->computer.os);
  append_string (writer, "user", registration->computer.user);
  append_strings (writer, "ips", registration->computer.ips);
  append_strings (writer, "macs", registration->computer.macs);
  append_string (writer, "agent_version", registration->agent_version);
}

static void
append_decision (Writer *writer, const RollcallRegistration *registration)
{
  append_name (writer, "decided_by");
  g_string_append_printf (writer->text,
                          "{\"kind\":\"%s\",\"name\":", rollcall_decider_kind_to_string (registration->decided_by));
  rollcall_json_append_string (writer->text, registration->decided_by_name);
  g_string_append_c (writer->text, '}');
  append_time (writer, "decided_at", registration->decided_at);
  append_string (writer, "note", registration->note);
}

void
rollcall_registration_append_json (const RollcallRegistration *registration, GString *text)
{
  Writer writer = { text, TRUE };

  g_string_append_c (text, '{');
  append_integer (&writer, "id", registration->id);
  append_integer (&writer, "revision", registration->revision);
  append_string (&writer, "status", rollcall_status_to_string (registration->status));
  append_string (&writer, "trust", rollcall_trust_to_string (registration->trust));
  append_string (&writer, "origin", rollcall_origin_to_string (registration->origin));
  append_facts (&writer, registration);
  append_string (&writer, "fingerprint", registration->fingerprint);
  append_integer (&writer, "key_changes", registration->key_changes);
  append_id (&writer, "resource_id", registration->resource_id);
  append_id (&writer, "duplicate_of", registration->duplicate_of);
  append_string (&writer, "advice", rollcall_advice_to_string (registration->advice));
  append_name (&writer, "site_server");
  g_string_append (text, registration->site_server ? "true" : "false");
  append_decision (&writer, registration);
  append_time (&writer, "first_requested", registration->first_requested);
  append_time (&writer, "last_requested", registration->last_requested);
  append_integer (&writer, "request_count", registration->request_count);
  append_time (&writer, "last_contact", registration->last_contact);
  append_time (&writer, "revocation_seen_at", registration->revocation_seen_at);
  append_time (&writer, "purge_after", registration->purge_after);
  g_string_append_c (text, '}');
}

JsonNode *
rollcall_registration_to_json (const RollcallRegistration *registration)
{
  g_autoptr (GString) text = g_string_new (NULL);

  rollcall_registration_append_json (registration, text);
  return json_from_string (text->str, NULL);
}

static JsonArray *
keys_to_json (GPtrArray *keys)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < keys->len; i++)
    {
      const RollcallKey *key = g_ptr_array_index (keys, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "fingerprint", key->fingerprint);
      rollcall_json_set_time (object, "first_seen", key->first_seen);
      rollcall_json_set_time (object, "last_seen", key->last_seen);
      json_object_set_string_member (object, "state", rollcall_key_state_to_string (key->state));
      json_array_add_object_element (array, object);
    }
  return array;
}

JsonNode *
rollcall_registration_to_json_whole (const RollcallRegistration *registration, GArray *duplicates)
{
  JsonNode *node = rollcall_registration_to_json (registration);
  JsonObject *object = json_node_get_object (node);
  JsonArray *ids = json_array_new ();

  for (guint i = 0; duplicates != NULL && i < duplicates->len; i++)
    json_array_add_int_element (ids, g_array_index (duplicates, gint64, i));
  rollcall_json_set_resource_keys (object, registration->resource_keys);
  json_object_set_array_member (object, "keys", keys_to_json (registration->keys));
  json_object_set_array_member (object, "duplicates", ids);
  return node;
}

static void
read_facts (RollcallReader *reader, RollcallRegistration *registration)
{
  RollcallComputer *computer = &registration->computer;

  g_set_str (&computer->name, rollcall_reader_string (reader, "name", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  g_set_str (&computer->domain, rollcall_reader_string (reader, "domain", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  g_set_str (&computer->fqdn, rollcall_reader_string (reader, "fqdn", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  g_set_str (&computer->os, rollcall_reader_string (reader, "os", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  g_set_str (&computer->user, rollcall_reader_string (reader, "user", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  rollcall_reader_computer_addresses (reader, computer);
  g_set_str (&registration->agent_version,
             rollcall_reader_string (reader, "agent_version", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  g_set_str (&registration->fingerprint, rollcall_reader_string (reader, "fingerprint", 0, ROLLCALL_STRING_LIMIT));
}

static void
read_decision (RollcallReader *parent, RollcallRegistration *registration)
{
  g_autoptr (RollcallReader)
      reader = rollcall_reader_enter (parent, rollcall_reader_object (parent, "decided_by"), "decided_by", -1);

  rollcall_reader_word (reader, "kind", decider_kind, &registration->decided_by);
  g_set_str (&registration->decided_by_name, rollcall_reader_string (reader, "name", 0, ROLLCALL_ANSWER_STRING_LIMIT));
  rollcall_reader_finish (reader, NULL);
  registration->decided_at = rollcall_reader_time_or_null (parent, "decided_at");
  g_set_str (&registration->note, rollcall_reader_string (parent, "note", 0, ROLLCALL_ANSWER_STRING_LIMIT));
}

static void
read_standing (RollcallReader *reader, RollcallRegistration *registration)
{
  const char *advice;

  registration->id = rollcall_reader_integer (reader, "id", 1, G_MAXINT64);
  registration->revision = rollcall_reader_integer (reader, "revision", 0, G_MAXINT64);
  rollcall_reader_word (reader, "status", status, &registration->status);
  rollcall_reader_word (reader, "trust", trust, &registration->trust);
  rollcall_reader_word (reader, "origin", origin, &registration->origin);
  registration->key_changes = rollcall_reader_integer (reader, "key_changes", 0, G_MAXINT64);
  registration->resource_id = rollcall_reader_integer_or_null (reader, "resource_id", 1, G_MAXINT64);
  registration->duplicate_of = rollcall_reader_integer_or_null (reader, "duplicate_of", 1, G_MAXINT64);
  advice = rollcall_reader_string_or_null (reader, "advice", ROLLCALL_STRING_LIMIT);
  if (advice != NULL && !rollcall_advice_from_string (advice, &registration->advice))
    rollcall_reader_fail (reader, "advice", "This word is not known here.");
  registration->site_server = rollcall_reader_boolean (reader, "site_server");
}

static void
read_keys (RollcallReader *parent, GPtrArray *keys)
{
  JsonArray *array = rollcall_reader_array (parent, "keys", G_MAXUINT);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader) reader = rollcall_reader_enter (parent, json_array_get_element (array, i), "keys", i);
      RollcallKey *key = rollcall_key_new (rollcall_reader_string (reader, "fingerprint", 0, ROLLCALL_STRING_LIMIT), 0);

      g_ptr_array_add (keys, key);
      key->first_seen = rollcall_reader_time_or_null (reader, "first_seen");
      key->last_seen = rollcall_reader_time_or_null (reader, "last_seen");
      rollcall_reader_word (reader, "state", key_state, &key->state);
      rollcall_reader_finish (reader, NULL);
    }
}

RollcallRegistration *
rollcall_registration_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  g_autoptr (RollcallRegistration) registration = rollcall_registration_new ();

  read_standing (reader, registration);
  read_facts (reader, registration);
  read_decision (reader, registration);
  registration->first_requested = rollcall_reader_time_or_null (reader, "first_requested");
  registration->last_requested = rollcall_reader_time_or_null (reader, "last_requested");
  registration->request_count = rollcall_reader_integer (reader, "request_count", 0, G_MAXINT64);
  registration->last_contact = rollcall_reader_time_or_null (reader, "last_contact");
  registration->revocation_seen_at = rollcall_reader_time_or_null (reader, "revocation_seen_at");
  registration->purge_after = rollcall_reader_time_or_null (reader, "purge_after");
  if (rollcall_reader_has (reader, "resource_keys"))
    rollcall_reader_resource_keys (reader, registration->resource_keys, G_MAXUINT);
  if (rollcall_reader_has (reader, "keys"))
    read_keys (reader, registration->keys);
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&registration) : NULL;
}

void
rollcall_json_set_id (JsonObject *object, const char *member, gint64 id)
{
  if (id != 0)
    json_object_set_int_member (object, member, id);
  else
    json_object_set_null_member (object, member);
}

void
rollcall_json_set_time (JsonObject *object, const char *member, gint64 time)
{
  g_autofree char *text = time != 0 ? rollcall_time_format (time) : NULL;

  if (text != NULL)
    json_object_set_string_member (object, member, text);
  else
    json_object_set_null_member (object, member);
}
