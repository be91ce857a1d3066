/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-view.h"

#include <glib/gi18n.h>

#include "rollcall-report-cell.h"

struct _RollcallReportView
{
  AdwBin parent_instance;
  GtkWidget *scroller;
  GtkColumnView *view;
  RollcallReportList *list; /* (owned) (nullable) */

  /* What showed before the rows changed places (C6). */
  GArray *shown;    /* (owned) (nullable) ids from the first one that shows */
  guint shown_from; /* position of the first */
  gint64 focused;   /* id; 0 = none of them */
};

G_DEFINE_FINAL_TYPE (RollcallReportView, rollcall_report_view, ADW_TYPE_BIN)

enum
{
  ORDER_CHANGED,
  MENU_REQUESTED,
  ROW_ACTIVATED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

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
add_column (RollcallReportView *self, const RollcallReportColumn *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) made = NULL;
  g_autoptr (GtkSorter) sorter = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), (gpointer) column);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cell), NULL);
  made = gtk_column_view_column_new (g_dpgettext2 (GETTEXT_PACKAGE, "column", column->title), factory);
  /* Sorts nothing: a title without a sorter cannot be clicked. The cache sorts. */
  sorter = GTK_SORTER (gtk_custom_sorter_new (NULL, NULL, NULL));
  gtk_column_view_column_set_id (made, column->field);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_fixed_width (made, (int) adw_length_unit_to_px (ADW_LENGTH_UNIT_SP, column->width, NULL));
  gtk_column_view_column_set_expand (made, column->expand);
  gtk_column_view_append_column (self->view, made);
}

static void
order_changed_cb (GtkSorter *sorter, GtkSorterChange change, gpointer user_data)
{
  g_signal_emit (user_data, signals[ORDER_CHANGED], 0);
}

const char *
rollcall_report_view_get_order (RollcallReportView *self, gboolean *descending)
{
  GtkColumnViewSorter *sorter;
  GtkColumnViewColumn *column;

  g_return_val_if_fail (ROLLCALL_IS_REPORT_VIEW (self), NULL);
  sorter = GTK_COLUMN_VIEW_SORTER (gtk_column_view_get_sorter (self->view));
  column = gtk_column_view_sorter_get_primary_sort_column (sorter);
  *descending = column != NULL && gtk_column_view_sorter_get_primary_sort_order (sorter) == GTK_SORT_DESCENDING;
  return column != NULL ? gtk_column_view_column_get_id (column) : rollcall_report_columns[0].field;
}

/* The cell under @widget, or the one that it is padding around. */
static RollcallReportCell *
find_cell (GtkWidget *widget, GtkWidget *end)
{
  for (; widget != NULL && widget != end; widget = gtk_widget_get_parent (widget))
    {
      GtkWidget *inside = widget;

      /* a cell of GTK's has ours as its child, a row has such cells */
      for (guint depth = 0; depth < 3 && inside != NULL; depth++, inside = gtk_widget_get_first_child (inside))
        if (ROLLCALL_IS_REPORT_CELL (inside))
          return ROLLCALL_REPORT_CELL (inside);
    }
  return NULL;
}

static RollcallRowSlot *
find_slot (GtkWidget *widget, GtkWidget *end)
{
  RollcallReportCell *cell = find_cell (widget, end);

  return cell != NULL ? rollcall_report_cell_get_slot (cell) : NULL;
}

/* C3: a row outside the selection is selected first. */
static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  RollcallReportView *self = user_data;
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  GtkWidget *view = GTK_WIDGET (self->view);
  RollcallRowSlot *slot;
  graphene_point_t point;

  if (event == NULL || !gdk_event_triggers_context_menu (event))
    return;
  slot = find_slot (gtk_widget_pick (view, x, y, GTK_PICK_DEFAULT), view);
  if (slot == NULL)
    return;
  GtkSelectionModel *model = gtk_column_view_get_model (self->view);
  guint position = rollcall_row_slot_get_position (slot);
  if (!gtk_selection_model_is_selected (model, position))
    gtk_column_view_scroll_to (self->view, position, NULL, GTK_LIST_SCROLL_SELECT | GTK_LIST_SCROLL_FOCUS, NULL);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (gtk_widget_compute_point (view, GTK_WIDGET (self), &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    g_signal_emit (self, signals[MENU_REQUESTED], 0, (double) point.x, (double) point.y);
}

static void
long_pressed_cb (GtkGestureLongPress *gesture, double x, double y, gpointer user_data)
{
  RollcallReportView *self = user_data;
  GtkWidget *view = GTK_WIDGET (self->view);
  RollcallRowSlot *slot = find_slot (gtk_widget_pick (view, x, y, GTK_PICK_DEFAULT), view);

  if (slot == NULL)
    return;
  guint position = rollcall_row_slot_get_position (slot);
  if (!gtk_selection_model_is_selected (gtk_column_view_get_model (self->view), position))
    gtk_selection_model_select_item (gtk_column_view_get_model (self->view), position, TRUE);
  g_signal_emit (self, signals[MENU_REQUESTED], 0, x, y);
}

/* A gesture may be cancelled by another one without the button being let go: only the events themselves tell. */
static gboolean
any_event_cb (GtkEventControllerLegacy *controller, GdkEvent *event, gpointer user_data)
{
  RollcallReportView *self = user_data;
  GdkEventType type = gdk_event_get_event_type (event);

  if (self->list == NULL)
    return GDK_EVENT_PROPAGATE;
  if (type == GDK_BUTTON_PRESS && gdk_button_event_get_button (event) == GDK_BUTTON_PRIMARY)
    rollcall_report_list_set_held (self->list, ROLLCALL_HOLD_POINTER, TRUE);
  else if (type == GDK_BUTTON_RELEASE || type == GDK_GRAB_BROKEN)
    rollcall_report_list_set_held (self->list, ROLLCALL_HOLD_POINTER, FALSE);
  return GDK_EVENT_PROPAGATE;
}

static RollcallRowSlot *
find_focused_slot (RollcallReportView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view)))
    return NULL;
  return find_slot (focus, GTK_WIDGET (self->view));
}

static double
get_row_height (RollcallReportView *self, GtkAdjustment **adjustment)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (rollcall_report_list_get_model (self->list)));

  *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->view));
  return n > 0 ? gtk_adjustment_get_upper (*adjustment) / n : 0;
}

void
rollcall_report_view_request_menu (RollcallReportView *self)
{
  GtkSelectionModel *model;
  RollcallRowSlot *slot;
  GtkAdjustment *adjustment;
  guint position;
  double height, y;

  g_return_if_fail (ROLLCALL_IS_REPORT_VIEW (self));
  model = gtk_column_view_get_model (self->view);
  slot = find_focused_slot (self);
  if (slot != NULL)
    {
      position = rollcall_row_slot_get_position (slot);
      if (!gtk_selection_model_is_selected (model, position))
        gtk_selection_model_select_item (model, position, TRUE);
    }
  else
    {
      g_autoptr (GtkBitset) selection = gtk_selection_model_get_selection (model);

      if (gtk_bitset_is_empty (selection))
        return;
      position = gtk_bitset_get_minimum (selection);
      gtk_column_view_scroll_to (self->view, position, NULL, GTK_LIST_SCROLL_FOCUS, NULL);
    }
  height = get_row_height (self, &adjustment);
  /* the title row stands above what scrolls */
  y = gtk_widget_get_height (GTK_WIDGET (self->view)) - gtk_adjustment_get_page_size (adjustment) +
      (position + 0.5) * height - gtk_adjustment_get_value (adjustment);
  g_signal_emit (self, signals[MENU_REQUESTED], 0, (double) gtk_widget_get_width (GTK_WIDGET (self)) / 4,
                 CLAMP (y, 0, gtk_widget_get_height (GTK_WIDGET (self))));
}

static void
updating_cb (RollcallReportView *self)
{
  RollcallReportModel *model = rollcall_report_list_get_model (self->list);
  RollcallRowSlot *focused = find_focused_slot (self);
  GtkAdjustment *adjustment;
  double height = get_row_height (self, &adjustment);

  g_clear_pointer (&self->shown, g_array_unref);
  self->focused = focused != NULL ? rollcall_row_slot_get_id (focused) : 0;
  if (height < 1)
    return;
  self->shown_from = (guint) (gtk_adjustment_get_value (adjustment) / height);
  guint n = (guint) (gtk_adjustment_get_page_size (adjustment) / height) + 1;
  self->shown = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < n; i++)
    {
      gint64 id = rollcall_report_model_get_id (model, self->shown_from + i);
      if (id != 0)
        g_array_append_val (self->shown, id);
    }
}

static int
compare_ints (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* By how many places the rows that showed have moved: the middle one of them, since some moved for their own reasons.
 */
static int
find_shift (RollcallReportView *self, guint *focused)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GArray) shifts = g_array_new (FALSE, FALSE, sizeof (int));
  GArray *ids = rollcall_report_model_get_ids (rollcall_report_list_get_model (self->list));

  for (guint i = 0; i < self->shown->len; i++)
    g_hash_table_insert (places, &g_array_index (self->shown, gint64, i), GUINT_TO_POINTER (self->shown_from + i));
  for (guint i = 0; i < ids->len && shifts->len < self->shown->len; i++)
    {
      gpointer place;

      if (!g_hash_table_lookup_extended (places, &g_array_index (ids, gint64, i), NULL, &place))
        continue;
      int shift = (int) i - (int) GPOINTER_TO_UINT (place);
      g_array_append_val (shifts, shift);
      if (g_array_index (ids, gint64, i) == self->focused)
        *focused = i;
    }
  g_array_sort (shifts, compare_ints);
  return shifts->len > 0 ? g_array_index (shifts, int, shifts->len / 2) : 0;
}

static void
updated_cb (RollcallReportView *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->view));
  double height = self->shown != NULL && self->shown->len > 0 ? get_row_height (self, &adjustment) : 0;
  guint focused = GTK_INVALID_LIST_POSITION;

  if (height < 1)
    return;
  int shift = find_shift (self, &focused);
  if (focused != GTK_INVALID_LIST_POSITION)
    gtk_column_view_scroll_to (self->view, focused, NULL, GTK_LIST_SCROLL_FOCUS, NULL);
  if (shift != 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + shift * height);
}

/* A drag over an empty list is a warning of GTK's (gtklistbase.c, 4.18). */
static void
items_changed_cb (RollcallReportView *self)
{
  GListModel *model = G_LIST_MODEL (rollcall_report_list_get_model (self->list));

  gtk_column_view_set_enable_rubberband (self->view, g_list_model_get_n_items (model) > 0);
}

void
rollcall_report_view_set_list (RollcallReportView *self, RollcallReportList *list)
{
  RollcallReportModel *model;

  g_return_if_fail (ROLLCALL_IS_REPORT_VIEW (self) && self->list == NULL);
  self->list = g_object_ref (list);
  model = rollcall_report_list_get_model (list);
  g_signal_connect_object (list, "updating", G_CALLBACK (updating_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "updated", G_CALLBACK (updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (model));
  items_changed_cb (self);
}

void
rollcall_report_view_scroll_to_top (RollcallReportView *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_VIEW (self));
  GtkSelectionModel *model = gtk_column_view_get_model (self->view);
  if (model != NULL && g_list_model_get_n_items (G_LIST_MODEL (model)) > 0)
    gtk_column_view_scroll_to (self->view, 0, NULL, GTK_LIST_SCROLL_NONE, NULL);
}

void
rollcall_report_view_grab_focus (RollcallReportView *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_VIEW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
rollcall_report_view_dispose (GObject *object)
{
  RollcallReportView *self = ROLLCALL_REPORT_VIEW (object);

  g_clear_object (&self->list);
  g_clear_pointer (&self->shown, g_array_unref);
  G_OBJECT_CLASS (rollcall_report_view_parent_class)->dispose (object);
}

static void
activate_cb (RollcallReportView *self)
{
  g_signal_emit (self, signals[ROW_ACTIVATED], 0);
}

static void
rollcall_report_view_class_init (RollcallReportViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_report_view_dispose;
  signals[ORDER_CHANGED] = g_signal_new ("order-changed", ROLLCALL_TYPE_REPORT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", ROLLCALL_TYPE_REPORT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[ROW_ACTIVATED] = g_signal_new ("row-activated", ROLLCALL_TYPE_REPORT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
}

static void
add_controllers (RollcallReportView *self)
{
  GtkGesture *click = gtk_gesture_click_new (), *press = gtk_gesture_long_press_new ();
  GtkEventController *any = gtk_event_controller_legacy_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect (press, "pressed", G_CALLBACK (long_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (press));
  gtk_event_controller_set_propagation_phase (any, GTK_PHASE_CAPTURE);
  g_signal_connect (any, "event", G_CALLBACK (any_event_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), any);
}

static void
rollcall_report_view_init (RollcallReportView *self)
{
  self->scroller = gtk_scrolled_window_new ();
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  C_ ("accessible name", "Computers"), -1);
  for (guint i = 0; i < rollcall_n_report_columns; i++)
    add_column (self, &rollcall_report_columns[i]);
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (order_changed_cb), self, 0);
  add_controllers (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (self->scroller, TRUE);
  adw_bin_set_child (ADW_BIN (self), self->scroller);

  g_autoptr (GtkColumnViewColumn) first = g_list_model_get_item (gtk_column_view_get_columns (self->view), 0);
  gtk_column_view_sort_by_column (self->view, first, GTK_SORT_ASCENDING);
}
