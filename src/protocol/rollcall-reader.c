/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

#include <string.h>

struct _RollcallReader
{
  RollcallReader *parent; /* (not owned) (nullable) */
  JsonObject *object;     /* (owned) (nullable): NULL where the value is no object */
  GHashTable *asked;      /* (owned) names that were asked for */
  char *pointer;          /* (owned) of the object */
  GError *error;          /* (owned) (nullable): the first */
  gboolean lenient;
};

static RollcallReader *
reader_new (JsonNode *node, const char *pointer, gboolean lenient, RollcallReader *parent)
{
  RollcallReader *reader = g_new0 (RollcallReader, 1);

  reader->parent = parent;
  reader->pointer = g_strdup (pointer);
  reader->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader->lenient = lenient;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    reader->object = json_object_ref (json_node_get_object (node));
  else
    rollcall_problem_set (&reader->error, ROLLCALL_PROBLEM_INVALID, pointer, "An object is expected here.");
  return reader;
}

RollcallReader *
rollcall_reader_new (JsonNode *node, gboolean lenient)
{
  return reader_new (node, "", lenient, NULL);
}

void
rollcall_reader_free (RollcallReader *reader)
{
  g_clear_pointer (&reader->object, json_object_unref);
  g_hash_table_unref (reader->asked);
  g_free (reader->pointer);
  g_clear_error (&reader->error);
  g_free (reader);
}

static char *
pointer_to (RollcallReader *reader, const char *member, int index)
{
  GString *pointer = g_string_new (reader->pointer);

  if (member != NULL)
    rollcall_json_pointer_append (pointer, member);
  if (index >= 0)
    g_string_append_printf (pointer, "/%d", index);
  return g_string_free_and_steal (pointer);
}

G_GNUC_PRINTF (4, 5)
static void
fail_at (RollcallReader *reader, const char *member, int index, const char *format, ...)
{
  g_autofree char *pointer = pointer_to (reader, member, index);
  g_autofree char *detail = NULL;
  va_list arguments;

  if (reader->error != NULL)
    return;
  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  rollcall_problem_set (&reader->error, ROLLCALL_PROBLEM_INVALID, pointer, "%s", detail);
}

void
rollcall_reader_fail (RollcallReader *reader, const char *member, const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list arguments;

  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fail_at (reader, member, -1, "%s", detail);
}

gboolean
rollcall_reader_has (RollcallReader *reader, const char *member)
{
  return reader->object != NULL && json_object_has_member (reader->object, member);
}

/* The member, or NULL with the error set where it is missing. */
static JsonNode *
ask (RollcallReader *reader, const char *member)
{
  JsonNode *node;

  if (reader->error != NULL)
    return NULL;
  g_hash_table_add (reader->asked, g_strdup (member));
  node = json_object_get_member (reader->object, member);
  if (node == NULL)
    fail_at (reader, member, -1, "This member is missing.");
  return node;
}

static gboolean
is_null (JsonNode *node)
{
  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

static const char *
read_string (RollcallReader *reader, JsonNode *node, const char *member, int index, gsize minimum, gsize maximum)
{
  const char *string;

  if (node == NULL)
    return "";
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      fail_at (reader, member, index, "A string is expected here.");
      return "";
    }
  string = json_node_get_string (node);
  if (strlen (string) < minimum || strlen (string) > maximum)
    {
      fail_at (reader, member, index, "A string of %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT " bytes is expected here.",
               minimum, maximum);
      return "";
    }
  return string;
}

const char *
rollcall_reader_string (RollcallReader *reader, const char *member, gsize minimum, gsize maximum)
{
  return read_string (reader, ask (reader, member), member, -1, minimum, maximum);
}

const char *
rollcall_reader_string_or_null (RollcallReader *reader, const char *member, gsize maximum)
{
  JsonNode *node = ask (reader, member);

  return is_null (node) ? NULL : read_string (reader, node, member, -1, 0, maximum);
}

static gint64
read_integer (RollcallReader *reader, JsonNode *node, const char *member, gint64 minimum, gint64 maximum)
{
  gint64 value;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    {
      fail_at (reader, member, -1, "An integer is expected here.");
      return 0;
    }
  value = json_node_get_int (node);
  if (value < minimum || value > maximum)
    {
      fail_at (reader, member, -1, "An integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " is expected here.",
               minimum, maximum);
      return 0;
    }
  return value;
}

gint64
rollcall_reader_integer (RollcallReader *reader, const char *member, gint64 minimum, gint64 maximum)
{
  JsonNode *node = ask (reader, member);

  return node != NULL ? read_integer (reader, node, member, minimum, maximum) : 0;
}

gint64
rollcall_reader_integer_or_null (RollcallReader *reader, const char *member, gint64 minimum, gint64 maximum)
{
  JsonNode *node = ask (reader, member);

  return is_null (node) ? 0 : read_integer (reader, node, member, minimum, maximum);
}

gboolean
rollcall_reader_boolean (RollcallReader *reader, const char *member)
{
  JsonNode *node = ask (reader, member);

  if (node == NULL)
    return FALSE;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  fail_at (reader, member, -1, "true or false is expected here.");
  return FALSE;
}

gint64
rollcall_reader_time_or_null (RollcallReader *reader, const char *member)
{
  JsonNode *node = ask (reader, member);
  gint64 time = 0;

  if (!is_null (node) && !rollcall_time_parse (read_string (reader, node, member, -1, 0, ROLLCALL_STRING_LIMIT), &time))
    fail_at (reader, member, -1, "An RFC 3339 time is expected here.");
  return time;
}

JsonArray *
rollcall_reader_array (RollcallReader *reader, const char *member, guint limit)
{
  JsonNode *node = ask (reader, member);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      fail_at (reader, member, -1, "An array is expected here.");
      return NULL;
    }
  if (json_array_get_length (json_node_get_array (node)) > limit)
    {
      fail_at (reader, member, -1, "At most %u elements are accepted here.", limit);
      return NULL;
    }
  return json_node_get_array (node);
}

char **
rollcall_reader_strings (RollcallReader *reader, const char *member, guint limit, gsize maximum)
{
  JsonArray *array = rollcall_reader_array (reader, member, limit);
  guint length = array != NULL ? json_array_get_length (array) : 0;
  char **strings = g_new0 (char *, length + 1);

  for (guint i = 0; i < length; i++)
    strings[i] = g_strdup (read_string (reader, json_array_get_element (array, i), member, i, 0, maximum));
  return strings;
}

JsonNode *
rollcall_reader_object (RollcallReader *reader, const char *member)
{
  JsonNode *node = ask (reader, member);

  if (node == NULL || JSON_NODE_HOLDS_OBJECT (node))
    return node;
  fail_at (reader, member, -1, "An object is expected here.");
  return NULL;
}

void
rollcall_reader_ignore (RollcallReader *reader, const char *member)
{
  g_hash_table_add (reader->asked, g_strdup (member));
}

RollcallReader *
rollcall_reader_enter (RollcallReader *reader, JsonNode *node, const char *member, int index)
{
  g_autofree char *pointer = pointer_to (reader, member, index);

  return reader_new (node, pointer, reader->lenient, reader);
}

static void
refuse_unknown_members (RollcallReader *reader)
{
  g_autoptr (GList) members = json_object_get_members (reader->object);

  for (GList *member = members; member != NULL; member = member->next)
    if (!g_hash_table_contains (reader->asked, member->data))
      fail_at (reader, member->data, -1, "This member is not known.");
}

gboolean
rollcall_reader_finish (RollcallReader *reader, GError **error)
{
  if (reader->error == NULL && !reader->lenient)
    refuse_unknown_members (reader);
  if (reader->error == NULL)
    return TRUE;
  if (reader->parent != NULL && reader->parent->error == NULL)
    reader->parent->error = g_error_copy (reader->error);
  g_propagate_error (error, g_steal_pointer (&reader->error));
  return FALSE;
}

void
rollcall_reader_fail_element (RollcallReader *reader, const char *member, guint index, const char *detail)
{
  fail_at (reader, member, index, "%s", detail);
}
