/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-words.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"

const char *
rollcall_words_status (RollcallStatus status)
{
  switch (status)
    {
    case ROLLCALL_STATUS_PENDING:
      return C_ ("status", "Pending");
    case ROLLCALL_STATUS_ALLOWED:
      return C_ ("status", "Allowed");
    case ROLLCALL_STATUS_BLOCKED:
      return C_ ("status", "Blocked");
    case ROLLCALL_STATUS_REVOKED:
      return C_ ("status", "Revoked");
    }
  g_return_val_if_reached ("");
}

const char *
rollcall_words_status_icon (RollcallStatus status)
{
  static const char *const names[ROLLCALL_N_STATUSES] = {
    [ROLLCALL_STATUS_PENDING] = "rollcall-pending-symbolic",
    [ROLLCALL_STATUS_ALLOWED] = "rollcall-allowed-symbolic",
    [ROLLCALL_STATUS_BLOCKED] = "rollcall-blocked-symbolic",
    [ROLLCALL_STATUS_REVOKED] = "rollcall-revoked-symbolic",
  };
  return names[status];
}

const char *
rollcall_words_status_style (RollcallStatus status)
{
  static const char *const classes[ROLLCALL_N_STATUSES] = {
    [ROLLCALL_STATUS_PENDING] = "pending",
    [ROLLCALL_STATUS_ALLOWED] = "allowed",
    [ROLLCALL_STATUS_BLOCKED] = "blocked",
    [ROLLCALL_STATUS_REVOKED] = "revoked",
  };
  return classes[status];
}

const char *
rollcall_words_trust (RollcallTrust trust)
{
  switch (trust)
    {
    case ROLLCALL_TRUST_NONE:
      return C_ ("trust", "None");
    case ROLLCALL_TRUST_AWAITING_REQUEST:
      return C_ ("trust", "At Next Request");
    case ROLLCALL_TRUST_GRANTED:
      return C_ ("trust", "Granted");
    case ROLLCALL_TRUST_REVOKED:
      return C_ ("trust", "Revoked");
    }
  g_return_val_if_reached ("");
}

const char *
rollcall_words_advice (RollcallAdvice advice)
{
  switch (advice)
    {
    case ROLLCALL_ADVICE_NONE:
      return "";
    case ROLLCALL_ADVICE_REINSTALL:
      return C_ ("advice", "Reinstall");
    case ROLLCALL_ADVICE_CLONE:
      return C_ ("advice", "Clone");
    case ROLLCALL_ADVICE_CONFLICT:
      return C_ ("advice", "Conflict");
    }
  g_return_val_if_reached ("");
}

const char *
rollcall_words_advice_meaning (RollcallAdvice advice)
{
  switch (advice)
    {
    case ROLLCALL_ADVICE_NONE:
      return "";
    case ROLLCALL_ADVICE_REINSTALL:
      return _ ("The known key has been silent since this one asked. It looks like the same computer, installed anew.");
    case ROLLCALL_ADVICE_CLONE:
      return _ ("Another key or other facts were used at the same time. It looks like a second computer, or a copied "
                "disk.");
    case ROLLCALL_ADVICE_CONFLICT:
      return _ ("It has the marks of several computers. Which one it is must be named to allow it.");
    }
  g_return_val_if_reached ("");
}

const char *
rollcall_words_key_state (RollcallKeyState state)
{
  switch (state)
    {
    case ROLLCALL_KEY_CURRENT:
      return C_ ("key", "current");
    case ROLLCALL_KEY_REPLACED:
      return C_ ("key", "replaced");
    case ROLLCALL_KEY_REVOKED:
      return C_ ("key", "revoked");
    }
  g_return_val_if_reached ("");
}

char *
rollcall_words_decided_by (RollcallDeciderKind kind, const char *name)
{
  g_autofree char *plain = rollcall_text_make_plain (name);

  switch (kind)
    {
    case ROLLCALL_DECIDER_NONE:
      return g_strdup ("");
    case ROLLCALL_DECIDER_POLICY:
      /* Translators: %s is the name of a registration policy */
      return g_strdup_printf (C_ ("decided by", "Policy “%s”"), plain);
    case ROLLCALL_DECIDER_PUSH:
      /* Translators: by a push installation that %s began */
      return g_strdup_printf (C_ ("decided by", "%s (push)"), plain);
    case ROLLCALL_DECIDER_PERSON:
      return g_steal_pointer (&plain);
    }
  g_return_val_if_reached (g_strdup (""));
}

const char *
rollcall_words_refusal (RollcallRefusal refusal)
{
  switch (refusal)
    {
    case ROLLCALL_REFUSAL_NONE:
      return "";
    case ROLLCALL_REFUSAL_NOT_APPLICABLE:
      return _ ("Its status does not take this decision.");
    case ROLLCALL_REFUSAL_CHANGED:
      return _ ("It changed since you looked at it. Look again, then decide.");
    case ROLLCALL_REFUSAL_NOT_FOUND:
      return _ ("It is no longer in the list.");
    case ROLLCALL_REFUSAL_NEEDS_RESOURCE:
      return _ ("It matches several computers: which one it is must be named. Use rollcallctl allow --resource.");
    }
  g_return_val_if_reached ("");
}

const char *
rollcall_words_action (RollcallAction action)
{
  switch (action)
    {
    case ROLLCALL_ACTION_ALLOW:
      return C_ ("action", "Allow");
    case ROLLCALL_ACTION_BLOCK:
      return C_ ("action", "Block");
    case ROLLCALL_ACTION_REVOKE:
      return C_ ("action", "Revoke");
    }
  g_return_val_if_reached ("");
}

RollcallStatus
rollcall_words_action_result (RollcallAction action)
{
  static const RollcallStatus results[ROLLCALL_N_ACTIONS] = {
    [ROLLCALL_ACTION_ALLOW] = ROLLCALL_STATUS_ALLOWED,
    [ROLLCALL_ACTION_BLOCK] = ROLLCALL_STATUS_BLOCKED,
    [ROLLCALL_ACTION_REVOKE] = ROLLCALL_STATUS_REVOKED,
  };
  return results[action];
}

static char *
format_time (gint64 milliseconds, const char *format)
{
  g_autoptr (GDateTime) utc = milliseconds != 0 ? g_date_time_new_from_unix_utc_usec (milliseconds * 1000) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, format) : g_strdup ("");
}

char *
rollcall_words_time (gint64 milliseconds)
{
  /* Translators: a date and a time of day, short, the same length in every row */
  return format_time (milliseconds, C_ ("time", "%Y-%m-%d %H:%M"));
}

char *
rollcall_words_exact_time (gint64 milliseconds)
{
  /* Translators: a date, a time of day with seconds, and the time zone */
  return format_time (milliseconds, C_ ("exact time", "%A, %-d %B %Y, %H:%M:%S %Z"));
}

char *
rollcall_words_age (gint64 milliseconds, gint64 now)
{
  gint64 minutes = (now - milliseconds) / (60 * 1000);
  gboolean ahead = minutes < 0;
  gulong n;

  if (minutes == 0)
    return g_strdup (C_ ("age", "just now"));
  minutes = ABS (minutes);
  if (minutes < 60)
    {
      n = (gulong) minutes;
      return g_strdup_printf (ahead ? g_dngettext (GETTEXT_PACKAGE, "in %lu minute", "in %lu minutes", n)
                                    : g_dngettext (GETTEXT_PACKAGE, "%lu minute ago", "%lu minutes ago", n),
                              n);
    }
  if (minutes < 48 * 60)
    {
      n = (gulong) minutes / 60;
      return g_strdup_printf (ahead ? g_dngettext (GETTEXT_PACKAGE, "in %lu hour", "in %lu hours", n)
                                    : g_dngettext (GETTEXT_PACKAGE, "%lu hour ago", "%lu hours ago", n),
                              n);
    }
  n = (gulong) minutes / (24 * 60);
  return g_strdup_printf (ahead ? g_dngettext (GETTEXT_PACKAGE, "in %lu day", "in %lu days", n)
                                : g_dngettext (GETTEXT_PACKAGE, "%lu day ago", "%lu days ago", n),
                          n);
}
