/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include <stdio.h>

/* From this many rows on, the whole list is read instead of each row by itself. */
#define MANY 100

static char *note_option;
static gint64 resource_option;

static const GOptionEntry entries[] = {
  { "note", 0, 0, G_OPTION_ARG_STRING, &note_option, N_ ("A note for the audit history"), N_ ("TEXT") },
  { NULL },
};

static const GOptionEntry allow_entries[] = {
  { "note", 0, 0, G_OPTION_ARG_STRING, &note_option, N_ ("A note for the audit history"), N_ ("TEXT") },
  { "resource", 0, 0, G_OPTION_ARG_INT64, &resource_option, N_ ("The resource that a conflict belongs to"),
    N_ ("RESOURCE") },
  { NULL },
};

static const RollcallCtlColumn columns[] = {
  { N_ ("ID"), "id", TRUE },       { N_ ("Result"), "result" },   { N_ ("Status"), "status", TRUE },
  { N_ ("Trust"), "trust", TRUE }, { N_ ("Into"), "into", TRUE },
};

/* R10: the revision of the row as it is now. A row that is not there is left for the decision itself to refuse. */
static gboolean
read_revision (RollcallCtl *ctl, RollcallDecisionItem *item, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/registrations/%" G_GINT64_FORMAT, item->id);
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) node = rollcall_ctl_get (ctl, path, &local);

  if (g_error_matches (local, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_NOT_FOUND))
    return TRUE;
  if (node == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  item->revision = rollcall_reader_integer (reader, "revision", 1, G_MAXINT64);
  if (rollcall_reader_finish (reader, &local))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("the service's row cannot be read: %s"), local->message);
  return FALSE;
}

/* The same of many rows at once. */
typedef struct
{
  GHashTable *items; /* (element-type gint64 RollcallDecisionItem), none owned */
} Wanted;

static gboolean
note_revisions (JsonArray *rows, gpointer user_data, GError **error)
{
  Wanted *wanted = user_data;

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      g_autoptr (RollcallReader) reader = rollcall_reader_new (json_array_get_element (rows, i), TRUE);
      gint64 id = rollcall_reader_integer (reader, "id", 1, G_MAXINT64);
      gint64 revision = rollcall_reader_integer (reader, "revision", 1, G_MAXINT64);
      RollcallDecisionItem *item = g_hash_table_lookup (wanted->items, &id);
      if (!rollcall_reader_finish (reader, error))
        return FALSE;
      if (item != NULL)
        item->revision = revision;
    }
  return TRUE;
}

/* @items: their ids are set */
static gboolean
read_revisions (RollcallCtl *ctl, GArray *items, GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  Wanted wanted = { by_id };

  for (guint i = 0; i < items->len; i++)
    {
      RollcallDecisionItem *item = &g_array_index (items, RollcallDecisionItem, i);
      if (items->len < MANY && !read_revision (ctl, item, error))
        return FALSE;
      g_hash_table_insert (by_id, &item->id, item);
    }
  return items->len < MANY || rollcall_ctl_each_page (ctl, "/v1/registrations", note_revisions, &wanted, error);
}

static gboolean
add_item (GArray *items, GHashTable *seen, const char *text, GError **error)
{
  RollcallDecisionItem item = { .resource_id = resource_option };

  if (!rollcall_ctl_parse_id (text, &item.id, error))
    return FALSE;
  if (!g_hash_table_add (seen, g_memdup2 (&item.id, sizeof item.id)))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("an id stands twice: %s"), text);
      return FALSE;
    }
  g_array_append_val (items, item);
  return TRUE;
}

/* Ids from standard input, with white space between. */
static gboolean
add_items_of_input (GArray *items, GHashTable *seen, GError **error)
{
  char word[64];

  while (scanf ("%63s", word) == 1)
    {
      g_autofree char *text = g_utf8_make_valid (word, -1);
      if (!add_item (items, seen, text, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_items (RollcallDecisionBatch *batch, char **arguments, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; arguments[i] != NULL; i++)
    if (!(g_str_equal (arguments[i], "-") ? add_items_of_input (batch->items, seen, error)
                                          : add_item (batch->items, seen, arguments[i], error)))
      return FALSE;
  return TRUE;
}

/* C4: Revoke, and any decision on more than one row. */
static gboolean
confirm (RollcallCtl *ctl, RollcallAction action, guint count)
{
  static const char *const questions[ROLLCALL_N_ACTIONS] = {
    [ROLLCALL_ACTION_ALLOW] = N_ ("Allow this many registrations: %u?"),
    [ROLLCALL_ACTION_BLOCK] = N_ ("Block this many registrations: %u?"),
    [ROLLCALL_ACTION_REVOKE] = N_ ("Revoke this many registrations: %u?"),
  };

  if (count == 1 && action != ROLLCALL_ACTION_REVOKE)
    return TRUE;
  g_auto (GStrv) parts = g_strsplit (_ (questions[action]), "%u", 2);
  g_autofree char *number = g_strdup_printf ("%u", count);
  g_autofree char *question = g_strjoinv (number, parts);
  return rollcall_ctl_confirm (ctl, question);
}

static const char *
get_reason (RollcallRefusal refusal)
{
  switch (refusal)
    {
    case ROLLCALL_REFUSAL_NONE:
      return _ ("applied");
    case ROLLCALL_REFUSAL_NOT_APPLICABLE:
      return _ ("refused: not possible from its status");
    case ROLLCALL_REFUSAL_CHANGED:
      return _ ("refused: it changed meanwhile");
    case ROLLCALL_REFUSAL_NOT_FOUND:
      return _ ("refused: there is no such row");
    case ROLLCALL_REFUSAL_NEEDS_RESOURCE:
      return _ ("refused: name its resource with --resource");
    default:
      g_return_val_if_reached ("");
    }
}

static void
add_result (RollcallCtlTable *table, const RollcallDecisionResult *result)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_int_member (object, "id", result->id);
  json_object_set_string_member (object, "result", get_reason (result->refusal));
  if (result->refusal == ROLLCALL_REFUSAL_NONE)
    {
      json_object_set_string_member (object, "status", rollcall_status_to_string (result->status));
      json_object_set_string_member (object, "trust", rollcall_trust_to_string (result->trust));
    }
  if (result->into != 0)
    json_object_set_int_member (object, "into", result->into);
  rollcall_ctl_table_add (table, object);
}

static void
print_results (RollcallCtl *ctl, GArray *results)
{
  g_autoptr (RollcallCtlTable) table = rollcall_ctl_table_new (columns, G_N_ELEMENTS (columns));

  for (guint i = 0; i < results->len; i++)
    {
      const RollcallDecisionResult *result = &g_array_index (results, RollcallDecisionResult, i);
      add_result (table, result);
      if (result->refusal != ROLLCALL_REFUSAL_NONE)
        ctl->exit = ROLLCALL_CTL_REFUSED;
    }
  if (!ctl->json)
    {
      rollcall_ctl_table_print (table);
      return;
    }
  g_autofree char *text = rollcall_decision_results_to_json (results);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  rollcall_ctl_print_json (node);
}

static gboolean
decide (RollcallCtl *ctl, RollcallAction action, char **arguments, GError **error)
{
  g_autoptr (RollcallDecisionBatch)
      batch = rollcall_decision_batch_new (action, note_option != NULL ? note_option : "");
  g_autoptr (GAsyncResult) result = NULL;

  if (!add_items (batch, arguments, error))
    return FALSE;
  if (batch->items->len == 0 || !confirm (ctl, action, batch->items->len))
    return TRUE;
  if (!read_revisions (ctl, batch->items, error))
    return FALSE;
  rollcall_client_decide_async (ctl->client, batch, NULL, NULL, NULL, rollcall_ctl_take_result, &result);
  rollcall_ctl_wait (&result);
  g_autoptr (GArray) results = rollcall_client_decide_finish (ctl->client, result, error);
  if (results == NULL)
    return FALSE;
  print_results (ctl, results);
  return TRUE;
}

static gboolean
run_allow (RollcallCtl *ctl, char **arguments, GError **error)
{
  return decide (ctl, ROLLCALL_ACTION_ALLOW, arguments, error);
}

static gboolean
run_block (RollcallCtl *ctl, char **arguments, GError **error)
{
  return decide (ctl, ROLLCALL_ACTION_BLOCK, arguments, error);
}

static gboolean
run_revoke (RollcallCtl *ctl, char **arguments, GError **error)
{
  return decide (ctl, ROLLCALL_ACTION_REVOKE, arguments, error);
}

const RollcallCtlVerb rollcall_ctl_decision_verbs[] = {
  { "allow", N_ ("ID..."), N_ ("Trust these computers' agents; - reads ids from standard input"), allow_entries, 1, -1,
    run_allow },
  { "block", N_ ("ID..."), N_ ("Keep these computers' agents out; - as well"), entries, 1, -1, run_block },
  { "revoke", N_ ("ID..."), N_ ("Take trust away from these computers' agents; - as well"), entries, 1, -1,
    run_revoke },
  { NULL },
};
