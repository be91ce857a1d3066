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

/* What a period (nullable: the one that is set) would remove now. Returns: (transfer full) */
static JsonNode *
get_preview (RollcallCtl *ctl, const char *wanted, GError **error)
{
  g_autofree char *period = wanted != NULL ? g_strdup (wanted) : get_period (ctl, error);

  if (period == NULL)
    return NULL;
  g_autofree char *escaped = g_uri_escape_string (period, NULL, FALSE);
  g_autofree char *path = g_strconcat (SETTINGS "/preview?blocked_after=", escaped, NULL);
  return rollcall_ctl_get (ctl, path, error);
}

static gboolean
run_preview (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) answer = get_preview (ctl, arguments[0], error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    rollcall_ctl_print_json (answer);
  else
    {
      rollcall_ctl_print_facts (json_node_get_object (answer), preview_facts, G_N_ELEMENTS (preview_facts));
      rollcall_ctl_print_sample (json_node_get_object (answer));
    }
  return TRUE;
}

/* Asks with the number of rows, if there is somebody to ask. FALSE without an error where the answer is no. */
static gboolean
confirm_run (RollcallCtl *ctl, GError **error)
{
  if (!rollcall_ctl_asks (ctl))
    return TRUE;
  g_autoptr (JsonNode) preview = get_preview (ctl, NULL, error);
  if (preview == NULL)
    return FALSE;
  g_autofree char *count = rollcall_ctl_get_text (json_node_get_object (preview), "would_remove");
  g_autofree char *question = g_strdup_printf (_ ("Purge now? This many rows leave the list: %s."), count);
  return rollcall_ctl_confirm (ctl, question);
}

static gboolean
run_run (RollcallCtl *ctl, char **arguments, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) local = NULL;

  if (!confirm_run (ctl, &local))
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
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
