/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-report N: the report's view over N cached rows, beside GTK's own chain of models over the same rows in memory.
 * Prints as JSON, in milliseconds: each act's longest turn of the main loop (how long the window is frozen), the time
 * to the first frame after it, and, for ours, the time until all rows are in place. */
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>

#include "../client/test-rows.h"
#include "../client/test-wait.h"
#include "rollcall-report-columns.h"
#include "rollcall-report-view.h"

#define PAGE 1000

typedef struct
{
  double longest, frame, complete;
} Measure;

/* What the chain sorts and filters: a row as an object. */
#define TYPE_ITEM (item_get_type ())
G_DECLARE_FINAL_TYPE (Item, item, BENCH, ITEM, GObject)
struct _Item
{
  GObject parent_instance;
  RollcallRegistration *row;
};
G_DEFINE_FINAL_TYPE (Item, item, G_TYPE_OBJECT)

static void
item_finalize (GObject *object)
{
  rollcall_registration_free (BENCH_ITEM (object)->row);
  G_OBJECT_CLASS (item_parent_class)->finalize (object);
}

static void
item_class_init (ItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = item_finalize;
}

static void
item_init (Item *item)
{
}

static void
note_frame (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

static gboolean
is_always (gpointer data)
{
  return TRUE;
}

/* Acts, and lets the main loop turn until a frame was painted and @is_complete says so. */
static Measure
measure (GtkWindow *window, void (*act) (gpointer), gboolean (*is_complete) (gpointer), gpointer data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gboolean painted = FALSE;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (note_frame), &painted);
  gint64 start = g_get_monotonic_time (), before = start, now;
  Measure result = { 0, NAN, NAN };

  act (data);
  gtk_widget_queue_draw (GTK_WIDGET (window));
  while (isnan (result.frame) || isnan (result.complete))
    {
      now = g_get_monotonic_time ();
      result.longest = MAX (result.longest, (double) (now - before) / 1000);
      if (painted && isnan (result.frame))
        result.frame = (double) (now - start) / 1000;
      if (is_complete (data) && isnan (result.complete))
        result.complete = (double) (now - start) / 1000;
      /* waiting for the worker or the next frame is no freeze */
      if (!g_main_context_pending (NULL))
        g_usleep (100);
      before = g_get_monotonic_time ();
      g_main_context_iteration (NULL, FALSE);
    }
  g_signal_handler_disconnect (clock, handler);
  return result;
}

static GtkWindow *
show (GtkWidget *child)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_default_size (window, 1200, 760);
  gtk_window_set_child (window, child);
  gtk_window_present (window);
  test_wait_until (gtk_widget_get_mapped (child) && gtk_widget_get_height (child) > 100);
  return window;
}

static void
print (const char *act, const char *which, Measure value, gboolean more)
{
  g_print ("\"%s, %s\": {\"longest\": %.3f, \"frame\": %.3f, \"complete\": %.3f}%s", act, which, value.longest,
           value.frame, value.complete, more ? ", " : "");
}

static void
fill (RollcallCache *cache, gint64 n)
{
  for (gint64 id = 1; id <= n; id += PAGE)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GArray) touched = NULL;
      gint64 last = MIN (id + PAGE - 1, n);

      rollcall_cache_apply_async (cache, test_page_new (id, last, 0, last < n), FALSE, 1, NULL, test_take_result,
                                  &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      touched = rollcall_cache_apply_finish (cache, result, NULL);
      g_assert_nonnull (touched);
    }
}

/* What is asked of both. */
typedef struct
{
  RollcallReportList *list;
  RollcallReportQuery query;
  GtkSelectionModel *selection;
  GtkSorter *sorter;
  GtkFilter *filter;
  GtkSortListModel *sorted;
  GtkFilterListModel *filtered;
} Asked;

static void
ask (gpointer data)
{
  Asked *asked = data;

  rollcall_report_list_set_query (asked->list, &asked->query);
}

static gboolean
is_listed (gpointer data)
{
  return rollcall_report_list_is_complete (((Asked *) data)->list);
}

static void
select_all (gpointer data)
{
  gtk_selection_model_select_all (((Asked *) data)->selection);
}

static void
sort_chain (gpointer data)
{
  gtk_sort_list_model_set_sorter (((Asked *) data)->sorted, ((Asked *) data)->sorter);
}

static void
filter_chain (gpointer data)
{
  gtk_filter_list_model_set_filter (((Asked *) data)->filtered, ((Asked *) data)->filter);
}

static void
run_ours (gint64 n)
{
  g_autofree char *directory = g_dir_make_tmp ("bench-report-XXXXXX", NULL);
  g_autoptr (RollcallCache) cache = rollcall_cache_open (directory, "https://bench", NULL);
  g_autoptr (RollcallReportList) list = NULL;
  RollcallReportView *view = g_object_new (ROLLCALL_TYPE_REPORT_VIEW, NULL);
  Asked asked = { 0 };

  fill (cache, n);
  list = rollcall_report_list_new (cache);
  asked.list = list;
  asked.selection = GTK_SELECTION_MODEL (rollcall_report_list_get_model (list));
  asked.query = (RollcallReportQuery) { .text = (char *) "", .sort = (char *) "name" };
  rollcall_report_view_set_list (view, list);
  GtkWindow *window = show (GTK_WIDGET (view));
  measure (window, ask, is_listed, &asked);
  asked.query.sort = (char *) "last_requested";
  print ("sort", "figure", measure (window, ask, is_listed, &asked), TRUE);
  asked.query.text = (char *) "pc-10";
  print ("text filter", "figure", measure (window, ask, is_listed, &asked), TRUE);
  asked.query.text = (char *) "";
  print ("filter cleared", "figure", measure (window, ask, is_listed, &asked), TRUE);
  print ("select all", "figure", measure (window, select_all, is_always, &asked), TRUE);
  gtk_window_destroy (window);
  g_clear_object (&list);
  g_clear_object (&cache);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", directory);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const RollcallRegistration *one = BENCH_ITEM ((gpointer) a)->row, *two = BENCH_ITEM ((gpointer) b)->row;

  return (one->last_requested > two->last_requested) - (one->last_requested < two->last_requested);
}

static gboolean
matches (gpointer item, gpointer data)
{
  return strstr (BENCH_ITEM (item)->row->computer.fqdn, "pc-10") != NULL;
}

static void
setup_label (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell)
{
  gtk_column_view_cell_set_child (cell, gtk_label_new (NULL));
}

static void
bind_label (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, const RollcallReportColumn *column)
{
  g_autofree char *text = column->get_text (BENCH_ITEM (gtk_column_view_cell_get_item (cell))->row, G_MAXSIZE);

  gtk_label_set_text (GTK_LABEL (gtk_column_view_cell_get_child (cell)), text);
}

static void
run_chain (gint64 n)
{
  GListStore *store = g_list_store_new (TYPE_ITEM);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  Asked asked = { 0 };

  for (gint64 id = 1; id <= n; id++)
    {
      Item *item = g_object_new (TYPE_ITEM, NULL);
      item->row = test_row_new (id, id);
      g_ptr_array_add (items, item);
    }
  g_list_store_splice (store, 0, 0, items->pdata, items->len);
  asked.filtered = gtk_filter_list_model_new (G_LIST_MODEL (store), NULL);
  asked.sorted = gtk_sort_list_model_new (G_LIST_MODEL (asked.filtered), NULL);
  asked.selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (asked.sorted)));
  asked.sorter = GTK_SORTER (gtk_custom_sorter_new (compare_rows, NULL, NULL));
  GtkColumnView *view = GTK_COLUMN_VIEW (gtk_column_view_new (asked.selection));
  for (guint i = 0; i < rollcall_n_report_columns; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_autoptr (GtkColumnViewColumn) column = NULL;

      g_signal_connect (factory, "setup", G_CALLBACK (setup_label), NULL);
      g_signal_connect (factory, "bind", G_CALLBACK (bind_label), (gpointer) &rollcall_report_columns[i]);
      column = gtk_column_view_column_new (rollcall_report_columns[i].title, factory);
      gtk_column_view_column_set_fixed_width (column, rollcall_report_columns[i].width);
      gtk_column_view_append_column (view, column);
    }
  GtkWidget *scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (view));
  GtkWindow *window = show (scroller);
  print ("sort", "comparator", measure (window, sort_chain, is_always, &asked), TRUE);
  asked.filter = GTK_FILTER (gtk_custom_filter_new (matches, NULL, NULL));
  print ("text filter", "comparator", measure (window, filter_chain, is_always, &asked), TRUE);
  g_clear_object (&asked.filter);
  print ("filter cleared", "comparator", measure (window, filter_chain, is_always, &asked), TRUE);
  print ("select all", "comparator", measure (window, select_all, is_always, &asked), FALSE);
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  gint64 n = argc > 1 ? g_ascii_strtoll (argv[1], NULL, 10) : 1000;

  adw_init ();
  g_print ("{");
  run_ours (n);
  run_chain (n);
  g_print ("}\n");
  return EXIT_SUCCESS;
}
