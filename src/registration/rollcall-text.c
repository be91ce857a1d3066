/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-text-private.h"

#include <string.h>

#define MAC_DIGITS 12

char *
rollcall_fold (const char *text)
{
  g_autofree char *decomposed = NULL, *folded = NULL;

  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  folded = decomposed != NULL ? g_utf8_casefold (decomposed, -1) : g_ascii_strdown (text, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_NFC) ?: g_steal_pointer (&folded);
}

static gboolean
is_separator (char c)
{
  return c == ':' || c == '-' || c == '.';
}

/* Puts a colon after every second digit of @digits, the first after @first of them. */
static void
append_pairs (GString *text, const GString *digits, gsize first)
{
  for (gsize i = 0; i < digits->len; i++)
    {
      if (i > 0 && i % 2 == first % 2)
        g_string_append_c (text, ':');
      g_string_append_c (text, digits->str[i]);
    }
}

char *
rollcall_mac_normalise (const char *folded)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  GString *mac;

  for (const char *c = folded; *c != '\0'; c++)
    {
      if (is_separator (*c))
        continue;
      if (!g_ascii_isxdigit (*c) || digits->len == MAC_DIGITS)
        return NULL;
      g_string_append_c (digits, *c);
    }
  if (digits->len != MAC_DIGITS)
    return NULL;
  mac = g_string_new (NULL);
  append_pairs (mac, digits, 0);
  return g_string_free_and_steal (mac);
}

/* A part of a pattern between two '*', or between one and an end. Where it is @last, bytes end with it; else they start
 * with it, since a part in the middle stands where nobody knows. */
static void
append_part (GString *pattern, const char *part, gboolean last)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  gsize length = strlen (part);

  for (const char *c = part; *c != '\0'; c++)
    if (!is_separator (*c))
      g_string_append_c (digits, *c);
  if (length > 0 && is_separator (part[0]) && (pattern->len > 0))
    g_string_append_c (pattern, ':');
  append_pairs (pattern, digits, last ? digits->len : 0);
  if (length > 1 && is_separator (part[length - 1]) && !last)
    g_string_append_c (pattern, ':');
}

char *
rollcall_mac_pattern_normalise (const char *folded)
{
  g_auto (GStrv) parts = g_strsplit (folded, "*", -1);
  guint n_parts = g_strv_length (parts), n_digits = 0;
  GString *pattern;

  for (const char *c = folded; *c != '\0'; c++)
    if (g_ascii_isxdigit (*c) || *c == '?')
      n_digits++;
    else if (*c != '*' && !is_separator (*c))
      return NULL;
  if (n_digits > MAC_DIGITS || (n_parts == 1 && n_digits < MAC_DIGITS))
    return NULL;

  pattern = g_string_new (NULL);
  for (guint i = 0; i < n_parts; i++)
    {
      if (i > 0)
        g_string_append_c (pattern, '*');
      append_part (pattern, parts[i], i > 0 && i + 1 == n_parts);
    }
  return g_string_free_and_steal (pattern);
}
