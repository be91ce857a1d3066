/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "rollcall-log.h"
#include "rollcall-plain-text.h"

/* Time is what fills a bucket: a line costs a part of a second, and no more than a second is saved. */
typedef struct
{
  gint64 empty_at; /* monotonic microseconds up to which lines are paid for */
  guint left_out;
} Bucket;

static struct
{
  GMutex lock;
  guint lines;
  gboolean journal;
  Bucket known, strangers;
} state;

static const char *
find_field (const GLogField *fields, gsize n_fields, const char *name)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, name))
      return fields[i].value;
  return NULL;
}

static gboolean
take_line (Bucket *bucket)
{
  gint64 now = g_get_monotonic_time ();
  gboolean taken = TRUE;

  g_mutex_lock (&state.lock);
  if (state.lines > 0)
    {
      bucket->empty_at = MAX (bucket->empty_at, now);
      taken = bucket->empty_at + G_USEC_PER_SEC / state.lines <= now + G_USEC_PER_SEC;
      if (taken)
        bucket->empty_at += G_USEC_PER_SEC / state.lines;
      else
        bucket->left_out++;
    }
  g_mutex_unlock (&state.lock);
  return taken;
}

static void
write_plainly (GLogLevelFlags level, const char *message)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  const char *kind = level & G_LOG_LEVEL_WARNING ? "warning: " : level & G_LOG_LEVEL_DEBUG ? "debug: " : "";
  g_autofree char *line = g_strdup_printf ("%s.%03dZ rollcalld: %s%s\n", time, g_date_time_get_microsecond (now) / 1000,
                                           kind, message);

  /* In one piece, whoever else writes there. */
  fputs (line, stderr);
  fflush (stderr);
}

static void
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, const char *message)
{
  g_autofree GLogField *plain = g_memdup2 (fields, n_fields * sizeof *fields);

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (plain[i].key, "MESSAGE"))
      plain[i] = (GLogField) { "MESSAGE", message, -1 };
  if (!state.journal || g_log_writer_journald (level, plain, n_fields, NULL) != G_LOG_WRITER_HANDLED)
    write_plainly (level, message);
}

static GLogWriterOutput
on_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  const char *message = find_field (fields, n_fields, "MESSAGE");
  gboolean stranger = find_field (fields, n_fields, ROLLCALL_LOG_STRANGER) != NULL;
  g_autofree char *plain = NULL;

  if (message == NULL || (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0 ||
      !g_str_has_prefix (domain ?: "", "rollcall"))
    return g_log_writer_default (level, fields, n_fields, data);
  if ((level & G_LOG_LEVEL_DEBUG) != 0 && g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;
  if (!take_line (stranger ? &state.strangers : &state.known))
    return G_LOG_WRITER_HANDLED;
  plain = rollcall_text_make_plain (message);
  write_line (level, fields, n_fields, plain);
  return G_LOG_WRITER_HANDLED;
}

void
rollcall_log_start (guint lines)
{
  state.lines = lines;
  state.journal = g_log_writer_is_journald (STDERR_FILENO);
  g_log_set_writer_func (on_line, NULL, NULL);
}

static void
tell_left_out (Bucket *bucket, const char *about)
{
  g_autofree char *message = NULL;
  guint n;

  g_mutex_lock (&state.lock);
  n = bucket->left_out;
  bucket->left_out = 0;
  g_mutex_unlock (&state.lock);
  if (n == 0)
    return;
  message = g_strdup_printf ("%u %s left out%s", n, n == 1 ? "line" : "lines", about);
  const GLogField fields[] = { { "MESSAGE", message, -1 },
                               { "PRIORITY", "5", -1 },
                               { "GLIB_DOMAIN", "rollcalld", -1 } };
  write_line (G_LOG_LEVEL_MESSAGE, fields, G_N_ELEMENTS (fields), message);
}

void
rollcall_log_tick (void)
{
  tell_left_out (&state.known, "");
  tell_left_out (&state.strangers, " about callers who are not known");
}
