/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "rollcall-plain-text.h"

#define GAP           2
#define LEAST_WIDTH   9
#define HIDDEN        (-1)
#define ELLIPSIS      "\u2026"
#define NO_LIMIT      G_MAXINT
#define WIDEST_COLUMN 200

struct _RollcallCtlTable
{
  const RollcallCtlColumn *columns;
  guint n_columns;
  GPtrArray *cells; /* (element-type utf8) of the rows not printed yet, row by row */
  int *widths;      /* (nullable) until the first rows are printed */
  int limit;        /* of a line */
};

static int get_terminal_width (void);
static char *shorten_time (const char *text);

RollcallCtlTable *
rollcall_ctl_table_new (const RollcallCtlColumn *columns, guint n_columns)
{
  RollcallCtlTable *table = g_new0 (RollcallCtlTable, 1);

  table->columns = columns;
  table->n_columns = n_columns;
  table->limit = get_terminal_width ();
  table->cells = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
rollcall_ctl_table_free (RollcallCtlTable *table)
{
  g_ptr_array_unref (table->cells);
  g_free (table->widths);
  g_free (table);
}

void
rollcall_ctl_table_add (RollcallCtlTable *table, JsonObject *object)
{
  for (guint i = 0; i < table->n_columns; i++)
    {
      g_autofree char *text = rollcall_ctl_get_text (object, table->columns[i].path);
      char *time = table->limit != NO_LIMIT ? shorten_time (text) : NULL;
      g_ptr_array_add (table->cells, time != NULL ? time : rollcall_text_make_plain (text));
    }
}

static int
get_character_width (gunichar character)
{
  return g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
}

static int
get_width (const char *text)
{
  int width = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    width += get_character_width (g_utf8_get_char (at));
  return width;
}

/* What a file or another program reads is cut nowhere. */
static int
get_terminal_width (void)
{
  const char *columns = g_getenv ("COLUMNS");
  struct winsize size;

  if (!isatty (STDOUT_FILENO))
    return NO_LIMIT;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return columns != NULL && atoi (columns) > 0 ? atoi (columns) : NO_LIMIT;
}

/* A time as people read it: theirs, to the minute. NULL for what is none. Returns: (transfer full) (nullable) */
static char *
shorten_time (const char *text)
{
  g_autoptr (GDateTime) time = NULL;

  if (strlen (text) != strlen ("2026-01-05T09:30:00.000Z") || text[10] != 'T' || !g_str_has_suffix (text, "Z"))
    return NULL;
  time = g_date_time_new_from_iso8601 (text, NULL);
  g_autoptr (GDateTime) local = time != NULL ? g_date_time_to_local (time) : NULL;
  return local != NULL ? g_date_time_format (local, "%F %H:%M") : NULL;
}

static int
get_total (RollcallCtlTable *table)
{
  int total = -GAP;

  for (guint i = 0; i < table->n_columns; i++)
    total += table->widths[i] != HIDDEN ? table->widths[i] + GAP : 0;
  return total;
}

/* The widest column of those that may be cut; -1 where none is wider than it must be. */
static int
find_widest (RollcallCtlTable *table)
{
  int widest = -1;

  for (guint i = 0; i < table->n_columns; i++)
    if (!table->columns[i].whole && table->widths[i] > (widest < 0 ? LEAST_WIDTH : table->widths[widest]))
      widest = (int) i;
  return widest;
}

/* The rightmost column: what matters most stands first, and the first stays. FALSE where only that is left. */
static gboolean
hide_one (RollcallCtlTable *table)
{
  for (guint i = table->n_columns - 1; i > 0; i--)
    if (table->widths[i] != HIDDEN)
      {
        table->widths[i] = HIDDEN;
        return TRUE;
      }
  return FALSE;
}

/* Takes from the widest column until the line fits; where all are as narrow as they may be, leaves one out and begins
 * again. */
static void
narrow (RollcallCtlTable *table, int limit)
{
  g_autofree int *natural = g_memdup2 (table->widths, table->n_columns * sizeof *table->widths);

  while (get_total (table) > limit)
    {
      int widest = find_widest (table);
      if (widest >= 0)
        table->widths[widest]--;
      else if (!hide_one (table))
        return;
      else
        for (guint i = 0; i < table->n_columns; i++)
          table->widths[i] = table->widths[i] != HIDDEN ? natural[i] : HIDDEN;
    }
}

static void
settle_widths (RollcallCtlTable *table)
{
  table->widths = g_new (int, table->n_columns);
  for (guint i = 0; i < table->n_columns; i++)
    {
      table->widths[i] = get_width (_ (table->columns[i].title));
      for (guint cell = i; cell < table->cells->len; cell += table->n_columns)
        table->widths[i] = MAX (table->widths[i], get_width (table->cells->pdata[cell]));
      table->widths[i] = MIN (table->widths[i], WIDEST_COLUMN);
    }
  narrow (table, table->limit);
}

/* Appends @text, cut or padded to @width. */
static void
append_cell (GString *line, const char *text, int width, gboolean limited)
{
  int left = width;
  gboolean cut = limited && get_width (text) > width;

  if (cut)
    left--;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      if (cut && get_character_width (character) > left)
        break;
      g_string_append_unichar (line, character);
      left -= get_character_width (character);
    }
  if (cut)
    g_string_append (line, ELLIPSIS);
  for (int i = 0; i < left + GAP; i++)
    g_string_append_c (line, ' ');
}

static void
print_line (RollcallCtlTable *table, guint first_cell, gboolean titles)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < table->n_columns; i++)
    if (table->widths[i] != HIDDEN)
      append_cell (line, titles ? _ (table->columns[i].title) : table->cells->pdata[first_cell + i], table->widths[i],
                   table->limit != NO_LIMIT);
  g_print ("%s\n", g_strchomp (line->str));
}

void
rollcall_ctl_table_print (RollcallCtlTable *table)
{
  if (table->widths == NULL)
    {
      settle_widths (table);
      print_line (table, 0, TRUE);
    }
  for (guint cell = 0; cell < table->cells->len; cell += table->n_columns)
    print_line (table, cell, FALSE);
  g_ptr_array_set_size (table->cells, 0);
}
