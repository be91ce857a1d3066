/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-json-private.h"

#include <string.h>

/* json-glib takes comments, single quotes, \u0000 and members twice, and recurses as deep as a body asks it to. So what
 * strangers send is first read by this strict RFC 8259 grammar, which keeps nothing but the names of the open objects.
 */
typedef struct
{
  const char *cursor;
  const char *end;
  GString *pointer; /* of the value being read (RFC 6901) */
  guint depth;
  GError **error;
} Scan;

static gboolean scan_value (Scan *self);

static gboolean
refuse (Scan *self, const char *detail)
{
  /* the innermost refusal knows most */
  if (self->error != NULL && *self->error == NULL)
    rollcall_problem_set (self->error, ROLLCALL_PROBLEM_INVALID, self->pointer->str, "%s", detail);
  return FALSE;
}

static void
skip_space (Scan *self)
{
  while (self->cursor < self->end && strchr (" \t\r\n", *self->cursor) != NULL && *self->cursor != '\0')
    self->cursor++;
}

static gboolean
take (Scan *self, char wanted)
{
  if (self->cursor == self->end || *self->cursor != wanted)
    return FALSE;
  self->cursor++;
  return TRUE;
}

static gboolean
scan_four_hex (Scan *self, gunichar *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++, self->cursor++)
    {
      if (self->cursor == self->end || !g_ascii_isxdigit (*self->cursor))
        return refuse (self, "A \\u escape needs four hexadecimal digits.");
      *unit = *unit * 16 + g_ascii_xdigit_value (*self->cursor);
    }
  return TRUE;
}

static gboolean
scan_unicode_escape (Scan *self, GString *decoded)
{
  gunichar unit, low;

  if (!scan_four_hex (self, &unit))
    return FALSE;
  if (unit == 0)
    return refuse (self, "NUL is not text.");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return refuse (self, "A low surrogate stands alone.");
  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      if (!take (self, '\\') || !take (self, 'u') || !scan_four_hex (self, &low) || low < 0xdc00 || low > 0xdfff)
        return refuse (self, "A high surrogate stands alone.");
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  if (decoded != NULL)
    g_string_append_unichar (decoded, unit);
  return TRUE;
}

static gboolean
scan_escape (Scan *self, GString *decoded)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *letter;

  if (take (self, 'u'))
    return scan_unicode_escape (self, decoded);
  letter = self->cursor < self->end && *self->cursor != '\0' ? strchr (letters, *self->cursor) : NULL;
  if (letter == NULL)
    return refuse (self, "An escape is not one of JSON's.");
  self->cursor++;
  if (decoded != NULL)
    g_string_append_c (decoded, meanings[letter - letters]);
  return TRUE;
}

/* @decoded (nullable): the text that the string stands for. */
static gboolean
scan_string (Scan *self, GString *decoded)
{
  if (!take (self, '"'))
    return refuse (self, "A string is expected here.");
  while (self->cursor < self->end && *self->cursor != '"')
    {
      if ((guchar) *self->cursor < 0x20)
        return refuse (self, "A control character stands in a string.");
      if (*self->cursor == '\\')
        {
          self->cursor++;
          if (!scan_escape (self, decoded))
            return FALSE;
          continue;
        }
      if (decoded != NULL)
        g_string_append_c (decoded, *self->cursor);
      self->cursor++;
    }
  return take (self, '"') || refuse (self, "A string does not end.");
}

static gboolean
scan_digits (Scan *self)
{
  const char *start = self->cursor;

  while (self->cursor < self->end && g_ascii_isdigit (*self->cursor))
    self->cursor++;
  return self->cursor > start || refuse (self, "A number lacks a digit.");
}

static gboolean
scan_number (Scan *self)
{
  const char *start = self->cursor;
  gboolean is_integer = TRUE;
  g_autofree char *text = NULL;
  gint64 value;

  take (self, '-');
  if (!take (self, '0') && !scan_digits (self))
    return FALSE;
  if (take (self, '.'))
    {
      is_integer = FALSE;
      if (!scan_digits (self))
        return FALSE;
    }
  if (take (self, 'e') || take (self, 'E'))
    {
      is_integer = FALSE;
      if (!take (self, '+'))
        take (self, '-');
      if (!scan_digits (self))
        return FALSE;
    }
  text = g_strndup (start, self->cursor - start);
  if (is_integer && !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return refuse (self, "A number is too large.");
  return TRUE;
}

static gboolean
scan_word (Scan *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (self->end - self->cursor) < length || strncmp (self->cursor, word, length) != 0)
    return refuse (self, "A value is expected here.");
  self->cursor += length;
  return TRUE;
}

void
rollcall_json_pointer_append (GString *pointer, const char *name)
{
  g_string_append_c (pointer, '/');
  for (; *name != '\0'; name++)
    if (*name == '~')
      g_string_append (pointer, "~0");
    else if (*name == '/')
      g_string_append (pointer, "~1");
    else
      g_string_append_c (pointer, *name);
}

static gboolean
scan_members (Scan *self)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gsize parent = self->pointer->len;

  do
    {
      g_autoptr (GString) name = g_string_new (NULL);

      skip_space (self);
      if (!scan_string (self, name))
        return FALSE;
      rollcall_json_pointer_append (self->pointer, name->str);
      if (!g_hash_table_add (names, g_strdup (name->str)))
        return refuse (self, "A member stands twice.");
      skip_space (self);
      if (!take (self, ':'))
        return refuse (self, "A colon is expected after a member's name.");
      if (!scan_value (self))
        return FALSE;
      g_string_truncate (self->pointer, parent);
      skip_space (self);
    }
  while (take (self, ','));
  return take (self, '}') || refuse (self, "An object does not end.");
}

static gboolean
scan_elements (Scan *self)
{
  gsize parent = self->pointer->len;
  guint index = 0;

  do
    {
      g_string_append_printf (self->pointer, "/%u", index++);
      if (!scan_value (self))
        return FALSE;
      g_string_truncate (self->pointer, parent);
      skip_space (self);
    }
  while (take (self, ','));
  return take (self, ']') || refuse (self, "An array does not end.");
}

static gboolean
scan_container (Scan *self, char close, gboolean (*scan) (Scan *))
{
  gboolean valid;

  if (self->depth == ROLLCALL_JSON_DEPTH_LIMIT)
    return refuse (self, "The body is nested too deeply.");
  self->cursor++;
  skip_space (self);
  if (take (self, close))
    return TRUE;
  self->depth++;
  valid = scan (self);
  self->depth--;
  return valid;
}

static gboolean
scan_value (Scan *self)
{
  skip_space (self);
  if (self->cursor == self->end)
    return refuse (self, "The body ends too early.");
  switch (*self->cursor)
    {
    case '{':
      return scan_container (self, '}', scan_members);
    case '[':
      return scan_container (self, ']', scan_elements);
    case '"':
      return scan_string (self, NULL);
    case 't':
      return scan_word (self, "true");
    case 'f':
      return scan_word (self, "false");
    case 'n':
      return scan_word (self, "null");
    default:
      return scan_number (self);
    }
}

static gboolean
scan_body (const char *text, gsize length, GError **error)
{
  g_autoptr (GString) pointer = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  Scan scan = { text, text + length, pointer, 0, &local };
  gboolean valid;

  if (!g_utf8_validate_len (text, length, NULL))
    valid = refuse (&scan, memchr (text, '\0', length) != NULL ? "NUL is not text." : "The body is not UTF-8.");
  else if ((valid = scan_value (&scan)))
    {
      skip_space (&scan);
      valid = scan.cursor == scan.end || refuse (&scan, "Something follows the body's value.");
    }
  if (!valid)
    g_propagate_error (error, g_steal_pointer (&local));
  return valid;
}

JsonNode *
rollcall_json_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  if (!scan_body (length > 0 ? text : "", length, error))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, length, &local))
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "", "The body is not JSON.");
      return NULL;
    }
  return json_parser_steal_root (parser);
}
