/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RollcallMetrics: what is counted while serving, for Prometheus. Its memory does not grow; any thread may use it.
 */
typedef struct _RollcallMetrics RollcallMetrics;

/* @n_routes: how many there are; one more stands for what is none. */
RollcallMetrics *rollcall_metrics_new (guint n_routes);
void rollcall_metrics_free (RollcallMetrics *self);

/* @route: its number, or the number of routes. @status: 0 for a call that ended without an answer. @microseconds: how
 * long it took; -1 leaves it out of the histogram (a stream lasts as long as its reader likes). */
void rollcall_metrics_note_call (RollcallMetrics *self, guint route, guint status, gint64 microseconds);
/* One transaction with @n_calls in it. */
void rollcall_metrics_note_commit (RollcallMetrics *self, guint n_calls, gboolean done, gint64 microseconds);

/* The labels of route number @route, such as `method="GET",route="/healthz"`. */
typedef char *(*RollcallMetricsLabels) (guint route);
/* Appends all of it in the text format, version 0.0.4. */
void rollcall_metrics_append (RollcallMetrics *self, RollcallMetricsLabels labels, GString *text);
/* The two comment lines before a metric's samples. */
void rollcall_metrics_append_title (GString *text, const char *name, const char *type, const char *help);

G_END_DECLS
