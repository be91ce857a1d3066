/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include "rollcall-export.h"

static char *format_option;

static const GOptionEntry entries[] = {
  { "format", 0, 0, G_OPTION_ARG_STRING, &format_option, N_ ("csv, json, xml or html"), N_ ("FORMAT") },
  { NULL },
};

/* A row's members, in API.md's order; their names are the titles, for programs read them too. */
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
  "decided_by",
  "decided_at",
  "note",
  "first_requested",
  "last_requested",
  "request_count",
  "last_contact",
  "revocation_seen_at",
  "purge_after",
};

static const struct
{
  const char *name;
  RollcallExportFormat format;
} formats[] = {
  { "csv", ROLLCALL_EXPORT_CSV },
  { "json", ROLLCALL_EXPORT_JSON },
  { "xml", ROLLCALL_EXPORT_XML },
  { "html", ROLLCALL_EXPORT_HTML },
};

/* Returns: (transfer full) */
static RollcallExport *
new_export (RollcallCtl *ctl, RollcallExportFormat format)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (RollcallExportColumn));
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%FT%TZ");
  g_autofree char *made = g_strdup_printf ("%s, %s", time, rollcall_client_get_server (ctl->client));

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      RollcallExportColumn column = { .field = fields[i], .title = fields[i] };
      g_array_append_val (columns, column);
    }
  return rollcall_export_new (format, _ ("Agent Registration Status"), made, NULL, columns);
}

typedef struct
{
  RollcallExport *export;
  RollcallCtlFile *file;
} Writing;

static gboolean
write_page (JsonArray *items, gpointer user_data, GError **error)
{
  Writing *writing = user_data;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (RollcallRegistration)
          row = rollcall_registration_from_json (json_array_get_element (items, i), &local);
      if (row == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("the service's row cannot be read: %s"),
                       local->message);
          return FALSE;
        }
      rollcall_export_append_row (writing->export, row, text);
    }
  return rollcall_ctl_file_write (writing->file, text->str, error);
}

static gboolean
find_format (RollcallExportFormat *format, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (format_option, formats[i].name) == 0)
      {
        *format = formats[i].format;
        return TRUE;
      }
  if (g_strcmp0 (format_option, "xlsx") == 0)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("xlsx is not written yet; a spreadsheet opens csv"));
  else
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("--format FORMAT is needed: csv, json, xml or html"));
  return FALSE;
}

static gboolean
run_export (RollcallCtl *ctl, char **arguments, GError **error)
{
  RollcallExportFormat format;

  if (!find_format (&format, error))
    return FALSE;
  g_autoptr (RollcallExport) export = new_export (ctl, format);
  g_autoptr (GString) head = g_string_new (NULL), foot = g_string_new (NULL);
  g_autoptr (RollcallCtlFile) file = rollcall_ctl_file_new (arguments[0], FALSE, error);
  Writing writing = { export, file };
  rollcall_export_append_head (export, head);
  rollcall_export_append_foot (export, foot);
  return file != NULL && rollcall_ctl_file_write (file, head->str, error) &&
         rollcall_ctl_each_page (ctl, "/v1/registrations?sort=id", write_page, &writing, error) &&
         rollcall_ctl_file_write (file, foot->str, error) && rollcall_ctl_file_finish (file, error);
}

const RollcallCtlVerb rollcall_ctl_export_verbs[] = {
  { "export", N_ ("FILE"), N_ ("Write all registrations to a file"), entries, 1, 1, run_export },
  { NULL },
};
