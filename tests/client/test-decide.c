/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-client.h"

#include "test-service.h"
#include "test-wait.h"

/* How the service behaves. */
typedef struct
{
  guint n_broken;     /* so many calls break before one is answered */
  const char *answer; /* (nullable) in place of a right one */
  guint status;       /* of it */
  guint n_items;      /* that were decided */
} Behaviour;

static void
decide (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Behaviour *behaviour = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autoptr (JsonNode) node = rollcall_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  g_autoptr (RollcallDecisionBatch) batch = rollcall_decision_batch_from_json (node, NULL);
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (RollcallDecisionResult));

  g_assert_cmpstr (path, ==, "/v1/decisions");
  g_assert_nonnull (batch);
  if (behaviour->n_broken > 0)
    {
      behaviour->n_broken--;
      test_service_break (message);
      return;
    }
  if (behaviour->answer != NULL)
    {
      test_service_answer (message, behaviour->status, behaviour->answer);
      return;
    }
  for (guint i = 0; i < batch->items->len; i++)
    {
      const RollcallDecisionItem *item = &g_array_index (batch->items, RollcallDecisionItem, i);
      RollcallDecisionResult result = { .id = item->id,
                                        .status = ROLLCALL_STATUS_BLOCKED,
                                        .revision = item->revision + 1 };
      if (item->id % 2 == 0)
        result.refusal = ROLLCALL_REFUSAL_CHANGED;
      g_array_append_val (results, result);
    }
  behaviour->n_items += results->len;
  g_autofree char *text = rollcall_decision_results_to_json (results);
  test_service_answer (message, 200, text);
}

static void
note_progress (guint done, guint total, gpointer user_data)
{
  g_string_append_printf (user_data, "%u/%u ", done, total);
}

/* Blocks the rows 1..@n_items. Returns: (transfer full) (nullable) */
static GArray *
block (TestService *service, guint n_items, GString *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (RollcallClient) client = test_service_new_client (service);
  g_autoptr (RollcallDecisionBatch) batch = rollcall_decision_batch_new (ROLLCALL_ACTION_BLOCK, "ticket 4711");
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = 1; i <= n_items; i++)
    {
      RollcallDecisionItem item = { .id = i, .revision = i + 100 };
      g_array_append_val (batch->items, item);
    }
  rollcall_client_decide_async (client, batch, progress != NULL ? note_progress : NULL, progress, cancellable,
                                test_take_result, &result);
  g_clear_pointer (&batch, rollcall_decision_batch_free);
  test_wait_until (result != NULL);
  return rollcall_client_decide_finish (client, result, error);
}

/* R18: what broke may have been decided, so the same key goes with the repetition. */
static void
test_repeated_with_its_key (void)
{
  Behaviour behaviour = { .n_broken = 2 };
  g_autoptr (TestService) service = test_service_new (decide, &behaviour);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) results = block (service, 3, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 3);
  g_assert_cmpuint (behaviour.n_items, ==, 3);
  g_assert_cmpuint (service->requests->len, ==, 3);
  g_assert_cmpstr (service->requests->pdata[0], ==, service->requests->pdata[1]);
  g_assert_cmpstr (service->requests->pdata[0], ==, service->requests->pdata[2]);
  g_assert_cmpuint (strlen (service->requests->pdata[0]), ==, strlen ("POST /v1/decisions ") + 36);
}

static void
test_given_up (void)
{
  Behaviour behaviour = { .n_broken = 100 };
  g_autoptr (TestService) service = test_service_new (decide, &behaviour);
  g_autoptr (GError) error = NULL;

  g_assert_null (block (service, 3, NULL, NULL, &error));
  g_assert_true (rollcall_client_error_is_unreachable (error));
  g_assert_cmpuint (service->requests->len, ==, 4);
}

static void
test_many (void)
{
  Behaviour behaviour = { 0 };
  g_autoptr (TestService) service = test_service_new (decide, &behaviour);
  g_autoptr (GString) progress = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) results = block (service, 10001, progress, NULL, &error);
  guint n_refused = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 10001);
  for (guint i = 0; i < results->len; i++)
    n_refused += g_array_index (results, RollcallDecisionResult, i).refusal == ROLLCALL_REFUSAL_CHANGED;
  g_assert_cmpuint (n_refused, ==, 5000);
  g_assert_cmpstr (progress->str, ==, "10000/10001 10001/10001 ");
  g_assert_cmpuint (service->requests->len, ==, 2);
  g_assert_cmpstr (service->requests->pdata[0], !=, service->requests->pdata[1]);
}

/* An answer is an answer: repeating would only hear it again. */
static void
test_refused (void)
{
  Behaviour behaviour = { .status = 403, .answer = "{\"type\":\"urn:rollcall:problem:forbidden\",\"detail\":\"No.\"}" };
  g_autoptr (TestService) service = test_service_new (decide, &behaviour);
  g_autoptr (GError) error = NULL;

  g_assert_null (block (service, 3, NULL, NULL, &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_FORBIDDEN);
  g_assert_cmpuint (service->requests->len, ==, 1);
}

static void
test_hostile_answers (void)
{
  static const char *const answers[] = {
    "[]",
    "{\"applied\":5,\"refused\":[]}",
    "{\"applied\":[],\"refused\":[]}",
    "{\"applied\":[],\"refused\":[{\"id\":1,\"reason\":\"changed\"},{\"id\":1,\"reason\":\"changed\"}]}",
    "{\"applied\":[],\"refused\":[{\"id\":7,\"reason\":\"changed\"}]}",
    "{\"applied\":[],\"refused\":[{\"id\":1,\"reason\":\"because\"}]}",
    "{\"applied\":[{\"id\":1,\"into\":null,\"status\":\"blocked\",\"trust\":\"none\"}],\"refused\":[]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Behaviour behaviour = { .status = 200, .answer = answers[i] };
      g_autoptr (TestService) service = test_service_new (decide, &behaviour);
      g_autoptr (GError) error = NULL;

      g_assert_null (block (service, 1, NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_cmpuint (service->requests->len, ==, 1);
    }
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* In the pause before a repetition; and what was answered before is told. */
static void
test_cancelled (void)
{
  Behaviour behaviour = { .n_broken = 100 };
  g_autoptr (TestService) service = test_service_new (decide, &behaviour);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_timeout_add (600, cancel_cb, cancellable);
  g_assert_null (block (service, 3, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (service->requests->len, <, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/decide/R18-repeated-with-its-key", test_repeated_with_its_key);
  g_test_add_func ("/client/decide/given-up", test_given_up);
  g_test_add_func ("/client/decide/many", test_many);
  g_test_add_func ("/client/decide/refused", test_refused);
  g_test_add_func ("/client/decide/hostile-answers", test_hostile_answers);
  g_test_add_func ("/client/decide/cancelled", test_cancelled);
  return g_test_run ();
}
