/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include "rollcall-plain-text.h"

static char *format_option;

static const GOptionEntry export_entries[] = {
  { "format", 0, 0, G_OPTION_ARG_STRING, &format_option, N_ ("csv or json"), N_ ("FORMAT") },
  { NULL },
};

/* A row's members, in API.md's order. */
static const char *const fields[] = {
  "id",
  "revision",
  "status",
  "trust",
  "origin",
  "name",
  "domain",
  "fqdn",
  "os",
  "user",
  "ips",
  "macs",
  "agent_version",
  "fingerprint",
  "key_changes",
  "resource_id",
  "duplicate_of",
  "advice",
  "site_server",
  "decided_by.kind",
  "decided_by.name",
  "decided_at",
  "note",
  "first_requested",
  "last_requested",
  "request_count",
  "last_contact",
  "revocation_seen_at",
  "purge_after",
};

static gboolean
write_csv_titles (RollcallCtlFile *file, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_string_append (line, i > 0 ? "," : "");
      rollcall_csv_append_field (line, fields[i]);
    }
  g_string_append (line, "\r\n");
  return rollcall_ctl_file_write (file, line->str, error);
}

static gboolean
write_csv_page (JsonArray *items, gpointer user_data, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint row = 0; row < json_array_get_length (items); row++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
        {
          g_autofree char *text = rollcall_ctl_get_text (json_array_get_object_element (items, row), fields[i]);
          g_string_append (lines, i > 0 ? "," : "");
          rollcall_csv_append_field (lines, text);
        }
      g_string_append (lines, "\r\n");
    }
  return rollcall_ctl_file_write (user_data, lines->str, error);
}

typedef struct
{
  RollcallCtlFile *file;
  gboolean comma;
} JsonExport;

static gboolean
write_json_page (JsonArray *items, gpointer user_data, GError **error)
{
  JsonExport *export = user_data;

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_autofree char *line = rollcall_ctl_json_to_line (json_array_get_element (items, i));
      if (!rollcall_ctl_file_write (export->file, export->comma ? ",\n" : "\n", error) ||
          !rollcall_ctl_file_write (export->file, line, error))
        return FALSE;
      export->comma = TRUE;
    }
  return TRUE;
}

static gboolean
write_json (RollcallCtl *ctl, RollcallCtlFile *file, const char *path, GError **error)
{
  JsonExport export = { .file = file };

  return rollcall_ctl_file_write (file, "[", error) &&
         rollcall_ctl_each_page (ctl, path, write_json_page, &export, error) &&
         rollcall_ctl_file_write (file, "\n]\n", error);
}

static gboolean
run_export (RollcallCtl *ctl, char **arguments, GError **error)
{
  static const char path[] = "/v1/registrations?sort=id";
  gboolean csv = g_strcmp0 (format_option, "csv") == 0;

  if (!csv && g_strcmp0 (format_option, "json") != 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _ ("--format csv or --format json is needed"));
      return FALSE;
    }
  g_autoptr (RollcallCtlFile) file = rollcall_ctl_file_new (arguments[0], FALSE, error);
  if (file == NULL)
    return FALSE;
  if (csv && (!write_csv_titles (file, error) || !rollcall_ctl_each_page (ctl, path, write_csv_page, file, error)))
    return FALSE;
  if (!csv && !write_json (ctl, file, path, error))
    return FALSE;
  return rollcall_ctl_file_finish (file, error);
}

static gboolean
run_backup (RollcallCtl *ctl, char **arguments, GError **error)
{
  /* keys' fingerprints, notes and the hashes of tokens: nobody else's */
  g_autoptr (RollcallCtlFile) file = rollcall_ctl_file_new (arguments[0], TRUE, error);
  g_autoptr (GAsyncResult) result = NULL;

  if (file == NULL)
    return FALSE;
  rollcall_client_download_async (ctl->client, "/v1/backup", rollcall_ctl_file_get_stream (file), NULL,
                                  rollcall_ctl_take_result, &result);
  rollcall_ctl_wait (&result);
  return rollcall_client_download_finish (ctl->client, result, error) && rollcall_ctl_file_finish (file, error);
}

const RollcallCtlVerb rollcall_ctl_file_verbs[] = {
  { "export", N_ ("FILE"), N_ ("Write all registrations to a file"), export_entries, 1, 1, run_export },
  { "backup", N_ ("FILE"), N_ ("Write the service's whole store to a file"), NULL, 1, 1, run_backup },
  { NULL },
};
