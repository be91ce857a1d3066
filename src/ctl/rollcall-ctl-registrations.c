/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

static char *status_option;
static char *query_option;
static char *sort_option;

static const GOptionEntry list_entries[] = {
  { "status", 0, 0, G_OPTION_ARG_STRING, &status_option,
    N_ ("Only these: pending, allowed, blocked, revoked, with commas between"), N_ ("STATUS") },
  { "query", 0, 0, G_OPTION_ARG_STRING, &query_option, N_ ("Only rows with this text"), N_ ("TEXT") },
  { "sort", 0, 0, G_OPTION_ARG_STRING, &sort_option, N_ ("Order by this field; a minus before it: descending"),
    N_ ("FIELD") },
  { NULL },
};

static const RollcallCtlColumn columns[] = {
  { N_ ("ID"), "id", TRUE }, { N_ ("Status"), "status", TRUE }, { N_ ("Trust"), "trust", TRUE },
  { N_ ("Name"), "name" },   { N_ ("Domain"), "domain" },       { N_ ("User"), "user" },
  { N_ ("Address"), "ips" }, { N_ ("Advice"), "advice" },       { N_ ("Last request"), "last_requested", TRUE },
};

static const RollcallCtlColumn facts[] = {
  { N_ ("ID"), "id" },
  { N_ ("Revision"), "revision" },
  { N_ ("Status"), "status" },
  { N_ ("Trust"), "trust" },
  { N_ ("Origin"), "origin" },
  { N_ ("Name"), "name" },
  { N_ ("Domain"), "domain" },
  { N_ ("Full name"), "fqdn" },
  { N_ ("Operating system"), "os" },
  { N_ ("User"), "user" },
  { N_ ("IP addresses"), "ips" },
  { N_ ("MAC addresses"), "macs" },
  { N_ ("Agent version"), "agent_version" },
  { N_ ("Key"), "fingerprint" },
  { N_ ("Key changes"), "key_changes" },
  { N_ ("Resource"), "resource_id" },
  { N_ ("Duplicate of"), "duplicate_of" },
  { N_ ("Duplicates"), "duplicates" },
  { N_ ("Advice"), "advice" },
  { N_ ("Site server"), "site_server" },
  { N_ ("Decided by"), "decided_by.name" },
  { N_ ("Decided at"), "decided_at" },
  { N_ ("Note"), "note" },
  { N_ ("First request"), "first_requested" },
  { N_ ("Last request"), "last_requested" },
  { N_ ("Requests"), "request_count" },
  { N_ ("Last contact"), "last_contact" },
  { N_ ("Revocation seen"), "revocation_seen_at" },
  { N_ ("Purged after"), "purge_after" },
};

static const RollcallCtlColumn key_columns[] = {
  { N_ ("Key"), "fingerprint" },
  { N_ ("State"), "state" },
  { N_ ("First seen"), "first_seen" },
  { N_ ("Last seen"), "last_seen" },
};

static const RollcallCtlColumn resource_key_columns[] = {
  { N_ ("Resource key"), "type" },
  { N_ ("Value"), "value" },
};

static void
append_parameter (GString *path, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (path, "%c%s=", strchr (path->str, '?') != NULL ? '&' : '?', name);
  g_string_append_uri_escaped (path, value, NULL, FALSE);
}

static gboolean
run_list (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (GString) path = g_string_new ("/v1/registrations");

  append_parameter (path, "status", status_option);
  append_parameter (path, "q", query_option);
  append_parameter (path, "sort", sort_option);
  return rollcall_ctl_list (ctl, path->str, columns, G_N_ELEMENTS (columns), error);
}

void
rollcall_ctl_print_sample (JsonObject *object)
{
  rollcall_ctl_print_objects (object, "sample", columns, G_N_ELEMENTS (columns));
}

static gboolean
run_show (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *path = rollcall_ctl_path_of_id ("registrations", arguments[0], "", error);
  g_autoptr (JsonNode) node = path != NULL ? rollcall_ctl_get (ctl, path, error) : NULL;

  if (node == NULL)
    return FALSE;
  if (ctl->json)
    {
      rollcall_ctl_print_json (node);
      return TRUE;
    }
  JsonObject *row = json_node_get_object (node);
  rollcall_ctl_print_facts (row, facts, G_N_ELEMENTS (facts));
  rollcall_ctl_print_objects (row, "keys", key_columns, G_N_ELEMENTS (key_columns));
  rollcall_ctl_print_objects (row, "resource_keys", resource_key_columns, G_N_ELEMENTS (resource_key_columns));
  return TRUE;
}

const RollcallCtlVerb rollcall_ctl_registration_verbs[] = {
  { .name = "list", .summary = N_ ("List the registrations"), .entries = list_entries, .run = run_list },
  { .name = "show",
    .arguments = "ID",
    .summary = N_ ("Show one registration with its keys"),
    .minimum = 1,
    .maximum = 1,
    .run = run_show },
  { NULL },
};
