/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#define SETTINGS "/v1/settings/purging"

static const RollcallCtlColumn facts[] = {
  { N_ ("On"), "enabled" },
  { N_ ("Blocked rows leave after"), "blocked_after" },
  { N_ ("Last run"), "last_run.at" },
  { N_ ("Removed then"), "last_run.removed" },
};

static const RollcallCtlColumn preview_facts[] = { { N_ ("Would remove"), "would_remove" } };
static const RollcallCtlColumn run_facts[] = { { N_ ("Removed"), "removed" } };

/* Returns: (transfer full) */
static char *
get_period (RollcallCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) settings = rollcall_ctl_get (ctl, SETTINGS, error);
  return settings != NULL ? rollcall_ctl_get_text (json_node_get_object (settings), "blocked_after") : NULL;
}

static gboolean
run_preview (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *period = arguments[0] != NULL ? g_strdup (arguments[0]) : get_period (ctl, error);
  g_autoptr (JsonNode) answer = NULL;

  if (period == NULL)
    return FALSE;
  g_autofree char *escaped = g_uri_escape_string (period, NULL, FALSE);
  g_autofree char *path = g_strconcat (SETTINGS "/preview?blocked_after=", escaped, NULL);
  if (!rollcall_ctl_ask (ctl, "GET", path, NULL, &answer, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (answer), preview_facts, G_N_ELEMENTS (preview_facts));
  return TRUE;
}

static gboolean
run_run (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  if (!rollcall_ctl_ask (ctl, "POST", "/v1/maintenance/purge", NULL, &answer, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (answer), run_facts, G_N_ELEMENTS (run_facts));
  return TRUE;
}

static gboolean
run_set (RollcallCtl *ctl, char **arguments, GError **error)
{
  gboolean never = g_str_equal (arguments[0], "never");
  /* the period is kept for the day when purging is turned on again */
  g_autofree char *period = never ? get_period (ctl, error) : g_strdup (arguments[0]);
  g_autoptr (JsonNode) answer = NULL;

  if (period == NULL)
    return FALSE;
  JsonObject *settings = json_object_new ();
  json_object_set_boolean_member (settings, "enabled", !never);
  json_object_set_string_member (settings, "blocked_after", period);
  if (!rollcall_ctl_ask (ctl, "PUT", SETTINGS, rollcall_ctl_node_new (settings), &answer, error))
    return FALSE;
  if (!ctl->json)
    rollcall_ctl_print_facts (json_node_get_object (answer), facts, G_N_ELEMENTS (facts));
  return TRUE;
}

const RollcallCtlVerb rollcall_ctl_purging_verbs[] = {
  { "purge preview", N_ ("[PERIOD]"), N_ ("Tell how many rows a period (P3M) would remove now"), NULL, 0, 1,
    run_preview },
  { "purge run", NULL, N_ ("Purge now"), NULL, 0, 0, run_run },
  { "purge set", N_ ("PERIOD|never"), N_ ("Set after what period Blocked rows leave the list"), NULL, 1, 1, run_set },
  { NULL },
};
