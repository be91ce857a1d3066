/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators decide. */
#include "rollcall-service-private.h"

/* One row of a bulk decision (R18): refused or applied by itself. */
static gboolean
decide (RollcallCall *call, const RollcallDecisionBatch *batch, const RollcallDecisionItem *item, GArray *results,
        GError **error)
{
  RollcallService *service = call->service;
  RollcallDecision decision = { batch->action, item->id, item->revision, item->resource_id, call->person, batch->note };
  RollcallDecisionResult result = { .id = item->id };
  g_autoptr (GPtrArray) around = NULL;
  g_autoptr (RollcallOutcome) outcome = NULL;
  RollcallContext context;

  if (!rollcall_writer_load_context (service, &context, error))
    return FALSE;
  around = rollcall_store_load_around (service->store, item->id, error);
  if (around == NULL)
    return FALSE;
  outcome = rollcall_registry_decide (around, &decision, &context);
  result.refusal = outcome->refusal;
  if (outcome->refusal == ROLLCALL_REFUSAL_NONE)
    {
      if (!rollcall_writer_apply (service, outcome, &context, error))
        return FALSE;
      for (guint i = 0; i < outcome->put->len; i++)
        {
          const RollcallRegistration *row = outcome->put->pdata[i];

          if (row->id != outcome->registration)
            continue;
          result.into = row->id != item->id ? row->id : 0;
          result.status = row->status;
          result.trust = row->trust;
          result.revision = row->revision;
        }
    }
  g_array_append_val (results, result);
  return TRUE;
}

static gboolean
read_idempotency_key (RollcallCall *call, const char **key, GError **error)
{
  *key = MHD_lookup_connection_value (call->connection, MHD_HEADER_KIND, "Idempotency-Key");
  if (*key != NULL && **key != '\0' && strlen (*key) <= ROLLCALL_STRING_LIMIT && g_utf8_validate (*key, -1, NULL))
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, NULL,
                        "The header Idempotency-Key is needed: 1 to 1,024 bytes that no other decision of yours has.");
  return FALSE;
}

gboolean
rollcall_handle_decisions (RollcallCall *call, GError **error)
{
  const char *key;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (RollcallDecisionBatch) batch = NULL;
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (RollcallDecisionResult));
  g_autoptr (GError) failure = NULL;
  g_autofree char *hash = NULL, *answer = NULL;

  if (!read_idempotency_key (call, &key, error))
    return FALSE;
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, call->body->data, call->body->len);
  answer = rollcall_store_get_kept_answer (call->store, call->person, key, hash, rollcall_clock_now (), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (answer == NULL)
    {
      body = rollcall_call_parse_body (call, error);
      batch = body != NULL ? rollcall_decision_batch_from_json (body, error) : NULL;
      if (batch == NULL)
        return FALSE;
      for (guint i = 0; i < batch->items->len; i++)
        if (!decide (call, batch, &g_array_index (batch->items, RollcallDecisionItem, i), results, error))
          return FALSE;
      answer = rollcall_decision_results_to_json (results);
      if (!rollcall_store_keep_answer (call->store, call->person, key, hash, answer, rollcall_clock_now (), error))
        return FALSE;
    }
  rollcall_call_answer_text (call, 200, g_steal_pointer (&answer));
  return TRUE;
}

static gboolean
set_site_server (RollcallCall *call, gboolean site_server, GError **error)
{
  g_autoptr (RollcallRegistration) row = rollcall_store_get_registration (call->store, call->id, NULL, error);
  g_autoptr (RollcallOutcome) outcome = NULL;
  RollcallContext context;

  if (row == NULL || !rollcall_writer_load_context (call->service, &context, error))
    return FALSE;
  outcome = rollcall_registry_set_site_server (row, site_server, call->person, &context);
  if (outcome->refusal != ROLLCALL_REFUSAL_NONE)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_CONFLICT, NULL,
                            "Only a computer that is Allowed and trusted can be a site server.");
      return FALSE;
    }
  if (!rollcall_writer_apply (call->service, outcome, &context, error))
    return FALSE;
  if (site_server)
    rollcall_call_answer_node (call, 200,
                               rollcall_registration_to_json (outcome->put->len > 0 ? outcome->put->pdata[0] : row));
  else
    call->status = 204;
  return TRUE;
}

gboolean
rollcall_handle_site_server_add (RollcallCall *call, GError **error)
{
  return set_site_server (call, TRUE, error);
}

gboolean
rollcall_handle_site_server_remove (RollcallCall *call, GError **error)
{
  return set_site_server (call, FALSE, error);
}

/* R6 */
static gboolean
push (RollcallCall *call, const RollcallRequest *request, const char *fingerprint, GError **error)
{
  RollcallService *service = call->service;
  g_autoptr (GPtrArray) usable = NULL, around = NULL;
  g_autoptr (RollcallOutcome) outcome = NULL;
  g_autoptr (RollcallRegistration) row = NULL;
  RollcallContext context;

  if (!rollcall_writer_load_context (service, &context, error))
    return FALSE;
  usable = rollcall_resource_keys_usable (request->resource_keys, service->settings);
  around = rollcall_store_load_neighbourhood (service->store, fingerprint, usable, error);
  if (around == NULL)
    return FALSE;
  outcome = rollcall_registry_push (around, fingerprint, request, call->person, &context);
  if (outcome->refusal != ROLLCALL_REFUSAL_NONE)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_CONFLICT, NULL,
                            "This computer is Blocked or Revoked, or its keys match several; please decide first.");
      return FALSE;
    }
  if (!rollcall_writer_apply (service, outcome, &context, error))
    return FALSE;
  row = rollcall_store_get_registration (service->store, outcome->registration, NULL, error);
  if (row == NULL)
    return FALSE;
  rollcall_call_answer_node (call, 201, rollcall_registration_to_json (row));
  return TRUE;
}

gboolean
rollcall_handle_push (RollcallCall *call, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallReader) reader = body != NULL ? rollcall_reader_new (body, FALSE) : NULL;
  g_autoptr (RollcallRequest) request = NULL;
  g_autofree char *fingerprint = NULL;
  const char *key;

  if (reader == NULL)
    return FALSE;
  request = rollcall_reader_request (reader);
  key = rollcall_reader_string (reader, "key", 1, 16384);
  if (!rollcall_reader_finish (reader, error))
    return FALSE;
  fingerprint = rollcall_public_key_get_fingerprint (key, error);
  return fingerprint != NULL && push (call, request, fingerprint, error);
}
