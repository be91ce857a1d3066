/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-cell.h"

#include "rollcall-words.h"

#define ICON_SIZE 16
#define SPACING   6
/* A cell shows no more than this many bytes of what was said: the start of it. */
#define SHOWN_LIMIT 512

struct _RollcallReportCell
{
  GtkWidget parent_instance;
  const RollcallReportColumn *column;
  RollcallRowSlot *slot;  /* (owned) (nullable) */
  char *text;             /* (owned) (nullable) */
  PangoLayout *layout;    /* (owned) (nullable) made when it is first drawn */
  GtkIconPaintable *icon; /* (owned) (nullable) */
  const char *icon_name;  /* (nullable) */
  const char *style;      /* (nullable) a CSS class */
  int text_height;        /* 0 = not measured since the font changed */
};

G_DEFINE_FINAL_TYPE (RollcallReportCell, rollcall_report_cell, GTK_TYPE_WIDGET)

static gboolean
is_status (RollcallReportCell *self)
{
  return g_str_equal (self->column->field, "status");
}

static void
set_status (RollcallReportCell *self, const RollcallRegistration *row)
{
  const char *style = row != NULL ? rollcall_words_status_style (row->status) : NULL;

  if (self->style == style)
    return;
  if (self->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->style);
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), style);
  self->style = style;
  self->icon_name = row != NULL ? rollcall_words_status_icon (row->status) : NULL;
  g_clear_object (&self->icon);
}

/* Digits have no direction of their own: without a mark, right to left, a date's time would come before its day. */
static void
set_layout_text (RollcallReportCell *self)
{
  g_autofree char *marked = self->column->numeric ? g_strconcat ("\u200e", self->text, NULL) : NULL;

  pango_layout_set_text (self->layout, marked != NULL ? marked : self->text, -1);
}

/* When it was, or will be; 0 = no time. */
static gint64
get_time (RollcallReportCell *self)
{
  const RollcallRegistration *row = self->slot != NULL ? rollcall_row_slot_get_row (self->slot) : NULL;

  return row != NULL ? rollcall_report_column_get_time (self->column, row) : 0;
}

static char *
make_text (RollcallReportCell *self, const RollcallRegistration *row)
{
  gint64 time = row != NULL ? rollcall_report_column_get_time (self->column, row) : 0;

  if (time != 0)
    return rollcall_words_age (time, g_get_real_time () / 1000);
  return row != NULL ? self->column->get_text (row, SHOWN_LIMIT) : g_strdup ("");
}

static void
read_row (RollcallReportCell *self)
{
  const RollcallRegistration *row = self->slot != NULL ? rollcall_row_slot_get_row (self->slot) : NULL;
  g_autofree char *text = make_text (self, row);

  if (is_status (self))
    set_status (self, row);
  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_set_str (&self->text, text);
  if (self->layout != NULL)
    set_layout_text (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
ensure_layout (RollcallReportCell *self)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  if (self->layout != NULL)
    return;
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  set_layout_text (self);
  pango_layout_set_single_paragraph_mode (self->layout, TRUE);
  pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
  /* Every cell begins where its column does, whichever script its text is in. */
  pango_layout_set_auto_dir (self->layout, FALSE);
  pango_layout_set_alignment (self->layout, rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  if (self->column->numeric || self->column->time != 0)
    {
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
      pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
      pango_layout_set_attributes (self->layout, attributes);
    }
}

static void
draw_icon (RollcallReportCell *self, GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y)
{
  GtkWidget *widget = GTK_WIDGET (self);

  if (self->icon == NULL)
    self->icon = gtk_icon_theme_lookup_icon (gtk_icon_theme_get_for_display (gtk_widget_get_display (widget)),
                                             self->icon_name, NULL, ICON_SIZE, gtk_widget_get_scale_factor (widget),
                                             gtk_widget_get_direction (widget), GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (self->icon), snapshot, ICON_SIZE, ICON_SIZE, color,
                                            1);
  gtk_snapshot_restore (snapshot);
}

static void
rollcall_report_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RollcallReportCell *self = ROLLCALL_REPORT_CELL (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int x = 0, text_height;
  GdkRGBA color;

  if (self->text == NULL || *self->text == '\0')
    return;
  gtk_widget_get_color (widget, &color);
  if (self->icon_name != NULL)
    {
      draw_icon (self, snapshot, &color, rtl ? (float) (width - ICON_SIZE) : 0, (float) (height - ICON_SIZE) / 2);
      width -= ICON_SIZE + SPACING;
      x = rtl ? 0 : ICON_SIZE + SPACING;
    }
  ensure_layout (self);
  pango_layout_set_width (self->layout, MAX (width, 0) * PANGO_SCALE);
  pango_layout_get_pixel_size (self->layout, NULL, &text_height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) ((height - text_height) / 2)));
  gtk_snapshot_append_layout (snapshot, self->layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
rollcall_report_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                              int *minimum_baseline, int *natural_baseline)
{
  RollcallReportCell *self = ROLLCALL_REPORT_CELL (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = *natural = 0;
      return;
    }
  if (self->text_height == 0)
    {
      PangoContext *context = gtk_widget_get_pango_context (widget);
      PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);

      self->text_height = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));
      pango_font_metrics_unref (metrics);
    }
  *minimum = *natural = MAX (self->text_height, ICON_SIZE);
}

static void
rollcall_report_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  RollcallReportCell *self = ROLLCALL_REPORT_CELL (widget);

  GTK_WIDGET_CLASS (rollcall_report_cell_parent_class)->css_changed (widget, change);
  self->text_height = 0;
}

static void
rollcall_report_cell_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  RollcallReportCell *self = ROLLCALL_REPORT_CELL (widget);

  g_clear_object (&self->layout);
  g_clear_object (&self->icon);
  gtk_widget_queue_draw (widget);
}

/* The exact time, or the whole text of a cell that has no room for it. */
static gboolean
rollcall_report_cell_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  RollcallReportCell *self = ROLLCALL_REPORT_CELL (widget);
  gint64 time = get_time (self);

  if (time != 0)
    {
      g_autofree char *exact = rollcall_words_exact_time (time);
      gtk_tooltip_set_text (tooltip, exact);
      return TRUE;
    }
  if (self->layout == NULL || !pango_layout_is_ellipsized (self->layout))
    return FALSE;
  gtk_tooltip_set_text (tooltip, self->text);
  return TRUE;
}

static void
rollcall_report_cell_dispose (GObject *object)
{
  RollcallReportCell *self = ROLLCALL_REPORT_CELL (object);

  if (self->slot != NULL)
    g_signal_handlers_disconnect_by_func (self->slot, read_row, self);
  g_clear_object (&self->slot);
  g_clear_object (&self->layout);
  g_clear_object (&self->icon);
  g_clear_pointer (&self->text, g_free);
  G_OBJECT_CLASS (rollcall_report_cell_parent_class)->dispose (object);
}

static void
rollcall_report_cell_class_init (RollcallReportCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_report_cell_dispose;
  widget_class->snapshot = rollcall_report_cell_snapshot;
  widget_class->measure = rollcall_report_cell_measure;
  widget_class->css_changed = rollcall_report_cell_css_changed;
  widget_class->direction_changed = rollcall_report_cell_direction_changed;
  widget_class->query_tooltip = rollcall_report_cell_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "reportcell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
rollcall_report_cell_init (RollcallReportCell *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

GtkWidget *
rollcall_report_cell_new (const RollcallReportColumn *column)
{
  RollcallReportCell *self = g_object_new (ROLLCALL_TYPE_REPORT_CELL, NULL);

  self->column = column;
  return GTK_WIDGET (self);
}

void
rollcall_report_cell_set_slot (RollcallReportCell *self, RollcallRowSlot *slot)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_CELL (self));
  if (self->slot == slot)
    return;
  if (self->slot != NULL)
    g_signal_handlers_disconnect_by_func (self->slot, read_row, self);
  g_set_object (&self->slot, slot);
  if (slot == NULL)
    return;
  g_signal_connect_swapped (slot, "changed", G_CALLBACK (read_row), self);
  if (self->column->time != 0)
    g_signal_connect_swapped (slot, "time-passed", G_CALLBACK (read_row), self);
  read_row (self);
}

RollcallRowSlot *
rollcall_report_cell_get_slot (RollcallReportCell *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_CELL (self), NULL);
  return self->slot;
}
