/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-reports.h"

#include <glib/gi18n.h>

const RollcallReport rollcall_reports[] = {
  { NULL, NC_ ("report", "Reports"), NULL, -1, 0 },
  { NULL, NC_ ("report", "Notification Server Management"), NULL, 0, 0 },
  { NULL, NC_ ("report", "Registration"), NULL, 1, 0 },
  { ROLLCALL_FIRST_REPORT, NC_ ("report", "Agent Registration Status"),
    NC_ ("report", "Every computer that asked to be managed, and where it stands"), 2, ROLLCALL_REPORT_REGISTRATIONS },
  { "duplicate-registrations", NC_ ("report", "Duplicate Registrations"),
    NC_ ("report", "Computers that asked with another key: reinstalled, cloned or in conflict"), 2,
    ROLLCALL_REPORT_DUPLICATES },
  { "revoked-not-yet-informed", NC_ ("report", "Revoked but Not Yet Informed"),
    NC_ ("report", "Revoked computers whose agent has not asked for anything since"), 2,
    ROLLCALL_REPORT_REVOKED_NOT_SEEN },
  { NULL, NC_ ("report", "Site Server"), NULL, 1, 0 },
  { "site-servers", NC_ ("report", "Site Servers"), NC_ ("report", "Computers that serve others at their site"), 6,
    ROLLCALL_REPORT_SITE_SERVERS },
};
const guint rollcall_n_reports = G_N_ELEMENTS (rollcall_reports);

const RollcallReport *
rollcall_report_find (const char *id)
{
  for (guint i = 0; i < rollcall_n_reports; i++)
    if (rollcall_reports[i].id != NULL && g_strcmp0 (rollcall_reports[i].id, id) == 0)
      return &rollcall_reports[i];
  return NULL;
}

const char *
rollcall_report_get_title (const RollcallReport *report)
{
  return g_dpgettext2 (GETTEXT_PACKAGE, "report", report->title);
}

const char *
rollcall_report_get_description (const RollcallReport *report)
{
  return report->description != NULL ? g_dpgettext2 (GETTEXT_PACKAGE, "report", report->description) : "";
}
