/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What administrators set: policies, settings, purging, tasks, tokens. Each change is an audit event. */
#include "rollcall-service-private.h"

static gboolean
note_change (RollcallCall *call, RollcallEventKind kind, const char *what, const char *name, GError **error)
{
  g_autoptr (RollcallEvent)
      event = rollcall_event_new (kind, rollcall_clock_now (), ROLLCALL_ACTOR_PERSON, call->person);
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&details, "change", "s", what);
  g_variant_dict_insert (&details, "name", "s", name);
  g_variant_unref (event->details);
  event->details = g_variant_ref_sink (g_variant_dict_end (&details));
  rollcall_writer_forget (call->service);
  return rollcall_store_append_event (call->store, event, error);
}

static GPtrArray *
new_nodes (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
}

gboolean
rollcall_handle_policies (RollcallCall *call, GError **error)
{
  g_autoptr (GPtrArray) policies = rollcall_store_list_policies (call->store, error);
  g_autoptr (GPtrArray) nodes = NULL;

  if (policies == NULL)
    return FALSE;
  nodes = new_nodes ();
  for (guint i = 0; i < policies->len; i++)
    g_ptr_array_add (nodes, rollcall_policy_to_json (policies->pdata[i]));
  return rollcall_call_answer_page (call, nodes, error);
}

gboolean
rollcall_handle_policy_show (RollcallCall *call, GError **error)
{
  g_autoptr (RollcallPolicy) policy = rollcall_store_get_policy (call->store, call->id, error);

  if (policy == NULL)
    return FALSE;
  rollcall_call_answer_node (call, 200, rollcall_policy_to_json (policy));
  return TRUE;
}

static gboolean
put_policy (RollcallCall *call, gboolean create, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallPolicy) policy = body != NULL ? rollcall_policy_from_json (body, FALSE, error) : NULL;

  if (policy == NULL)
    return FALSE;
  policy->id = create ? 0 : call->id;
  if (create)
    policy->revision = 0;
  if (!rollcall_store_put_policy (call->store, policy, error) ||
      !note_change (call, ROLLCALL_EVENT_POLICY_CHANGE, create ? "added" : "changed", policy->name, error))
    return FALSE;
  rollcall_call_answer_node (call, create ? 201 : 200, rollcall_policy_to_json (policy));
  return TRUE;
}

gboolean
rollcall_handle_policy_add (RollcallCall *call, GError **error)
{
  return put_policy (call, TRUE, error);
}

gboolean
rollcall_handle_policy_set (RollcallCall *call, GError **error)
{
  return put_policy (call, FALSE, error);
}

gboolean
rollcall_handle_policy_remove (RollcallCall *call, GError **error)
{
  g_autoptr (RollcallPolicy) policy = rollcall_store_get_policy (call->store, call->id, error);

  if (policy == NULL || !rollcall_store_remove_policy (call->store, call->id, error))
    return FALSE;
  call->status = 204;
  return note_change (call, ROLLCALL_EVENT_POLICY_CHANGE, "removed", policy->name, error);
}

#define SAMPLE 20

/* A draft judged over today's rows: what a repeat request of each would come to (R4, R7, R12-R14). */
typedef struct
{
  RollcallStore *store;
  RollcallPolicySet *alone, *all;
  RollcallContext context; /* with @all */
  gint64 draft_matching, allowed, blocked;
  GPtrArray *sample; /* (element-type JsonNode) */
  GError *error;
} Preview;

/* Asks the rule itself, and drops its outcome. */
static gboolean
preview_request (Preview *preview, const RollcallRegistration *row)
{
  g_autoptr (GPtrArray)
      around = rollcall_store_load_neighbourhood (preview->store, row->fingerprint, NULL, &preview->error);
  g_autoptr (RollcallOutcome) outcome = NULL;
  guint place = 0;

  while (around != NULL && place < around->len && ((RollcallRegistration *) around->pdata[place])->id != row->id)
    place++;
  if (around == NULL || place == around->len)
    return around != NULL;
  outcome = rollcall_registry_repeat (around, around->pdata[place], &preview->context);
  preview->allowed += outcome->status == ROLLCALL_STATUS_ALLOWED;
  preview->blocked += outcome->status == ROLLCALL_STATUS_BLOCKED && row->status != ROLLCALL_STATUS_BLOCKED;
  return TRUE;
}

static gboolean
preview_row (const RollcallRegistration *row, gpointer data)
{
  Preview *preview = data;

  if (rollcall_policy_set_judge (preview->alone, &row->computer) == NULL)
    return TRUE;
  preview->draft_matching++;
  if (preview->sample->len < SAMPLE)
    g_ptr_array_add (preview->sample, rollcall_registration_to_json (row));
  /* Most rows are not judged anew; what is around them need not be read. */
  if (!rollcall_registry_is_judged (row) || rollcall_policy_set_judge (preview->all, &row->computer) == NULL)
    return TRUE;
  return preview_request (preview, row);
}

static void
answer_preview (RollcallCall *call, Preview *preview)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new (), *become = json_object_new ();
  JsonArray *sample = json_array_new ();

  for (guint i = 0; i < preview->sample->len; i++)
    json_array_add_element (sample, json_node_ref (preview->sample->pdata[i]));
  json_object_set_int_member (object, "matching", preview->draft_matching);
  json_object_set_int_member (become, "allowed", preview->allowed);
  json_object_set_int_member (become, "blocked", preview->blocked);
  json_object_set_object_member (object, "would_become", become);
  json_object_set_array_member (object, "sample", sample);
  json_node_take_object (node, object);
  rollcall_call_answer_node (call, 200, node);
}

/* The enabled policies with the draft in its place, and the draft by itself. */
static void
prepare_preview (Preview *preview, GPtrArray *policies, RollcallPolicy *draft)
{
  g_autoptr (GPtrArray) alone = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);

  for (guint i = policies->len; i-- > 0;)
    if (((RollcallPolicy *) policies->pdata[i])->id == draft->id)
      g_ptr_array_remove_index (policies, i);
  g_ptr_array_add (alone, rollcall_policy_copy (draft));
  ((RollcallPolicy *) alone->pdata[0])->enabled = TRUE;
  g_ptr_array_add (policies, rollcall_policy_copy (draft));
  preview->alone = rollcall_policy_set_new (alone);
  preview->all = rollcall_policy_set_new (policies);
  preview->sample = new_nodes ();
}

static void
clear_preview (Preview *preview)
{
  rollcall_policy_set_unref (preview->alone);
  rollcall_policy_set_unref (preview->all);
  g_ptr_array_unref (preview->sample);
  g_clear_error (&preview->error);
}

gboolean
rollcall_handle_policy_preview (RollcallCall *call, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallPolicy) draft = body != NULL ? rollcall_policy_from_json (body, FALSE, error) : NULL;
  g_autoptr (GPtrArray) policies = draft != NULL ? rollcall_store_list_policies (call->store, error) : NULL;
  g_autoptr (RollcallSettings) settings = policies != NULL ? rollcall_store_get_settings (call->store, error) : NULL;
  Preview preview = { .store = call->store };
  gboolean done;

  if (settings == NULL)
    return FALSE;
  prepare_preview (&preview, policies, draft);
  preview.context = (RollcallContext) { .now = rollcall_clock_now (), .settings = settings, .policies = preview.all };
  done = rollcall_store_foreach_registration (call->store, preview_row, &preview, error);
  if (done && preview.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&preview.error));
      done = FALSE;
    }
  if (done)
    answer_preview (call, &preview);
  clear_preview (&preview);
  return done;
}

gboolean
rollcall_handle_purging (RollcallCall *call, GError **error)
{
  g_autoptr (RollcallSettings) settings = rollcall_store_get_settings (call->store, error);
  gint64 at, removed;

  if (settings == NULL || !rollcall_store_get_last_purge (call->store, &at, &removed, error))
    return FALSE;
  rollcall_call_answer_node (call, 200, rollcall_purging_settings_to_json (settings, at, removed));
  return TRUE;
}

/* R22: a new period moves each Blocked row's date. */
static gboolean
move_dates (RollcallCall *call, GError **error)
{
  g_autoptr (GPtrArray) blocked = rollcall_store_list_blocked (call->store, 0, error);
  g_autoptr (RollcallOutcome) outcome = NULL;
  RollcallContext context;

  if (blocked == NULL || !rollcall_writer_load_context (call->service, &context, error))
    return FALSE;
  outcome = rollcall_registry_set_period (blocked, &context);
  return rollcall_writer_apply (call->service, outcome, &context, error);
}

gboolean
rollcall_handle_purging_set (RollcallCall *call, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallSettings) settings = body != NULL ? rollcall_store_get_settings (call->store, error) : NULL;

  if (settings == NULL || !rollcall_purging_settings_from_json (body, settings, error) ||
      !rollcall_store_put_settings (call->store, settings, error) ||
      !note_change (call, ROLLCALL_EVENT_SETTINGS_CHANGE, "changed", "purging", error) || !move_dates (call, error))
    return FALSE;
  return rollcall_handle_purging (call, error);
}

/* @blocked with the dates that the settings would give them. */
static void
preview_dates (GPtrArray *blocked, RollcallContext *context)
{
  g_autoptr (RollcallOutcome) moved = rollcall_registry_set_period (blocked, context);
  g_autoptr (GHashTable) dates = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < moved->put->len; i++)
    {
      RollcallRegistration *row = moved->put->pdata[i];

      g_hash_table_insert (dates, &row->id, &row->purge_after);
    }
  for (guint i = 0; i < blocked->len; i++)
    {
      RollcallRegistration *row = blocked->pdata[i];
      const gint64 *date = g_hash_table_lookup (dates, &row->id);

      if (date != NULL)
        row->purge_after = *date;
    }
}

static void
answer_purging_preview (RollcallCall *call, GPtrArray *blocked, RollcallContext *context)
{
  g_autoptr (RollcallOutcome) outcome = rollcall_registry_purge (blocked, context);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\"would_remove\":%u,\"sample\":[", outcome->removed->len);
  for (guint i = 0, shown = 0; i < blocked->len && shown < SAMPLE; i++)
    {
      const RollcallRegistration *row = blocked->pdata[i];

      if (row->purge_after == 0 || row->purge_after > context->now)
        continue;
      if (shown++ > 0)
        g_string_append_c (text, ',');
      rollcall_registration_append_json (row, text);
    }
  g_string_append (text, "]}");
  rollcall_call_answer_text (call, 200, g_string_free (text, FALSE));
}

gboolean
rollcall_handle_purging_preview (RollcallCall *call, GError **error)
{
  const char *period = rollcall_call_get_query (call, "blocked_after");
  g_autoptr (RollcallSettings) settings = rollcall_store_get_settings (call->store, error);
  g_autoptr (GPtrArray) blocked = settings != NULL ? rollcall_store_list_blocked (call->store, 0, error) : NULL;
  g_autoptr (GError) failure = NULL;
  RollcallContext context = { .now = rollcall_clock_now (), .settings = settings };

  if (blocked == NULL)
    return FALSE;
  if (period != NULL && !rollcall_period_validate (period, &failure))
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_INVALID, "/blocked_after", "%s", failure->message);
      return FALSE;
    }
  if (period != NULL)
    {
      g_set_str (&settings->blocked_after, period);
      settings->purging_enabled = TRUE;
    }
  preview_dates (blocked, &context);
  answer_purging_preview (call, blocked, &context);
  return TRUE;
}

gboolean
rollcall_handle_purge (RollcallCall *call, GError **error)
{
  gint64 removed;

  if (!rollcall_writer_purge (call->service, &removed, error))
    return FALSE;
  rollcall_call_answer_text (call, 200, g_strdup_printf ("{\"removed\":%" G_GINT64_FORMAT "}", removed));
  return TRUE;
}

gboolean
rollcall_handle_settings (RollcallCall *call, GError **error)
{
  g_autoptr (RollcallSettings) settings = rollcall_store_get_settings (call->store, error);

  if (settings == NULL)
    return FALSE;
  rollcall_call_answer_node (call, 200, rollcall_registration_settings_to_json (settings));
  return TRUE;
}

gboolean
rollcall_handle_settings_set (RollcallCall *call, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallSettings) settings = body != NULL ? rollcall_store_get_settings (call->store, error) : NULL;

  if (settings == NULL || !rollcall_registration_settings_from_json (body, settings, error) ||
      !rollcall_store_put_settings (call->store, settings, error) ||
      !note_change (call, ROLLCALL_EVENT_SETTINGS_CHANGE, "changed", "registration", error))
    return FALSE;
  return rollcall_handle_settings (call, error);
}

gboolean
rollcall_handle_agent_policy_list (RollcallCall *call, GError **error)
{
  g_autoptr (GPtrArray) policies = rollcall_store_list_agent_policies (call->store, error);
  g_autoptr (GPtrArray) nodes = NULL;

  if (policies == NULL)
    return FALSE;
  nodes = new_nodes ();
  for (guint i = 0; i < policies->len; i++)
    g_ptr_array_add (nodes, rollcall_agent_policy_to_json (policies->pdata[i]));
  return rollcall_call_answer_page (call, nodes, error);
}

static gboolean
put_agent_policy (RollcallCall *call, gboolean create, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallAgentPolicy) policy = body != NULL ? rollcall_agent_policy_from_json (body, FALSE, error) : NULL;

  if (policy == NULL)
    return FALSE;
  policy->id = create ? 0 : call->id;
  if (create)
    policy->revision = 0;
  if (!rollcall_store_put_agent_policy (call->store, policy, error) ||
      !note_change (call, ROLLCALL_EVENT_POLICY_CHANGE, create ? "agent policy added" : "agent policy changed",
                    policy->name, error))
    return FALSE;
  rollcall_call_answer_node (call, create ? 201 : 200, rollcall_agent_policy_to_json (policy));
  return TRUE;
}

gboolean
rollcall_handle_agent_policy_add (RollcallCall *call, GError **error)
{
  return put_agent_policy (call, TRUE, error);
}

gboolean
rollcall_handle_agent_policy_set (RollcallCall *call, GError **error)
{
  return put_agent_policy (call, FALSE, error);
}

gboolean
rollcall_handle_agent_policy_remove (RollcallCall *call, GError **error)
{
  if (!rollcall_store_remove_agent_policy (call->store, call->id, error))
    return FALSE;
  call->status = 204;
  return note_change (call, ROLLCALL_EVENT_POLICY_CHANGE, "agent policy removed", "", error);
}

gboolean
rollcall_handle_task_add (RollcallCall *call, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallTask) task = body != NULL ? rollcall_task_from_json (body, FALSE, error) : NULL;
  g_autoptr (RollcallRegistration)
      row = task != NULL ? rollcall_store_get_registration (call->store, task->registration, NULL, error) : NULL;

  if (row == NULL)
    return FALSE;
  if (row->status != ROLLCALL_STATUS_ALLOWED)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_CONFLICT, "/registration", "Only Allowed computers run tasks.");
      return FALSE;
    }
  if (!rollcall_store_add_task (call->store, task, error))
    return FALSE;
  rollcall_call_answer_node (call, 201, rollcall_task_to_json (task, TRUE));
  return TRUE;
}

gboolean
rollcall_handle_tokens (RollcallCall *call, GError **error)
{
  g_autoptr (GPtrArray) tokens = rollcall_store_list_tokens (call->store, error);
  g_autoptr (GPtrArray) nodes = NULL;

  if (tokens == NULL)
    return FALSE;
  nodes = new_nodes ();
  for (guint i = 0; i < tokens->len; i++)
    g_ptr_array_add (nodes, rollcall_token_to_json (tokens->pdata[i], NULL));
  return rollcall_call_answer_page (call, nodes, error);
}

gboolean
rollcall_handle_token_add (RollcallCall *call, GError **error)
{
  g_autoptr (JsonNode) body = rollcall_call_parse_body (call, error);
  g_autoptr (RollcallToken) token = body != NULL ? rollcall_token_from_json (body, FALSE, error) : NULL;
  g_autofree char *text = rollcall_token_make (), *hash = rollcall_token_hash (text);

  if (token == NULL || !rollcall_store_add_token (call->store, token, hash, error) ||
      !note_change (call, ROLLCALL_EVENT_TOKEN_CHANGE, "added", token->name, error))
    return FALSE;
  rollcall_call_answer_node (call, 201, rollcall_token_to_json (token, text));
  return TRUE;
}

gboolean
rollcall_handle_token_remove (RollcallCall *call, GError **error)
{
  if (!rollcall_store_remove_token (call->store, call->name, error))
    return FALSE;
  call->status = 204;
  call->ended_person = g_strdup (call->name);
  return note_change (call, ROLLCALL_EVENT_TOKEN_CHANGE, "removed", call->name, error);
}
