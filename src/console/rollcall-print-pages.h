/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "rollcall-cache.h"
#include "rollcall-report-columns.h"

G_BEGIN_DECLS

/**
 * RollcallPrintPages: a report on paper (C7): a line a row, the columns as wide beside each other as in the window, as
 * small as they need to be to fit, with their titles on every page. Lengths are points.
 */
typedef struct _RollcallPrintPages RollcallPrintPages;

/* @columns (element-type RollcallReportColumn) of the rows @ids (element-type gint64) in their order; @made: when */
RollcallPrintPages *rollcall_print_pages_new (RollcallCache *cache, const char *title, const char *made,
                                              GPtrArray *columns, GArray *ids);
void rollcall_print_pages_free (RollcallPrintPages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallPrintPages, rollcall_print_pages_free)

/* Lays the report out on pages of that size. Returns: how many there are, at least one */
guint rollcall_print_pages_lay_out (RollcallPrintPages *self, double width, double height);

/* Draws of page @page (from 0) what stands around the rows, then the rows themselves from the first @drawn on, for
 * about
 * @microseconds. Returns: FALSE when the page is done; else @drawn says where to go on. */
void rollcall_print_pages_draw_frame (RollcallPrintPages *self, cairo_t *cairo, guint page);
gboolean rollcall_print_pages_draw_rows (RollcallPrintPages *self, cairo_t *cairo, guint page, guint *drawn,
                                         gint64 microseconds);

G_END_DECLS
