/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-window.h"

#include <glib/gi18n.h>

#include "rollcall-application.h"
#include "rollcall-connections-dialog.h"
#include "rollcall-menu.h"
#include "rollcall-plain-text.h"
#include "rollcall-report-dialog.h"
#include "rollcall-report-page.h"
#include "rollcall-reports-tree.h"
#include "rollcall-words.h"

/* How often the banner says anew how old the report is. */
#define AGE_S 30

struct _RollcallWindow
{
  AdwApplicationWindow parent_instance;

  AdwOverlaySplitView *split;
  RollcallReportsTree *tree;
  GtkMenuButton *reports_button;
  GtkMenuButton *main_button;
  AdwWindowTitle *heading;
  AdwBanner *banner;
  AdwToastOverlay *toasts;
  GtkStack *pages;
  AdwStatusPage *none;
  AdwBin *all;
  RollcallReportPage *page;

  RollcallReports *reports;   /* (owned) */
  RollcallSession *session;   /* (owned) (nullable) */
  RollcallCache *cache;       /* (owned) (nullable) */
  RollcallFollower *follower; /* (owned) (nullable) */
  guint age_source;
};

G_DEFINE_FINAL_TYPE (RollcallWindow, rollcall_window, ADW_TYPE_APPLICATION_WINDOW)

static RollcallServices *
get_services (RollcallWindow *self)
{
  return rollcall_application_get_services (ROLLCALL_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))));
}

static void
connect_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rollcall_services_connect (get_services (ROLLCALL_WINDOW (widget)), widget, NULL);
}

static void
connections_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_dialog_present (rollcall_connections_dialog_new (get_services (ROLLCALL_WINDOW (widget))), widget);
}

static void
sign_out_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);
  RollcallClient *client = rollcall_session_get_client (self->session);

  rollcall_services_sign_out (get_services (self), widget, rollcall_client_get_server (client));
}

static void
show_report (RollcallWindow *self, RollcallReport *report)
{
  adw_window_title_set_title (self->heading, rollcall_report_get_title (report));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->heading), rollcall_report_get_description (report));
  rollcall_reports_tree_select (self->tree, rollcall_report_get_id (report));
  rollcall_report_page_show (self->page, report);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.edit-report", rollcall_report_is_own (report));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.delete-report", rollcall_report_is_own (report));
  gtk_stack_set_visible_child_name (self->pages, "report");
  if (adw_overlay_split_view_get_collapsed (self->split))
    adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
}

static void
show_report_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);
  RollcallReport *report = rollcall_reports_find (self->reports, g_variant_get_string (parameter, NULL));

  if (self->cache != NULL && report != NULL)
    show_report (self, report);
}

/* C1 */
static void
all_reports_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);

  if (self->cache != NULL)
    gtk_stack_set_visible_child_name (self->pages, "all");
  adw_window_title_set_title (self->heading, C_ ("title", "All Reports"));
  rollcall_reports_tree_select (self->tree, NULL);
  adw_overlay_split_view_set_show_sidebar (self->split, TRUE);
  rollcall_reports_tree_grab_focus (self->tree);
}

static void
new_report_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);
  const RollcallReportQuery *query = rollcall_report_page_get_query (self->page);
  g_autofree char *condition = query != NULL ? rollcall_report_query_to_condition (query) : NULL;

  if (condition != NULL)
    rollcall_report_dialog_present (self->reports, self->cache, NULL, condition, widget);
}

static void
edit_report_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);
  RollcallReport *report = rollcall_report_page_get_report (self->page);

  if (report != NULL && rollcall_report_is_own (report))
    rollcall_report_dialog_present (self->reports, self->cache, report, rollcall_report_get_condition (report), widget);
}

static void
delete_report_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);
  RollcallReport *report = rollcall_report_page_get_report (self->page);

  if (report != NULL && rollcall_report_is_own (report))
    rollcall_report_dialog_ask_delete (self->reports, report, widget);
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallWindow *self = ROLLCALL_WINDOW (widget);

  if (g_str_equal (gtk_stack_get_visible_child_name (self->pages), "report"))
    rollcall_report_page_focus_search (self->page);
}

static char *
describe_age (RollcallWindow *self)
{
  gint64 synced = rollcall_cache_get_synced_at (self->cache);
  g_autofree char *age = NULL;

  if (synced == 0)
    return g_strdup (C_ ("banner", "nothing is known yet"));
  age = rollcall_words_age (synced, g_get_real_time () / 1000);
  /* Translators: %s is like '5 minutes ago' */
  return g_strdup_printf (C_ ("banner", "read-only, as it was %s"), age);
}

/* Returns: (transfer full): what the banner says while the service gives no news */
static char *
describe_absence (RollcallWindow *self, const char *age)
{
  RollcallClient *client = rollcall_session_get_client (self->session);

  if (!rollcall_client_has_token (client))
    /* Translators: %s is like 'read-only, as it was 5 minutes ago' */
    return g_strdup_printf (_ ("You are not signed in: %s"), age);
  if (rollcall_follower_get_state (self->follower) == ROLLCALL_FOLLOWER_REFUSED)
    /* Translators: %s is like 'read-only, as it was 5 minutes ago' */
    return g_strdup_printf (_ ("The service does not accept your token: %s"), age);
  if (rollcall_client_get_refused_certificate (client) != NULL)
    /* Translators: %s is like 'read-only, as it was 5 minutes ago' */
    return g_strdup_printf (_ ("The service’s certificate is not trusted: %s"), age);
  /* Translators: %s is like 'read-only, as it was 5 minutes ago' */
  return g_strdup_printf (_ ("The service is not reached: %s"), age);
}

/* What a person can do about it. */
static const char *
describe_remedy (RollcallWindow *self)
{
  if (rollcall_follower_get_state (self->follower) == ROLLCALL_FOLLOWER_REFUSED)
    return C_ ("banner", "_Sign In…");
  if (rollcall_client_get_refused_certificate (rollcall_session_get_client (self->session)) != NULL)
    return C_ ("banner", "_Look at It…");
  return C_ ("banner", "_Try Again");
}

/* C5: says that the service is away, why, and how old the report is. */
static void
update_banner (RollcallWindow *self)
{
  RollcallFollowerState state = rollcall_follower_get_state (self->follower);
  const char *problem = rollcall_follower_get_problem (self->follower);
  g_autofree char *age = describe_age (self), *title = NULL;
  g_autofree char *why = problem != NULL ? rollcall_text_make_plain (problem) : NULL;

  if (state == ROLLCALL_FOLLOWER_ONLINE)
    {
      adw_banner_set_revealed (self->banner, FALSE);
      /* a screen reader still finds it */
      adw_banner_set_title (self->banner, "");
    }
  if (state != ROLLCALL_FOLLOWER_AWAY && state != ROLLCALL_FOLLOWER_REFUSED)
    return;
  title = describe_absence (self, age);
  adw_banner_set_title (self->banner, title);
  adw_banner_set_button_label (self->banner, describe_remedy (self));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->banner), why);
  adw_banner_set_revealed (self->banner, TRUE);
}

static gboolean
age_cb (gpointer user_data)
{
  update_banner (user_data);
  return G_SOURCE_CONTINUE;
}

static void
retry_cb (RollcallWindow *self)
{
  RollcallClient *client = rollcall_session_get_client (self->session);
  const char *server = rollcall_client_get_server (client);

  if (rollcall_follower_get_state (self->follower) == ROLLCALL_FOLLOWER_REFUSED)
    rollcall_services_connect (get_services (self), GTK_WIDGET (self), server);
  else if (rollcall_client_get_refused_certificate (client) != NULL)
    rollcall_services_review (get_services (self), GTK_WIDGET (self), server);
  else
    rollcall_follower_retry_now (self->follower);
}

static void
add_report_row (AdwPreferencesGroup *group, RollcallReport *report)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), rollcall_report_get_title (report));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), rollcall_report_get_description (report));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.show-report");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", rollcall_report_get_id (report));
  adw_preferences_group_add (group, row);
}

static const char *
get_folder (RollcallReport *report)
{
  const char *const *folders = rollcall_report_get_folders (report);
  return folders[g_strv_length ((char **) folders) - 1];
}

/* The page that 'All Reports' leads to: a group for each folder that holds reports. */
static void
fill_all_reports (RollcallWindow *self)
{
  GPtrArray *reports = rollcall_reports_list (self->reports);
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  AdwPreferencesGroup *group = NULL;

  for (guint i = 0; i < reports->len; i++)
    {
      RollcallReport *report = g_ptr_array_index (reports, i);
      const char *folder = get_folder (report);

      if (i == 0 || g_strcmp0 (folder, get_folder (g_ptr_array_index (reports, i - 1))) != 0)
        {
          g_autofree char *markup = g_markup_escape_text (rollcall_report_translate_folder (folder), -1);
          group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
          adw_preferences_group_set_title (group, markup);
          adw_preferences_page_add (page, group);
        }
      add_report_row (group, report);
    }
  adw_bin_set_child (self->all, GTK_WIDGET (page));
}

static void
fill_reports_menu (RollcallWindow *self)
{
  g_autoptr (GMenu) menu = g_menu_new (), items = g_menu_new ();
  GPtrArray *reports = rollcall_reports_list (self->reports);

  g_menu_append (menu, C_ ("menu", "_All Reports"), "win.all-reports");
  for (guint i = 0; i < reports->len; i++)
    {
      RollcallReport *report = g_ptr_array_index (reports, i);
      g_autoptr (GMenuItem) item = NULL;
      g_auto (GStrv) parts = g_strsplit (rollcall_report_get_title (report), "_", -1);
      g_autofree char *label = g_strjoinv ("__", parts); /* no mnemonic of a person's own title */

      item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (item, "win.show-report", "s", rollcall_report_get_id (report));
      g_menu_append_item (items, item);
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (items));
  gtk_menu_button_set_menu_model (self->reports_button, G_MENU_MODEL (menu));
  rollcall_menu_name_items (GTK_POPOVER_MENU (gtk_menu_button_get_popover (self->reports_button)));
}

/* A person's own reports are other ones now: what shows may be changed, or gone. */
static void
reports_changed_cb (RollcallWindow *self)
{
  RollcallReport *shown = self->cache != NULL ? rollcall_report_page_get_report (self->page) : NULL;
  RollcallReport *now = shown != NULL ? rollcall_reports_find (self->reports, rollcall_report_get_id (shown)) : NULL;

  fill_all_reports (self);
  fill_reports_menu (self);
  if (shown != NULL && g_str_equal (gtk_stack_get_visible_child_name (self->pages), "report"))
    show_report (self, now != NULL ? now : rollcall_reports_find (self->reports, ROLLCALL_FIRST_REPORT));
}

/* R26: what an auditor must not overlook. */
static void
history_replaced_cb (RollcallWindow *self, const char *what)
{
  g_autofree char *plain = rollcall_text_make_plain (what);
  g_autofree char *body = g_strdup_printf (
      _ ("The service's history is not the one that was kept on this computer: %s. That is so after a backup was "
         "restored; else somebody changed the past. Ask who operates the service, and check the chain: rollcallctl "
         "audit verify."),
      plain);
  AdwDialog *dialog = adw_alert_dialog_new (_ ("The Audit History Was Replaced"), body);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* Which service it is, said wherever several are open. */
static void
show_service (RollcallWindow *self, const char *host)
{
  /* Translators: a window's title; %s is an address */
  g_autofree char *title = g_strdup_printf (C_ ("title", "%s — Rollcall"), host);

  gtk_window_set_title (GTK_WINDOW (self), title);
}

void
rollcall_window_set_session (RollcallWindow *self, RollcallSession *session)
{
  RollcallFollower *follower = rollcall_session_get_follower (session);

  g_return_if_fail (ROLLCALL_IS_WINDOW (self) && self->cache == NULL);
  self->session = g_object_ref (session);
  show_service (self, rollcall_client_get_server (rollcall_session_get_client (session)) + strlen ("https://"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.sign-out", TRUE);
  self->cache = g_object_ref (rollcall_session_get_cache (session));
  self->follower = g_object_ref (follower);
  rollcall_report_page_set_session (self->page, session);
  g_signal_connect_object (rollcall_session_get_history_follower (session), "replaced",
                           G_CALLBACK (history_replaced_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (follower, "notify::state", G_CALLBACK (update_banner), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (follower, "notify::problem", G_CALLBACK (update_banner), self, G_CONNECT_SWAPPED);
  self->age_source = g_timeout_add_seconds (AGE_S, age_cb, self);
  adw_window_title_set_subtitle (self->heading, rollcall_client_get_server (rollcall_session_get_client (session)));
  show_report (self, rollcall_reports_find (self->reports, ROLLCALL_FIRST_REPORT));
  rollcall_report_page_focus_search (self->page);
}

void
rollcall_window_set_problem (RollcallWindow *self, const char *title, const char *description)
{
  g_autofree char *markup = g_markup_escape_text (description, -1);

  g_return_if_fail (ROLLCALL_IS_WINDOW (self));
  adw_status_page_set_title (self->none, title);
  adw_status_page_set_description (self->none, markup);
  gtk_stack_set_visible_child_name (self->pages, "none");
}

RollcallSession *
rollcall_window_get_session (RollcallWindow *self)
{
  g_return_val_if_fail (ROLLCALL_IS_WINDOW (self), NULL);
  return self->session;
}

void
rollcall_window_add_toast (RollcallWindow *self, const char *title)
{
  AdwToast *toast = adw_toast_new (title);

  g_return_if_fail (ROLLCALL_IS_WINDOW (self));
  adw_toast_set_use_markup (toast, FALSE);
  /* until it was read */
  adw_toast_set_timeout (toast, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
rollcall_window_dispose (GObject *object)
{
  RollcallWindow *self = ROLLCALL_WINDOW (object);

  g_clear_handle_id (&self->age_source, g_source_remove);
  if (self->session != NULL)
    rollcall_session_stop (self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_WINDOW);
  g_clear_object (&self->follower);
  g_clear_object (&self->cache);
  g_clear_object (&self->reports);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rollcall_window_parent_class)->dispose (object);
}

static void
rollcall_window_class_init (RollcallWindowClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_window_dispose;
  g_type_ensure (ROLLCALL_TYPE_REPORTS_TREE);
  g_type_ensure (ROLLCALL_TYPE_REPORT_PAGE);
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/window.ui");
  gtk_widget_class_bind_template_child (class, RollcallWindow, split);
  gtk_widget_class_bind_template_child (class, RollcallWindow, tree);
  gtk_widget_class_bind_template_child (class, RollcallWindow, reports_button);
  gtk_widget_class_bind_template_child (class, RollcallWindow, main_button);
  gtk_widget_class_bind_template_child (class, RollcallWindow, heading);
  gtk_widget_class_bind_template_child (class, RollcallWindow, banner);
  gtk_widget_class_bind_template_child (class, RollcallWindow, toasts);
  gtk_widget_class_bind_template_child (class, RollcallWindow, pages);
  gtk_widget_class_bind_template_child (class, RollcallWindow, none);
  gtk_widget_class_bind_template_child (class, RollcallWindow, all);
  gtk_widget_class_bind_template_child (class, RollcallWindow, page);
  gtk_widget_class_bind_template_callback (class, retry_cb);
  gtk_widget_class_install_action (class, "win.show-report", "s", show_report_action);
  gtk_widget_class_install_action (class, "win.all-reports", NULL, all_reports_action);
  gtk_widget_class_install_action (class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (class, "win.new-report", NULL, new_report_action);
  gtk_widget_class_install_action (class, "win.edit-report", NULL, edit_report_action);
  gtk_widget_class_install_action (class, "win.delete-report", NULL, delete_report_action);
  gtk_widget_class_install_action (class, "win.connect", NULL, connect_action);
  gtk_widget_class_install_action (class, "win.connections", NULL, connections_action);
  gtk_widget_class_install_action (class, "win.sign-out", NULL, sign_out_action);
}

static void
rollcall_window_init (RollcallWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "rollcall", "reports", NULL);
  self->reports = rollcall_reports_new (own);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.sign-out", FALSE);
  fill_all_reports (self);
  fill_reports_menu (self);
  rollcall_reports_tree_set_reports (self->tree, self->reports);
  g_signal_connect_object (self->reports, "changed", G_CALLBACK (reports_changed_cb), self, G_CONNECT_SWAPPED);
  rollcall_menu_name_items (GTK_POPOVER_MENU (gtk_menu_button_get_popover (self->main_button)));
}

RollcallWindow *
rollcall_window_new (GtkApplication *application)
{
  return g_object_new (ROLLCALL_TYPE_WINDOW, "application", application, NULL);
}
