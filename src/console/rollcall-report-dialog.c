/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-dialog.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"
#include "rollcall-report-columns.h"

/* Who types is not told about each letter. */
#define COUNT_AFTER_MS 250

struct _RollcallReportDialog
{
  AdwDialog parent_instance;

  GtkWidget *save;
  AdwEntryRow *name;
  AdwEntryRow *description;
  GtkTextView *condition;
  GtkLabel *verdict;
  GtkLabel *fields;

  RollcallReports *reports;  /* (owned) */
  RollcallCache *cache;      /* (owned) */
  RollcallReport *report;    /* (owned) (nullable) what is changed */
  GtkWidget *parent;         /* (owned) */
  GtkTextTag *mistake;       /* of the condition's text */
  GCancellable *counting;    /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) of the saving */
  guint count_source;
  gboolean good; /* the condition can be used */
};

G_DEFINE_FINAL_TYPE (RollcallReportDialog, rollcall_report_dialog, ADW_TYPE_DIALOG)

static char *
get_condition (RollcallReportDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->condition);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

static char *
get_title (RollcallReportDialog *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));
}

static void
update_save (RollcallReportDialog *self)
{
  g_autofree char *title = get_title (self);
  gtk_widget_set_sensitive (self->save, self->good && *title != '\0');
}

static void
say (RollcallReportDialog *self, const char *text, gboolean wrong)
{
  gtk_label_set_text (self->verdict, text);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->verdict), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->verdict), "error");
}

static void
counted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallReportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  RollcallStatusCounts counts;
  guint n = 0;

  if (!rollcall_cache_count_finish (ROLLCALL_CACHE (object), result, &counts, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        say (self, error->message, TRUE);
      return;
    }
  for (guint i = 0; i < ROLLCALL_N_STATUSES; i++)
    n += counts.by_status[i];
  g_autofree char *text = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%'u computer is in this report now", "%'u computers are in this report now", n),
      n);
  say (self, text, FALSE);
}

static void
stop_counting (RollcallReportDialog *self)
{
  g_clear_handle_id (&self->count_source, g_source_remove);
  if (self->counting != NULL)
    g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
}

static gboolean
count_cb (gpointer user_data)
{
  RollcallReportDialog *self = user_data;
  g_autofree char *condition = get_condition (self);

  self->count_source = 0;
  self->counting = g_cancellable_new ();
  rollcall_cache_count_async (self->cache, *condition != '\0' ? condition : NULL, self->counting, counted_cb,
                              g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* @offset: in bytes, where the word begins that is wrong */
static void
mark_mistake (RollcallReportDialog *self, const char *condition, int offset)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->condition);
  g_autofree char *before = g_strndup (condition, (gsize) offset);
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int) g_utf8_strlen (before, -1));
  end = start;
  if (!gtk_text_iter_forward_word_end (&end))
    gtk_text_iter_forward_to_end (&end);
  gtk_text_buffer_apply_tag (buffer, self->mistake, &start, &end);
}

static void
changed_cb (RollcallReportDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->condition);
  g_autofree char *condition = get_condition (self);
  g_autoptr (GError) error = NULL;
  GtkTextIter start, end;
  int offset = -1;

  stop_counting (self);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->mistake, &start, &end);
  self->good = *condition == '\0' || rollcall_cache_check_condition (self->cache, condition, &offset, &error);
  if (self->good)
    self->count_source = g_timeout_add (COUNT_AFTER_MS, count_cb, self);
  else
    {
      g_autofree char *text = g_strdup_printf (C_ ("condition", "Not yet a condition: %s"), error->message);
      say (self, text, TRUE);
      if (offset >= 0)
        mark_mistake (self, condition, offset);
    }
  update_save (self);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallReportDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!rollcall_reports_save_finish (ROLLCALL_REPORTS (object), result, &error))
    {
      say (self, error->message, TRUE);
      update_save (self);
      return;
    }
  gtk_widget_activate_action (self->parent, "win.show-report", "s", rollcall_report_get_id (self->report));
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
save_cb (RollcallReportDialog *self)
{
  static const char *const folders[] = { "Reports", ROLLCALL_OWN_FOLDER, NULL };
  g_autofree char *title = get_title (self), *condition = get_condition (self);
  g_autofree char *id = self->report != NULL ? g_strdup (rollcall_report_get_id (self->report))
                                             : rollcall_reports_make_id (self->reports, title);
  const char *const *where = self->report != NULL ? rollcall_report_get_folders (self->report) : folders;
  g_autoptr (RollcallReport) report = rollcall_report_new (
      id, where, title, gtk_editable_get_text (GTK_EDITABLE (self->description)), condition);

  gtk_widget_set_sensitive (self->save, FALSE);
  g_set_object (&self->report, report);
  rollcall_reports_save_async (self->reports, report, self->cancellable, saved_cb, g_object_ref (self));
}

static void
cancel_cb (RollcallReportDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
list_fields (RollcallReportDialog *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < rollcall_n_report_columns; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", rollcall_report_columns[i].field);
  g_string_append_printf (text, "\n\n%s", "days_ago (30), lower (name), coalesce (last_contact, 0), name LIKE 'pc-%'");
  gtk_label_set_text (self->fields, text->str);
}

void
rollcall_report_dialog_present (RollcallReports *reports, RollcallCache *cache, RollcallReport *report,
                                const char *condition, GtkWidget *parent)
{
  RollcallReportDialog *self = g_object_new (ROLLCALL_TYPE_REPORT_DIALOG, NULL);

  self->reports = g_object_ref (reports);
  self->cache = g_object_ref (cache);
  self->parent = g_object_ref (parent);
  adw_dialog_set_title (ADW_DIALOG (self), report != NULL ? C_ ("title", "Edit Report") : C_ ("title", "New Report"));
  if (report != NULL)
    {
      self->report = g_object_ref (report);
      gtk_editable_set_text (GTK_EDITABLE (self->name), rollcall_report_get_title (report));
      gtk_editable_set_text (GTK_EDITABLE (self->description), rollcall_report_get_description (report));
    }
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->condition), condition != NULL ? condition : "", -1);
  changed_cb (self);
  adw_dialog_present (ADW_DIALOG (self), parent);
}

static void
deleted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) parent = user_data;
  g_autoptr (GError) error = NULL;
  AdwDialog *dialog;

  if (rollcall_reports_delete_finish (ROLLCALL_REPORTS (object), result, &error))
    return;
  dialog = adw_alert_dialog_new (_ ("The Report Was Not Deleted"), error->message);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, parent);
}

typedef struct
{
  RollcallReports *reports; /* (owned) */
  RollcallReport *report;   /* (owned) */
  GtkWidget *parent;        /* (owned) */
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->reports);
  g_object_unref (question->report);
  g_object_unref (question->parent);
  g_free (question);
}

static void
answered_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  Question *question = user_data;

  if (g_str_equal (response, "delete"))
    rollcall_reports_delete_async (question->reports, question->report, NULL, deleted_cb,
                                   g_object_ref (question->parent));
}

void
rollcall_report_dialog_ask_delete (RollcallReports *reports, RollcallReport *report, GtkWidget *parent)
{
  g_autofree char *title = rollcall_text_make_plain (rollcall_report_get_title (report));
  g_autofree char *heading = g_strdup_printf (_ ("Delete “%s”?"), title);
  AdwDialog *dialog = adw_alert_dialog_new (heading, _ ("No computer and no decision is changed by that."));
  Question *question = g_new (Question, 1);

  *question = (Question) { g_object_ref (reports), g_object_ref (report), g_object_ref (parent) };
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete", _ ("_Delete"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), question, question_free, 0);
  adw_dialog_present (dialog, parent);
}

static void
rollcall_report_dialog_dispose (GObject *object)
{
  RollcallReportDialog *self = ROLLCALL_REPORT_DIALOG (object);

  stop_counting (self);
  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_REPORT_DIALOG);
  g_clear_object (&self->reports);
  g_clear_object (&self->cache);
  g_clear_object (&self->report);
  g_clear_object (&self->parent);
  G_OBJECT_CLASS (rollcall_report_dialog_parent_class)->dispose (object);
}

static void
rollcall_report_dialog_finalize (GObject *object)
{
  g_object_unref (ROLLCALL_REPORT_DIALOG (object)->cancellable);
  G_OBJECT_CLASS (rollcall_report_dialog_parent_class)->finalize (object);
}

static void
rollcall_report_dialog_class_init (RollcallReportDialogClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_report_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = rollcall_report_dialog_finalize;
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/report-dialog.ui");
  gtk_widget_class_bind_template_child (class, RollcallReportDialog, save);
  gtk_widget_class_bind_template_child (class, RollcallReportDialog, name);
  gtk_widget_class_bind_template_child (class, RollcallReportDialog, description);
  gtk_widget_class_bind_template_child (class, RollcallReportDialog, condition);
  gtk_widget_class_bind_template_child (class, RollcallReportDialog, verdict);
  gtk_widget_class_bind_template_child (class, RollcallReportDialog, fields);
  gtk_widget_class_bind_template_callback (class, changed_cb);
  gtk_widget_class_bind_template_callback (class, cancel_cb);
  gtk_widget_class_bind_template_callback (class, save_cb);
}

static void
rollcall_report_dialog_init (RollcallReportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->mistake = gtk_text_buffer_create_tag (gtk_text_view_get_buffer (self->condition), NULL, "underline",
                                              PANGO_UNDERLINE_ERROR, NULL);
  list_fields (self);
  g_signal_connect_object (gtk_text_view_get_buffer (self->condition), "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
}
