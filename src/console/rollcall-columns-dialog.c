/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-columns-dialog.h"

#include <glib/gi18n.h>

struct _RollcallColumnsDialog
{
  AdwDialog parent_instance;
  AdwComboRow *sort;
  AdwSwitchRow *descending;
  GtkListBox *list;
  RollcallReportLayout *layout; /* (owned) */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (RollcallColumnsDialog, rollcall_columns_dialog, ADW_TYPE_DIALOG)

static void
sort_changed_cb (RollcallColumnsDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->sort);

  if (!self->filling && selected < rollcall_n_report_columns)
    rollcall_report_layout_set_order (self->layout, rollcall_report_columns[selected].field,
                                      adw_switch_row_get_active (self->descending));
}

static void
reset_cb (RollcallColumnsDialog *self)
{
  rollcall_report_layout_reset (self->layout);
}

static void
update_buttons (RollcallColumnsDialog *self)
{
  guint n = g_list_model_get_n_items (rollcall_report_layout_get_columns (self->layout));

  for (guint i = 0; i < n; i++)
    {
      GObject *row = G_OBJECT (gtk_list_box_get_row_at_index (self->list, (int) i));

      gtk_widget_set_sensitive (g_object_get_data (row, "up"), i > 0);
      gtk_widget_set_sensitive (g_object_get_data (row, "down"), i + 1 < n);
    }
}

static void
move_row (GtkWidget *button, int by)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);
  RollcallColumnsDialog *self = ROLLCALL_COLUMNS_DIALOG (gtk_widget_get_ancestor (row, ROLLCALL_TYPE_COLUMNS_DIALOG));
  int from = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
  guint n = g_list_model_get_n_items (rollcall_report_layout_get_columns (self->layout));

  if (from + by < 0 || from + by >= (int) n)
    return;
  self->filling = TRUE;
  rollcall_report_layout_move (self->layout, (guint) from, (guint) (from + by));
  self->filling = FALSE;
  g_object_ref (row);
  gtk_list_box_remove (self->list, row);
  gtk_list_box_insert (self->list, row, from + by);
  g_object_unref (row);
  update_buttons (self);
  /* at an end of the list the other direction is what is left */
  if (!gtk_widget_is_sensitive (button))
    button = g_object_get_data (G_OBJECT (row), by < 0 ? "down" : "up");
  gtk_widget_grab_focus (button);
}

static void
up_cb (GtkWidget *button)
{
  move_row (button, -1);
}

static void
down_cb (GtkWidget *button)
{
  move_row (button, 1);
}

static GtkWidget *
make_button (const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect (button, "clicked", callback, NULL);
  return button;
}

static GtkWidget *
make_row (GtkColumnViewColumn *column)
{
  const RollcallReportColumn *what = rollcall_report_layout_find (column);
  const char *title = rollcall_report_column_get_title (what);
  GtkWidget *row = adw_action_row_new (), *show = gtk_switch_new ();
  /* Translators: %s is a column's title */
  g_autofree char *up_name = g_strdup_printf (C_ ("columns", "Move “%s” Up"), title);
  /* Translators: %s is a column's title */
  g_autofree char *down_name = g_strdup_printf (C_ ("columns", "Move “%s” Down"), title);
  GtkWidget *up = make_button ("go-up-symbolic", up_name, G_CALLBACK (up_cb));
  GtkWidget *down = make_button ("go-down-symbolic", down_name, G_CALLBACK (down_cb));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_valign (show, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (show), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_object_bind_property (column, "visible", show, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  gtk_widget_set_sensitive (show, rollcall_report_layout_can_hide (what));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), up);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), down);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), show);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), show);
  g_object_set_data (G_OBJECT (row), "up", up);
  g_object_set_data (G_OBJECT (row), "down", down);
  return row;
}

static void
fill_list (RollcallColumnsDialog *self)
{
  GListModel *columns = rollcall_report_layout_get_columns (self->layout);

  /* between the removal and the insertion of one that moves, one is missing */
  if (self->filling || g_list_model_get_n_items (columns) != rollcall_n_report_columns)
    return;
  gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < rollcall_n_report_columns; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      gtk_list_box_append (self->list, make_row (column));
    }
  update_buttons (self);
}

static void
fill_sort (RollcallColumnsDialog *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  gboolean descending;
  const char *field = rollcall_report_layout_get_order (self->layout, &descending);
  guint selected = 0;

  for (guint i = 0; i < rollcall_n_report_columns; i++)
    {
      gtk_string_list_append (titles, rollcall_report_column_get_title (&rollcall_report_columns[i]));
      if (g_str_equal (rollcall_report_columns[i].field, field))
        selected = i;
    }
  self->filling = TRUE;
  adw_combo_row_set_model (self->sort, G_LIST_MODEL (titles));
  adw_combo_row_set_selected (self->sort, selected);
  adw_switch_row_set_active (self->descending, descending);
  self->filling = FALSE;
}

static void
rollcall_columns_dialog_dispose (GObject *object)
{
  RollcallColumnsDialog *self = ROLLCALL_COLUMNS_DIALOG (object);

  self->filling = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_COLUMNS_DIALOG);
  g_clear_object (&self->layout);
  G_OBJECT_CLASS (rollcall_columns_dialog_parent_class)->dispose (object);
}

static void
rollcall_columns_dialog_class_init (RollcallColumnsDialogClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_columns_dialog_dispose;
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/columns-dialog.ui");
  gtk_widget_class_bind_template_child (class, RollcallColumnsDialog, sort);
  gtk_widget_class_bind_template_child (class, RollcallColumnsDialog, descending);
  gtk_widget_class_bind_template_child (class, RollcallColumnsDialog, list);
  gtk_widget_class_bind_template_callback (class, sort_changed_cb);
  gtk_widget_class_bind_template_callback (class, reset_cb);
}

static void
rollcall_columns_dialog_init (RollcallColumnsDialog *self)
{
  self->filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filling = FALSE;
}

AdwDialog *
rollcall_columns_dialog_new (RollcallReportLayout *layout)
{
  RollcallColumnsDialog *self = g_object_new (ROLLCALL_TYPE_COLUMNS_DIALOG, NULL);

  self->layout = g_object_ref (layout);
  fill_sort (self);
  fill_list (self);
  g_signal_connect_object (rollcall_report_layout_get_columns (layout), "items-changed", G_CALLBACK (fill_list), self,
                           G_CONNECT_SWAPPED);
  return ADW_DIALOG (self);
}
