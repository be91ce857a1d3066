/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-event-parser.h"

#define LIMIT           (64 * 1024)
#define BYTE_ORDER_MARK "\357\273\277"

struct _RollcallEventParser
{
  RollcallEventFunc func;
  gpointer user_data;
  GString *line; /* what there is of the line under way */
  GString *type;
  GString *data;         /* its lines, each with its newline */
  gboolean after_return; /* the last line ended in CR: an LF that follows belongs to it */
  gboolean started;      /* the first line is over */
};

RollcallEventParser *
rollcall_event_parser_new (RollcallEventFunc func, gpointer user_data)
{
  RollcallEventParser *parser = g_new0 (RollcallEventParser, 1);

  parser->func = func;
  parser->user_data = user_data;
  parser->line = g_string_new (NULL);
  parser->type = g_string_new (NULL);
  parser->data = g_string_new (NULL);
  return parser;
}

void
rollcall_event_parser_free (RollcallEventParser *parser)
{
  g_string_free (parser->line, TRUE);
  g_string_free (parser->type, TRUE);
  g_string_free (parser->data, TRUE);
  g_free (parser);
}

/* An empty line: the event is complete. One without data is none. */
static void
dispatch (RollcallEventParser *parser)
{
  if (parser->data->len > 0)
    {
      g_string_truncate (parser->data, parser->data->len - 1);
      parser->func (parser->type->len > 0 ? parser->type->str : "message", parser->data->str, parser->user_data);
    }
  g_string_truncate (parser->type, 0);
  g_string_truncate (parser->data, 0);
}

static gboolean
take_field (RollcallEventParser *parser, const char *line, GError **error)
{
  gsize name_length = strcspn (line, ":");
  const char *value = line + name_length;

  if (*value == ':')
    value++;
  if (*value == ' ')
    value++;
  if (name_length == 5 && g_str_has_prefix (line, "event"))
    g_string_assign (parser->type, value);
  else if (name_length == 4 && g_str_has_prefix (line, "data"))
    {
      if (parser->data->len + strlen (value) > LIMIT)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                               "an event of the change stream is too large");
          return FALSE;
        }
      g_string_append (parser->data, value);
      g_string_append_c (parser->data, '\n');
    }
  return TRUE;
}

static gboolean
end_line (RollcallEventParser *parser, GError **error)
{
  const char *line = parser->line->str;
  gboolean taken = TRUE;

  if (!parser->started && g_str_has_prefix (line, BYTE_ORDER_MARK))
    line += strlen (BYTE_ORDER_MARK);
  parser->started = TRUE;
  if (!g_utf8_validate (parser->line->str, (gssize) parser->line->len, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the change stream is no valid text");
      return FALSE;
    }
  if (*line == '\0')
    dispatch (parser);
  else if (*line != ':')
    taken = take_field (parser, line, error);
  g_string_truncate (parser->line, 0);
  return taken;
}

gboolean
rollcall_event_parser_feed (RollcallEventParser *parser, const char *bytes, gsize length, GError **error)
{
  for (gsize i = 0; i < length; i++)
    {
      gboolean belongs_to_return = parser->after_return && bytes[i] == '\n';

      parser->after_return = bytes[i] == '\r';
      if (belongs_to_return)
        continue;
      if (bytes[i] == '\n' || bytes[i] == '\r')
        {
          if (!end_line (parser, error))
            return FALSE;
        }
      else if (parser->line->len < LIMIT)
        g_string_append_c (parser->line, bytes[i]);
      else
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a line of the change stream is too long");
          return FALSE;
        }
    }
  return TRUE;
}
