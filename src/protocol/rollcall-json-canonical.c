/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-json-private.h"

void
rollcall_json_append_string (GString *text, const char *string)
{
  g_string_append_c (text, '"');
  for (const char *c = string; *c != '\0'; c++)
    switch (*c)
      {
      case '"':
        g_string_append (text, "\\\"");
        break;
      case '\\':
        g_string_append (text, "\\\\");
        break;
      case '\b':
        g_string_append (text, "\\b");
        break;
      case '\f':
        g_string_append (text, "\\f");
        break;
      case '\n':
        g_string_append (text, "\\n");
        break;
      case '\r':
        g_string_append (text, "\\r");
        break;
      case '\t':
        g_string_append (text, "\\t");
        break;
      default:
        if ((guchar) *c < 0x20)
          g_string_append_printf (text, "\\u%04x", (guint) (guchar) *c);
        else
          g_string_append_c (text, *c);
      }
  g_string_append_c (text, '"');
}

/* RFC 8785, 3.2.3: by UTF-16 code units. UTF-8 sorts the same but for characters beyond U+FFFF, whose surrogates come
 * before U+E000. */
static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  const char *first = *(const char *const *) a, *second = *(const char *const *) b;

  while (*first != '\0' && *first == *second)
    first++, second++;
  /* back to the start of the character that differs */
  while (((guchar) *first & 0xc0) == 0x80 && ((guchar) *second & 0xc0) == 0x80)
    first--, second--;
  {
    gunichar x = g_utf8_get_char (first), y = g_utf8_get_char (second);
    gboolean x_is_pair = x > 0xffff, y_is_pair = y > 0xffff;

    if (x_is_pair != y_is_pair)
      return x_is_pair ? (y >= 0xe000 ? -1 : 1) : (x >= 0xe000 ? 1 : -1);
    return x < y ? -1 : x > y;
  }
}

static void append_node (GString *text, JsonNode *node);

static void
append_object (GString *text, JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (GList *member = members; member != NULL; member = member->next)
    g_ptr_array_add (names, member->data);
  g_ptr_array_sort_with_data (names, compare_names, NULL);

  g_string_append_c (text, '{');
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (i > 0)
        g_string_append_c (text, ',');
      rollcall_json_append_string (text, name);
      g_string_append_c (text, ':');
      append_node (text, json_object_get_member (object, name));
    }
  g_string_append_c (text, '}');
}

static void
append_array (GString *text, JsonArray *array)
{
  guint length = json_array_get_length (array);

  g_string_append_c (text, '[');
  for (guint i = 0; i < length; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_node (text, json_array_get_element (array, i));
    }
  g_string_append_c (text, ']');
}

static void
append_value (GString *text, JsonNode *node)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      rollcall_json_append_string (text, json_node_get_string (node));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (text, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_DOUBLE:
      /* Never in what is hashed (R26: numbers are integers); an agent policy's body may hold one. */
      g_string_append (text, g_ascii_dtostr (number, sizeof number, json_node_get_double (node)));
      break;
    default:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, json_node_get_int (node));
    }
}

static void
append_node (GString *text, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (text, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      append_array (text, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      append_value (text, node);
      break;
    case JSON_NODE_NULL:
    default:
      g_string_append (text, "null");
    }
}

char *
rollcall_json_canonical (JsonNode *node)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (node != NULL, NULL);

  append_node (text, node);
  return g_string_free_and_steal (g_steal_pointer (&text));
}
