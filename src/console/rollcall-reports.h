/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-cache.h"

G_BEGIN_DECLS

/* C1: the tree of all reports: folders, and reports in them. */
typedef struct
{
  const char *id;          /* (nullable) NULL: a folder */
  const char *title;       /* untranslated, context "report" */
  const char *description; /* (nullable) untranslated, context "report" */
  int parent;              /* index; -1 = the root */
  RollcallReportKind kind;
} RollcallReport;

extern const RollcallReport rollcall_reports[];
extern const guint rollcall_n_reports;
#define ROLLCALL_FIRST_REPORT "agent-registration-status"

const RollcallReport *rollcall_report_find (const char *id); /* (nullable) */
const char *rollcall_report_get_title (const RollcallReport *report);
const char *rollcall_report_get_description (const RollcallReport *report);

G_END_DECLS
