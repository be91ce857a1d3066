/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-print.h"

#include "rollcall-print-pages.h"
#include "rollcall-words.h"

/* Of a frame at 60 Hz, so that the window goes on. */
#define CHUNK_US 4000

typedef struct
{
  GtkPrintOperation *operation; /* (owned) */
  RollcallPrintPages *all;      /* (owned) */
  RollcallPrintPages *selected; /* (owned) */
  RollcallPrintPages *pages;    /* the one that is printed */
  RollcallWorkBar *bar;         /* (weak) (nullable) */
  GCancellable *cancellable;    /* (owned) (nullable) the bar's */
  GtkPrintContext *context;     /* of the page that is drawn */
  guint n_pages;
  guint page;
  guint drawn;      /* rows of it */
  gboolean is_full; /* all of them are drawn */
  guint chunk_source;
} Print;

static void
print_free (Print *print)
{
  g_clear_handle_id (&print->chunk_source, g_source_remove);
  g_clear_weak_pointer (&print->bar);
  g_clear_object (&print->cancellable);
  rollcall_print_pages_free (print->all);
  rollcall_print_pages_free (print->selected);
  g_object_unref (print->operation);
  g_free (print);
}

static void
begin_cb (GtkPrintOperation *operation, GtkPrintContext *context, gpointer user_data)
{
  Print *print = user_data;
  GtkPrintSettings *settings = gtk_print_operation_get_print_settings (operation);
  gboolean selected = settings != NULL && gtk_print_settings_get_print_pages (settings) == GTK_PRINT_PAGES_SELECTION;

  print->pages = selected ? print->selected : print->all;
  print->n_pages = rollcall_print_pages_lay_out (print->pages, gtk_print_context_get_width (context),
                                                 gtk_print_context_get_height (context));
  gtk_print_operation_set_n_pages (operation, (int) print->n_pages);
  if (print->bar != NULL && print->cancellable == NULL && !rollcall_work_bar_is_busy (print->bar))
    print->cancellable = g_object_ref (rollcall_work_bar_begin (print->bar));
}

static gboolean
chunk_cb (gpointer user_data)
{
  Print *print = user_data;

  if (!print->is_full)
    {
      print->is_full = !rollcall_print_pages_draw_rows (
          print->pages, gtk_print_context_get_cairo_context (print->context), print->page, &print->drawn, CHUNK_US);
      return G_SOURCE_CONTINUE;
    }
  /* a turn of its own: cairo closes a page in one piece */
  print->chunk_source = 0;
  gtk_print_operation_draw_page_finish (print->operation);
  return G_SOURCE_REMOVE;
}

static void
draw_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, gpointer user_data)
{
  Print *print = user_data;

  if (g_cancellable_is_cancelled (print->cancellable))
    {
      gtk_print_operation_cancel (operation);
      return;
    }
  if (print->bar != NULL)
    rollcall_work_bar_tell ((guint) page + 1, print->n_pages, print->bar);
  gtk_print_operation_set_defer_drawing (operation);
  print->context = context;
  print->page = (guint) page;
  print->drawn = 0;
  print->is_full = FALSE;
  rollcall_print_pages_draw_frame (print->pages, gtk_print_context_get_cairo_context (context), print->page);
  print->chunk_source = g_idle_add (chunk_cb, print);
}

static void
done_cb (GtkPrintOperation *operation, GtkPrintOperationResult outcome, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Print *print = g_task_get_task_data (task);
  GError *error = NULL;

  if (print->cancellable != NULL && print->bar != NULL)
    rollcall_work_bar_end (print->bar);
  if (outcome == GTK_PRINT_OPERATION_RESULT_ERROR)
    {
      gtk_print_operation_get_error (operation, &error);
      g_task_return_error (task, error);
    }
  else if (outcome == GTK_PRINT_OPERATION_RESULT_CANCEL)
    g_task_return_new_error_literal (task, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED, "not printed");
  else
    {
      GtkPrintSettings *settings = gtk_print_operation_get_print_settings (operation);
      g_task_return_pointer (task, settings != NULL ? g_object_ref (settings) : gtk_print_settings_new (),
                             g_object_unref);
    }
  g_signal_handlers_disconnect_by_data (operation, print);
}

static GtkPrintOperation *
make_operation (const RollcallPrintJob *job)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  g_autoptr (GtkPrintSettings) settings = job->settings != NULL ? gtk_print_settings_copy (job->settings)
                                                                : gtk_print_settings_new ();

  /* a report is wide */
  gtk_page_setup_set_orientation (setup, GTK_PAGE_ORIENTATION_LANDSCAPE);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_settings_set (settings, GTK_PRINT_SETTINGS_OUTPUT_BASENAME, job->title);
  gtk_print_operation_set_print_settings (operation, settings);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, job->title);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_set_support_selection (operation, TRUE);
  gtk_print_operation_set_has_selection (operation, job->selected->len > 0);
  gtk_print_operation_set_allow_async (operation, TRUE);
  if (job->file != NULL)
    gtk_print_operation_set_export_filename (operation, job->file);
  return operation;
}

void
rollcall_print_async (GtkWidget *parent, const RollcallPrintJob *job, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
  Print *print = g_new0 (Print, 1);
  g_autofree char *made = rollcall_words_exact_time (g_get_real_time () / 1000);
  GtkRoot *root = parent != NULL ? gtk_widget_get_root (parent) : NULL;
  g_autoptr (GtkPrintOperation) operation = make_operation (job);

  g_task_set_source_tag (task, rollcall_print_async);
  g_task_set_task_data (task, print, (GDestroyNotify) print_free);
  print->operation = g_object_ref (operation);
  print->all = rollcall_print_pages_new (job->cache, job->title, made, job->columns, job->ids);
  print->selected = rollcall_print_pages_new (job->cache, job->title, made, job->columns, job->selected);
  g_set_weak_pointer (&print->bar, job->bar);
  g_signal_connect (operation, "begin-print", G_CALLBACK (begin_cb), print);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_cb), print);
  g_signal_connect (operation, "done", G_CALLBACK (done_cb), task);
  /* what goes wrong is said by "done" too */
  gtk_print_operation_run (
      operation, job->file != NULL ? GTK_PRINT_OPERATION_ACTION_EXPORT : GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
      GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL);
}

GtkPrintSettings *
rollcall_print_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_print_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
