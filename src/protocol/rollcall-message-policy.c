/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

/* More masks than a person writes, fewer than would make a judgement slow. */
#define MASKS_LIMIT 1000

static gint64
read_optional_number (RollcallReader *reader, const char *member)
{
  return rollcall_reader_has (reader, member) ? rollcall_reader_integer_or_null (reader, member, 0, G_MAXINT64) : 0;
}

static void
read_masks (RollcallReader *parent, RollcallPolicy *policy)
{
  JsonArray *array = rollcall_reader_array (parent, "masks", MASKS_LIMIT);

  if (array != NULL && json_array_get_length (array) == 0)
    rollcall_reader_fail (parent, "masks", "A policy needs at least one mask.");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader) reader = rollcall_reader_enter (parent, json_array_get_element (array, i), "masks", i);
      g_autoptr (GError) error = NULL;
      RollcallMaskType type = ROLLCALL_MASK_NAME;
      const char *mask;

      rollcall_reader_word (reader, "type", mask_type, &type);
      mask = rollcall_reader_string (reader, "mask", 0, ROLLCALL_STRING_LIMIT);
      if (!rollcall_mask_validate (type, mask, &error))
        rollcall_reader_fail (reader, "mask", "The mask is not valid: %s.", error->message);
      g_ptr_array_add (policy->masks, rollcall_mask_new (type, mask));
      rollcall_reader_finish (reader, NULL);
    }
}

RollcallPolicy *
rollcall_policy_from_json (JsonNode *node, gboolean lenient, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, lenient);
  g_autoptr (RollcallPolicy) policy = rollcall_policy_new ();

  policy->id = read_optional_number (reader, "id");
  policy->revision = rollcall_reader_has (reader, "revision")
                         ? rollcall_reader_integer (reader, "revision", 0, G_MAXINT64)
                         : 0;
  g_set_str (&policy->name, rollcall_reader_string (reader, "name", 1, ROLLCALL_STRING_LIMIT));
  policy->enabled = rollcall_reader_boolean (reader, "enabled");
  rollcall_reader_word (reader, "result", policy_result, &policy->result);
  read_masks (reader, policy);
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&policy) : NULL;
}

JsonNode *
rollcall_policy_to_json (const RollcallPolicy *policy)
{
  JsonObject *object = json_object_new ();
  JsonArray *masks = json_array_new ();

  for (guint i = 0; i < policy->masks->len; i++)
    {
      const RollcallMask *mask = g_ptr_array_index (policy->masks, i);
      JsonObject *element = json_object_new ();

      json_object_set_string_member (element, "type", rollcall_mask_type_to_string (mask->type));
      json_object_set_string_member (element, "mask", mask->mask);
      json_array_add_object_element (masks, element);
    }
  json_object_set_int_member (object, "id", policy->id);
  json_object_set_string_member (object, "name", policy->name);
  json_object_set_boolean_member (object, "enabled", policy->enabled);
  json_object_set_string_member (object, "result", rollcall_policy_result_to_string (policy->result));
  json_object_set_array_member (object, "masks", masks);
  json_object_set_int_member (object, "revision", policy->revision);
  return rollcall_json_node_take_object (object);
}

RollcallAgentPolicy *
rollcall_agent_policy_new (void)
{
  RollcallAgentPolicy *policy = g_new0 (RollcallAgentPolicy, 1);

  policy->name = g_strdup ("");
  policy->body = g_strdup ("{}");
  return policy;
}

void
rollcall_agent_policy_free (RollcallAgentPolicy *policy)
{
  g_free (policy->name);
  g_free (policy->body);
  g_free (policy);
}

static char *
read_body (RollcallReader *reader, const char *member)
{
  JsonNode *node = rollcall_reader_object (reader, member);

  return node != NULL ? rollcall_json_canonical (node) : g_strdup ("{}");
}

RollcallAgentPolicy *
rollcall_agent_policy_from_json (JsonNode *node, gboolean lenient, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, lenient);
  g_autoptr (RollcallAgentPolicy) policy = rollcall_agent_policy_new ();

  policy->id = read_optional_number (reader, "id");
  policy->revision = rollcall_reader_has (reader, "revision")
                         ? rollcall_reader_integer (reader, "revision", 0, G_MAXINT64)
                         : 0;
  g_set_str (&policy->name, rollcall_reader_string (reader, "name", 1, ROLLCALL_STRING_LIMIT));
  g_free (policy->body);
  policy->body = read_body (reader, "body");
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&policy) : NULL;
}

static void
set_body (JsonObject *object, const char *member, const char *text)
{
  JsonNode *node = json_from_string (text, NULL);

  g_return_if_fail (node != NULL);
  json_object_set_member (object, member, node);
}

JsonNode *
rollcall_agent_policy_to_json (const RollcallAgentPolicy *policy)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", policy->id);
  json_object_set_string_member (object, "name", policy->name);
  json_object_set_int_member (object, "revision", policy->revision);
  set_body (object, "body", policy->body);
  return rollcall_json_node_take_object (object);
}

RollcallTask *
rollcall_task_new (void)
{
  RollcallTask *task = g_new0 (RollcallTask, 1);

  task->kind = g_strdup ("");
  task->parameters = g_strdup ("{}");
  return task;
}

void
rollcall_task_free (RollcallTask *task)
{
  g_free (task->kind);
  g_free (task->parameters);
  g_free (task);
}

RollcallTask *
rollcall_task_from_json (JsonNode *node, gboolean lenient, GError **error)
{
  static const char *const kinds[] = { "collect-inventory", "refresh-policies", NULL };
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, lenient);
  g_autoptr (RollcallTask) task = rollcall_task_new ();

  task->id = read_optional_number (reader, "id");
  /* an agent is told of its own tasks only, without a registration */
  task->registration = lenient ? read_optional_number (reader, "registration")
                               : rollcall_reader_integer (reader, "registration", 1, G_MAXINT64);
  g_set_str (&task->kind, rollcall_reader_string (reader, "kind", 1, ROLLCALL_STRING_LIMIT));
  if (!lenient && !g_strv_contains (kinds, task->kind))
    rollcall_reader_fail (reader, "kind", "This kind of task is not known.");
  g_free (task->parameters);
  task->parameters = read_body (reader, "parameters");
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&task) : NULL;
}

JsonNode *
rollcall_task_to_json (const RollcallTask *task, gboolean with_registration)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", task->id);
  if (with_registration)
    json_object_set_int_member (object, "registration", task->registration);
  json_object_set_string_member (object, "kind", task->kind);
  set_body (object, "parameters", task->parameters);
  return rollcall_json_node_take_object (object);
}

RollcallToken *
rollcall_token_new (const char *name, RollcallRole role, gint64 expires)
{
  RollcallToken *token = g_new0 (RollcallToken, 1);

  token->name = g_strdup (name);
  token->role = role;
  token->expires = expires;
  return token;
}

void
rollcall_token_free (RollcallToken *token)
{
  g_free (token->name);
  g_free (token);
}

RollcallToken *
rollcall_token_from_json (JsonNode *node, gboolean lenient, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, lenient);
  const char *name = rollcall_reader_string (reader, "name", 1, ROLLCALL_STRING_LIMIT);
  RollcallRole role = ROLLCALL_ROLE_VIEWER;
  gint64 expires;

  rollcall_reader_word (reader, "role", role, &role);
  expires = rollcall_reader_time_or_null (reader, "expires");
  return rollcall_reader_finish (reader, error) ? rollcall_token_new (name, role, expires) : NULL;
}

JsonNode *
rollcall_token_to_json (const RollcallToken *token, const char *text)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", token->name);
  json_object_set_string_member (object, "role", rollcall_role_to_string (token->role));
  rollcall_json_set_time (object, "expires", token->expires);
  if (text != NULL)
    json_object_set_string_member (object, "token", text);
  return rollcall_json_node_take_object (object);
}
