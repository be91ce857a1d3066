/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-model.h"

struct _RollcallRowSlot
{
  GObject parent_instance;
  RollcallReportModel *model; /* (weak) (nullable) */
  guint position;
  RollcallRegistration *row; /* (owned) (nullable) */
  gboolean read;             /* row was asked for since the last change */
};

struct _RollcallReportModel
{
  GObject parent_instance;
  RollcallCache *cache; /* (owned) (nullable) */
  GArray *ids;          /* (owned) (element-type gint64) */
  GHashTable *slots;    /* (owned) position -> RollcallRowSlot, held by whoever got it */
  GtkBitset *selected;  /* (owned) ids */
  gboolean inverted;    /* selected holds the ids that are not selected: select all without a loop */
};

static void rollcall_report_model_list_init (GListModelInterface *iface);
static void rollcall_report_model_selection_init (GtkSelectionModelInterface *iface);

G_DEFINE_FINAL_TYPE (RollcallRowSlot, rollcall_row_slot, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE_WITH_CODE (RollcallReportModel, rollcall_report_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, rollcall_report_model_list_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SELECTION_MODEL,
                                                          rollcall_report_model_selection_init))

static guint changed_signal, time_passed_signal;

static void
rollcall_row_slot_dispose (GObject *object)
{
  RollcallRowSlot *self = ROLLCALL_ROW_SLOT (object);

  if (self->model != NULL)
    g_hash_table_remove (self->model->slots, GUINT_TO_POINTER (self->position));
  self->model = NULL;
  g_clear_pointer (&self->row, rollcall_registration_free);
  G_OBJECT_CLASS (rollcall_row_slot_parent_class)->dispose (object);
}

static void
rollcall_row_slot_class_init (RollcallRowSlotClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_row_slot_dispose;
  changed_signal = g_signal_new ("changed", ROLLCALL_TYPE_ROW_SLOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 0);
  time_passed_signal = g_signal_new ("time-passed", ROLLCALL_TYPE_ROW_SLOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
}

static void
rollcall_row_slot_init (RollcallRowSlot *self)
{
}

gint64
rollcall_row_slot_get_id (RollcallRowSlot *self)
{
  g_return_val_if_fail (ROLLCALL_IS_ROW_SLOT (self), 0);
  return self->model != NULL ? rollcall_report_model_get_id (self->model, self->position) : 0;
}

guint
rollcall_row_slot_get_position (RollcallRowSlot *self)
{
  g_return_val_if_fail (ROLLCALL_IS_ROW_SLOT (self), 0);
  return self->position;
}

const RollcallRegistration *
rollcall_row_slot_get_row (RollcallRowSlot *self)
{
  g_return_val_if_fail (ROLLCALL_IS_ROW_SLOT (self), NULL);
  if (!self->read && self->model != NULL && self->model->cache != NULL)
    {
      gint64 id = rollcall_row_slot_get_id (self);

      self->row = id != 0 ? rollcall_cache_get_row (self->model->cache, id) : NULL;
      self->read = TRUE;
    }
  return self->row;
}

static void
rollcall_row_slot_refresh (RollcallRowSlot *self)
{
  g_clear_pointer (&self->row, rollcall_registration_free);
  self->read = FALSE;
  g_signal_emit (self, changed_signal, 0);
}

static guint
rollcall_report_model_get_n_items (GListModel *list)
{
  return ROLLCALL_REPORT_MODEL (list)->ids->len;
}

static GType
rollcall_report_model_get_item_type (GListModel *list)
{
  return ROLLCALL_TYPE_ROW_SLOT;
}

static gpointer
rollcall_report_model_get_item (GListModel *list, guint position)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (list);
  RollcallRowSlot *slot;

  if (position >= self->ids->len)
    return NULL;
  slot = g_hash_table_lookup (self->slots, GUINT_TO_POINTER (position));
  if (slot != NULL)
    return g_object_ref (slot);
  slot = g_object_new (ROLLCALL_TYPE_ROW_SLOT, NULL);
  slot->model = self;
  slot->position = position;
  g_hash_table_insert (self->slots, GUINT_TO_POINTER (position), slot);
  return slot;
}

static void
rollcall_report_model_list_init (GListModelInterface *iface)
{
  iface->get_n_items = rollcall_report_model_get_n_items;
  iface->get_item_type = rollcall_report_model_get_item_type;
  iface->get_item = rollcall_report_model_get_item;
}

static gboolean
id_is_selected (RollcallReportModel *self, gint64 id)
{
  return gtk_bitset_contains (self->selected, (guint) id) != self->inverted;
}

static gboolean
rollcall_report_model_is_selected (GtkSelectionModel *model, guint position)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (model);

  return position < self->ids->len && id_is_selected (self, rollcall_report_model_get_id (self, position));
}

static GtkBitset *
rollcall_report_model_get_selection_in_range (GtkSelectionModel *model, guint position, guint n_items)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (model);
  GtkBitset *result = gtk_bitset_new_empty ();
  guint end;

  if (position >= self->ids->len)
    return result;
  end = position + MIN (n_items, self->ids->len - position);
  if (gtk_bitset_is_empty (self->selected))
    {
      if (self->inverted)
        gtk_bitset_add_range (result, position, end - position);
      return result;
    }
  for (guint i = position; i < end; i++)
    if (id_is_selected (self, g_array_index (self->ids, gint64, i)))
      gtk_bitset_add (result, i);
  return result;
}

static void
selection_was_changed (RollcallReportModel *self)
{
  if (self->ids->len > 0)
    gtk_selection_model_selection_changed (GTK_SELECTION_MODEL (self), 0, self->ids->len);
}

static gboolean
rollcall_report_model_select_all (GtkSelectionModel *model)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (model);

  gtk_bitset_remove_all (self->selected);
  self->inverted = TRUE;
  selection_was_changed (self);
  return TRUE;
}

static gboolean
rollcall_report_model_unselect_all (GtkSelectionModel *model)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (model);

  gtk_bitset_remove_all (self->selected);
  self->inverted = FALSE;
  selection_was_changed (self);
  return TRUE;
}

static gboolean
rollcall_report_model_set_selection (GtkSelectionModel *model, GtkBitset *selected, GtkBitset *mask)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (model);
  GtkBitsetIter iter;
  guint position;

  /* A plain click masks everything: only what is selected then needs a look. */
  if (self->ids->len > 0 && gtk_bitset_get_size_in_range (mask, 0, self->ids->len - 1) == self->ids->len)
    {
      gtk_bitset_remove_all (self->selected);
      self->inverted = FALSE;
      mask = selected;
    }
  for (gboolean more = gtk_bitset_iter_init_first (&iter, mask, &position); more && position < self->ids->len;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      guint id = (guint) g_array_index (self->ids, gint64, position);

      if (gtk_bitset_contains (selected, position) != self->inverted)
        gtk_bitset_add (self->selected, id);
      else
        gtk_bitset_remove (self->selected, id);
    }
  selection_was_changed (self);
  return TRUE;
}

static void
rollcall_report_model_selection_init (GtkSelectionModelInterface *iface)
{
  iface->is_selected = rollcall_report_model_is_selected;
  iface->get_selection_in_range = rollcall_report_model_get_selection_in_range;
  iface->select_all = rollcall_report_model_select_all;
  iface->unselect_all = rollcall_report_model_unselect_all;
  iface->set_selection = rollcall_report_model_set_selection;
}

static void
rollcall_report_model_finalize (GObject *object)
{
  RollcallReportModel *self = ROLLCALL_REPORT_MODEL (object);
  GHashTableIter iter;
  gpointer slot;

  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    ((RollcallRowSlot *) slot)->model = NULL;
  g_hash_table_unref (self->slots);
  g_array_unref (self->ids);
  gtk_bitset_unref (self->selected);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (rollcall_report_model_parent_class)->finalize (object);
}

static void
rollcall_report_model_class_init (RollcallReportModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_report_model_finalize;
}

static void
rollcall_report_model_init (RollcallReportModel *self)
{
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->slots = g_hash_table_new (NULL, NULL);
  self->selected = gtk_bitset_new_empty ();
}

RollcallReportModel *
rollcall_report_model_new (RollcallCache *cache)
{
  RollcallReportModel *self = g_object_new (ROLLCALL_TYPE_REPORT_MODEL, NULL);

  g_set_object (&self->cache, cache);
  return self;
}

/* A row that comes after 'select all' was not seen by the person who selected: it is not selected. */
static void
spell_out_selection (RollcallReportModel *self)
{
  g_autoptr (GtkBitset) chosen = gtk_bitset_new_empty ();

  if (!self->inverted)
    return;
  for (guint i = 0; i < self->ids->len; i++)
    if (id_is_selected (self, g_array_index (self->ids, gint64, i)))
      gtk_bitset_add (chosen, (guint) g_array_index (self->ids, gint64, i));
  gtk_bitset_unref (self->selected);
  self->selected = g_steal_pointer (&chosen);
  self->inverted = FALSE;
}

static void
drop_absent (RollcallReportModel *self)
{
  g_autoptr (GtkBitset) present = NULL;

  if (gtk_bitset_is_empty (self->selected))
    return;
  present = gtk_bitset_new_empty ();
  for (guint i = 0; i < self->ids->len; i++)
    gtk_bitset_add (present, (guint) g_array_index (self->ids, gint64, i));
  gtk_bitset_intersect (self->selected, present);
}

void
rollcall_report_model_set_ids (RollcallReportModel *self, GArray *ids, gboolean complete)
{
  guint before;

  g_return_if_fail (ROLLCALL_IS_REPORT_MODEL (self));
  g_return_if_fail (ids != NULL);
  spell_out_selection (self);
  before = self->ids->len;
  g_array_ref (ids);
  g_array_unref (self->ids);
  self->ids = ids;
  if (complete)
    drop_absent (self);
  /* Only the tail: (0, n, n) makes GTK ask for all n items. */
  if (ids->len < before)
    g_list_model_items_changed (G_LIST_MODEL (self), ids->len, before - ids->len, 0);
  else if (ids->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, ids->len - before);
  rollcall_report_model_refresh (self, NULL);
  selection_was_changed (self);
}

GArray *
rollcall_report_model_get_ids (RollcallReportModel *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_MODEL (self), NULL);
  return self->ids;
}

gboolean
rollcall_report_model_find (RollcallReportModel *self, gint64 id, guint *position)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_MODEL (self), FALSE);
  for (guint i = 0; i < self->ids->len; i++)
    if (g_array_index (self->ids, gint64, i) == id)
      {
        *position = i;
        return TRUE;
      }
  return FALSE;
}

gint64
rollcall_report_model_get_id (RollcallReportModel *self, guint position)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_MODEL (self), 0);
  return position < self->ids->len ? g_array_index (self->ids, gint64, position) : 0;
}

guint
rollcall_report_model_get_n_selected (RollcallReportModel *self)
{
  guint n;

  g_return_val_if_fail (ROLLCALL_IS_REPORT_MODEL (self), 0);
  n = (guint) gtk_bitset_get_size (self->selected);
  return self->inverted ? self->ids->len - n : n;
}

GArray *
rollcall_report_model_list_selected (RollcallReportModel *self)
{
  GArray *result;

  g_return_val_if_fail (ROLLCALL_IS_REPORT_MODEL (self), NULL);
  if (self->inverted && gtk_bitset_is_empty (self->selected))
    return g_array_ref (self->ids);
  result = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < self->ids->len; i++)
    if (id_is_selected (self, g_array_index (self->ids, gint64, i)))
      g_array_append_val (result, g_array_index (self->ids, gint64, i));
  return result;
}

void
rollcall_report_model_invert_selection (RollcallReportModel *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_MODEL (self));
  self->inverted = !self->inverted;
  selection_was_changed (self);
}

/* Those of @ids (nullable); a slot may go while the others are told. */
static GPtrArray *
list_slots (RollcallReportModel *self, GArray *ids)
{
  GPtrArray *slots = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) touched = ids != NULL ? g_hash_table_new (g_int64_hash, g_int64_equal) : NULL;
  GHashTableIter iter;
  gpointer slot;

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    g_hash_table_add (touched, &g_array_index (ids, gint64, i));
  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    {
      gint64 id = rollcall_row_slot_get_id (slot);

      if (touched == NULL || g_hash_table_contains (touched, &id))
        g_ptr_array_add (slots, g_object_ref (slot));
    }
  return slots;
}

void
rollcall_report_model_refresh (RollcallReportModel *self, GArray *ids)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_MODEL (self));
  g_autoptr (GPtrArray) slots = list_slots (self, ids);
  for (guint i = 0; i < slots->len; i++)
    rollcall_row_slot_refresh (g_ptr_array_index (slots, i));
}

void
rollcall_report_model_time_passed (RollcallReportModel *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_MODEL (self));
  g_autoptr (GPtrArray) slots = list_slots (self, NULL);
  for (guint i = 0; i < slots->len; i++)
    g_signal_emit (g_ptr_array_index (slots, i), time_passed_signal, 0);
}
