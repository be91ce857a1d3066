/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-time.h"

#include <string.h>

char *
rollcall_time_format (gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc_usec (milliseconds * 1000);
  g_autofree char *seconds = NULL;

  g_return_val_if_fail (time != NULL, NULL);

  seconds = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  return g_strdup_printf ("%s.%03dZ", seconds, g_date_time_get_microsecond (time) / 1000);
}

/* date-time of RFC 3339, 5.6; GLib's own parser takes more forms of ISO 8601 than that. */
static gboolean
has_shape (const char *text)
{
  static const char shape[] = "0000-00-00T00:00:00";
  const char *rest;

  for (guint i = 0; shape[i] != '\0'; i++)
    if (shape[i] == '0' ? !g_ascii_isdigit (text[i]) : g_ascii_toupper (text[i]) != shape[i])
      return FALSE;

  rest = text + strlen (shape);
  if (*rest == '.')
    {
      gsize digits = strspn (rest + 1, "0123456789");

      if (digits == 0 || digits > 9)
        return FALSE;
      rest += 1 + digits;
    }
  if (g_ascii_toupper (rest[0]) == 'Z')
    return rest[1] == '\0';
  return (rest[0] == '+' || rest[0] == '-') && strlen (rest) == 6 && g_ascii_isdigit (rest[1]) &&
         g_ascii_isdigit (rest[2]) && rest[3] == ':' && g_ascii_isdigit (rest[4]) && g_ascii_isdigit (rest[5]);
}

gboolean
rollcall_time_parse (const char *text, gint64 *milliseconds)
{
  g_autofree char *upper = NULL;
  g_autoptr (GDateTime) time = NULL;

  g_return_val_if_fail (text != NULL && milliseconds != NULL, FALSE);

  if (!has_shape (text))
    return FALSE;
  upper = g_ascii_strup (text, -1);
  time = g_date_time_new_from_iso8601 (upper, NULL);
  if (time == NULL)
    return FALSE;
  *milliseconds = g_date_time_to_unix_usec (time) / 1000;
  return TRUE;
}
