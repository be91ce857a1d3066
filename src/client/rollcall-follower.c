/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-follower.h"

#include "rollcall-event-parser.h"

#define PAGE_SIZE        1000
#define FIRST_PAUSE_MS   1000
#define LONGEST_PAUSE_MS 30000
#define STREAM_CHUNK     4096
/* How often a stream that stays silent moves the time of the last news. */
#define SILENCE_MS (60 * 1000)

struct _RollcallFollower
{
  GObject parent_instance;

  RollcallClient *client; /* (owned) */
  RollcallCache *cache;   /* (owned) */
  RollcallFollowerState state;
  RollcallRole role;
  char *person;  /* (nullable) */
  char *problem; /* (nullable) */

  /* One connection: from start or retry to its first failure. All that it began carries its cancellable. */
  GCancellable *cancellable;   /* (owned) (nullable) NULL while stopped or waiting to try again */
  GInputStream *stream;        /* (owned) (nullable) the change stream, once it is open */
  RollcallEventParser *parser; /* (owned) (nullable) */
  gboolean opening;            /* the stream is asked for */
  gboolean pulling;            /* a page is asked for or being written */
  gboolean wanted;             /* there is reason to ask for a page */
  gboolean restart;            /* the page asked for begins anew */
  gint64 since;                /* what it goes on from */
  gint64 announced;            /* the newest change that the stream told of; -1 before it told any */

  guint retry_source;
  guint pause_ms;
};

enum
{
  PROP_STATE = 1,
  PROP_ROLE,
  PROP_PROBLEM,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum
{
  ROWS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RollcallFollower, rollcall_follower, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (RollcallFollowerState, rollcall_follower_state,
                    G_DEFINE_ENUM_VALUE (ROLLCALL_FOLLOWER_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (ROLLCALL_FOLLOWER_ONLINE, "online"),
                    G_DEFINE_ENUM_VALUE (ROLLCALL_FOLLOWER_AWAY, "away"),
                    G_DEFINE_ENUM_VALUE (ROLLCALL_FOLLOWER_REFUSED, "refused"))

static void advance (RollcallFollower *self);
static void read_stream (RollcallFollower *self);
static void connect_to_service (RollcallFollower *self);

static gint64
now_ms (void)
{
  return g_get_real_time () / 1000;
}

static void
set_state (RollcallFollower *self, RollcallFollowerState state, const char *problem)
{
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
disconnect (RollcallFollower *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->parser, rollcall_event_parser_free);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->pulling = self->opening = FALSE;
}

static gboolean
retry_cb (gpointer user_data)
{
  RollcallFollower *self = user_data;

  self->retry_source = 0;
  connect_to_service (self);
  return G_SOURCE_REMOVE;
}

/* The connection is over: says why, and tries again later. */
static void
fail (RollcallFollower *self, const GError *error)
{
  gboolean refused = g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_UNAUTHENTICATED) ||
                     g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_FORBIDDEN);

  disconnect (self);
  /* Many consoles that lost one service do not come back in step. */
  self->retry_source = g_timeout_add ((guint) (self->pause_ms * g_random_double_range (0.8, 1.2)), retry_cb, self);
  self->pause_ms = MIN (self->pause_ms * 2, LONGEST_PAUSE_MS);
  set_state (self, refused ? ROLLCALL_FOLLOWER_REFUSED : ROLLCALL_FOLLOWER_AWAY, error->message);
}

/* One step of a connection: what its callback needs to know whether the connection is still the follower's. */
typedef struct
{
  GWeakRef follower;         /* a read that waits for the service does not keep the follower alive */
  GCancellable *cancellable; /* (owned) */
} Step;

static Step *
step_new (RollcallFollower *self)
{
  Step *step = g_new0 (Step, 1);
  g_weak_ref_init (&step->follower, self);
  step->cancellable = g_object_ref (self->cancellable);
  return step;
}

static void
step_free (Step *step)
{
  g_weak_ref_clear (&step->follower);
  g_object_unref (step->cancellable);
  g_free (step);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_free)

/* FALSE where the step failed or came too late, after @self (nullable) let go of its connection; then there is nothing
 * more to do. */
static gboolean
step_goes_on (Step *step, RollcallFollower *self, const GError *error)
{
  if (self == NULL || g_cancellable_is_cancelled (step->cancellable))
    return FALSE;
  if (error == NULL)
    return TRUE;
  fail (self, error);
  return FALSE;
}

static void
applied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (RollcallFollower) self = g_weak_ref_get (&step->follower);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) touched = rollcall_cache_apply_finish (ROLLCALL_CACHE (object), result, &error);

  /* Written is written, also when the connection is over by now. */
  if (self != NULL && touched != NULL && touched->len > 0)
    g_signal_emit (self, signals[ROWS_CHANGED], 0, touched);
  if (!step_goes_on (step, self, error))
    return;
  self->pulling = FALSE;
  advance (self);
}

/* Writes @changes. */
static void
apply (RollcallFollower *self, RollcallChanges *changes, gboolean restart)
{
  self->pulling = TRUE;
  rollcall_cache_apply_async (self->cache, changes, restart, now_ms (), self->cancellable, applied_cb, step_new (self));
}

/* Only moves the time at which the service last said that nothing is newer. */
static void
apply_silence (RollcallFollower *self)
{
  RollcallChanges *changes = g_new0 (RollcallChanges, 1);

  changes->items = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_change_free);
  changes->latest = rollcall_cache_get_revision (self->cache);
  apply (self, changes, FALSE);
}

static void
parse_page (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  RollcallChanges *changes = rollcall_changes_from_json (task_data, &error);

  if (changes != NULL)
    g_task_return_pointer (task, changes, (GDestroyNotify) rollcall_changes_free);
  else
    g_task_return_error (task, error);
}

/* A page must lead somewhere, else a service could keep the follower asking for ever; and the cache may have been made
 * anew since it was asked for. */
static gboolean
check_page (RollcallFollower *self, const RollcallChanges *changes, GError **error)
{
  if (!self->restart && self->since != rollcall_cache_get_revision (self->cache))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the local copy was made anew");
  else if (changes->latest < self->since || (changes->latest == self->since && changes->more))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the service's changes lead nowhere");
  else
    return TRUE;
  return FALSE;
}

static void
page_parsed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (RollcallFollower) self = g_weak_ref_get (&step->follower);
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallChanges) changes = g_task_propagate_pointer (G_TASK (result), &error);

  if (!step_goes_on (step, self, error))
    return;
  if (!check_page (self, changes, &error))
    {
      fail (self, error);
      return;
    }
  if (changes->more)
    self->wanted = TRUE;
  else if (self->announced <= changes->latest)
    self->wanted = FALSE;
  apply (self, g_steal_pointer (&changes), self->restart);
  self->restart = FALSE;
}

static void
page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (RollcallFollower) self = g_weak_ref_get (&step->follower);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) page = rollcall_client_call_finish (ROLLCALL_CLIENT (object), result, &error);

  if (g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_GONE) && step_goes_on (step, self, NULL) &&
      self->since > 0)
    {
      self->pulling = FALSE;
      self->restart = self->wanted = TRUE;
      advance (self);
      return;
    }
  if (!step_goes_on (step, self, error))
    return;
  /* not on behalf of the follower: the thread lets go of it a moment late */
  g_autoptr (GTask) task = g_task_new (NULL, step->cancellable, page_parsed_cb, step_new (self));
  g_task_set_task_data (task, g_steal_pointer (&page), (GDestroyNotify) json_node_unref);
  g_task_run_in_thread (task, parse_page);
}

static void
pull (RollcallFollower *self)
{
  self->since = self->restart ? 0 : rollcall_cache_get_revision (self->cache);
  self->pulling = TRUE;
  self->wanted = FALSE;
  g_autofree char *path = g_strdup_printf ("/v1/changes?since=%" G_GINT64_FORMAT "&limit=%d", self->since, PAGE_SIZE);
  rollcall_client_call_async (self->client, "GET", path, NULL, NULL, self->cancellable, page_cb, step_new (self));
}

/* Reads {"latest": N}. */
static gboolean
parse_latest (const char *data, gint64 *latest)
{
  g_autoptr (JsonNode) node = rollcall_json_parse (data, strlen (data), NULL);
  if (node == NULL)
    return FALSE;
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  *latest = rollcall_reader_integer (reader, "latest", 0, G_MAXINT64);
  return rollcall_reader_finish (reader, NULL);
}

static void
event_cb (const char *type, const char *data, gpointer user_data)
{
  RollcallFollower *self = user_data;
  gint64 revision = rollcall_cache_get_revision (self->cache);
  gboolean first = self->announced < 0;
  gint64 latest;

  if (strcmp (type, "change") != 0 || !parse_latest (data, &latest))
    return;
  self->announced = latest;
  /* A stream that begins behind the cache is a service that was put back to an earlier state: the page will say 410. */
  if (latest > revision || (first && latest < revision))
    self->wanted = TRUE;
}

static void
stream_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (RollcallFollower) self = g_weak_ref_get (&step->follower);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes != NULL && g_bytes_get_size (bytes) == 0)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the service closed the connection");
  if (!step_goes_on (step, self, error))
    return;
  if (!rollcall_event_parser_feed (self->parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error))
    {
      fail (self, error);
      return;
    }
  read_stream (self);
  advance (self);
}

static void
read_stream (RollcallFollower *self)
{
  g_input_stream_read_bytes_async (self->stream, STREAM_CHUNK, G_PRIORITY_DEFAULT, self->cancellable, stream_read_cb,
                                   step_new (self));
}

static void
stream_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (RollcallFollower) self = g_weak_ref_get (&step->follower);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = rollcall_client_open_finish (ROLLCALL_CLIENT (object), result, &error);

  if (!step_goes_on (step, self, error))
    return;
  self->opening = FALSE;
  self->stream = g_steal_pointer (&stream);
  self->parser = rollcall_event_parser_new (event_cb, self);
  read_stream (self);
}

static void
open_stream (RollcallFollower *self)
{
  self->opening = TRUE;
  self->announced = -1;
  rollcall_client_open_async (self->client, "/v1/changes/stream", "text/event-stream", self->cancellable,
                              stream_opened_cb, step_new (self));
}

/* What comes next: the pages there are, then the stream, then whatever it tells of. */
static void
advance (RollcallFollower *self)
{
  if (self->pulling)
    return;
  if (self->wanted)
    pull (self);
  else if (self->stream == NULL)
    {
      if (!self->opening)
        open_stream (self);
    }
  else if (self->announced >= 0)
    {
      self->pause_ms = FIRST_PAUSE_MS;
      set_state (self, ROLLCALL_FOLLOWER_ONLINE, NULL);
      if (now_ms () - rollcall_cache_get_synced_at (self->cache) >= SILENCE_MS)
        apply_silence (self);
    }
}

static gboolean
take_identity (RollcallFollower *self, JsonNode *answer, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (answer, TRUE);
  g_autofree char *person = g_strdup (rollcall_reader_string (reader, "name", 1, ROLLCALL_STRING_LIMIT));
  const char *word = rollcall_reader_string (reader, "role", 1, ROLLCALL_STRING_LIMIT);
  RollcallRole role = ROLLCALL_ROLE_VIEWER;

  if (word != NULL && !rollcall_role_from_string (word, &role))
    rollcall_reader_fail (reader, "role", "not a role: %s", word);
  if (!rollcall_reader_finish (reader, error))
    return FALSE;
  g_set_str (&self->person, person);
  if (self->role != role)
    {
      self->role = role;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROLE]);
    }
  return TRUE;
}

static void
identity_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (RollcallFollower) self = g_weak_ref_get (&step->follower);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = rollcall_client_call_finish (ROLLCALL_CLIENT (object), result, &error);

  if (!step_goes_on (step, self, error))
    return;
  if (!take_identity (self, answer, &error))
    {
      fail (self, error);
      return;
    }
  self->wanted = TRUE;
  advance (self);
}

static void
connect_to_service (RollcallFollower *self)
{
  disconnect (self);
  self->cancellable = g_cancellable_new ();
  self->restart = FALSE;
  rollcall_client_call_async (self->client, "GET", "/v1/whoami", NULL, NULL, self->cancellable, identity_cb,
                              step_new (self));
}

static void
rollcall_follower_get_property (GObject *object, guint property, GValue *value, GParamSpec *spec)
{
  RollcallFollower *self = ROLLCALL_FOLLOWER (object);

  switch (property)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_ROLE:
      g_value_set_int (value, (int) self->role);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
    }
}

static void
rollcall_follower_dispose (GObject *object)
{
  RollcallFollower *self = ROLLCALL_FOLLOWER (object);

  disconnect (self);
  g_clear_object (&self->client);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (rollcall_follower_parent_class)->dispose (object);
}

static void
rollcall_follower_finalize (GObject *object)
{
  RollcallFollower *self = ROLLCALL_FOLLOWER (object);

  g_free (self->person);
  g_free (self->problem);
  G_OBJECT_CLASS (rollcall_follower_parent_class)->finalize (object);
}

static void
rollcall_follower_class_init (RollcallFollowerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = rollcall_follower_get_property;
  object_class->dispose = rollcall_follower_dispose;
  object_class->finalize = rollcall_follower_finalize;
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, ROLLCALL_TYPE_FOLLOWER_STATE,
                                              ROLLCALL_FOLLOWER_CONNECTING, flags);
  properties[PROP_ROLE] = g_param_spec_int ("role", NULL, NULL, ROLLCALL_ROLE_VIEWER, ROLLCALL_ROLE_ADMINISTRATOR,
                                            ROLLCALL_ROLE_VIEWER, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ROWS_CHANGED] = g_signal_new ("rows-changed", ROLLCALL_TYPE_FOLLOWER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_ARRAY);
}

static void
rollcall_follower_init (RollcallFollower *self)
{
  self->pause_ms = FIRST_PAUSE_MS;
}

RollcallFollower *
rollcall_follower_new (RollcallClient *client, RollcallCache *cache)
{
  g_return_val_if_fail (ROLLCALL_IS_CLIENT (client) && ROLLCALL_IS_CACHE (cache), NULL);

  RollcallFollower *self = g_object_new (ROLLCALL_TYPE_FOLLOWER, NULL);
  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  return self;
}

void
rollcall_follower_start (RollcallFollower *self)
{
  g_return_if_fail (ROLLCALL_IS_FOLLOWER (self));
  if (self->cancellable != NULL || self->retry_source != 0)
    return;
  set_state (self, ROLLCALL_FOLLOWER_CONNECTING, NULL);
  connect_to_service (self);
}

void
rollcall_follower_stop (RollcallFollower *self)
{
  g_return_if_fail (ROLLCALL_IS_FOLLOWER (self));
  disconnect (self);
  set_state (self, ROLLCALL_FOLLOWER_AWAY, NULL);
}

void
rollcall_follower_retry_now (RollcallFollower *self)
{
  g_return_if_fail (ROLLCALL_IS_FOLLOWER (self));
  if (self->retry_source == 0)
    return;
  self->pause_ms = FIRST_PAUSE_MS;
  connect_to_service (self);
}

RollcallFollowerState
rollcall_follower_get_state (RollcallFollower *self)
{
  g_return_val_if_fail (ROLLCALL_IS_FOLLOWER (self), ROLLCALL_FOLLOWER_AWAY);
  return self->state;
}

RollcallRole
rollcall_follower_get_role (RollcallFollower *self)
{
  g_return_val_if_fail (ROLLCALL_IS_FOLLOWER (self), ROLLCALL_ROLE_VIEWER);
  return self->role;
}

const char *
rollcall_follower_get_person (RollcallFollower *self)
{
  g_return_val_if_fail (ROLLCALL_IS_FOLLOWER (self), NULL);
  return self->person;
}

const char *
rollcall_follower_get_problem (RollcallFollower *self)
{
  g_return_val_if_fail (ROLLCALL_IS_FOLLOWER (self), NULL);
  return self->problem;
}
