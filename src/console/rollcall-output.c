/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-output.h"

#include <glib/gi18n.h>

#include "rollcall-export.h"
#include "rollcall-plain-text.h"
#include "rollcall-print.h"
#include "rollcall-save-dialog.h"
#include "rollcall-toast.h"
#include "rollcall-words.h"

/* More than that belongs into a file. */
#define COPIED_ROWS  10000
#define COPIED_BYTES (16 * 1024 * 1024)

struct _RollcallOutput
{
  GObject parent_instance;
  GtkWidget *parent;            /* (weak) (nullable) */
  RollcallWorkBar *bar;         /* (weak) (nullable) */
  RollcallCache *cache;         /* (owned) */
  RollcallReportList *list;     /* (owned) */
  RollcallReportLayout *layout; /* (owned) */
  GtkPrintSettings *settings;   /* (owned) (nullable) of the last printing */
  gboolean asking;              /* a dialog is open */
};

G_DEFINE_FINAL_TYPE (RollcallOutput, rollcall_output, G_TYPE_OBJECT)

/* What is saved now. */
typedef struct
{
  RollcallOutput *output; /* (owned) */
  GFile *file;            /* (owned) */
  RollcallExportFormat format;
  char *title;        /* (owned) */
  GApplication *held; /* (owned) (nullable) does not end before the file is whole or gone */
} Save;

static void
save_free (Save *save)
{
  if (save->held != NULL)
    g_application_release (save->held);
  g_clear_object (&save->held);
  g_clear_object (&save->file);
  g_object_unref (save->output);
  g_free (save->title);
  g_free (save);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Save, save_free)

static GArray *
list_columns (RollcallOutput *self)
{
  g_autoptr (GPtrArray) shown = rollcall_report_layout_list_shown (self->layout);
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (RollcallExportColumn));

  for (guint i = 0; i < shown->len; i++)
    {
      const RollcallReportColumn *column = g_ptr_array_index (shown, i);
      RollcallExportColumn made = { column->field, rollcall_report_column_get_title (column), column->get_text };

      g_array_append_val (columns, made);
    }
  return columns;
}

static void
tell_error (RollcallOutput *self, const char *title, const GError *error)
{
  g_autofree char *body = NULL;
  AdwDialog *dialog;

  if (self->parent == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    body = g_strdup (_ ("There is no room left on the disk. Remove something or choose another folder."));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY))
    body = g_strdup (_ ("You may not write there. Choose another folder."));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    body = g_strdup (_ ("The folder is no longer there. Choose another folder."));
  else
    {
      g_autofree char *what = rollcall_text_make_plain (error->message);
      body = g_strdup_printf (_ ("Try again, or choose another folder: %s"), what);
    }
  dialog = adw_alert_dialog_new (title, body);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, self->parent);
}

typedef struct
{
  RollcallOutput *output; /* (owned) */
  guint n_selected;
} Copy;

static void
copied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Copy *copy = user_data;
  g_autoptr (RollcallOutput) self = copy->output;
  g_autoptr (GBytes) text = NULL, html = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *told = NULL;
  gssize n = rollcall_export_copy_finish (ROLLCALL_CACHE (object), result, &text, &html, &error);

  if (n < 0)
    tell_error (self, _ ("The Rows Were Not Copied"), error);
  if (n < 0 || self->parent == NULL)
    return;
  GdkContentProvider *providers[] = {
    gdk_content_provider_new_for_bytes ("text/plain;charset=utf-8", text),
    gdk_content_provider_new_for_bytes ("text/plain", text),
    gdk_content_provider_new_for_bytes ("text/html", html),
  };
  g_autoptr (GdkContentProvider) all = gdk_content_provider_new_union (providers, G_N_ELEMENTS (providers));
  gdk_clipboard_set_content (gtk_widget_get_clipboard (self->parent), all);
  if ((guint) n < copy->n_selected)
    /* Translators: so many of so many */
    told = g_strdup_printf (_ ("Copied the first %1$'u of %2$'u computers. Save As takes them all."), (guint) n,
                            copy->n_selected);
  else
    told = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Copied %'u computer", "Copied %'u computers", (gulong) n),
                            (guint) n);
  rollcall_toast_show (self->parent, told);
}

void
rollcall_output_copy (RollcallOutput *self)
{
  g_return_if_fail (ROLLCALL_IS_OUTPUT (self));

  RollcallReportModel *model = rollcall_report_list_get_model (self->list);
  g_autoptr (GArray) selected = rollcall_report_model_list_selected (model), columns = list_columns (self);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Copy *copy;

  if (selected->len == 0)
    {
      rollcall_toast_show (self->parent, _ ("Select the computers to copy first"));
      return;
    }
  g_array_append_vals (ids, selected->data, MIN (selected->len, COPIED_ROWS));
  copy = g_new0 (Copy, 1);
  copy->output = g_object_ref (self);
  copy->n_selected = selected->len;
  rollcall_export_copy_async (self->cache, columns, ids, COPIED_BYTES, NULL, copied_cb, copy);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) parent = user_data;
  g_autoptr (GError) error = NULL;
  gboolean opened = GPOINTER_TO_INT (g_object_get_data (object, "folder"))
                        ? gtk_file_launcher_open_containing_folder_finish (GTK_FILE_LAUNCHER (object), result, &error)
                        : gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (object), result, &error);

  if (!opened && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
      gtk_widget_get_root (parent) != NULL)
    rollcall_toast_show (parent, _ ("No program opened it"));
}

static void
open_cb (AdwToast *toast, gpointer user_data)
{
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (g_object_get_data (G_OBJECT (toast), "file"));
  GtkWidget *parent = user_data;
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkWindow *window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  gboolean folder = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (toast), "folder"));

  g_object_set_data (G_OBJECT (launcher), "folder", GINT_TO_POINTER (folder));
  if (folder)
    gtk_file_launcher_open_containing_folder (launcher, window, NULL, opened_cb, g_object_ref (parent));
  else
    gtk_file_launcher_launch (launcher, window, NULL, opened_cb, g_object_ref (parent));
}

static void
tell_saved (Save *save, guint n)
{
  g_autofree char *name = g_file_get_basename (save->file);
  g_autofree char *shown = rollcall_text_make_plain (name);
  /* Translators: %2$s is a file's name */
  g_autofree char *told = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "Saved %1$'u computer to “%2$s”", "Saved %1$'u computers to “%2$s”", n), n, shown);
  AdwToast *toast = rollcall_toast_show (save->output->parent, told);
  /* what a program reads is not opened for reading */
  gboolean folder = save->format == ROLLCALL_EXPORT_XML || save->format == ROLLCALL_EXPORT_JSON;

  if (toast == NULL)
    return;
  adw_toast_set_button_label (toast, folder ? C_ ("saved", "_Show") : C_ ("saved", "_Open"));
  g_object_set_data_full (G_OBJECT (toast), "file", g_object_ref (save->file), g_object_unref);
  g_object_set_data (G_OBJECT (toast), "folder", GINT_TO_POINTER (folder));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (open_cb), save->output->parent, 0);
}

static void
progress_cb (guint done, guint total, gpointer user_data)
{
  Save *save = user_data;

  if (save->output->bar != NULL)
    rollcall_work_bar_tell (done, total, save->output->bar);
}

static void
end_work (RollcallOutput *self)
{
  if (self->bar != NULL)
    rollcall_work_bar_end (self->bar);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Save) save = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = rollcall_export_save_finish (ROLLCALL_CACHE (object), result, &error);

  end_work (save->output);
  if (n < 0)
    tell_error (save->output, _ ("The Report Was Not Saved"), error);
  else if (save->output->parent != NULL)
    tell_saved (save, (guint) n);
}

/* @save: (transfer full) */
static void
start_save (Save *save, GArray *ids, GCancellable *cancellable)
{
  g_autoptr (GArray) columns = list_columns (save->output);
  g_autofree char *made = rollcall_words_exact_time (g_get_real_time () / 1000);
  /* Translators: the language of the words in a saved page, as HTML names it: 'de', 'pt-BR' */
  RollcallExport *export = rollcall_export_new (save->format, save->title, made, C_ ("language for HTML", "en"),
                                                columns);

  rollcall_export_save_async (save->output->cache, export, ids, save->file, progress_cb, save, cancellable, saved_cb,
                              save);
}

typedef struct
{
  Save *save;                /* (owned) */
  GCancellable *cancellable; /* (owned) */
} Listing;

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Listing *listing = user_data;
  g_autoptr (Save) save = listing->save;
  g_autoptr (GCancellable) cancellable = listing->cancellable;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = rollcall_cache_list_ids_finish (ROLLCALL_CACHE (object), result, &error);

  if (ids != NULL)
    {
      start_save (g_steal_pointer (&save), ids, cancellable);
      return;
    }
  end_work (save->output);
  tell_error (save->output, _ ("The Report Was Not Saved"), error);
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Save) save = user_data;
  RollcallOutput *self = save->output;
  g_autoptr (GError) error = NULL;
  gboolean selected;

  self->asking = FALSE;
  save->file = rollcall_save_dialog_ask_finish (result, &save->format, &selected, &error);
  if (save->file == NULL)
    {
      tell_error (self, _ ("The Report Was Not Saved"), error);
      return;
    }
  if (self->bar == NULL || self->parent == NULL)
    return;
  save->held = g_application_get_default ();
  if (save->held != NULL)
    g_application_hold (g_object_ref (save->held));
  GCancellable *cancellable = rollcall_work_bar_begin (self->bar);
  if (selected)
    {
      g_autoptr (GArray) ids = rollcall_report_model_list_selected (rollcall_report_list_get_model (self->list));
      start_save (g_steal_pointer (&save), ids, cancellable);
      return;
    }
  /* anew: the list may not be complete yet */
  Listing *listing = g_new0 (Listing, 1);
  listing->save = g_steal_pointer (&save);
  listing->cancellable = g_object_ref (cancellable);
  rollcall_cache_list_ids_async (self->cache, rollcall_report_list_get_query (self->list), cancellable, listed_cb,
                                 listing);
}

void
rollcall_output_save (RollcallOutput *self, const char *title)
{
  RollcallReportModel *model;
  Save *save;

  g_return_if_fail (ROLLCALL_IS_OUTPUT (self) && title != NULL);
  if (self->asking || self->bar == NULL || rollcall_work_bar_is_busy (self->bar))
    return;
  model = rollcall_report_list_get_model (self->list);
  save = g_new0 (Save, 1);
  save->output = g_object_ref (self);
  save->title = g_strdup (title);
  self->asking = TRUE;
  rollcall_save_dialog_ask_async (self->parent, title, rollcall_report_model_get_n_selected (model),
                                  g_list_model_get_n_items (G_LIST_MODEL (model)), NULL, asked_cb, save);
}

static void
printed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallOutput) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GtkPrintSettings) settings = rollcall_print_finish (result, &error);

  self->asking = FALSE;
  if (settings != NULL)
    g_set_object (&self->settings, settings);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    tell_error (self, _ ("The Report Was Not Printed"), error);
}

typedef struct
{
  RollcallOutput *output; /* (owned) */
  char *title;            /* (owned) */
} Printing;

static void
listed_for_print_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Printing *printing = user_data;
  g_autoptr (RollcallOutput) self = printing->output;
  g_autofree char *title = printing->title;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = rollcall_cache_list_ids_finish (ROLLCALL_CACHE (object), result, &error);
  g_autoptr (GArray) selected = rollcall_report_model_list_selected (rollcall_report_list_get_model (self->list));
  g_autoptr (GPtrArray) columns = rollcall_report_layout_list_shown (self->layout);

  self->asking = ids != NULL && self->parent != NULL;
  if (ids == NULL)
    tell_error (self, _ ("The Report Was Not Printed"), error);
  if (!self->asking)
    return;
  RollcallPrintJob job = {
    .cache = self->cache,
    .title = title,
    .columns = columns,
    .ids = ids,
    .selected = selected,
    .bar = self->bar,
    .settings = self->settings,
  };
  rollcall_print_async (self->parent, &job, printed_cb, g_object_ref (self));
}

void
rollcall_output_print (RollcallOutput *self, const char *title)
{
  Printing *printing;

  g_return_if_fail (ROLLCALL_IS_OUTPUT (self) && title != NULL);
  if (self->asking || self->bar == NULL || rollcall_work_bar_is_busy (self->bar))
    return;
  self->asking = TRUE;
  printing = g_new0 (Printing, 1);
  printing->output = g_object_ref (self);
  printing->title = g_strdup (title);
  /* anew: the list may not be complete yet */
  rollcall_cache_list_ids_async (self->cache, rollcall_report_list_get_query (self->list), NULL, listed_for_print_cb,
                                 printing);
}

static void
rollcall_output_dispose (GObject *object)
{
  RollcallOutput *self = ROLLCALL_OUTPUT (object);

  g_clear_weak_pointer (&self->parent);
  g_clear_weak_pointer (&self->bar);
  g_clear_object (&self->cache);
  g_clear_object (&self->list);
  g_clear_object (&self->layout);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (rollcall_output_parent_class)->dispose (object);
}

static void
rollcall_output_class_init (RollcallOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_output_dispose;
}

static void
rollcall_output_init (RollcallOutput *self)
{
}

RollcallOutput *
rollcall_output_new (GtkWidget *parent, RollcallCache *cache, RollcallReportList *list, RollcallReportLayout *layout,
                     RollcallWorkBar *bar)
{
  RollcallOutput *self = g_object_new (ROLLCALL_TYPE_OUTPUT, NULL);

  g_set_weak_pointer (&self->parent, parent);
  g_set_weak_pointer (&self->bar, bar);
  self->cache = g_object_ref (cache);
  self->list = g_object_ref (list);
  self->layout = g_object_ref (layout);
  return self;
}
