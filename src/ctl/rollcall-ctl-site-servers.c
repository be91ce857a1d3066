/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

static const RollcallCtlColumn columns[] = {
  { N_ ("ID"), "id" },
  { N_ ("Name"), "name" },
  { N_ ("Full name"), "fqdn" },
};

static gboolean
run_list (RollcallCtl *ctl, char **arguments, GError **error)
{
  return rollcall_ctl_list (ctl, "/v1/site-servers", columns, G_N_ELEMENTS (columns), error);
}

static gboolean
set_role (RollcallCtl *ctl, const char *method, const char *id, GError **error)
{
  g_autofree char *path = rollcall_ctl_path_of_id ("registrations", id, "/site-server", error);
  return path != NULL && rollcall_ctl_ask (ctl, method, path, NULL, NULL, error);
}

static gboolean
run_add (RollcallCtl *ctl, char **arguments, GError **error)
{
  return set_role (ctl, "PUT", arguments[0], error);
}

static gboolean
run_remove (RollcallCtl *ctl, char **arguments, GError **error)
{
  return set_role (ctl, "DELETE", arguments[0], error);
}

const RollcallCtlVerb rollcall_ctl_site_server_verbs[] = {
  { "site-server list", NULL, N_ ("List the site servers"), NULL, 0, 0, run_list },
  { "site-server add", N_ ("ID"), N_ ("Make an Allowed computer a site server"), NULL, 1, 1, run_add },
  { "site-server remove", N_ ("ID"), N_ ("Take the role away again"), NULL, 1, 1, run_remove },
  { NULL },
};
