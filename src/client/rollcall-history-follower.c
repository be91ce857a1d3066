/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-history-follower.h"

#define PAGE_SIZE 500
/* Who is further behind begins anew with the newest half of that: it matters more, and all of it would take long. */
#define FAR_BEHIND 100000

struct _RollcallHistoryFollower
{
  GObject parent_instance;
  RollcallClient *client;     /* (owned) */
  RollcallHistory *history;   /* (owned) */
  RollcallFollower *follower; /* (owned) */
  GCancellable *cancellable;  /* (owned) (nullable) NULL: nothing is under way */
  gboolean wanted;            /* news came while something was under way */
  gboolean placed;            /* it is known what to go on from, and that it is not far behind */
  gint64 last;                /* the event to go on from */
  gboolean anew;              /* it is not held: the next page begins the file */
  gboolean full;              /* the page that is being written was a full one */

  /* While it is looked for how far the service is: it has events after low, and none after high. */
  gint64 low;
  gint64 high; /* 0: not known yet */
  gint64 step;
  guint far_behind; /* events */

  char *told; /* (owned) (nullable) what `replaced` said last: it stays true at each page, and is said once */
};

enum
{
  PROP_FAR_BEHIND = 1,
  N_PROPS
};

enum
{
  EVENTS_ADDED,
  REPLACED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RollcallHistoryFollower, rollcall_history_follower, G_TYPE_OBJECT)

static void pull (RollcallHistoryFollower *self);
static void ask_for_page (RollcallHistoryFollower *self);
static void begin_anew (RollcallHistoryFollower *self);

static void
end (RollcallHistoryFollower *self)
{
  gboolean again = self->wanted;

  g_clear_object (&self->cancellable);
  self->wanted = FALSE;
  if (again)
    pull (self);
}

/* FALSE: it is over. */
static gboolean
goes_on (RollcallHistoryFollower *self, const GError *error)
{
  if (error == NULL)
    return TRUE;
  /* stopped, perhaps begun again since: not its own to end */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  g_message ("the audit history is not followed: %s", error->message);
  rollcall_history_follower_stop (self);
  return FALSE;
}

/* What comes after the newest event is `gone` (API.md). Returns: (transfer full): the array `items` of a page */
static JsonArray *
finish_ask (GObject *client, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) answer = rollcall_client_call_finish (ROLLCALL_CLIENT (client), result, &local);

  if (g_error_matches (local, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_GONE))
    return json_array_new ();
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  g_autoptr (RollcallReader) reader = rollcall_reader_new (answer, TRUE);
  JsonArray *items = rollcall_reader_array (reader, "items", PAGE_SIZE);
  g_autoptr (JsonArray) held = items != NULL ? json_array_ref (items) : NULL;

  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&held) : NULL;
}

static void
ask (RollcallHistoryFollower *self, gint64 after, int limit, GAsyncReadyCallback callback)
{
  g_autofree char *path = g_strdup_printf ("/v1/audit?after=%" G_GINT64_FORMAT "&limit=%d", after, limit);

  rollcall_client_call_async (self->client, "GET", path, NULL, NULL, self->cancellable, callback, g_object_ref (self));
}

static void
tell_replaced (RollcallHistoryFollower *self, const char *what)
{
  if (g_set_str (&self->told, what))
    g_signal_emit (self, signals[REPLACED], 0, what);
}

static void
added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallHistoryFollower) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) touched = rollcall_history_add_finish (ROLLCALL_HISTORY (object), result, &error);

  if (touched != NULL && touched->len > 0)
    g_signal_emit (self, signals[EVENTS_ADDED], 0, touched);
  if (error != NULL && error->domain == ROLLCALL_HISTORY_ERROR)
    tell_replaced (self, error->message);
  if (g_error_matches (error, ROLLCALL_HISTORY_ERROR, ROLLCALL_HISTORY_ERROR_REPLACED))
    begin_anew (self);
  else if (goes_on (self, error))
    {
      if (self->full)
        ask_for_page (self);
      else
        end (self);
    }
}

static gint64
get_number (JsonArray *items, guint index)
{
  JsonNode *node = json_array_get_element (items, index);
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);

  return rollcall_reader_integer (reader, "number", 1, G_MAXINT64);
}

static void
page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallHistoryFollower) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) items = finish_ask (object, result, &error);

  if (!goes_on (self, error))
    return;
  if (json_array_get_length (items) == 0 && !self->anew && self->last > 0)
    {
      /* not even the event that is held: the service was put back to an earlier state */
      tell_replaced (self, "the service no longer has what was here");
      begin_anew (self);
      return;
    }
  if (json_array_get_length (items) == 0)
    {
      end (self);
      return;
    }
  self->full = json_array_get_length (items) == PAGE_SIZE;
  rollcall_history_add_async (self->history, items, self->anew, self->cancellable, added_cb, g_object_ref (self));
  self->last = get_number (items, json_array_get_length (items) - 1);
  self->anew = FALSE;
}

/* The page begins with the event that is held, so that another history is noticed. */
static void
ask_for_page (RollcallHistoryFollower *self)
{
  ask (self, self->anew ? self->last : MAX (self->last - 1, 0), PAGE_SIZE, page_cb);
}

static void probe (RollcallHistoryFollower *self);

static void
probed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallHistoryFollower) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) items = finish_ask (object, result, &error);

  if (!goes_on (self, error))
    return;
  if (json_array_get_length (items) == 0)
    self->high = self->low + self->step;
  else
    self->low += self->step;
  if (self->high == 0)
    self->step *= 2;
  else
    self->step = (self->high - self->low) / 2;
  /* About where it is will do. */
  if (self->low > self->last && self->step > self->far_behind / 20)
    {
      probe (self);
      return;
    }
  self->placed = TRUE;
  if (self->low > self->last)
    {
      self->last = self->low - self->far_behind / 2;
      self->anew = TRUE;
    }
  ask_for_page (self);
}

static void
probe (RollcallHistoryFollower *self)
{
  ask (self, self->low + self->step, 1, probed_cb);
}

/* Whether the service is far ahead; where it is, how far. */
static void
find_place (RollcallHistoryFollower *self)
{
  self->low = self->last;
  self->high = 0;
  self->step = self->far_behind;
  probe (self);
}

/* What is held is no part of the service's history. */
static void
begin_anew (RollcallHistoryFollower *self)
{
  self->anew = TRUE;
  self->last = 0;
  find_place (self);
}

static void
range_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallHistoryFollower) self = user_data;
  g_autoptr (GError) error = NULL;
  RollcallHistoryRange range = { 0 };

  rollcall_history_get_range_finish (ROLLCALL_HISTORY (object), result, &range, &error);
  if (!goes_on (self, error))
    return;
  self->last = range.last;
  self->anew = range.last == 0;
  find_place (self);
}

/* There may be news. */
static void
pull (RollcallHistoryFollower *self)
{
  if (rollcall_follower_get_state (self->follower) != ROLLCALL_FOLLOWER_ONLINE)
    return;
  self->wanted = self->cancellable != NULL;
  if (self->wanted)
    return;
  self->cancellable = g_cancellable_new ();
  if (self->placed)
    ask_for_page (self);
  else
    rollcall_history_get_range_async (self->history, self->cancellable, range_cb, g_object_ref (self));
}

void
rollcall_history_follower_stop (RollcallHistoryFollower *self)
{
  g_return_if_fail (ROLLCALL_IS_HISTORY_FOLLOWER (self));
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->wanted = self->placed = FALSE;
}

static void
state_cb (RollcallHistoryFollower *self)
{
  if (rollcall_follower_get_state (self->follower) == ROLLCALL_FOLLOWER_ONLINE)
    pull (self);
  else
    rollcall_history_follower_stop (self);
}

static void
rollcall_history_follower_dispose (GObject *object)
{
  RollcallHistoryFollower *self = ROLLCALL_HISTORY_FOLLOWER (object);

  rollcall_history_follower_stop (self);
  g_clear_object (&self->follower);
  g_clear_object (&self->client);
  g_clear_object (&self->history);
  g_clear_pointer (&self->told, g_free);
  G_OBJECT_CLASS (rollcall_history_follower_parent_class)->dispose (object);
}

static void
rollcall_history_follower_set_property (GObject *object, guint property, const GValue *value, GParamSpec *spec)
{
  if (property == PROP_FAR_BEHIND)
    ROLLCALL_HISTORY_FOLLOWER (object)->far_behind = g_value_get_uint (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
}

static void
rollcall_history_follower_class_init (RollcallHistoryFollowerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_history_follower_dispose;
  G_OBJECT_CLASS (klass)->set_property = rollcall_history_follower_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), PROP_FAR_BEHIND,
                                   g_param_spec_uint ("far-behind", NULL, NULL, 40, G_MAXINT32, FAR_BEHIND,
                                                      G_PARAM_WRITABLE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS));
  signals[EVENTS_ADDED] = g_signal_new ("events-added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_ARRAY);
  signals[REPLACED] = g_signal_new ("replaced", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
rollcall_history_follower_init (RollcallHistoryFollower *self)
{
}

RollcallHistoryFollower *
rollcall_history_follower_new (RollcallClient *client, RollcallHistory *history, RollcallFollower *follower)
{
  g_return_val_if_fail (ROLLCALL_IS_CLIENT (client) && ROLLCALL_IS_HISTORY (history), NULL);
  g_return_val_if_fail (ROLLCALL_IS_FOLLOWER (follower), NULL);

  RollcallHistoryFollower *self = g_object_new (ROLLCALL_TYPE_HISTORY_FOLLOWER, NULL);
  self->client = g_object_ref (client);
  self->history = g_object_ref (history);
  self->follower = g_object_ref (follower);
  g_signal_connect_object (follower, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (follower, "rows-changed", G_CALLBACK (pull), self, G_CONNECT_SWAPPED);
  return self;
}
