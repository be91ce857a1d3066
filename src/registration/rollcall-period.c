/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-settings.h"

#include <string.h>

typedef struct
{
  gint years;
  gint months;
  gint days;
} Period;

/* PnYnMnWnD: each part once, in this order, at least one. */
static gboolean
parse_period (const char *text, Period *period)
{
  static const char units[] = "YMWD";
  const char *cursor = text;
  const char *next_unit = units;

  *period = (Period) { 0 };
  if (*cursor++ != 'P' || *cursor == '\0')
    return FALSE;
  while (*cursor != '\0')
    {
      const char *digits = cursor, *unit;
      gint count = 0;

      for (; g_ascii_isdigit (*cursor); cursor++)
        if (cursor - digits >= 5)
          return FALSE;
        else
          count = count * 10 + g_ascii_digit_value (*cursor);
      unit = *cursor != '\0' ? strchr (next_unit, *cursor) : NULL;
      if (cursor == digits || unit == NULL)
        return FALSE;
      if (*unit == 'Y')
        period->years = count;
      else if (*unit == 'M')
        period->months = count;
      else
        period->days += *unit == 'W' ? 7 * count : count;
      next_unit = unit + 1;
      cursor++;
    }
  return TRUE;
}

/* g_date_time_add_years and _months clamp to the month's last day. Added in one step, so that
 * 29 February + P1Y1M is judged by the month it ends in. */
static GDateTime *
add_period (const Period *period, GDateTime *from)
{
  g_autoptr (GDateTime) moved = g_date_time_add_months (from, period->years * 12 + period->months);

  return moved != NULL ? g_date_time_add_days (moved, period->days) : NULL;
}

gboolean
rollcall_period_validate (const char *text, GError **error)
{
  /* Judged from a day whose coming months are the shortest, so that no period is 'under a day' by luck. */
  g_autoptr (GDateTime) from = g_date_time_new_utc (2001, 1, 1, 0, 0, 0);
  g_autoptr (GDateTime) shortest = g_date_time_add_days (from, 1);
  g_autoptr (GDateTime) longest = g_date_time_add_years (from, 10);
  g_autoptr (GDateTime) end = NULL;
  Period period;

  g_return_val_if_fail (text != NULL, FALSE);

  if (parse_period (text, &period))
    end = add_period (&period, from);
  else
    {
      g_set_error (error, G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE,
                   "a period is written like P3M, P90D or P1Y6M");
      return FALSE;
    }
  if (end != NULL && g_date_time_compare (end, shortest) >= 0 && g_date_time_compare (end, longest) <= 0)
    return TRUE;
  g_set_error (error, G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE, "a period is from 1 day to 10 years");
  return FALSE;
}

gint64
rollcall_period_add (const char *text, gint64 from)
{
  g_autoptr (GDateTime) start = NULL;
  g_autoptr (GDateTime) end = NULL;
  Period period;

  g_return_val_if_fail (text != NULL && parse_period (text, &period), 0);

  start = g_date_time_new_from_unix_utc_usec (from * 1000);
  g_return_val_if_fail (start != NULL, 0);
  end = add_period (&period, start);
  g_return_val_if_fail (end != NULL, 0);
  return g_date_time_to_unix_usec (end) / 1000;
}
