/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-values.h"

G_BEGIN_DECLS

/* A column of the report: a field of a row (API.md), which it is also sorted by. */
typedef struct
{
  const char *field;
  const char *title; /* untranslated, context "column" */
  /* (transfer full): made plain (C7); of what was said, no more than about @limit bytes; a time in full */
  char *(*get_text) (const RollcallRegistration *row, gsize limit);
  int width;        /* sp: it grows with the text */
  gboolean shown;   /* where nobody chose otherwise */
  gboolean expand;  /* takes what room is left */
  gboolean numeric; /* digits alone */
  gsize time;       /* offset in a row of what is shown as '5 minutes ago'; 0 = no time */
} RollcallReportColumn;

extern const RollcallReportColumn rollcall_report_columns[];
extern const guint rollcall_n_report_columns;

gint64 rollcall_report_column_get_time (const RollcallReportColumn *column,
                                        const RollcallRegistration *row);          /* 0: none */
const char *rollcall_report_column_get_title (const RollcallReportColumn *column); /* translated */
const RollcallReportColumn *rollcall_report_column_find (const char *field);       /* (nullable) */

G_END_DECLS
