/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-plain-text.h"

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER     0x200d
#define REPLACEMENT           0xfffd

gboolean
rollcall_character_acts (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_FORMAT:
      return character != ZERO_WIDTH_NON_JOINER && character != ZERO_WIDTH_JOINER;
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return TRUE;
    default:
      return FALSE;
    }
}

char *
rollcall_text_make_plain (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *plain = g_string_sized_new (strlen (valid));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      g_string_append_unichar (plain, rollcall_character_acts (character) ? REPLACEMENT : character);
    }
  return g_string_free_and_steal (plain);
}

char *
rollcall_text_make_cell (const char *text)
{
  /* The wide forms begin a formula too where an input method writes them. */
  static const gunichar formula_starts[] = { '=', '+', '-', '@', 0xff1d, 0xff0b, 0xff0d, 0xff20 };
  g_autofree char *plain = rollcall_text_make_plain (text);
  /* spaces before it do not keep every spreadsheet from it */
  gunichar first = g_utf8_get_char (plain + strspn (plain, " "));

  for (guint i = 0; i < G_N_ELEMENTS (formula_starts); i++)
    if (first == formula_starts[i])
      return g_strconcat ("'", plain, NULL);
  return g_steal_pointer (&plain);
}

void
rollcall_csv_append_field (GString *csv, const char *text)
{
  g_autofree char *cell = rollcall_text_make_cell (text);

  g_string_append_c (csv, '"');
  for (const char *at = cell; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *at);
    }
  g_string_append_c (csv, '"');
}
