/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

#include <gio/gio.h>

static gboolean
mac_is_valid (const char *mac)
{
  for (guint i = 0; i < 17; i++)
    if (i % 3 == 2 ? mac[i] != ':' && mac[i] != '-' : !g_ascii_isxdigit (mac[i]))
      return FALSE;
  return mac[17] == '\0';
}

void
rollcall_reader_computer_addresses (RollcallReader *reader, RollcallComputer *computer)
{
  g_clear_pointer (&computer->ips, g_strfreev);
  g_clear_pointer (&computer->macs, g_strfreev);
  computer->ips = rollcall_reader_strings (reader, "ips", ROLLCALL_LIST_LIMIT, ROLLCALL_STRING_LIMIT);
  computer->macs = rollcall_reader_strings (reader, "macs", ROLLCALL_LIST_LIMIT, ROLLCALL_STRING_LIMIT);
}

/* API.md, Conventions: ips and macs must parse. */
static void
check_addresses (RollcallReader *reader, const RollcallComputer *computer)
{
  for (guint i = 0; computer->ips[i] != NULL; i++)
    if (!rollcall_address_is_valid (computer->ips[i]))
      rollcall_reader_fail_element (reader, "ips", i, "An IP address is expected here.");
  for (guint i = 0; computer->macs[i] != NULL; i++)
    if (!mac_is_valid (computer->macs[i]))
      rollcall_reader_fail_element (reader, "macs", i, "A MAC address is expected here.");
}

static void
read_computer (RollcallReader *parent, RollcallComputer *computer)
{
  g_autoptr (RollcallReader)
      reader = rollcall_reader_enter (parent, rollcall_reader_object (parent, "computer"), "computer", -1);

  g_set_str (&computer->name, rollcall_reader_string (reader, "name", 1, ROLLCALL_STRING_LIMIT));
  g_set_str (&computer->domain, rollcall_reader_string (reader, "domain", 0, ROLLCALL_STRING_LIMIT));
  g_set_str (&computer->fqdn, rollcall_reader_string (reader, "fqdn", 0, ROLLCALL_STRING_LIMIT));
  g_set_str (&computer->os, rollcall_reader_string (reader, "os", 0, ROLLCALL_STRING_LIMIT));
  g_set_str (&computer->user, rollcall_reader_string (reader, "user", 0, ROLLCALL_STRING_LIMIT));
  rollcall_reader_computer_addresses (reader, computer);
  check_addresses (reader, computer);
  rollcall_reader_finish (reader, NULL);
}

static void
read_agent (RollcallReader *parent, RollcallRequest *request)
{
  g_autoptr (RollcallReader)
      reader = rollcall_reader_enter (parent, rollcall_reader_object (parent, "agent"), "agent", -1);

  g_set_str (&request->agent_version, rollcall_reader_string (reader, "version", 0, ROLLCALL_STRING_LIMIT));
  rollcall_reader_finish (reader, NULL);
}

void
rollcall_reader_resource_keys (RollcallReader *parent, GPtrArray *keys, guint limit)
{
  JsonArray *array = rollcall_reader_array (parent, "resource_keys", limit);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader)
          reader = rollcall_reader_enter (parent, json_array_get_element (array, i), "resource_keys", i);
      const char *type = rollcall_reader_string (reader, "type", 0, ROLLCALL_STRING_LIMIT);
      const char *value = rollcall_reader_string (reader, "value", 0, ROLLCALL_STRING_LIMIT);

      if (!rollcall_resource_key_type_is_known (type))
        rollcall_reader_fail (reader, "type", "This resource key type is not known.");
      g_ptr_array_add (keys, rollcall_resource_key_new (type, value));
      rollcall_reader_finish (reader, NULL);
    }
}

RollcallRequest *
rollcall_reader_request (RollcallReader *reader)
{
  RollcallRequest *request = rollcall_request_new ();

  read_computer (reader, &request->computer);
  read_agent (reader, request);
  rollcall_reader_resource_keys (reader, request->resource_keys, ROLLCALL_LIST_LIMIT);
  return request;
}

RollcallRequest *
rollcall_request_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, FALSE);
  g_autoptr (RollcallRequest) request = rollcall_reader_request (reader);

  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&request) : NULL;
}

JsonNode *
rollcall_json_node_take_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

void
rollcall_json_set_strings (JsonObject *object, const char *member, char **strings)
{
  JsonArray *array = json_array_new ();

  for (; *strings != NULL; strings++)
    json_array_add_string_element (array, *strings);
  json_object_set_array_member (object, member, array);
}

void
rollcall_json_set_resource_keys (JsonObject *object, GPtrArray *keys)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < keys->len; i++)
    {
      const RollcallResourceKey *key = g_ptr_array_index (keys, i);
      JsonObject *element = json_object_new ();

      json_object_set_string_member (element, "type", key->type);
      json_object_set_string_member (element, "value", key->value);
      json_array_add_object_element (array, element);
    }
  json_object_set_array_member (object, "resource_keys", array);
}

JsonNode *
rollcall_request_to_json (const RollcallRequest *request)
{
  JsonObject *object = json_object_new (), *computer = json_object_new (), *agent = json_object_new ();

  json_object_set_string_member (computer, "name", request->computer.name);
  json_object_set_string_member (computer, "domain", request->computer.domain);
  json_object_set_string_member (computer, "fqdn", request->computer.fqdn);
  json_object_set_string_member (computer, "os", request->computer.os);
  json_object_set_string_member (computer, "user", request->computer.user);
  rollcall_json_set_strings (computer, "ips", request->computer.ips);
  rollcall_json_set_strings (computer, "macs", request->computer.macs);
  json_object_set_object_member (object, "computer", computer);
  json_object_set_string_member (agent, "version", request->agent_version);
  json_object_set_object_member (object, "agent", agent);
  rollcall_json_set_resource_keys (object, request->resource_keys);
  return rollcall_json_node_take_object (object);
}
