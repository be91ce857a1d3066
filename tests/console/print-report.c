/* SPDX-License-Identifier: GPL-3.0-or-later */
/* print-report DIRECTORY N [SELECTED]: prints N rows, of which the first some are hostile, or the first SELECTED of
 * them, as DIRECTORY/report.pdf; the first and the last page also as first.png and last.png. Says the longest turn of
 * the main loop, in microseconds. */
#include <stdlib.h>

#include "../client/test-hostile.h"
#include "rollcall-print-pages.h"
#include "rollcall-print.h"

#define WIDTH  770.0
#define HEIGHT 520.0
#define SCALE  1.5

static void
draw_png (RollcallPrintPages *pages, guint page, const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (WIDTH * SCALE),
                                                         (int) (HEIGHT * SCALE));
  cairo_t *cairo = cairo_create (surface);
  guint drawn = 0;

  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  cairo_scale (cairo, SCALE, SCALE);
  rollcall_print_pages_draw_frame (pages, cairo, page);
  while (rollcall_print_pages_draw_rows (pages, cairo, page, &drawn, 1000))
    ;
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
}

typedef struct
{
  gint64 last, longest;
} Ticks;

static gboolean
tick (gpointer user_data)
{
  Ticks *ticks = user_data;
  struct timespec spent;

  /* what this thread worked, whatever else the computer did */
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &spent);
  gint64 now = spent.tv_sec * G_USEC_PER_SEC + spent.tv_nsec / 1000;
  if (ticks->last != 0)
    ticks->longest = MAX (ticks->longest, now - ticks->last);
  ticks->last = now;
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, >=, 3);
  gtk_init ();
  guint n = (guint) atoi (argv[2]);
  g_autoptr (RollcallCache) cache = test_hostile_cache_new (argv[1], "https://test", n);
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  g_autoptr (GArray) ids = test_ids_new (n), selected = test_ids_new (argc > 3 ? (guint) atoi (argv[3]) : 0);
  g_autofree char *file = g_build_filename (argv[1], "report.pdf", NULL);
  g_autoptr (GtkPrintSettings) settings = gtk_print_settings_new (), kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Ticks ticks = { 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < rollcall_n_report_columns; i++)
    if (rollcall_report_columns[i].shown)
      g_ptr_array_add (columns, (gpointer) &rollcall_report_columns[i]);
  g_autoptr (RollcallPrintPages) pages = rollcall_print_pages_new (cache, "A <report>", "today", columns, ids);
  guint n_pages = rollcall_print_pages_lay_out (pages, WIDTH, HEIGHT);
  draw_png (pages, 0, argv[1], "first.png");
  draw_png (pages, n_pages - 1, argv[1], "last.png");

  if (selected->len > 0)
    gtk_print_settings_set_print_pages (settings, GTK_PRINT_PAGES_SELECTION);
  RollcallPrintJob job = { .cache = cache,
                           .title = "A <report>",
                           .columns = columns,
                           .ids = ids,
                           .selected = selected,
                           .file = file,
                           .settings = settings };
  /* before everything else, so that it comes late only where a turn was long */
  g_timeout_add_full (G_PRIORITY_HIGH, 1, tick, &ticks, NULL);
  rollcall_print_async (NULL, &job, test_take_result, &result);
  test_wait_until (result != NULL);
  g_print ("%" G_GINT64_FORMAT "\n", ticks.longest);
  kept = rollcall_print_finish (result, &error);
  g_assert_no_error (error);
  return 0;
}
