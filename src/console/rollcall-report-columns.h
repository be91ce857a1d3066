/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-values.h"

G_BEGIN_DECLS

/* A column of the report: a field of a row (API.md), which it is also sorted by. */
typedef struct
{
  const char *field;
  const char *title; /* untranslated, context "column" */
  int width;         /* sp: it grows with the text */
  gboolean expand;
  gboolean numeric;
  char *(*get_text) (const RollcallRegistration *row); /* (transfer full): made plain (C7) */
} RollcallReportColumn;

extern const RollcallReportColumn rollcall_report_columns[];
extern const guint rollcall_n_report_columns;

G_END_DECLS
