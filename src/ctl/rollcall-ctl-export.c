/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include "rollcall-plain-text.h"

static char *format_option;

static const GOptionEntry entries[] = {
  { "format", 0, 0, G_OPTION_ARG_STRING, &format_option, N_ ("csv, json, xml or html"), N_ ("FORMAT") },
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

/* C7: whatever an agent said is text in each of them. */
typedef struct
{
  const char *name;
  const char *begin, *end;
  void (*append_titles) (GString *text); /* (nullable) */
  void (*append_row) (GString *text, JsonNode *row, gboolean first);
} Format;

static void
append_csv_titles (GString *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_string_append (text, i > 0 ? "," : "");
      rollcall_csv_append_field (text, fields[i]);
    }
  g_string_append (text, "\r\n");
}

static void
append_csv_row (GString *text, JsonNode *row, gboolean first)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = rollcall_ctl_get_text (json_node_get_object (row), fields[i]);
      g_string_append (text, i > 0 ? "," : "");
      rollcall_csv_append_field (text, value);
    }
  g_string_append (text, "\r\n");
}

static void
append_json_row (GString *text, JsonNode *row, gboolean first)
{
  g_autofree char *line = rollcall_ctl_json_to_line (row);
  g_string_append_printf (text, "%s%s", first ? "\n" : ",\n", line);
}

/* Markup's own characters escaped, and no others that XML 1.0 forbids. Returns: (transfer full) */
static char *
get_markup (JsonNode *row, const char *field)
{
  g_autofree char *value = rollcall_ctl_get_text (json_node_get_object (row), field);
  g_autofree char *plain = rollcall_text_make_plain (value);

  for (char *at = plain; *at != '\0'; at = g_utf8_next_char (at))
    if (g_utf8_get_char (at) == 0xfffe || g_utf8_get_char (at) == 0xffff)
      memcpy (at, "\357\277\275", 3); /* U+FFFD is as long */
  return g_markup_escape_text (plain, -1);
}

static void
append_xml_row (GString *text, JsonNode *row, gboolean first)
{
  g_string_append (text, "  <registration>\n");
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (fields[i]), ".", '_');
      g_autofree char *value = get_markup (row, fields[i]);
      g_string_append_printf (text, "    <%s>%s</%s>\n", name, value, name);
    }
  g_string_append (text, "  </registration>\n");
}

static void
append_html_titles (GString *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_string_append_printf (text, "<th>%s", fields[i]);
  g_string_append (text, "\n<tbody>\n");
}

static void
append_html_row (GString *text, JsonNode *row, gboolean first)
{
  g_string_append (text, "<tr>");
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = get_markup (row, fields[i]);
      g_string_append_printf (text, "<td dir=auto>%s", value);
    }
  g_string_append_c (text, '\n');
}

static const Format formats[] = {
  { "csv", "", "", append_csv_titles, append_csv_row },
  { "json", "[", "\n]\n", NULL, append_json_row },
  { "xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<registrations>\n", "</registrations>\n", NULL,
    append_xml_row },
  { "html",
    "<!doctype html>\n<meta charset=utf-8>\n<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n<title>Rollcall</title>\n<style>table { border-collapse: collapse } td, th { "
    "border: "
    "1px solid; padding: 0.2em 0.5em; text-align: start }</style>\n<table>\n<thead><tr>",
    "</table>\n", append_html_titles, append_html_row },
};

typedef struct
{
  const Format *format;
  RollcallCtlFile *file;
  gboolean begun;
} Export;

static gboolean
write_page (JsonArray *items, gpointer user_data, GError **error)
{
  Export *export = user_data;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      export->format->append_row (text, json_array_get_element (items, i), !export->begun);
      export->begun = TRUE;
    }
  return rollcall_ctl_file_write (export->file, text->str, error);
}

static const Format *
find_format (GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (format_option, formats[i].name) == 0)
      return &formats[i];
  if (g_strcmp0 (format_option, "xlsx") == 0)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("xlsx is not written yet; a spreadsheet opens csv"));
  else
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("--format FORMAT is needed: csv, json, xml or html"));
  return NULL;
}

static gboolean
run_export (RollcallCtl *ctl, char **arguments, GError **error)
{
  Export export = { .format = find_format (error) };
  g_autoptr (GString) head = NULL;

  if (export.format == NULL)
    return FALSE;
  g_autoptr (RollcallCtlFile) file = rollcall_ctl_file_new (arguments[0], FALSE, error);
  if (file == NULL)
    return FALSE;
  export.file = file;
  head = g_string_new (export.format->begin);
  if (export.format->append_titles != NULL)
    export.format->append_titles (head);
  return rollcall_ctl_file_write (file, head->str, error) &&
         rollcall_ctl_each_page (ctl, "/v1/registrations?sort=id", write_page, &export, error) &&
         rollcall_ctl_file_write (file, export.format->end, error) && rollcall_ctl_file_finish (file, error);
}

const RollcallCtlVerb rollcall_ctl_export_verbs[] = {
  { "export", N_ ("FILE"), N_ ("Write all registrations to a file"), entries, 1, 1, run_export },
  { NULL },
};
