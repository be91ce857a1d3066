/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What administrators write: policies, agent policies and settings, each as its own JSON of API.md. */
#include "rollcall-store-private.h"

static gboolean
put_document (RollcallStore *self, const char *kind, gint64 id, gint64 revision, JsonNode *body, GError **error)
{
  g_autofree char *text = json_to_string (body, FALSE);
  sqlite3_stmt *statement = rollcall_store_prepare (
      self,
      "INSERT INTO documents VALUES (?1, ?2, ?3, ?4) ON CONFLICT (kind, id) DO UPDATE SET revision = ?3, body = ?4",
      error);

  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, kind);
  sqlite3_bind_int64 (statement, 2, id);
  sqlite3_bind_int64 (statement, 3, revision);
  rollcall_bind_text (statement, 4, text);
  return rollcall_store_run (self, statement, error);
}

static gboolean
remove_document (RollcallStore *self, const char *kind, gint64 id, GError **error)
{
  sqlite3_stmt *statement = rollcall_store_prepare (self, "DELETE FROM documents WHERE kind = ? AND id = ?", error);

  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, kind);
  sqlite3_bind_int64 (statement, 2, id);
  if (!rollcall_store_run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 1)
    return TRUE;
  rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There is no policy %" G_GINT64_FORMAT ".", id);
  return FALSE;
}

/* The bodies of @kind in order of their ids. Returns: (transfer full) (element-type JsonNode) */
static GPtrArray *
list_documents (RollcallStore *self, const char *kind, GError **error)
{
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autoptr (GError) failure = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (self, "SELECT body FROM documents WHERE kind = ? ORDER BY id",
                                                    error);

  if (statement == NULL)
    return NULL;
  rollcall_bind_text (statement, 1, kind);
  while (rollcall_store_step (self, statement, &failure))
    {
      const char *text = rollcall_column_text (statement, 0);
      JsonNode *body = rollcall_json_parse (text, strlen (text), &failure);

      if (body == NULL)
        break;
      g_ptr_array_add (bodies, body);
    }
  sqlite3_reset (statement);
  if (failure == NULL)
    return g_steal_pointer (&bodies);
  rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The store cannot be read: %s", failure->message);
  return NULL;
}

/* Gives a new document its id, and any its next revision; refuses a stale one. */
static gboolean
prepare_document (RollcallStore *self, const char *kind, gint64 *id, gint64 *revision, GError **error)
{
  sqlite3_stmt *statement;
  gint64 present = 0;

  if (*id == 0)
    {
      *id = rollcall_store_get_counter (self, "next-document", error);
      *revision = 1;
      return *id > 0 && rollcall_store_set_counter (self, "next-document", *id + 1, error);
    }
  statement = rollcall_store_prepare (self, "SELECT revision FROM documents WHERE kind = ? AND id = ?", error);
  if (statement == NULL)
    return FALSE;
  rollcall_bind_text (statement, 1, kind);
  sqlite3_bind_int64 (statement, 2, *id);
  if (rollcall_store_step (self, statement, error))
    present = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);
  if (present == 0)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There is no policy %" G_GINT64_FORMAT ".", *id);
      return FALSE;
    }
  if (*revision != 0 && *revision != present)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_CONFLICT, "/revision",
                            "Somebody changed this policy meanwhile; please look at it again.");
      return FALSE;
    }
  *revision = present + 1;
  return TRUE;
}

#define POLICY       "registration-policy"
#define AGENT_POLICY "agent-policy"

GPtrArray *
rollcall_store_list_policies (RollcallStore *self, GError **error)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);
  g_autoptr (GPtrArray) bodies = list_documents (self, POLICY, error);

  for (guint i = 0; bodies != NULL && i < bodies->len; i++)
    {
      RollcallPolicy *policy = rollcall_policy_from_json (bodies->pdata[i], TRUE, error);

      if (policy == NULL)
        return NULL;
      g_ptr_array_add (policies, policy);
    }
  return bodies != NULL ? g_steal_pointer (&policies) : NULL;
}

RollcallPolicy *
rollcall_store_get_policy (RollcallStore *self, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) policies = rollcall_store_list_policies (self, error);

  for (guint i = 0; policies != NULL && i < policies->len; i++)
    if (((RollcallPolicy *) policies->pdata[i])->id == id)
      return rollcall_policy_copy (policies->pdata[i]);
  if (policies != NULL)
    rollcall_problem_set (error, ROLLCALL_PROBLEM_NOT_FOUND, NULL, "There is no policy %" G_GINT64_FORMAT ".", id);
  return NULL;
}

gboolean
rollcall_store_put_policy (RollcallStore *self, RollcallPolicy *policy, GError **error)
{
  g_autoptr (JsonNode) body = NULL;

  if (!prepare_document (self, POLICY, &policy->id, &policy->revision, error))
    return FALSE;
  body = rollcall_policy_to_json (policy);
  return put_document (self, POLICY, policy->id, policy->revision, body, error);
}

gboolean
rollcall_store_remove_policy (RollcallStore *self, gint64 id, GError **error)
{
  return remove_document (self, POLICY, id, error);
}

GPtrArray *
rollcall_store_list_agent_policies (RollcallStore *self, GError **error)
{
  g_autoptr (GPtrArray) policies = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_agent_policy_free);
  g_autoptr (GPtrArray) bodies = list_documents (self, AGENT_POLICY, error);

  for (guint i = 0; bodies != NULL && i < bodies->len; i++)
    {
      RollcallAgentPolicy *policy = rollcall_agent_policy_from_json (bodies->pdata[i], TRUE, error);

      if (policy == NULL)
        return NULL;
      g_ptr_array_add (policies, policy);
    }
  return bodies != NULL ? g_steal_pointer (&policies) : NULL;
}

gboolean
rollcall_store_put_agent_policy (RollcallStore *self, RollcallAgentPolicy *policy, GError **error)
{
  g_autoptr (JsonNode) body = NULL;

  if (!prepare_document (self, AGENT_POLICY, &policy->id, &policy->revision, error))
    return FALSE;
  body = rollcall_agent_policy_to_json (policy);
  return put_document (self, AGENT_POLICY, policy->id, policy->revision, body, error);
}

gboolean
rollcall_store_remove_agent_policy (RollcallStore *self, gint64 id, GError **error)
{
  return remove_document (self, AGENT_POLICY, id, error);
}

RollcallSettings *
rollcall_store_get_settings (RollcallStore *self, GError **error)
{
  g_autoptr (RollcallSettings) settings = rollcall_settings_new ();
  g_autoptr (GPtrArray) registration = list_documents (self, "registration-settings", error);
  g_autoptr (GPtrArray) purging = registration != NULL ? list_documents (self, "purging-settings", error) : NULL;

  if (purging == NULL)
    return NULL;
  if (registration->len > 0 && !rollcall_registration_settings_from_json (registration->pdata[0], settings, error))
    return NULL;
  if (purging->len > 0 && !rollcall_purging_settings_from_json (purging->pdata[0], settings, error))
    return NULL;
  return g_steal_pointer (&settings);
}

gboolean
rollcall_store_put_settings (RollcallStore *self, const RollcallSettings *settings, GError **error)
{
  g_autoptr (JsonNode) registration = rollcall_registration_settings_to_json (settings);
  g_autoptr (JsonNode) purging = rollcall_purging_settings_to_json (settings, 0, 0);

  return put_document (self, "registration-settings", 1, 1, registration, error) &&
         put_document (self, "purging-settings", 1, 1, purging, error);
}

gboolean
rollcall_store_get_last_purge (RollcallStore *self, gint64 *at, gint64 *removed, GError **error)
{
  g_autoptr (GError) failure = NULL;

  *at = rollcall_store_get_counter (self, "last-purge-at", &failure);
  if (failure == NULL)
    *removed = rollcall_store_get_counter (self, "last-purge-removed", &failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rollcall_store_set_last_purge (RollcallStore *self, gint64 at, gint64 removed, GError **error)
{
  return rollcall_store_set_counter (self, "last-purge-at", at, error) &&
         rollcall_store_set_counter (self, "last-purge-removed", removed, error);
}
