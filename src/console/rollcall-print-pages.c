/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-print-pages.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "rollcall-words.h"

#define TITLE_SIZE 13.0
#define NOTE_SIZE  8.0
/* Below that nobody reads it; above that it is no longer a table. */
#define SMALLEST 5.0
#define LARGEST  10.0
/* A font of the window, in its pixels: what the columns' widths are made for. */
#define WINDOW_FONT 14.0
#define WINDOW_GAP  14
#define GAP         4.0
/* Of a line, of its font's size. */
#define LINE 1.5
/* Of what was said, no cell on paper holds more. */
#define SHOWN_LIMIT 256

struct _RollcallPrintPages
{
  RollcallCache *cache; /* (owned) */
  char *title;
  char *made;
  GPtrArray *columns; /* (owned) (element-type RollcallReportColumn) */
  GArray *ids;        /* (owned) (element-type gint64) */
  int *widths;        /* (owned) of the columns, in relation to each other */

  double width, height;
  double size;        /* of the rows' font */
  double top;         /* of the first row */
  guint rows_on_page; /* at least one */
  guint n_pages;
  PangoLayout *layout; /* (owned) (nullable) of the page that is drawn */
};

static void
set_font (PangoLayout *layout, double size, gboolean bold)
{
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string (bold ? "Sans Bold" : "Sans");

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
}

static int
measure (PangoLayout *layout, const char *text, gboolean bold)
{
  int width;

  set_font (layout, WINDOW_FONT, bold);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  return width + WINDOW_GAP;
}

/* As usual in the window; but on paper a title is whole, and a time is written in full. */
static void
find_widths (RollcallPrintPages *self)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (PangoLayout) layout = pango_layout_new (context);
  g_autofree char *time = rollcall_words_time (g_get_real_time () / 1000);

  self->widths = g_new (int, self->columns->len);
  for (guint i = 0; i < self->columns->len; i++)
    {
      const RollcallReportColumn *column = g_ptr_array_index (self->columns, i);

      self->widths[i] = MAX (column->width, measure (layout, rollcall_report_column_get_title (column), TRUE));
      if (column->time != 0)
        self->widths[i] = MAX (self->widths[i], measure (layout, time, FALSE) + WINDOW_GAP);
    }
  g_object_unref (context);
}

RollcallPrintPages *
rollcall_print_pages_new (RollcallCache *cache, const char *title, const char *made, GPtrArray *columns, GArray *ids)
{
  RollcallPrintPages *self = g_new0 (RollcallPrintPages, 1);

  self->cache = g_object_ref (cache);
  self->title = g_strdup (title);
  self->made = g_strdup (made);
  self->columns = g_ptr_array_ref (columns);
  self->ids = g_array_ref (ids);
  find_widths (self);
  return self;
}

void
rollcall_print_pages_free (RollcallPrintPages *self)
{
  g_clear_object (&self->layout);
  g_array_unref (self->ids);
  g_ptr_array_unref (self->columns);
  g_free (self->widths);
  g_free (self->made);
  g_free (self->title);
  g_object_unref (self->cache);
  g_free (self);
}

static const RollcallReportColumn *
get_column (RollcallPrintPages *self, guint i)
{
  return g_ptr_array_index (self->columns, i);
}

static double
get_total_width (RollcallPrintPages *self)
{
  double total = 0;

  for (guint i = 0; i < self->columns->len; i++)
    total += self->widths[i];
  return total;
}

guint
rollcall_print_pages_lay_out (RollcallPrintPages *self, double width, double height)
{
  double rows;

  self->width = width;
  self->height = height;
  self->size = CLAMP (WINDOW_FONT * width / get_total_width (self), SMALLEST, LARGEST);
  self->top = (TITLE_SIZE + self->size) * LINE + GAP;
  rows = (height - self->top - NOTE_SIZE * LINE - GAP) / (self->size * LINE);
  self->rows_on_page = rows > 1 ? (guint) rows : 1;
  self->n_pages = MAX ((self->ids->len + self->rows_on_page - 1) / self->rows_on_page, 1);
  return self->n_pages;
}

static void
ensure_layout (RollcallPrintPages *self, cairo_t *cairo)
{
  PangoContext *context;

  if (self->layout != NULL)
    return;
  context = pango_cairo_create_context (cairo);
  /* so that a point of a font is one of the page's */
  pango_cairo_context_set_resolution (context, 72);
  self->layout = pango_layout_new (context);
  g_object_unref (context);
  pango_layout_set_single_paragraph_mode (self->layout, TRUE);
  pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_auto_dir (self->layout, FALSE);
}

/* @text on the baseline @y, in the field from @x to @x + @width as it is from left to right; mirrored where the window
 * is.
 */
static void
draw_text (RollcallPrintPages *self, cairo_t *cairo, const char *text, double x, double y, double width,
           gboolean at_end)
{
  gboolean rtl = gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL;

  pango_layout_set_width (self->layout, (int) (MAX (width, 1) * PANGO_SCALE));
  pango_layout_set_alignment (self->layout, rtl != at_end ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_text (self->layout, text, -1);
  /* by the baseline: another script's font is higher */
  cairo_move_to (cairo, rtl ? self->width - x - width : x,
                 y - (double) pango_layout_get_baseline (self->layout) / PANGO_SCALE);
  pango_cairo_show_layout (cairo, self->layout);
}

static void
draw_cells (RollcallPrintPages *self, cairo_t *cairo, const RollcallRegistration *row, double y)
{
  double scale = self->width / get_total_width (self), x = 0;

  for (guint i = 0; i < self->columns->len; i++)
    {
      const RollcallReportColumn *column = get_column (self, i);
      double width = self->widths[i] * scale;
      g_autofree char *text = row != NULL ? column->get_text (row, SHOWN_LIMIT)
                                          : g_strdup (rollcall_report_column_get_title (column));

      draw_text (self, cairo, text, x, y, width - GAP, FALSE);
      x += width;
    }
}

void
rollcall_print_pages_draw_frame (RollcallPrintPages *self, cairo_t *cairo, guint page)
{
  double bottom = self->height - NOTE_SIZE * 0.4;
  /* Translators: %1$u is a page's number, %2$u how many there are */
  g_autofree char *number = g_strdup_printf (C_ ("print", "Page %1$u of %2$u"), page + 1, self->n_pages);
  g_autofree char *count = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%'u computer", "%'u computers", self->ids->len), self->ids->len);

  g_clear_object (&self->layout);
  ensure_layout (self, cairo);
  cairo_set_source_rgb (cairo, 0, 0, 0);
  set_font (self->layout, TITLE_SIZE, TRUE);
  draw_text (self, cairo, self->title, 0, TITLE_SIZE, self->width * 0.6, FALSE);
  set_font (self->layout, NOTE_SIZE, FALSE);
  draw_text (self, cairo, self->made, self->width * 0.6, TITLE_SIZE, self->width * 0.4, TRUE);
  draw_text (self, cairo, count, 0, bottom, self->width / 2, FALSE);
  draw_text (self, cairo, number, self->width / 2, bottom, self->width / 2, TRUE);
  set_font (self->layout, self->size, TRUE);
  draw_cells (self, cairo, NULL, self->top - GAP - self->size * 0.4);
  cairo_set_line_width (cairo, 0.5);
  cairo_move_to (cairo, 0, self->top - GAP);
  cairo_line_to (cairo, self->width, self->top - GAP);
  cairo_stroke (cairo);
  set_font (self->layout, self->size, FALSE);
}

gboolean
rollcall_print_pages_draw_rows (RollcallPrintPages *self, cairo_t *cairo, guint page, guint *drawn, gint64 microseconds)
{
  gint64 end = g_get_monotonic_time () + microseconds;
  guint first = page * self->rows_on_page;
  guint n = first < self->ids->len ? MIN (self->rows_on_page, self->ids->len - first) : 0;

  ensure_layout (self, cairo);
  while (*drawn < n && g_get_monotonic_time () < end)
    {
      g_autoptr (RollcallRegistration)
          row = rollcall_cache_get_row (self->cache, g_array_index (self->ids, gint64, first + *drawn));

      /* one that is gone meanwhile leaves its line empty */
      if (row != NULL)
        draw_cells (self, cairo, row, self->top + (*drawn + 0.75) * self->size * LINE);
      ++*drawn;
    }
  return *drawn < n;
}
