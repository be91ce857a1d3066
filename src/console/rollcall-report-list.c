/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-list.h"

/* More rows than any screen shows. */
#define FIRST_ROWS 400
/* Changes are gathered this long before the order is made anew; rows that show say the new at once. */
#define GATHER_MS 400

struct _RollcallReportList
{
  GObject parent_instance;
  RollcallCache *cache;       /* (owned) */
  RollcallReportModel *model; /* (owned) */
  RollcallReportQuery *query; /* (owned) (nullable) */
  GCancellable *cancellable;  /* (owned) (nullable) of the listing under way */
  GArray *waiting;            /* (owned) (nullable) a listing that came while held */
  guint start_source;         /* a listing is to begin */
  guint gather_source;        /* changes are being gathered */
  gint64 started;             /* monotonic: when the listing under way began */
  gint64 took;                /* microseconds that the last one took */
  gboolean asked;             /* a person asked for the listing under way */
  gboolean again;             /* rows changed while it was under way */
  gboolean complete;
  char *problem; /* (owned) (nullable) why the rows cannot be listed */
  guint held;    /* bits of RollcallHold */
};

G_DEFINE_FINAL_TYPE (RollcallReportList, rollcall_report_list, G_TYPE_OBJECT)

enum
{
  UPDATING,
  UPDATED,
  LISTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void gather (RollcallReportList *self);

static gboolean
same_ids (GArray *a, GArray *b)
{
  return a->len == b->len && (a->len == 0 || memcmp (a->data, b->data, a->len * sizeof (gint64)) == 0);
}

static void
take_ids (RollcallReportList *self, GArray *ids)
{
  gboolean complete = self->complete;

  self->complete = TRUE;
  if (!complete || !same_ids (ids, rollcall_report_model_get_ids (self->model)))
    {
      if (!self->asked)
        g_signal_emit (self, signals[UPDATING], 0);
      rollcall_report_model_set_ids (self->model, ids, TRUE);
      if (!self->asked)
        g_signal_emit (self, signals[UPDATED], 0);
    }
  self->asked = FALSE;
  g_signal_emit (self, signals[LISTED], 0);
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallReportList) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = rollcall_cache_list_ids_finish (ROLLCALL_CACHE (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  self->took = g_get_monotonic_time () - self->started;
  g_set_str (&self->problem, error != NULL ? error->message : NULL);
  if (ids == NULL)
    {
      g_message ("the report cannot be listed: %s", error->message);
      g_signal_emit (self, signals[LISTED], 0);
    }
  else if (self->held != 0 && !self->asked)
    {
      g_clear_pointer (&self->waiting, g_array_unref);
      self->waiting = g_steal_pointer (&ids);
    }
  else
    take_ids (self, ids);
  /* what its author got wrong does not mend by itself */
  if (self->again || (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT)))
    gather (self);
}

static gboolean
start_cb (gpointer user_data)
{
  RollcallReportList *self = user_data;

  self->start_source = 0;
  self->again = FALSE;
  self->started = g_get_monotonic_time ();
  self->cancellable = g_cancellable_new ();
  rollcall_cache_list_ids_async (self->cache, self->query, self->cancellable, listed_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static gboolean
gathered_cb (gpointer user_data)
{
  RollcallReportList *self = user_data;

  self->gather_source = 0;
  if (self->cancellable != NULL || self->start_source != 0)
    self->again = TRUE;
  else if (self->query != NULL)
    start_cb (self);
  return G_SOURCE_REMOVE;
}

/* A long report is not listed all the time: four times as long as a listing takes goes by between two. */
static void
gather (RollcallReportList *self)
{
  if (self->gather_source == 0)
    self->gather_source = g_timeout_add (MAX (GATHER_MS, (guint) (self->took / 1000 * 4)), gathered_cb, self);
}

static void
cancel (RollcallReportList *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->waiting, g_array_unref);
  g_clear_handle_id (&self->start_source, g_source_remove);
}

static gboolean
same_filter (const RollcallReportQuery *a, const RollcallReportQuery *b)
{
  return a != NULL && g_strcmp0 (a->condition, b->condition) == 0 && a->statuses == b->statuses &&
         g_strcmp0 (a->text, b->text) == 0;
}

/* The same rows in another order, as far as it is known: @first, then the others as they stood. */
static GArray *
put_first (GArray *first, GArray *all)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), all->len);
  g_autoptr (GtkBitset) known = gtk_bitset_new_empty ();

  g_array_append_vals (ids, first->data, first->len);
  for (guint i = 0; i < first->len; i++)
    gtk_bitset_add (known, (guint) g_array_index (first, gint64, i));
  for (guint i = 0; i < all->len; i++)
    if (!gtk_bitset_contains (known, (guint) g_array_index (all, gint64, i)))
      g_array_append_val (ids, g_array_index (all, gint64, i));
  return ids;
}

static void
show_first (RollcallReportList *self, gboolean same_rows)
{
  g_autoptr (GArray) first = rollcall_cache_list_first_ids (self->cache, self->query, FIRST_ROWS);
  g_autoptr (GArray) ids = NULL;

  /* Nothing found at once does not mean that there is nothing. */
  if (first->len == 0)
    return;
  ids = same_rows ? put_first (first, rollcall_report_model_get_ids (self->model)) : g_array_ref (first);
  rollcall_report_model_set_ids (self->model, ids, FALSE);
}

void
rollcall_report_list_set_query (RollcallReportList *self, const RollcallReportQuery *query)
{
  gboolean same_rows;

  g_return_if_fail (ROLLCALL_IS_REPORT_LIST (self) && query != NULL);
  cancel (self);
  same_rows = self->complete && same_filter (self->query, query);
  g_clear_pointer (&self->query, rollcall_report_query_free);
  self->query = rollcall_report_query_copy (query);
  self->complete = FALSE;
  g_clear_pointer (&self->problem, g_free);
  self->asked = TRUE;
  if (query->text == NULL || *query->text == '\0')
    show_first (self, same_rows);
  /* after the frame that shows the first ones */
  self->start_source = g_idle_add (start_cb, self);
}

void
rollcall_report_list_rows_changed (RollcallReportList *self, GArray *ids)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_LIST (self) && ids != NULL);
  rollcall_report_model_refresh (self->model, ids);
  gather (self);
}

void
rollcall_report_list_set_held (RollcallReportList *self, RollcallHold reason, gboolean held)
{
  g_return_if_fail (ROLLCALL_IS_REPORT_LIST (self));
  self->held = held ? self->held | reason : self->held & ~reason;
  if (self->held == 0 && self->waiting != NULL)
    {
      g_autoptr (GArray) ids = g_steal_pointer (&self->waiting);
      take_ids (self, ids);
    }
}

RollcallReportModel *
rollcall_report_list_get_model (RollcallReportList *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_LIST (self), NULL);
  return self->model;
}

const RollcallReportQuery *
rollcall_report_list_get_query (RollcallReportList *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_LIST (self), NULL);
  return self->query;
}

gboolean
rollcall_report_list_is_complete (RollcallReportList *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_LIST (self), FALSE);
  return self->complete;
}

const char *
rollcall_report_list_get_problem (RollcallReportList *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT_LIST (self), NULL);
  return self->problem;
}

static void
rollcall_report_list_dispose (GObject *object)
{
  RollcallReportList *self = ROLLCALL_REPORT_LIST (object);

  cancel (self);
  g_clear_handle_id (&self->gather_source, g_source_remove);
  g_clear_pointer (&self->query, rollcall_report_query_free);
  g_clear_pointer (&self->problem, g_free);
  g_clear_object (&self->model);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (rollcall_report_list_parent_class)->dispose (object);
}

static void
rollcall_report_list_class_init (RollcallReportListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_report_list_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    {
      static const char *const names[N_SIGNALS] = { "updating", "updated", "listed" };
      signals[i] = g_signal_new (names[i], ROLLCALL_TYPE_REPORT_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
    }
}

static void
rollcall_report_list_init (RollcallReportList *self)
{
}

RollcallReportList *
rollcall_report_list_new (RollcallCache *cache)
{
  RollcallReportList *self = g_object_new (ROLLCALL_TYPE_REPORT_LIST, NULL);

  self->cache = g_object_ref (cache);
  self->model = rollcall_report_model_new (cache);
  return self;
}
