/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-connections-dialog.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"
#include "rollcall-words.h"

struct _RollcallConnectionsDialog
{
  AdwDialog parent_instance;
  AdwPreferencesGroup *group;
  RollcallServices *services; /* (owned) */
  GPtrArray *rows;            /* (element-type GtkWidget) in the group */
};

G_DEFINE_FINAL_TYPE (RollcallConnectionsDialog, rollcall_connections_dialog, ADW_TYPE_DIALOG)

/* What comes next belongs to the window below, or to another one. */
static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallConnectionsDialog *self = ROLLCALL_CONNECTIONS_DIALOG (widget);
  g_autoptr (RollcallServices) services = g_object_ref (self->services);

  adw_dialog_force_close (ADW_DIALOG (self));
  rollcall_services_open (services, g_variant_get_string (parameter, NULL), NULL);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallConnectionsDialog *self = ROLLCALL_CONNECTIONS_DIALOG (widget);
  rollcall_services_sign_out (self->services, widget, g_variant_get_string (parameter, NULL));
}

static void
add_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallConnectionsDialog *self = ROLLCALL_CONNECTIONS_DIALOG (widget);
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (widget));
  g_autoptr (RollcallServices) services = g_object_ref (self->services);

  adw_dialog_force_close (ADW_DIALOG (self));
  rollcall_services_connect (services, window, NULL);
}

static char *
describe (RollcallConnectionsDialog *self, const RollcallConnection *connection)
{
  g_autofree char *age = rollcall_words_age (connection->used_at, g_get_real_time () / 1000);
  /* Translators: %s is like '5 minutes ago' */
  g_autofree char *used = g_strdup_printf (C_ ("connections", "Connected %s"), age);
  const char *when = rollcall_services_find_window (self->services, connection->server) != NULL
                         ? C_ ("connections", "Open now")
                         : used;

  if (connection->person == NULL)
    return g_strdup (when);
  /* Translators: %1$s is a person's name, %2$s is like 'Open now' */
  return g_strdup_printf (C_ ("connections", "%1$s · %2$s"), connection->person, when);
}

static GtkWidget *
make_row (RollcallConnectionsDialog *self, const RollcallConnection *connection)
{
  GtkWidget *row = adw_action_row_new (), *away = gtk_button_new_from_icon_name ("user-trash-symbolic");
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");
  const char *host = connection->server + strlen ("https://");
  g_autofree char *description = describe (self, connection);
  g_autofree char *plain = rollcall_text_make_plain (description);
  /* Translators: %s is an address */
  g_autofree char *tooltip = g_strdup_printf (C_ ("connections", "Remove %s…"), host);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), host);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), plain);
  gtk_widget_set_tooltip_text (away, tooltip);
  gtk_widget_set_valign (away, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (away, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (away), "connections.remove");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (away), "s", connection->server);
  gtk_accessible_update_property (GTK_ACCESSIBLE (away), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), away);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "connections.open");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", connection->server);
  return row;
}

static void
fill (RollcallConnectionsDialog *self)
{
  g_autoptr (GPtrArray) connections = rollcall_connections_list (rollcall_services_get_connections (self->services));

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < connections->len; i++)
    {
      GtkWidget *row = make_row (self, connections->pdata[i]);
      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  if (connections->len > 0)
    return;
  GtkWidget *row = adw_button_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), C_ ("connections", "Connect to a Service…"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "connections.add");
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

static void
rollcall_connections_dialog_dispose (GObject *object)
{
  RollcallConnectionsDialog *self = ROLLCALL_CONNECTIONS_DIALOG (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_CONNECTIONS_DIALOG);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (rollcall_connections_dialog_parent_class)->dispose (object);
}

static void
rollcall_connections_dialog_class_init (RollcallConnectionsDialogClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_connections_dialog_dispose;
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/connections-dialog.ui");
  gtk_widget_class_bind_template_child (class, RollcallConnectionsDialog, group);
  gtk_widget_class_install_action (class, "connections.open", "s", open_action);
  gtk_widget_class_install_action (class, "connections.remove", "s", remove_action);
  gtk_widget_class_install_action (class, "connections.add", NULL, add_action);
}

static void
rollcall_connections_dialog_init (RollcallConnectionsDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
rollcall_connections_dialog_new (RollcallServices *services)
{
  g_return_val_if_fail (ROLLCALL_IS_SERVICES (services), NULL);

  RollcallConnectionsDialog *self = g_object_new (ROLLCALL_TYPE_CONNECTIONS_DIALOG, NULL);
  self->services = g_object_ref (services);
  fill (self);
  g_signal_connect_object (rollcall_services_get_connections (services), "changed", G_CALLBACK (fill), self,
                           G_CONNECT_SWAPPED);
  return ADW_DIALOG (self);
}
