/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-client.h"

/* How often a call whose connection broke is sent again, and after how long (doubling). */
#define ATTEMPTS       4
#define FIRST_PAUSE_MS 500

typedef struct
{
  RollcallDecisionBatch *batch; /* (owned) all of it */
  guint sent;                   /* items before this one are answered */
  GArray *results;              /* (owned) (nullable) (element-type RollcallDecisionResult) */
  char *body;                   /* (owned) of the call under way */
  char *idempotency_key;        /* (owned) likewise */
  guint attempt;
  RollcallProgressFunc progress;
  gpointer progress_data;
} Decide;

static void
decide_free (Decide *decide)
{
  g_clear_pointer (&decide->batch, rollcall_decision_batch_free);
  g_clear_pointer (&decide->results, g_array_unref);
  g_free (decide->body);
  g_free (decide->idempotency_key);
  g_free (decide);
}

static void send_part (GTask *task);

/* Whether the call may never have been answered: to be sent again. */
static gboolean
is_broken_connection (const GError *error)
{
  return error->domain != G_TLS_ERROR && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA) &&
         rollcall_client_error_is_unreachable (error);
}

static gboolean
pause_is_over (gpointer user_data)
{
  send_part (g_object_ref (user_data));
  return G_SOURCE_REMOVE;
}

/* A cancelled pause ends at once: the call itself then says CANCELLED. */
static void
pause_then_send (GTask *task)
{
  Decide *decide = g_task_get_task_data (task);
  g_autoptr (GSource) source = g_timeout_source_new (FIRST_PAUSE_MS << (decide->attempt - 1));

  if (g_task_get_cancellable (task) != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  g_source_set_callback (source, pause_is_over, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* The answer must speak of exactly the items that were sent. */
static gboolean
check_results (Decide *decide, guint n_items, GArray *results, GError **error)
{
  g_autoptr (GHashTable) expected = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < n_items; i++)
    g_hash_table_add (expected, &g_array_index (decide->batch->items, RollcallDecisionItem, decide->sent + i).id);
  for (guint i = 0; i < results->len; i++)
    if (!g_hash_table_remove (expected, &g_array_index (results, RollcallDecisionResult, i).id))
      {
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                             "the answer names rows that were not asked for");
        return FALSE;
      }
  if (g_hash_table_size (expected) > 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the answer leaves out rows that were asked for");
      return FALSE;
    }
  return TRUE;
}

static guint
get_part_size (Decide *decide)
{
  return MIN (decide->batch->items->len - decide->sent, ROLLCALL_DECISION_ITEMS_LIMIT);
}

/* Takes over the answer to the part under way. */
static gboolean
take_answer (Decide *decide, JsonNode *answer, GError **error)
{
  g_autoptr (GArray) results = NULL;
  g_autoptr (GError) wrong = NULL;
  guint n_items = get_part_size (decide);

  if (answer == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer is empty");
      return FALSE;
    }
  results = rollcall_decision_results_from_json (answer, &wrong);
  if (results == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer cannot be read: %s", wrong->message);
      return FALSE;
    }
  if (!check_results (decide, n_items, results, error))
    return FALSE;
  g_array_append_vals (decide->results, results->data, results->len);
  decide->sent += n_items;
  g_clear_pointer (&decide->body, g_free);
  if (decide->progress != NULL)
    decide->progress (decide->sent, decide->batch->items->len, decide->progress_data);
  return TRUE;
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = rollcall_client_call_finish (ROLLCALL_CLIENT (object), result, &error);
  Decide *decide = g_task_get_task_data (task);

  if (error != NULL && decide->attempt < ATTEMPTS && is_broken_connection (error))
    {
      pause_then_send (g_steal_pointer (&task));
      return;
    }
  if (error == NULL && take_answer (decide, answer, &error))
    {
      send_part (g_steal_pointer (&task));
      return;
    }
  if (decide->sent > 0)
    g_prefix_error (&error, "%u of %u rows were answered before: ", decide->sent, decide->batch->items->len);
  g_task_return_error (task, g_steal_pointer (&error));
}

static void
prepare_part (Decide *decide)
{
  g_autoptr (RollcallDecisionBatch) part = rollcall_decision_batch_new (decide->batch->action, decide->batch->note);

  g_array_append_vals (part->items, &g_array_index (decide->batch->items, RollcallDecisionItem, decide->sent),
                       get_part_size (decide));
  g_autoptr (JsonNode) node = rollcall_decision_batch_to_json (part);
  decide->body = json_to_string (node, FALSE);
  g_free (decide->idempotency_key);
  decide->idempotency_key = g_uuid_string_random ();
  decide->attempt = 0;
}

/* @task: (transfer full). Sends the part under way, again or for the first time; or ends the task. */
static void
send_part (GTask *task)
{
  Decide *decide = g_task_get_task_data (task);

  if (decide->sent == decide->batch->items->len)
    {
      g_task_return_pointer (task, g_steal_pointer (&decide->results), (GDestroyNotify) g_array_unref);
      g_object_unref (task);
      return;
    }
  if (decide->body == NULL)
    prepare_part (decide);
  decide->attempt++;
  rollcall_client_call_async (g_task_get_source_object (task), "POST", "/v1/decisions", decide->body,
                              decide->idempotency_key, g_task_get_cancellable (task), answered_cb, task);
}

void
rollcall_client_decide_async (RollcallClient *self, const RollcallDecisionBatch *batch, RollcallProgressFunc progress,
                              gpointer progress_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CLIENT (self) && batch != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Decide *decide = g_new0 (Decide, 1);
  g_task_set_source_tag (task, rollcall_client_decide_async);
  /* What was answered before the cancelling must be told. */
  g_task_set_check_cancellable (task, FALSE);
  decide->batch = rollcall_decision_batch_new (batch->action, batch->note);
  g_array_append_vals (decide->batch->items, batch->items->data, batch->items->len);
  decide->results = g_array_new (FALSE, FALSE, sizeof (RollcallDecisionResult));
  decide->progress = progress;
  decide->progress_data = progress_data;
  g_task_set_task_data (task, decide, (GDestroyNotify) decide_free);
  send_part (task);
}

GArray *
rollcall_client_decide_finish (RollcallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_client_decide_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
