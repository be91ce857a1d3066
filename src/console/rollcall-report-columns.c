/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-columns.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"
#include "rollcall-words.h"

/* A cell shows no more than this many bytes of what was said: the start of it. */
#define SHOWN_LIMIT 512

static char *
make_shown (const char *text)
{
  gsize length = strlen (text);
  g_autofree char *start = length > SHOWN_LIMIT ? g_strndup (text, SHOWN_LIMIT) : NULL;

  if (start == NULL)
    return rollcall_text_make_plain (text);
  /* not in the middle of a character */
  gsize end = SHOWN_LIMIT;
  while (end > 0 && (text[end] & 0xc0) == 0x80)
    end--;
  start[end] = '\0';
  g_autofree char *plain = rollcall_text_make_plain (start);
  return g_strconcat (plain, "…", NULL);
}

static char *
make_list (char **texts)
{
  g_autofree char *all = g_strjoinv (", ", texts);
  return make_shown (all);
}

#define TEXT(function, member)                                                                                         \
  static char *function (const RollcallRegistration *row)                                                              \
  {                                                                                                                    \
    return make_shown (row->member);                                                                                   \
  }

TEXT (get_name, computer.name)
TEXT (get_domain, computer.domain)
TEXT (get_os, computer.os)
TEXT (get_user, computer.user)
TEXT (get_agent_version, agent_version)
TEXT (get_note, note)

static char *
get_status (const RollcallRegistration *row)
{
  return g_strdup (rollcall_words_status (row->status));
}

static char *
get_ips (const RollcallRegistration *row)
{
  return make_list (row->computer.ips);
}

static char *
get_advice (const RollcallRegistration *row)
{
  return g_strdup (rollcall_words_advice (row->advice));
}

static char *
get_last_requested (const RollcallRegistration *row)
{
  return rollcall_words_time (row->last_requested);
}

static char *
get_first_requested (const RollcallRegistration *row)
{
  return rollcall_words_time (row->first_requested);
}

static char *
get_request_count (const RollcallRegistration *row)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, row->request_count);
}

static char *
get_decided_by (const RollcallRegistration *row)
{
  g_autofree char *name = make_shown (row->decided_by_name);
  return rollcall_words_decided_by (row->decided_by, name);
}

static char *
get_site_server (const RollcallRegistration *row)
{
  return g_strdup (row->site_server ? C_ ("site server", "Yes") : "");
}

const RollcallReportColumn rollcall_report_columns[] = {
  { "name", NC_ ("column", "Name"), 180, TRUE, FALSE, get_name },
  { "status", NC_ ("column", "Status"), 110, FALSE, FALSE, get_status },
  { "domain", NC_ ("column", "Domain"), 150, FALSE, FALSE, get_domain },
  { "ips", NC_ ("column", "IP Addresses"), 130, FALSE, FALSE, get_ips },
  { "os", NC_ ("column", "Operating System"), 160, FALSE, FALSE, get_os },
  { "user", NC_ ("column", "User"), 90, FALSE, FALSE, get_user },
  { "advice", NC_ ("column", "Advice"), 90, FALSE, FALSE, get_advice },
  { "last_requested", NC_ ("column", "Last Requested"), 140, FALSE, TRUE, get_last_requested },
  { "request_count", NC_ ("column", "Requests"), 90, FALSE, TRUE, get_request_count },
  { "decided_by", NC_ ("column", "Decided By"), 160, FALSE, FALSE, get_decided_by },
  { "note", NC_ ("column", "Note"), 200, FALSE, FALSE, get_note },
  { "first_requested", NC_ ("column", "First Requested"), 140, FALSE, TRUE, get_first_requested },
  { "agent_version", NC_ ("column", "Agent Version"), 110, FALSE, FALSE, get_agent_version },
  { "site_server", NC_ ("column", "Site Server"), 100, FALSE, FALSE, get_site_server },
};
const guint rollcall_n_report_columns = G_N_ELEMENTS (rollcall_report_columns);
