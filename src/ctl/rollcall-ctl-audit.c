/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

/* An event is a row's worth of text; no line of an export is longer. */
#define LINE_LIMIT ROLLCALL_BODY_LIMIT

static gint64 after_option;
static char *export_option;

static const GOptionEntry entries[] = {
  { "after", 0, 0, G_OPTION_ARG_INT64, &after_option, N_ ("Only the events after this number"), N_ ("NUMBER") },
  { "export", 0, 0, G_OPTION_ARG_FILENAME, &export_option, N_ ("Write all events to a file, one a line"), N_ ("FILE") },
  { NULL },
};

static const RollcallCtlColumn columns[] = {
  { N_ ("Number"), "number", TRUE },
  { N_ ("Time"), "at", TRUE },
  { N_ ("Who"), "actor.name" },
  { N_ ("What"), "kind", TRUE },
  { N_ ("Registration"), "registration" },
  { N_ ("From"), "from" },
  { N_ ("To"), "to" },
  { N_ ("Note"), "note" },
};

static gboolean
write_events (JsonArray *items, gpointer user_data, GError **error)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_autofree char *line = rollcall_ctl_json_to_line (json_array_get_element (items, i));
      if (!rollcall_ctl_file_write (user_data, line, error) || !rollcall_ctl_file_write (user_data, "\n", error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
export_events (RollcallCtl *ctl, GError **error)
{
  g_autoptr (RollcallCtlFile) file = rollcall_ctl_file_new (export_option, TRUE, error);

  return file != NULL && rollcall_ctl_each_page (ctl, "/v1/audit", write_events, file, error) &&
         rollcall_ctl_file_finish (file, error);
}

static gboolean
run_audit (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *path = NULL;

  if (export_option != NULL && (arguments[0] != NULL || after_option != 0))
    {
      /* a part of the chain could not be verified */
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("--export writes the whole history"));
      return FALSE;
    }
  if (export_option != NULL)
    return export_events (ctl, error);
  if (arguments[0] != NULL)
    path = rollcall_ctl_path_of_id ("registrations", arguments[0], "/audit", error);
  else
    path = g_strdup_printf ("/v1/audit?after=%" G_GINT64_FORMAT, MAX (after_option, 0));
  return path != NULL && rollcall_ctl_list (ctl, path, columns, G_N_ELEMENTS (columns), error);
}

/* R26: how far the chain was followed. */
typedef struct
{
  gint64 number;
  char hash[65]; /* of that event */
  char *broken;  /* (nullable) what is wrong at the first broken link */
} Chain;

/* Whatever members an event has, also of a later version, all are under its hash but the hash itself. */
static char *
compute_hash (const char *previous, JsonNode *event)
{
  g_autoptr (JsonNode) bare = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_node_take_object (bare, object);
  json_object_iter_init_ordered (&iter, json_node_get_object (event));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    if (!g_str_equal (name, "hash"))
      json_object_set_member (object, name, json_node_copy (member));
  g_autofree char *canonical = rollcall_json_canonical (bare);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) previous, -1);
  g_checksum_update (checksum, (const guchar *) canonical, -1);
  return g_strdup (g_checksum_get_string (checksum));
}

/* FALSE at the first broken link. */
static gboolean
follow (Chain *chain, JsonNode *event)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (event, TRUE);
  gint64 number = rollcall_reader_integer (reader, "number", 1, G_MAXINT64);
  g_autofree char *said = g_strdup (rollcall_reader_string (reader, "hash", 0, ROLLCALL_STRING_LIMIT));
  g_autoptr (GError) error = NULL;

  if (!rollcall_reader_finish (reader, &error))
    chain->broken = g_strdup_printf (_ ("what comes after event %" G_GINT64_FORMAT " is no event: %s"), chain->number,
                                     error->message);
  else if (number > chain->number + 1)
    chain->broken = g_strdup_printf (_ ("event %" G_GINT64_FORMAT " is not in its place: after event %" G_GINT64_FORMAT
                                        " comes event %" G_GINT64_FORMAT),
                                     chain->number + 1, chain->number, number);
  else if (number <= chain->number)
    chain->broken = g_strdup_printf (_ ("event %" G_GINT64_FORMAT " comes again after event %" G_GINT64_FORMAT), number,
                                     chain->number);
  if (chain->broken != NULL)
    return FALSE;

  g_autofree char *hash = compute_hash (chain->hash, event);
  if (g_strcmp0 (hash, said) != 0)
    {
      chain->broken = g_strdup_printf (_ ("event %" G_GINT64_FORMAT " does not follow from what comes before it"),
                                       number);
      return FALSE;
    }
  chain->number = number;
  g_strlcpy (chain->hash, hash, sizeof chain->hash);
  return TRUE;
}

/* Stops the pages by an error of its own at the first broken link: run_verify() tells what it was. */
static gboolean
follow_page (JsonArray *items, gpointer user_data, GError **error)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    if (!follow (user_data, json_array_get_element (items, i)))
      {
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the chain is broken");
        return FALSE;
      }
  return TRUE;
}

static gboolean
follow_file (Chain *chain, const char *path, GError **error)
{
  g_autoptr (GFile) location = g_file_new_for_commandline_arg (path);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GFileInputStream) input = g_file_read (location, NULL, &cause);
  g_autoptr (GDataInputStream) lines = NULL;
  char *text;
  gsize length;

  if (input != NULL)
    {
      lines = g_data_input_stream_new (G_INPUT_STREAM (input));
      while (chain->broken == NULL && (text = g_data_input_stream_read_line (lines, &length, NULL, &cause)) != NULL)
        {
          g_autofree char *line = text;
          g_autoptr (JsonNode) event = length <= LINE_LIMIT ? rollcall_json_parse (line, length, NULL) : NULL;
          if (event == NULL)
            chain->broken = g_strdup_printf (_ ("what comes after event %" G_GINT64_FORMAT " is no event"),
                                             chain->number);
          else
            follow (chain, event);
        }
    }
  if (cause == NULL)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, cause->message);
  return FALSE;
}

static gboolean
run_verify (RollcallCtl *ctl, char **arguments, GError **error)
{
  Chain chain = { .hash = ROLLCALL_FIRST_PREVIOUS_HASH };
  g_autoptr (GError) local = NULL;

  if (arguments[0] != NULL)
    follow_file (&chain, arguments[0], &local);
  else
    rollcall_ctl_each_page (ctl, "/v1/audit", follow_page, &chain, &local);
  g_autofree char *broken = chain.broken;
  if (broken != NULL)
    {
      g_printerr ("rollcallctl: %s: %s\n", _ ("The audit history is broken"), broken);
      ctl->exit = ROLLCALL_CTL_REFUSED;
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  /* A history cut off at its end is whole as far as it goes: these two tell two histories apart. */
  g_print (_ ("The audit history is whole: %" G_GINT64_FORMAT " events, the last hash %s\n"), chain.number, chain.hash);
  return TRUE;
}

const RollcallCtlVerb rollcall_ctl_audit_verbs[] = {
  { .name = "audit",
    .arguments = "[ID]",
    .summary = N_ ("List the audit history, of one registration or of all"),
    .entries = entries,
    .maximum = 1,
    .run = run_audit },
  { .name = "audit verify",
    .arguments = "[FILE]",
    .summary = N_ ("Check the chain of the audit history, the service's or an exported one"),
    .maximum = 1,
    .run = run_verify,
    .needs_no_service = TRUE },
  { NULL },
};
