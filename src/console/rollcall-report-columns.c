/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-columns.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"
#include "rollcall-words.h"

/* The start of @text, of at most @limit bytes. */
static char *
make_shown (const char *text, gsize limit)
{
  gsize length = strlen (text);
  g_autofree char *start = length > limit ? g_strndup (text, limit) : NULL;

  if (start == NULL)
    return rollcall_text_make_plain (text);
  /* not in the middle of a character */
  gsize end = limit;
  while (end > 0 && (text[end] & 0xc0) == 0x80)
    end--;
  start[end] = '\0';
  g_autofree char *plain = rollcall_text_make_plain (start);
  return g_strconcat (plain, "…", NULL);
}

#define TEXT(function, member)                                                                                         \
  static char *function (const RollcallRegistration *row, gsize limit)                                                 \
  {                                                                                                                    \
    return make_shown (row->member, limit);                                                                            \
  }
#define TEXTS(function, member)                                                                                        \
  static char *function (const RollcallRegistration *row, gsize limit)                                                 \
  {                                                                                                                    \
    g_autofree char *all = g_strjoinv (", ", row->member);                                                             \
    return make_shown (all, limit);                                                                                    \
  }
#define NUMBER(function, member)                                                                                       \
  static char *function (const RollcallRegistration *row, gsize limit)                                                 \
  {                                                                                                                    \
    return g_strdup_printf ("%" G_GINT64_FORMAT, row->member);                                                         \
  }
#define WORD(function, words, member)                                                                                  \
  static char *function (const RollcallRegistration *row, gsize limit)                                                 \
  {                                                                                                                    \
    return g_strdup (words (row->member));                                                                             \
  }
#define TIME(function, member)                                                                                         \
  static char *function (const RollcallRegistration *row, gsize limit)                                                 \
  {                                                                                                                    \
    return rollcall_words_time (row->member);                                                                          \
  }

TEXT (get_name, computer.name)
TEXT (get_domain, computer.domain)
TEXT (get_fqdn, computer.fqdn)
TEXT (get_os, computer.os)
TEXT (get_user, computer.user)
TEXT (get_agent_version, agent_version)
TEXT (get_fingerprint, fingerprint)
TEXT (get_note, note)
TEXTS (get_ips, computer.ips)
TEXTS (get_macs, computer.macs)
NUMBER (get_id, id)
NUMBER (get_request_count, request_count)
NUMBER (get_key_changes, key_changes)
WORD (get_status, rollcall_words_status, status)
WORD (get_trust, rollcall_words_trust, trust)
WORD (get_advice, rollcall_words_advice, advice)
TIME (get_first_requested, first_requested)
TIME (get_last_requested, last_requested)
TIME (get_last_contact, last_contact)
TIME (get_decided_at, decided_at)
TIME (get_revocation_seen_at, revocation_seen_at)
TIME (get_purge_after, purge_after)

static char *
get_decided_by (const RollcallRegistration *row, gsize limit)
{
  g_autofree char *name = make_shown (row->decided_by_name, limit);
  return rollcall_words_decided_by (row->decided_by, name);
}

static char *
get_site_server (const RollcallRegistration *row, gsize limit)
{
  return g_strdup (row->site_server ? C_ ("site server", "Yes") : "");
}

#define AT(member) G_STRUCT_OFFSET (RollcallRegistration, member)

const RollcallReportColumn rollcall_report_columns[] = {
  { "name", NC_ ("column", "Name"), get_name, 180, .shown = TRUE, .expand = TRUE },
  { "status", NC_ ("column", "Status"), get_status, 110, .shown = TRUE },
  { "domain", NC_ ("column", "Domain"), get_domain, 150, .shown = TRUE },
  { "ips", NC_ ("column", "IP Addresses"), get_ips, 130, .shown = TRUE },
  { "os", NC_ ("column", "Operating System"), get_os, 160, .shown = TRUE },
  { "user", NC_ ("column", "User"), get_user, 90, .shown = TRUE },
  { "advice", NC_ ("column", "Advice"), get_advice, 90, .shown = TRUE },
  { "last_requested", NC_ ("column", "Last Requested"), get_last_requested, 140, .shown = TRUE,
    .time = AT (last_requested) },
  { "request_count", NC_ ("column", "Requests"), get_request_count, 90, .shown = TRUE, .numeric = TRUE },
  { "decided_by", NC_ ("column", "Decided By"), get_decided_by, 160, .shown = TRUE },
  { "note", NC_ ("column", "Note"), get_note, 200, .shown = TRUE },
  { "first_requested", NC_ ("column", "First Requested"), get_first_requested, 140, .shown = TRUE,
    .time = AT (first_requested) },
  { "agent_version", NC_ ("column", "Agent Version"), get_agent_version, 110, .shown = TRUE },
  { "site_server", NC_ ("column", "Site Server"), get_site_server, 100, .shown = TRUE },
  { "fqdn", NC_ ("column", "Full Domain Name"), get_fqdn, 200 },
  { "macs", NC_ ("column", "MAC Addresses"), get_macs, 150 },
  { "trust", NC_ ("column", "Trust"), get_trust, 150 },
  { "fingerprint", NC_ ("column", "Key Fingerprint"), get_fingerprint, 200 },
  { "key_changes", NC_ ("column", "Key Changes"), get_key_changes, 110, .numeric = TRUE },
  { "last_contact", NC_ ("column", "Last Contact"), get_last_contact, 140, .time = AT (last_contact) },
  { "decided_at", NC_ ("column", "Decided"), get_decided_at, 140, .time = AT (decided_at) },
  { "revocation_seen_at", NC_ ("column", "Learned of Revocation"), get_revocation_seen_at, 170,
    .time = AT (revocation_seen_at) },
  { "purge_after", NC_ ("column", "Purged"), get_purge_after, 140, .time = AT (purge_after) },
  { "id", NC_ ("column", "Registration"), get_id, 110, .numeric = TRUE },
};
const guint rollcall_n_report_columns = G_N_ELEMENTS (rollcall_report_columns);

gint64
rollcall_report_column_get_time (const RollcallReportColumn *column, const RollcallRegistration *row)
{
  return column->time != 0 ? G_STRUCT_MEMBER (gint64, row, column->time) : 0;
}

const char *
rollcall_report_column_get_title (const RollcallReportColumn *column)
{
  return g_dpgettext2 (GETTEXT_PACKAGE, "column", column->title);
}

const RollcallReportColumn *
rollcall_report_column_find (const char *field)
{
  for (guint i = 0; i < rollcall_n_report_columns; i++)
    if (g_strcmp0 (rollcall_report_columns[i].field, field) == 0)
      return &rollcall_report_columns[i];
  return NULL;
}
