/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-view.h"

#include <glib/gi18n.h>

#include "rollcall-menu.h"
#include "rollcall-report-cell.h"

struct _RollcallReportView
{
  AdwBin parent_instance;
  GtkWidget *scroller;
  GtkColumnView *view;
  RollcallReportLayout *layout; /* (owned) */
  RollcallReportList *list;     /* (owned) (nullable) */
  GtkWidget *header_menu;       /* (nullable) the last one that was opened */
  guint time_source;

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

/* How often what says '5 minutes ago' is said anew. */
#define TIME_PASSES_S 20

static void
order_changed_cb (RollcallReportView *self)
{
  g_signal_emit (self, signals[ORDER_CHANGED], 0);
}

const char *
rollcall_report_view_get_order (RollcallReportView *self, gboolean *descending)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_VIEW (self), NULL);
  return rollcall_report_layout_get_order (self->layout, descending);
}

RollcallReportLayout *
rollcall_report_view_get_layout (RollcallReportView *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_VIEW (self), NULL);
  return self->layout;
}

static gboolean
time_passed_cb (gpointer user_data)
{
  RollcallReportView *self = user_data;

  if (self->list != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    rollcall_report_model_time_passed (rollcall_report_list_get_model (self->list));
  return G_SOURCE_CONTINUE;
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

/* C2: which columns show. On what has a layout manager, which presents it anew when its size changes. */
static void
open_header_menu (RollcallReportView *self, double x, double y)
{
  g_autoptr (GMenuModel) menu = rollcall_report_layout_make_menu (self->layout);
  GdkRectangle at = { (int) x, (int) y, 1, 1 };

  g_clear_pointer (&self->header_menu, gtk_widget_unparent);
  self->header_menu = gtk_popover_menu_new_from_model (menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->header_menu), FALSE);
  gtk_widget_set_halign (self->header_menu, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->header_menu), &at);
  gtk_widget_set_parent (self->header_menu, GTK_WIDGET (self));
  rollcall_menu_name_items (GTK_POPOVER_MENU (self->header_menu));
  gtk_popover_popup (GTK_POPOVER (self->header_menu));
}

/* GtkColumnView's titles are its first child. */
static gboolean
is_in_header (RollcallReportView *self, GtkWidget *picked)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (self->view));

  return picked != NULL && header != NULL && (picked == header || gtk_widget_is_ancestor (picked, header));
}

/* Before the titles' own gestures, which keep what they get. */
static void
header_pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  RollcallReportView *self = user_data;
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  GtkWidget *view = GTK_WIDGET (self->view);
  graphene_point_t point;

  if (event == NULL || !gdk_event_triggers_context_menu (event) ||
      !is_in_header (self, gtk_widget_pick (view, x, y, GTK_PICK_DEFAULT)))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (gtk_widget_compute_point (view, GTK_WIDGET (self), &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    open_header_menu (self, (double) point.x, (double) point.y);
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

  g_clear_handle_id (&self->time_source, g_source_remove);
  g_clear_pointer (&self->header_menu, gtk_widget_unparent);
  if (self->layout != NULL)
    rollcall_report_layout_keep (self->layout);
  g_clear_object (&self->layout);
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
  GtkGesture *header_click = gtk_gesture_click_new ();
  GtkEventController *any = gtk_event_controller_legacy_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (header_click), 0);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (header_click), GTK_PHASE_CAPTURE);
  g_signal_connect (header_click, "pressed", G_CALLBACK (header_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (header_click));
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
  self->layout = rollcall_report_layout_new (self->view);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", rollcall_report_layout_get_actions (self->layout));
  g_signal_connect_object (self->layout, "order-changed", G_CALLBACK (order_changed_cb), self, G_CONNECT_SWAPPED);
  add_controllers (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (self->scroller, TRUE);
  adw_bin_set_child (ADW_BIN (self), self->scroller);
  self->time_source = g_timeout_add_seconds (TIME_PASSES_S, time_passed_cb, self);
}
