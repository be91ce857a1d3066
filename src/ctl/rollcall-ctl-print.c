/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include "rollcall-plain-text.h"

/* @json with \u escapes for what would act on a terminal: the same JSON. Returns: (transfer full) */
static char *
escape_acting (const char *json)
{
  GString *text = g_string_sized_new (strlen (json));

  for (const char *at = json; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      if (character == '\n' || !rollcall_character_acts (character))
        g_string_append_unichar (text, character);
      else if (character < 0x10000)
        g_string_append_printf (text, "\\u%04x", character);
      else
        g_string_append_printf (text, "\\u%04x\\u%04x", 0xd800 + ((character - 0x10000) >> 10),
                                0xdc00 + ((character - 0x10000) & 0x3ff));
    }
  return g_string_free_and_steal (text);
}

void
rollcall_ctl_print_json (JsonNode *node)
{
  g_autofree char *json = json_to_string (node, TRUE);
  g_autofree char *text = escape_acting (json);
  g_print ("%s\n", text);
}

char *
rollcall_ctl_json_to_line (JsonNode *node)
{
  g_autofree char *json = json_to_string (node, FALSE);
  return escape_acting (json);
}

static JsonNode *
find_member (JsonObject *object, const char *path)
{
  const char *dot = strchr (path, '.');

  if (dot == NULL)
    return json_object_get_member (object, path);
  g_autofree char *outer = g_strndup (path, (gsize) (dot - path));
  JsonNode *node = json_object_get_member (object, outer);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? find_member (json_node_get_object (node), dot + 1) : NULL;
}

/* A mask (R3) as the person would write it; anything else as JSON. */
static char *
object_to_text (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  const char *type = json_object_get_string_member_with_default (object, "type", NULL);
  const char *mask = json_object_get_string_member_with_default (object, "mask", NULL);

  return type != NULL && mask != NULL ? g_strdup_printf ("%s=%s", type, mask) : json_to_string (node, FALSE);
}

static char *
node_to_text (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("");
  if (JSON_NODE_HOLDS_OBJECT (node))
    return object_to_text (node);
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);
      GString *text = g_string_new (NULL);
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          g_autofree char *element = node_to_text (json_array_get_element (array, i));
          g_string_append_printf (text, "%s%s", i > 0 ? " " : "", element);
        }
      return g_string_free_and_steal (text);
    }
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return json_node_dup_string (node);
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "true" : "false");
    default:
      return json_to_string (node, FALSE);
    }
}

char *
rollcall_ctl_get_text (JsonObject *object, const char *path)
{
  return node_to_text (find_member (object, path));
}

void
rollcall_ctl_print_facts (JsonObject *object, const RollcallCtlColumn *facts, guint n_facts)
{
  for (guint i = 0; i < n_facts; i++)
    {
      g_autofree char *text = rollcall_ctl_get_text (object, facts[i].path);
      g_autofree char *plain = rollcall_text_make_plain (text);
      if (*plain != '\0')
        g_print ("%s: %s\n", _ (facts[i].title), plain);
    }
}

void
rollcall_ctl_print_objects (JsonObject *object, const char *member, const RollcallCtlColumn *columns, guint n_columns)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autoptr (RollcallCtlTable) table = rollcall_ctl_table_new (columns, n_columns);

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) == 0)
    return;
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    {
      JsonNode *element = json_array_get_element (json_node_get_array (node), i);
      if (JSON_NODE_HOLDS_OBJECT (element))
        rollcall_ctl_table_add (table, json_node_get_object (element));
    }
  g_print ("\n");
  rollcall_ctl_table_print (table);
}

/* A list being printed, as a table or as JSON. */
typedef struct
{
  RollcallCtlTable *table; /* (nullable): JSON */
  gboolean comma;
} Listing;

static gboolean
print_page (JsonArray *items, gpointer user_data, GError **error)
{
  Listing *listing = user_data;

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      if (listing->table != NULL)
        {
          rollcall_ctl_table_add (listing->table, json_array_get_object_element (items, i));
          continue;
        }
      g_autofree char *line = rollcall_ctl_json_to_line (json_array_get_element (items, i));
      g_print ("%s\n  %s", listing->comma ? "," : "", line);
      listing->comma = TRUE;
    }
  if (listing->table != NULL)
    rollcall_ctl_table_print (listing->table);
  return TRUE;
}

gboolean
rollcall_ctl_list (RollcallCtl *ctl, const char *path, const RollcallCtlColumn *columns, guint n_columns,
                   GError **error)
{
  g_autoptr (RollcallCtlTable) table = ctl->json ? NULL : rollcall_ctl_table_new (columns, n_columns);
  Listing listing = { .table = table };

  /* All pages as one, so that a program reads one document. */
  if (ctl->json)
    g_print ("{\"items\": [");
  if (!rollcall_ctl_each_page (ctl, path, print_page, &listing, error))
    return FALSE;
  if (ctl->json)
    g_print ("\n], \"next\": null}\n");
  return TRUE;
}
