/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-export.h"

#include "rollcall-plain-text.h"

/* No script, nothing fetched, whatever a name says; a text's own script gives its direction. */
#define HTML_HEAD                                                                                                      \
  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"          \
  "<style>\n"                                                                                                          \
  "body { font: 10pt sans-serif; margin: 1.5em; }\n"                                                                   \
  "table { border-collapse: collapse; }\n"                                                                             \
  "thead { display: table-header-group; }\n"                                                                           \
  "th, td { border: 1px solid #c0bfbc; padding: 0.2em 0.5em; text-align: start; vertical-align: top; }\n"              \
  "th { background: #f6f5f4; }\n"                                                                                      \
  "td { unicode-bidi: plaintext; overflow-wrap: anywhere; min-width: 5em; }\n"                                         \
  "</style>\n"

RollcallExport *
rollcall_export_new (RollcallExportFormat format, const char *title, const char *made, const char *language,
                     GArray *columns)
{
  RollcallExport *self = g_new0 (RollcallExport, 1);

  self->format = format;
  self->title = g_strdup (title);
  self->made = g_strdup (made);
  self->language = g_strdup (language);
  self->columns = g_array_ref (columns);
  return self;
}

void
rollcall_export_free (RollcallExport *self)
{
  g_free (self->title);
  g_free (self->made);
  g_free (self->language);
  g_array_unref (self->columns);
  g_free (self);
}

static const RollcallExportColumn *
get_column (const RollcallExport *self, guint i)
{
  return &g_array_index (self->columns, RollcallExportColumn, i);
}

/* U+FFFD for what XML 1.0 (2.2) has no way to write. */
static gboolean
is_in_xml (gunichar character)
{
  return (character >= 0x20 && character != 0xfffe && character != 0xffff) || character == '\t' || character == '\n' ||
         character == '\r';
}

/* Text of HTML or XML, between tags or quotes; characters that act are written as numbers. */
static void
append_markup (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (character == '&' || character == '<' || character == '>' || character == '"' || character == '\'')
        g_string_append_printf (out, "&#%u;", character);
      else if (!is_in_xml (character))
        g_string_append_unichar (out, 0xfffd);
      else if (rollcall_character_acts (character))
        g_string_append_printf (out, "&#x%X;", character);
      else
        g_string_append_unichar (out, character);
    }
}

static void
append_json_string (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (character == '"' || character == '\\')
        g_string_append_printf (out, "\\%c", (char) character);
      else if (rollcall_character_acts (character) && character > 0xffff)
        g_string_append_printf (out, "\\u%04x\\u%04x", 0xd800 + ((character - 0x10000) >> 10),
                                0xdc00 + ((character - 0x10000) & 0x3ff));
      else if (rollcall_character_acts (character))
        g_string_append_printf (out, "\\u%04x", character);
      else
        g_string_append_unichar (out, character);
    }
  g_string_append_c (out, '"');
}

static void
append_json_value (GString *out, JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      g_string_append_c (out, '[');
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          g_string_append (out, i > 0 ? ", " : "");
          append_json_value (out, json_array_get_element (array, i));
        }
      g_string_append_c (out, ']');
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;
      gboolean comma = FALSE;

      g_string_append_c (out, '{');
      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, &member))
        {
          g_string_append (out, comma ? ", " : "");
          append_json_string (out, name);
          g_string_append (out, ": ");
          append_json_value (out, member);
          comma = TRUE;
        }
      g_string_append_c (out, '}');
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    append_json_string (out, json_node_get_string (node));
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (JSON_NODE_HOLDS_VALUE (node))
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else
    g_string_append (out, "null");
}

/* What is null has no element. */
static void
append_xml_value (GString *out, const char *name, JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return;
  g_string_append_printf (out, "<%s>", name);
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        append_xml_value (out, "value", json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *member_name;
      JsonNode *member;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &member_name, &member))
        append_xml_value (out, member_name, member);
    }
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    append_markup (out, json_node_get_string (node));
  else
    append_json_value (out, node);
  g_string_append_printf (out, "</%s>", name);
}

static void
append_html_head (const RollcallExport *self, GString *out)
{
  g_string_append (out, "<!DOCTYPE html>\n<html");
  if (self->language != NULL)
    {
      g_string_append (out, " lang=\"");
      append_markup (out, self->language);
      g_string_append_c (out, '"');
    }
  g_string_append (out, ">\n<head>\n<meta charset=\"utf-8\">\n");
  if (self->title != NULL)
    {
      g_string_append (out, "<title>");
      append_markup (out, self->title);
      g_string_append (out, "</title>\n" HTML_HEAD "</head>\n<body>\n<h1>");
      append_markup (out, self->title);
      g_string_append (out, "</h1>\n<p>");
      append_markup (out, self->made != NULL ? self->made : "");
      g_string_append (out, "</p>\n");
    }
  else
    g_string_append (out, "</head>\n<body>\n");
  g_string_append (out, "<table>\n<thead>\n<tr>");
  for (guint i = 0; i < self->columns->len; i++)
    {
      g_string_append (out, "<th scope=\"col\">");
      append_markup (out, get_column (self, i)->title);
      g_string_append (out, "</th>");
    }
  g_string_append (out, "</tr>\n</thead>\n<tbody>\n");
}

static void
append_xml_head (const RollcallExport *self, GString *out)
{
  g_string_append (out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<report title=\"");
  append_markup (out, self->title != NULL ? self->title : "");
  g_string_append (out, "\" made=\"");
  append_markup (out, self->made != NULL ? self->made : "");
  g_string_append (out, "\">\n");
}

void
rollcall_export_append_head (RollcallExport *self, GString *out)
{
  switch (self->format)
    {
    case ROLLCALL_EXPORT_CSV:
      for (guint i = 0; i < self->columns->len; i++)
        {
          g_string_append (out, i > 0 ? "," : "");
          rollcall_csv_append_field (out, get_column (self, i)->title);
        }
      g_string_append (out, "\r\n");
      break;
    case ROLLCALL_EXPORT_HTML:
      append_html_head (self, out);
      break;
    case ROLLCALL_EXPORT_XML:
      append_xml_head (self, out);
      break;
    case ROLLCALL_EXPORT_JSON:
      g_string_append_c (out, '[');
      break;
    case ROLLCALL_EXPORT_TEXT:
      for (guint i = 0; i < self->columns->len; i++)
        g_string_append_printf (out, "%s%s", i > 0 ? "\t" : "", get_column (self, i)->title);
      g_string_append_c (out, '\n');
      break;
    default:
      g_return_if_reached ();
    }
}

/* A member's value as one text: what is in a list or an object, with spaces between. */
static void
append_member_text (GString *text, JsonNode *node)
{
  g_string_append (text, text->len > 0 && !JSON_NODE_HOLDS_NULL (node) ? " " : "");
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
        append_member_text (text, json_array_get_element (json_node_get_array (node), i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      JsonNode *member;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, NULL, &member))
        append_member_text (text, member);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    g_string_append (text, json_node_get_string (node));
  else if (!JSON_NODE_HOLDS_NULL (node))
    append_json_value (text, node);
}

/* @values: (nullable) where no column needs it. Returns: (transfer full) */
static char *
get_cell_text (const RollcallExportColumn *column, const RollcallRegistration *row, JsonNode *values)
{
  if (column->get_text != NULL)
    return column->get_text (row, G_MAXSIZE);
  JsonNode *member = json_object_get_member (json_node_get_object (values), column->field);
  GString *text = g_string_new (NULL);
  if (member != NULL)
    append_member_text (text, member);
  return g_strchug (g_string_free_and_steal (text));
}

static gboolean
needs_values (const RollcallExport *self)
{
  for (guint i = 0; i < self->columns->len; i++)
    if (get_column (self, i)->get_text == NULL)
      return TRUE;
  return FALSE;
}

/* What a person reads, a cell each. */
static void
append_texts (const RollcallExport *self, const RollcallRegistration *row, GString *out)
{
  gboolean html = self->format == ROLLCALL_EXPORT_HTML;
  g_autoptr (JsonNode) values = needs_values (self) ? rollcall_registration_to_json (row) : NULL;

  g_string_append (out, html ? "<tr>" : "");
  for (guint i = 0; i < self->columns->len; i++)
    {
      g_autofree char *text = get_cell_text (get_column (self, i), row, values);
      g_autofree char *cell = rollcall_text_make_cell (text);

      if (html)
        {
          g_string_append (out, "<td>");
          append_markup (out, cell);
          g_string_append (out, "</td>");
          continue;
        }
      g_string_append (out, i == 0 ? "" : self->format == ROLLCALL_EXPORT_CSV ? "," : "\t");
      if (self->format == ROLLCALL_EXPORT_CSV)
        rollcall_csv_append_field (out, text);
      else
        g_string_append (out, cell);
    }
  g_string_append (out, html ? "</tr>\n" : self->format == ROLLCALL_EXPORT_CSV ? "\r\n" : "\n");
}

static void
append_values (const RollcallExport *self, const RollcallRegistration *row, GString *out)
{
  g_autoptr (JsonNode) node = rollcall_registration_to_json (row);
  JsonObject *object = json_node_get_object (node);
  gboolean xml = self->format == ROLLCALL_EXPORT_XML;

  if (xml)
    g_string_append_printf (out, "<registration id=\"%" G_GINT64_FORMAT "\">", row->id);
  else
    g_string_append_printf (out, "%s{\"id\": %" G_GINT64_FORMAT, self->n_rows > 0 ? ",\n" : "\n", row->id);
  for (guint i = 0; i < self->columns->len; i++)
    {
      const char *field = get_column (self, i)->field;
      JsonNode *member = json_object_get_member (object, field);

      if (member == NULL || g_str_equal (field, "id"))
        continue;
      if (xml)
        append_xml_value (out, field, member);
      else
        {
          g_string_append_printf (out, ", \"%s\": ", field);
          append_json_value (out, member);
        }
    }
  g_string_append (out, xml ? "</registration>\n" : "}");
}

void
rollcall_export_append_row (RollcallExport *self, const RollcallRegistration *row, GString *out)
{
  if (self->format == ROLLCALL_EXPORT_XML || self->format == ROLLCALL_EXPORT_JSON)
    append_values (self, row, out);
  else
    append_texts (self, row, out);
  self->n_rows++;
}

void
rollcall_export_append_foot (RollcallExport *self, GString *out)
{
  switch (self->format)
    {
    case ROLLCALL_EXPORT_HTML:
      g_string_append (out, "</tbody>\n</table>\n</body>\n</html>\n");
      break;
    case ROLLCALL_EXPORT_XML:
      g_string_append (out, "</report>\n");
      break;
    case ROLLCALL_EXPORT_JSON:
      g_string_append (out, "\n]\n");
      break;
    case ROLLCALL_EXPORT_CSV:
    case ROLLCALL_EXPORT_TEXT:
      break;
    default:
      g_return_if_reached ();
    }
}
