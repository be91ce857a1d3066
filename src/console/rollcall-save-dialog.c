/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-save-dialog.h"

#include <glib/gi18n.h>

static const struct
{
  RollcallExportFormat format;
  const char *title;
  const char *ending;
  const char *type;
} formats[] = {
  { ROLLCALL_EXPORT_CSV, NC_ ("format", "CSV, for Spreadsheets"), "csv", "text/csv" },
  { ROLLCALL_EXPORT_HTML, NC_ ("format", "HTML, for Reading"), "html", "text/html" },
  { ROLLCALL_EXPORT_XML, NC_ ("format", "XML, for Programs"), "xml", "application/xml" },
  { ROLLCALL_EXPORT_JSON, NC_ ("format", "JSON, for Programs"), "json", "application/json" },
};

/* What was chosen last, as long as the window is open. */
static guint last_format;

typedef struct
{
  GtkWidget *parent; /* (owned) */
  char *title;
  AdwComboRow *format;
  AdwComboRow *rows;
  guint chosen; /* index of formats */
  gboolean selected;
} Ask;

static void
ask_free (Ask *ask)
{
  g_object_unref (ask->parent);
  g_free (ask->title);
  g_free (ask);
}

static void
chosen_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GFile *file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (object), result, &error);

  if (file != NULL)
    g_task_return_pointer (task, file, g_object_unref);
  else if (g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) ||
           g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    {
      g_error_free (error);
      g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "nothing was chosen");
    }
  else
    g_task_return_error (task, error);
}

/* "Agent Registration Status 2026-11-25.csv" */
static char *
make_name (Ask *ask)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (now, "%Y-%m-%d");
  /* Translators: a file's name: %1$s is a report, %2$s a day, %3$s an ending like 'csv' */
  char *name = g_strdup_printf (C_ ("file name", "%1$s %2$s.%3$s"), ask->title, day, formats[ask->chosen].ending);

  return g_strdelimit (name, "/", '-');
}

/* @task: (transfer full) */
static void
choose_file (GTask *task)
{
  Ask *ask = g_task_get_task_data (task);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  g_autofree char *name = make_name (ask);
  GtkRoot *root = gtk_widget_get_root (ask->parent);

  gtk_file_filter_set_name (filter, g_dpgettext2 (GETTEXT_PACKAGE, "format", formats[ask->chosen].title));
  gtk_file_filter_add_suffix (filter, formats[ask->chosen].ending);
  gtk_file_filter_add_mime_type (filter, formats[ask->chosen].type);
  g_list_store_append (filters, filter);
  gtk_file_dialog_set_title (dialog, C_ ("title", "Save Report"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, g_task_get_cancellable (task),
                        chosen_cb, task);
}

static void
answered_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Ask *ask = g_task_get_task_data (task);

  if (!g_str_equal (response, "save"))
    {
      g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "nothing was chosen");
      return;
    }
  ask->chosen = last_format = adw_combo_row_get_selected (ask->format);
  ask->selected = adw_combo_row_get_selected (ask->rows) == 1;
  choose_file (g_steal_pointer (&task));
}

static AdwComboRow *
make_combo (const char *title, GtkStringList *model, guint selected)
{
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  /* there is no room beside it in a narrow window */
  adw_combo_row_set_use_subtitle (ADW_COMBO_ROW (row), TRUE);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), selected);
  return ADW_COMBO_ROW (row);
}

static GtkWidget *
make_rows (Ask *ask, guint n_selected, guint n_all)
{
  GtkWidget *list = gtk_list_box_new ();
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL), rows = gtk_string_list_new (NULL);
  g_autofree char *all = g_strdup_printf (C_ ("save", "All in the Report (%'u)"), n_all);
  g_autofree char *some = g_strdup_printf (C_ ("save", "Selected (%'u)"), n_selected);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    gtk_string_list_append (titles, g_dpgettext2 (GETTEXT_PACKAGE, "format", formats[i].title));
  gtk_string_list_append (rows, all);
  if (n_selected > 0)
    gtk_string_list_append (rows, some);
  ask->format = make_combo (C_ ("save", "_Format"), titles, last_format);
  /* one row has the focus, and so is selected, without being meant */
  ask->rows = make_combo (C_ ("save", "C_omputers"), rows, n_selected > 1);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (ask->format));
  gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (ask->rows));
  return list;
}

void
rollcall_save_dialog_ask_async (GtkWidget *parent, const char *title, guint n_selected, guint n_all,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  AdwDialog *dialog = adw_alert_dialog_new (_ ("Save Report"), NULL);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);
  GTask *task = g_task_new (parent, cancellable, callback, user_data);
  Ask *ask = g_new0 (Ask, 1);

  ask->parent = g_object_ref (parent);
  ask->title = g_strdup (title);
  g_task_set_source_tag (task, rollcall_save_dialog_ask_async);
  g_task_set_task_data (task, ask, (GDestroyNotify) ask_free);
  adw_alert_dialog_set_body (alert, _ ("The columns that show, in the order of the report."));
  adw_alert_dialog_set_extra_child (alert, make_rows (ask, n_selected, n_all));
  adw_alert_dialog_add_responses (alert, "cancel", _ ("_Cancel"), "save", _ ("Choose Fi_le…"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "save", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (alert, "save");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (answered_cb), task);
  adw_dialog_present (dialog, parent);
}

GFile *
rollcall_save_dialog_ask_finish (GAsyncResult *result, RollcallExportFormat *format, gboolean *selected, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_save_dialog_ask_async), NULL);
  Ask *ask = g_task_get_task_data (G_TASK (result));
  *format = formats[ask->chosen].format;
  *selected = ask->selected;
  return g_task_propagate_pointer (G_TASK (result), error);
}
