/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-clock.h"

/* Milliseconds added to real time; written once, before threads start. */
static gint64 clock_offset;

/* Units of an offset in the order in which they may appear; those after 'T' are times. Months and years have no fixed
 * length, so an offset does not take them. */
static const struct
{
  char letter;
  gboolean is_time;
  gint64 milliseconds;
} units[] = {
  { 'W', FALSE, 7 * G_GINT64_CONSTANT (86400000) },
  { 'D', FALSE, 86400000 },
  { 'H', TRUE, 3600000 },
  { 'M', TRUE, 60000 },
  { 'S', TRUE, 1000 },
};

static gboolean
parse_offset (const char *text, gint64 *offset)
{
  gint64 sign = text[0] == '-' ? -1 : 1;
  gboolean in_time = FALSE;
  gsize unit = 0;

  if ((text[0] != '+' && text[0] != '-') || text[1] != 'P' || text[2] == '\0')
    return FALSE;
  *offset = 0;
  for (text += 2; *text != '\0'; text++)
    {
      guint64 amount = 0;
      guint digits = 0;

      if (*text == 'T' && !in_time)
        {
          in_time = TRUE;
          text++;
        }
      for (; g_ascii_isdigit (*text) && digits < 7; text++, digits++)
        amount = amount * 10 + (guint64) (*text - '0');
      while (unit < G_N_ELEMENTS (units) && (units[unit].letter != *text || units[unit].is_time != in_time))
        unit++;
      if (digits == 0 || unit == G_N_ELEMENTS (units))
        return FALSE;
      *offset += sign * (gint64) amount * units[unit++].milliseconds;
    }
  return TRUE;
}

gboolean
rollcall_clock_set (const char *setting, GError **error)
{
  gint64 real = g_get_real_time () / 1000;
  g_autoptr (GDateTime) start = NULL;

  clock_offset = 0;
  if (setting == NULL || *setting == '\0' || parse_offset (setting, &clock_offset))
    return TRUE;
  start = g_date_time_new_from_iso8601 (setting, NULL);
  if (start == NULL)
    {
      clock_offset = 0;
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "ROLLCALL_NOW is neither an RFC 3339 time nor an offset such as +P91D: %s", setting);
      return FALSE;
    }
  clock_offset = g_date_time_to_unix_usec (start) / 1000 - real;
  return TRUE;
}

gint64
rollcall_clock_now (void)
{
  return g_get_real_time () / 1000 + clock_offset;
}
