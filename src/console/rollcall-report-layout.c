/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-layout.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "rollcall-report-cell.h"

#define SCHEMA "org.rollcall.Console.report"
#define PATH   "/org/rollcall/Console/reports/%s/"
/* A drag says every step of its way. */
#define KEEP_AFTER_MS 500
#define WIDEST        4000

struct _RollcallReportLayout
{
  GObject parent_instance;
  GtkColumnView *view;
  GPtrArray *usual;            /* (owned) (element-type GtkColumnViewColumn): as in rollcall_report_columns */
  GSimpleActionGroup *actions; /* (owned) */
  GSettings *settings;         /* (owned) (nullable) of the report that shows */
  guint keep_source;
  gboolean arranging; /* what changes is not the person's doing */
};

G_DEFINE_FINAL_TYPE (RollcallReportLayout, rollcall_report_layout, G_TYPE_OBJECT)

static guint order_changed_signal;

static int
get_usual_width (const RollcallReportColumn *column)
{
  return (int) adw_length_unit_to_px (ADW_LENGTH_UNIT_SP, column->width, NULL);
}

const RollcallReportColumn *
rollcall_report_layout_find (GtkColumnViewColumn *column)
{
  return rollcall_report_column_find (gtk_column_view_column_get_id (column));
}

static GtkColumnViewColumn *
find_column (RollcallReportLayout *self, const char *field)
{
  for (guint i = 0; i < rollcall_n_report_columns; i++)
    if (g_strcmp0 (rollcall_report_columns[i].field, field) == 0)
      return g_ptr_array_index (self->usual, i);
  return NULL;
}

gboolean
rollcall_report_layout_can_hide (const RollcallReportColumn *column)
{
  return column != &rollcall_report_columns[0];
}

const char *
rollcall_report_layout_get_order (RollcallReportLayout *self, gboolean *descending)
{
  GtkColumnViewSorter *sorter;
  GtkColumnViewColumn *column;

  g_return_val_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self), NULL);
  sorter = GTK_COLUMN_VIEW_SORTER (gtk_column_view_get_sorter (self->view));
  column = gtk_column_view_sorter_get_primary_sort_column (sorter);
  *descending = column != NULL && gtk_column_view_sorter_get_primary_sort_order (sorter) == GTK_SORT_DESCENDING;
  return column != NULL ? gtk_column_view_column_get_id (column) : rollcall_report_columns[0].field;
}

static void
sort_by (RollcallReportLayout *self, const char *field, gboolean descending)
{
  GtkColumnViewColumn *column = find_column (self, field);

  /* without the first, two titles have an arrow (GTK issue 4696) */
  gtk_column_view_sort_by_column (self->view, NULL, GTK_SORT_ASCENDING);
  gtk_column_view_sort_by_column (self->view, column != NULL ? column : g_ptr_array_index (self->usual, 0),
                                  descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
}

static void
keep_columns (RollcallReportLayout *self)
{
  GListModel *columns = gtk_column_view_get_columns (self->view);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sbi)"));
  gboolean usual = TRUE;

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      const RollcallReportColumn *what = rollcall_report_layout_find (column);
      gboolean shown = gtk_column_view_column_get_visible (column);
      int width = gtk_column_view_column_get_fixed_width (column);

      if (width == get_usual_width (what))
        width = 0;
      else
        width = MAX ((int) adw_length_unit_from_px (ADW_LENGTH_UNIT_SP, width, NULL), 1);
      usual = usual && what == &rollcall_report_columns[i] && shown == what->shown && width == 0;
      g_variant_builder_add (&builder, "(sbi)", what->field, shown, width);
    }
  /* what nobody changed follows what a later version finds usual */
  if (usual)
    g_settings_reset (self->settings, "columns");
  else
    g_settings_set_value (self->settings, "columns", g_variant_builder_end (&builder));
}

static gboolean
keep (gpointer user_data)
{
  RollcallReportLayout *self = user_data;
  gboolean descending;
  const char *field = rollcall_report_layout_get_order (self, &descending);

  self->keep_source = 0;
  keep_columns (self);
  g_settings_set (self->settings, "sort", "(sb)", field, descending);
  return G_SOURCE_REMOVE;
}

void
rollcall_report_layout_keep (RollcallReportLayout *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self));
  if (self->keep_source == 0)
    return;
  g_clear_handle_id (&self->keep_source, g_source_remove);
  keep (self);
}

static void
keep_later (RollcallReportLayout *self)
{
  if (self->arranging || self->settings == NULL)
    return;
  g_clear_handle_id (&self->keep_source, g_source_remove);
  self->keep_source = g_timeout_add (KEEP_AFTER_MS, keep, self);
}

static void
order_changed_cb (RollcallReportLayout *self)
{
  if (self->arranging)
    return;
  keep_later (self);
  g_signal_emit (self, order_changed_signal, 0);
}

void
rollcall_report_layout_set_order (RollcallReportLayout *self, const char *field, gboolean descending)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self) && field != NULL);
  self->arranging = TRUE;
  sort_by (self, field, descending);
  self->arranging = FALSE;
  order_changed_cb (self);
}

/* Puts @column at @position, as it is to be. @width: sp; 0 = the usual one */
static void
arrange_column (RollcallReportLayout *self, guint position, GtkColumnViewColumn *column, gboolean shown, int width)
{
  const RollcallReportColumn *what = rollcall_report_layout_find (column);
  g_autoptr (GtkColumnViewColumn) there = g_list_model_get_item (gtk_column_view_get_columns (self->view), position);

  if (there != column)
    gtk_column_view_insert_column (self->view, position, column);
  gtk_column_view_column_set_visible (column, shown || !rollcall_report_layout_can_hide (what));
  gtk_column_view_column_set_fixed_width (column, width > 0 && width <= WIDEST
                                                      ? (int) adw_length_unit_to_px (ADW_LENGTH_UNIT_SP, width, NULL)
                                                      : get_usual_width (what));
}

/* As @saved (a(sbi)) says; columns that it does not know stand after those, as they usually are. */
static void
arrange (RollcallReportLayout *self, GVariant *saved)
{
  g_autoptr (GHashTable) placed = g_hash_table_new (NULL, NULL);
  GVariantIter iter;
  const char *field;
  gboolean shown;
  int width;
  guint position = 0;

  g_variant_iter_init (&iter, saved);
  while (g_variant_iter_next (&iter, "(&sbi)", &field, &shown, &width))
    {
      GtkColumnViewColumn *column = find_column (self, field);

      if (column != NULL && g_hash_table_add (placed, column))
        arrange_column (self, position++, column, shown, width);
    }
  for (guint i = 0; i < self->usual->len; i++)
    if (g_hash_table_add (placed, g_ptr_array_index (self->usual, i)))
      arrange_column (self, position++, g_ptr_array_index (self->usual, i), rollcall_report_columns[i].shown, 0);
}

void
rollcall_report_layout_show (RollcallReportLayout *self, const char *report, const char *sort)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autofree char *path = g_strdup_printf (PATH, report);
  g_autoptr (GVariant) columns = NULL;
  g_autofree char *field = NULL;
  gboolean descending;

  g_return_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self) && report != NULL);
  rollcall_report_layout_keep (self);
  g_clear_object (&self->settings);
  schema = g_settings_schema_source_lookup (g_settings_schema_source_get_default (), SCHEMA, TRUE);
  if (schema == NULL)
    return; /* not installed: nothing is remembered */
  self->settings = g_settings_new_full (schema, NULL, path);
  columns = g_settings_get_value (self->settings, "columns");
  self->arranging = TRUE;
  arrange (self, columns);
  g_autoptr (GVariant) chosen = g_settings_get_user_value (self->settings, "sort");
  g_settings_get (self->settings, "sort", "(sb)", &field, &descending);
  if (chosen == NULL && sort != NULL)
    sort_by (self, sort, FALSE);
  else
    sort_by (self, field, descending);
  self->arranging = FALSE;
}

void
rollcall_report_layout_reset (RollcallReportLayout *self)
{
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new ("a(sbi)", NULL));

  g_return_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self));
  self->arranging = TRUE;
  arrange (self, none);
  self->arranging = FALSE;
  keep_later (self);
}

void
rollcall_report_layout_move (RollcallReportLayout *self, guint from, guint to)
{
  GListModel *columns;

  g_return_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self));
  columns = gtk_column_view_get_columns (self->view);
  g_return_if_fail (from < g_list_model_get_n_items (columns) && to < g_list_model_get_n_items (columns));
  g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, from);
  gtk_column_view_insert_column (self->view, to, column);
}

GPtrArray *
rollcall_report_layout_list_shown (RollcallReportLayout *self)
{
  GPtrArray *shown = g_ptr_array_new ();

  g_return_val_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self), shown);
  GListModel *columns = gtk_column_view_get_columns (self->view);
  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      if (gtk_column_view_column_get_visible (column))
        g_ptr_array_add (shown, (gpointer) rollcall_report_layout_find (column));
    }
  return shown;
}

/* An action's name has no underscore. */
static char *
make_action_name (const RollcallReportColumn *column)
{
  return g_strdelimit (g_strdup (column->field), "_", '-');
}

GActionGroup *
rollcall_report_layout_get_actions (RollcallReportLayout *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self), NULL);
  return G_ACTION_GROUP (self->actions);
}

GListModel *
rollcall_report_layout_get_columns (RollcallReportLayout *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_LAYOUT (self), NULL);
  return gtk_column_view_get_columns (self->view);
}

GMenuModel *
rollcall_report_layout_make_menu (RollcallReportLayout *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) usual = g_menu_new (), others = g_menu_new (), rest = g_menu_new ();

  for (guint i = 0; i < rollcall_n_report_columns; i++)
    {
      const RollcallReportColumn *column = &rollcall_report_columns[i];
      g_autofree char *name = make_action_name (column), *action = g_strconcat ("columns.", name, NULL);

      if (rollcall_report_layout_can_hide (column))
        g_menu_append (column->shown ? usual : others, rollcall_report_column_get_title (column), action);
    }
  g_menu_append_submenu (usual, C_ ("menu", "_More Columns"), G_MENU_MODEL (others));
  g_menu_append (rest, C_ ("menu", "C_olumns and Order…"), "report.edit-columns");
  g_menu_append (rest, C_ ("menu", "_Reset Columns"), "report.reset-columns");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (usual));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  return G_MENU_MODEL (menu);
}

static void
setup_cell (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, gpointer user_data)
{
  gtk_column_view_cell_set_child (cell, rollcall_report_cell_new (user_data));
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, gpointer user_data)
{
  rollcall_report_cell_set_slot (ROLLCALL_REPORT_CELL (gtk_column_view_cell_get_child (cell)),
                                 gtk_column_view_cell_get_item (cell));
}

static void
unbind_cell (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, gpointer user_data)
{
  rollcall_report_cell_set_slot (ROLLCALL_REPORT_CELL (gtk_column_view_cell_get_child (cell)), NULL);
}

static void
add_column (RollcallReportLayout *self, const RollcallReportColumn *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made;
  g_autoptr (GtkSorter) sorter = NULL;
  g_autofree char *name = make_action_name (column);
  g_autoptr (GPropertyAction) action = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), (gpointer) column);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cell), NULL);
  made = gtk_column_view_column_new (rollcall_report_column_get_title (column), factory);
  /* Sorts nothing: a title without a sorter cannot be clicked. The cache sorts. */
  sorter = GTK_SORTER (gtk_custom_sorter_new (NULL, NULL, NULL));
  gtk_column_view_column_set_id (made, column->field);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_fixed_width (made, get_usual_width (column));
  gtk_column_view_column_set_expand (made, column->expand);
  gtk_column_view_column_set_visible (made, column->shown);
  g_signal_connect_object (made, "notify::visible", G_CALLBACK (keep_later), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (made, "notify::fixed-width", G_CALLBACK (keep_later), self, G_CONNECT_SWAPPED);
  gtk_column_view_append_column (self->view, made);
  g_ptr_array_add (self->usual, made);
  action = g_property_action_new (name, made, "visible");
  if (rollcall_report_layout_can_hide (column))
    g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
rollcall_report_layout_dispose (GObject *object)
{
  RollcallReportLayout *self = ROLLCALL_REPORT_LAYOUT (object);

  g_clear_handle_id (&self->keep_source, g_source_remove);
  g_clear_object (&self->settings);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->usual, g_ptr_array_unref);
  G_OBJECT_CLASS (rollcall_report_layout_parent_class)->dispose (object);
}

static void
rollcall_report_layout_class_init (RollcallReportLayoutClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_report_layout_dispose;
  order_changed_signal = g_signal_new ("order-changed", ROLLCALL_TYPE_REPORT_LAYOUT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
}

static void
rollcall_report_layout_init (RollcallReportLayout *self)
{
  self->usual = g_ptr_array_new_with_free_func (g_object_unref);
  self->actions = g_simple_action_group_new ();
}

RollcallReportLayout *
rollcall_report_layout_new (GtkColumnView *view)
{
  RollcallReportLayout *self = g_object_new (ROLLCALL_TYPE_REPORT_LAYOUT, NULL);

  self->view = view;
  for (guint i = 0; i < rollcall_n_report_columns; i++)
    add_column (self, &rollcall_report_columns[i]);
  sort_by (self, rollcall_report_columns[0].field, FALSE);
  g_signal_connect_object (gtk_column_view_get_sorter (view), "changed", G_CALLBACK (order_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_columns (view), "items-changed", G_CALLBACK (keep_later), self,
                           G_CONNECT_SWAPPED);
  return self;
}
