/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "rollcall-plain-text.h"

#define GAP           2
#define LEAST_WIDTH   4
#define ELLIPSIS      "\u2026"
#define NO_LIMIT      G_MAXINT
#define WIDEST_COLUMN 200

struct _RollcallCtlTable
{
  const RollcallCtlColumn *columns;
  guint n_columns;
  GPtrArray *cells; /* (element-type utf8) of the rows not printed yet, row by row */
  int *widths;      /* (nullable) until the first rows are printed */
};

RollcallCtlTable *
rollcall_ctl_table_new (const RollcallCtlColumn *columns, guint n_columns)
{
  RollcallCtlTable *table = g_new0 (RollcallCtlTable, 1);

  table->columns = columns;
  table->n_columns = n_columns;
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
      g_ptr_array_add (table->cells, rollcall_text_make_plain (text));
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
  struct winsize size;

  if (isatty (STDOUT_FILENO) && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return NO_LIMIT;
}

/* Takes from the widest column until the line fits. */
static void
narrow (RollcallCtlTable *table, int limit)
{
  int total = -GAP;

  for (guint i = 0; i < table->n_columns; i++)
    total += table->widths[i] + GAP;
  while (total > limit)
    {
      guint widest = 0;
      for (guint i = 1; i < table->n_columns; i++)
        if (table->widths[i] > table->widths[widest])
          widest = i;
      if (table->widths[widest] <= LEAST_WIDTH)
        return;
      table->widths[widest]--;
      total--;
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
  narrow (table, get_terminal_width ());
}

/* Appends @text, cut or padded to @width. */
static void
append_cell (GString *line, const char *text, int width, gboolean last)
{
  int left = width;
  gboolean cut = get_terminal_width () != NO_LIMIT && get_width (text) > width;

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
  for (int i = 0; !last && i < left + GAP; i++)
    g_string_append_c (line, ' ');
}

static void
print_line (RollcallCtlTable *table, guint first_cell, gboolean titles)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < table->n_columns; i++)
    append_cell (line, titles ? _ (table->columns[i].title) : table->cells->pdata[first_cell + i], table->widths[i],
                 i == table->n_columns - 1);
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
