/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-page.h"

#include <glib/gi18n.h>

#include "rollcall-columns-dialog.h"
#include "rollcall-decider.h"
#include "rollcall-details.h"
#include "rollcall-menu.h"
#include "rollcall-output.h"
#include "rollcall-report-view.h"
#include "rollcall-words.h"

struct _RollcallReportPage
{
  AdwBreakpointBin parent_instance;

  GtkBox *filters;
  GtkSearchEntry *search;
  AdwToggleGroup *statuses;
  GtkStack *stack;
  AdwStatusPage *broken;
  AdwOverlaySplitView *split;
  RollcallDetails *details;
  RollcallReportView *view;
  GtkMenuButton *menu_button;
  GtkLabel *totals;
  RollcallWorkBar *output_work;
  RollcallWorkBar *decision_work;

  RollcallCache *cache;       /* (owned) (nullable) */
  RollcallFollower *follower; /* (owned) (nullable) */
  RollcallReportList *list;   /* (owned) (nullable) */
  RollcallDecider *decider;   /* (owned) (nullable) */
  RollcallOutput *output;     /* (owned) (nullable) */
  RollcallReport *report;     /* (owned) (nullable) */
  RollcallStatusCounts counts;
  gboolean narrow;           /* there is no room for the counts */
  GCancellable *cancellable; /* (owned) of all that does not outlive the page */
};

G_DEFINE_FINAL_TYPE (RollcallReportPage, rollcall_report_page, ADW_TYPE_BREAKPOINT_BIN)

static RollcallReportModel *
get_model (RollcallReportPage *self)
{
  return rollcall_report_list_get_model (self->list);
}

static guint
get_total (RollcallReportPage *self)
{
  guint total = 0;

  for (guint i = 0; i < ROLLCALL_N_STATUSES; i++)
    total += self->counts.by_status[i];
  return total;
}

static gboolean
is_filtered (RollcallReportPage *self)
{
  const RollcallReportQuery *query = rollcall_report_list_get_query (self->list);

  return query != NULL && (query->statuses != 0 || (query->text != NULL && *query->text != '\0'));
}

static void
update_totals (RollcallReportPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (get_model (self)));
  guint total = get_total (self), selected = rollcall_report_model_get_n_selected (get_model (self));
  g_autoptr (GString) text = g_string_new (NULL);

  if (is_filtered (self) && total > n)
    /* Translators: so many of so many computers pass the filter */
    g_string_printf (text, C_ ("totals", "%'u of %'u computers"), n, total);
  else
    g_string_printf (text, g_dngettext (GETTEXT_PACKAGE, "%'u computer", "%'u computers", n), n);
  if (selected > 0)
    /* Translators: so many are selected; follows "500 computers" */
    g_string_append_printf (text, C_ ("totals", " · %'u selected"), selected);
  gtk_label_set_text (self->totals, text->str);
}

/* C8: of the one that is selected, while they are looked at. */
static void
update_details (RollcallReportPage *self)
{
  guint n = rollcall_report_model_get_n_selected (get_model (self));
  gint64 id = 0;

  if (n == 1 && adw_overlay_split_view_get_show_sidebar (self->split))
    {
      g_autoptr (GArray) ids = rollcall_report_model_list_selected (get_model (self));
      id = ids->len == 1 ? g_array_index (ids, gint64, 0) : 0;
    }
  rollcall_details_show (self->details, id, n);
}

static void
details_shown_cb (RollcallReportPage *self)
{
  if (self->list != NULL)
    update_details (self);
}

static void
row_activated_cb (RollcallReportPage *self)
{
  adw_overlay_split_view_set_show_sidebar (self->split, TRUE);
}

static void
update_state (RollcallReportPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (get_model (self)));
  const char *state = "report";

  update_totals (self);
  if (rollcall_report_list_get_problem (self->list) != NULL)
    {
      g_autofree char *problem = g_markup_escape_text (rollcall_report_list_get_problem (self->list), -1);
      adw_status_page_set_description (self->broken, problem);
      gtk_stack_set_visible_child_name (self->stack, "broken");
      return;
    }
  /* While the worker still looks, what stood there stays. */
  if (n == 0 && !rollcall_report_list_is_complete (self->list))
    return;
  if (n == 0 && is_filtered (self))
    state = "no-match";
  else if (n == 0)
    state = rollcall_cache_get_synced_at (self->cache) == 0 ? "loading" : "empty";
  gtk_stack_set_visible_child_name (self->stack, state);
}

/* The toggles: all, and a status each with its count. */
static void
update_toggles (RollcallReportPage *self)
{
  for (guint i = 0; i < adw_toggle_group_get_n_toggles (self->statuses); i++)
    {
      AdwToggle *toggle = adw_toggle_group_get_toggle (self->statuses, i);
      guint count = i == 0 ? get_total (self) : self->counts.by_status[i - 1];
      const char *title = i == 0 ? C_ ("status filter", "All") : rollcall_words_status (i - 1);
      g_autofree char *label = g_strdup_printf ("%s %'u", title, count);

      adw_toggle_set_label (toggle, self->narrow ? title : label);
      adw_toggle_set_tooltip (toggle, self->narrow ? label : "");
    }
}

static void
narrow_cb (RollcallReportPage *self)
{
  self->narrow = TRUE;
  update_toggles (self);
}

static void
wide_cb (RollcallReportPage *self)
{
  self->narrow = FALSE;
  update_toggles (self);
}

static void
add_toggles (RollcallReportPage *self)
{
  for (guint i = 0; i <= ROLLCALL_N_STATUSES; i++)
    {
      AdwToggle *toggle = adw_toggle_new ();

      adw_toggle_set_name (toggle, i == 0 ? "all" : rollcall_status_to_string (i - 1));
      adw_toggle_group_add (self->statuses, toggle);
    }
  adw_toggle_group_set_active_name (self->statuses, "all");
  update_toggles (self);
}

static void
counted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallReportPage) self = user_data;
  g_autoptr (GError) error = NULL;
  RollcallStatusCounts counts;

  if (!rollcall_cache_count_finish (ROLLCALL_CACHE (object), result, &counts, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message ("the report's rows cannot be counted: %s", error->message);
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  self->counts = counts;
  update_toggles (self);
  update_totals (self);
}

static void
listed_cb (RollcallReportPage *self)
{
  update_state (self);
  if (self->report != NULL)
    rollcall_cache_count_async (self->cache, rollcall_report_get_condition (self->report), self->cancellable,
                                counted_cb, g_object_ref (self));
}

static void
ask_anew (RollcallReportPage *self)
{
  g_autoptr (RollcallReportQuery) query = NULL;
  RollcallStatus status;

  if (self->list == NULL || self->report == NULL)
    return;
  query = g_new0 (RollcallReportQuery, 1);
  query->condition = g_strdup (rollcall_report_get_condition (self->report));
  query->text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));
  query->sort = g_strdup (rollcall_report_view_get_order (self->view, &query->descending));
  if (rollcall_status_from_string (adw_toggle_group_get_active_name (self->statuses), &status))
    query->statuses = 1u << status;
  rollcall_report_list_set_query (self->list, query);
  rollcall_report_view_scroll_to_top (self->view);
  update_state (self);
}

static void
filter_changed_cb (RollcallReportPage *self)
{
  ask_anew (self);
}

static void
order_changed_cb (RollcallReportPage *self)
{
  ask_anew (self);
}

static void
clear_filters (RollcallReportPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  adw_toggle_group_set_active_name (self->statuses, "all");
}

static void
stop_search_cb (RollcallReportPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  rollcall_report_view_grab_focus (self->view);
}

static void
search_activated_cb (RollcallReportPage *self)
{
  rollcall_report_view_grab_focus (self->view);
}

static void
menu_requested_cb (RollcallReportPage *self, double x, double y)
{
  rollcall_decider_open_menu (self->decider, x, y);
}

static void
decide_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);
  RollcallAction action;

  if (self->decider != NULL && rollcall_action_from_string (g_variant_get_string (parameter, NULL), &action))
    rollcall_decider_decide (self->decider, action);
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_selection_model_select_all (GTK_SELECTION_MODEL (get_model (ROLLCALL_REPORT_PAGE (widget))));
}

static void
invert_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rollcall_report_model_invert_selection (get_model (ROLLCALL_REPORT_PAGE (widget)));
}

static void
open_menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);

  if (self->list != NULL)
    rollcall_report_view_request_menu (self->view);
}

static void
clear_filters_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  clear_filters (ROLLCALL_REPORT_PAGE (widget));
}

static void
edit_columns_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);

  adw_dialog_present (rollcall_columns_dialog_new (rollcall_report_view_get_layout (self->view)), widget);
}

static void
reset_columns_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rollcall_report_layout_reset (rollcall_report_view_get_layout (ROLLCALL_REPORT_PAGE (widget)->view));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);

  if (self->output != NULL)
    rollcall_output_copy (self->output);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);

  if (self->output != NULL && self->report != NULL)
    rollcall_output_save (self->output, rollcall_report_get_title (self->report));
}

static void
print_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);

  if (self->output != NULL && self->report != NULL)
    rollcall_output_print (self->output, rollcall_report_get_title (self->report));
}

static void
rows_changed_cb (RollcallReportPage *self, GArray *ids)
{
  rollcall_report_list_rows_changed (self->list, ids);
  rollcall_details_rows_changed (self->details, ids);
}

void
rollcall_report_page_set_session (RollcallReportPage *self, RollcallSession *session)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_PAGE (self) && self->cache == NULL);
  self->cache = g_object_ref (rollcall_session_get_cache (session));
  self->follower = g_object_ref (rollcall_session_get_follower (session));
  rollcall_details_set_session (self->details, session);
  self->list = rollcall_report_list_new (self->cache);
  rollcall_report_view_set_list (self->view, self->list);
  self->decider = rollcall_decider_new (GTK_WIDGET (self), self->view, session, self->list, self->decision_work);
  self->output = rollcall_output_new (GTK_WIDGET (self), self->cache, self->list,
                                      rollcall_report_view_get_layout (self->view), self->output_work);
  g_signal_connect_object (self->list, "listed", G_CALLBACK (listed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_model (self), "selection-changed", G_CALLBACK (update_totals), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_model (self), "selection-changed", G_CALLBACK (update_details), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->follower, "rows-changed", G_CALLBACK (rows_changed_cb), self, G_CONNECT_SWAPPED);
  /* an empty report is no longer 'loading' once the service was reached */
  g_signal_connect_object (self->follower, "notify::state", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
}

RollcallReport *
rollcall_report_page_get_report (RollcallReportPage *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_PAGE (self), NULL);
  return self->report;
}

const RollcallReportQuery *
rollcall_report_page_get_query (RollcallReportPage *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_PAGE (self), NULL);
  return self->list != NULL ? rollcall_report_list_get_query (self->list) : NULL;
}

void
rollcall_report_page_show (RollcallReportPage *self, RollcallReport *report)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_PAGE (self) && report != NULL);
  if (self->report == report)
    return;
  if (self->report != NULL)
    gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (get_model (self)));
  g_set_object (&self->report, report);
  self->counts = (RollcallStatusCounts) { 0 };
  rollcall_report_layout_show (rollcall_report_view_get_layout (self->view), rollcall_report_get_id (report),
                               rollcall_report_get_sort (report));
  clear_filters (self);
  ask_anew (self);
}

void
rollcall_report_page_focus_search (RollcallReportPage *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
rollcall_report_page_dispose (GObject *object)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  if (self->decider != NULL)
    rollcall_decider_close (self->decider);
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_REPORT_PAGE);
  g_clear_object (&self->decider);
  g_clear_object (&self->output);
  g_clear_object (&self->list);
  g_clear_object (&self->report);
  g_clear_object (&self->follower);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (rollcall_report_page_parent_class)->dispose (object);
}

static void
rollcall_report_page_finalize (GObject *object)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (object);

  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (rollcall_report_page_parent_class)->finalize (object);
}

static void
details_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallReportPage *self = ROLLCALL_REPORT_PAGE (widget);

  adw_overlay_split_view_set_show_sidebar (self->split, !adw_overlay_split_view_get_show_sidebar (self->split));
}

static void
show_details_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  row_activated_cb (ROLLCALL_REPORT_PAGE (widget));
}

static void
install_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "report.details", NULL, details_action);
  gtk_widget_class_install_action (class, "report.show-details", NULL, show_details_action);
  gtk_widget_class_install_action (class, "report.decide", "s", decide_action);
  gtk_widget_class_install_action (class, "report.select-all", NULL, select_all_action);
  gtk_widget_class_install_action (class, "report.invert-selection", NULL, invert_action);
  gtk_widget_class_install_action (class, "report.open-menu", NULL, open_menu_action);
  gtk_widget_class_install_action (class, "report.clear-filters", NULL, clear_filters_action);
  gtk_widget_class_install_action (class, "report.edit-columns", NULL, edit_columns_action);
  gtk_widget_class_install_action (class, "report.reset-columns", NULL, reset_columns_action);
  gtk_widget_class_install_action (class, "report.copy", NULL, copy_action);
  gtk_widget_class_install_action (class, "report.save", NULL, save_action);
  gtk_widget_class_install_action (class, "report.print", NULL, print_action);
  gtk_widget_class_add_binding_action (class, GDK_KEY_c, GDK_CONTROL_MASK, "report.copy", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_s, GDK_CONTROL_MASK, "report.save", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_p, GDK_CONTROL_MASK, "report.print", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Menu, GDK_NO_MODIFIER_MASK, "report.open-menu", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_F10, GDK_SHIFT_MASK, "report.open-menu", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Return, GDK_ALT_MASK, "report.details", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_i, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "report.invert-selection",
                                       NULL);
}

static void
rollcall_report_page_class_init (RollcallReportPageClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_report_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = rollcall_report_page_finalize;
  g_type_ensure (ROLLCALL_TYPE_DETAILS);
  g_type_ensure (ROLLCALL_TYPE_REPORT_VIEW);
  g_type_ensure (ROLLCALL_TYPE_WORK_BAR);
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/report-page.ui");
  gtk_widget_class_bind_template_child (class, RollcallReportPage, filters);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, search);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, statuses);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, stack);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, broken);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, split);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, details);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, view);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, menu_button);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, totals);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, output_work);
  gtk_widget_class_bind_template_child (class, RollcallReportPage, decision_work);
  gtk_widget_class_bind_template_callback (class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (class, order_changed_cb);
  gtk_widget_class_bind_template_callback (class, narrow_cb);
  gtk_widget_class_bind_template_callback (class, wide_cb);
  gtk_widget_class_bind_template_callback (class, stop_search_cb);
  gtk_widget_class_bind_template_callback (class, search_activated_cb);
  gtk_widget_class_bind_template_callback (class, menu_requested_cb);
  gtk_widget_class_bind_template_callback (class, details_shown_cb);
  gtk_widget_class_bind_template_callback (class, row_activated_cb);
  install_actions (class);
}

static void
rollcall_report_page_init (RollcallReportPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  add_toggles (self);
  rollcall_menu_name_items (GTK_POPOVER_MENU (gtk_menu_button_get_popover (self->menu_button)));
  gtk_search_entry_set_key_capture_widget (self->search, NULL);
}
