/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-metrics.h"

/* Upper bounds in microseconds; what is longer counts in +Inf alone. */
static const gint64 bounds[] = { 1000,   2500,   5000,    10000,   25000,   50000,   100000,
                                 250000, 500000, 1000000, 2500000, 5000000, 10000000 };
/* The statuses of API.md; the last one stands for any other. */
static const guint statuses[] = { 0, 200, 201, 204, 304, 400, 401, 403, 404, 409, 410, 413, 429, 503, 500 };

typedef struct
{
  guint64 counts[G_N_ELEMENTS (bounds)]; /* each with its own bucket alone */
  guint64 count;
  gint64 sum; /* microseconds */
} Histogram;

typedef struct
{
  guint64 by_status[G_N_ELEMENTS (statuses)];
  Histogram durations;
} Route;

struct _RollcallMetrics
{
  GMutex lock;
  guint n_routes;
  Route *routes; /* one more than @n_routes */
  guint64 commits, failed_commits, committed_calls;
  Histogram commit_durations;
};

RollcallMetrics *
rollcall_metrics_new (guint n_routes)
{
  RollcallMetrics *self = g_new0 (RollcallMetrics, 1);

  g_mutex_init (&self->lock);
  self->n_routes = n_routes;
  self->routes = g_new0 (Route, n_routes + 1);
  return self;
}

void
rollcall_metrics_free (RollcallMetrics *self)
{
  g_mutex_clear (&self->lock);
  g_free (self->routes);
  g_free (self);
}

static void
note_duration (Histogram *histogram, gint64 microseconds)
{
  histogram->count++;
  histogram->sum += microseconds;
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    if (microseconds <= bounds[i])
      {
        histogram->counts[i]++;
        return;
      }
}

void
rollcall_metrics_note_call (RollcallMetrics *self, guint route, guint status, gint64 microseconds)
{
  guint place = 0;

  g_return_if_fail (route <= self->n_routes);
  while (place < G_N_ELEMENTS (statuses) - 1 && statuses[place] != status)
    place++;
  g_mutex_lock (&self->lock);
  self->routes[route].by_status[place]++;
  if (microseconds >= 0)
    note_duration (&self->routes[route].durations, microseconds);
  g_mutex_unlock (&self->lock);
}

void
rollcall_metrics_note_commit (RollcallMetrics *self, guint n_calls, gboolean done, gint64 microseconds)
{
  g_mutex_lock (&self->lock);
  if (done)
    {
      self->commits++;
      self->committed_calls += n_calls;
    }
  else
    self->failed_commits++;
  note_duration (&self->commit_durations, microseconds);
  g_mutex_unlock (&self->lock);
}

void
rollcall_metrics_append_title (GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Not by %f, which follows the locale. */
static void
append_seconds (GString *text, gint64 microseconds)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, microseconds / G_USEC_PER_SEC,
                          microseconds % G_USEC_PER_SEC);
}

/* @labels: may be empty. */
static void
append_histogram (GString *text, const char *name, const char *labels, const Histogram *histogram)
{
  const char *comma = *labels != '\0' ? "," : "", *open = *labels != '\0' ? "{" : "",
             *close = *labels != '\0' ? "}" : "";
  guint64 count = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      count += histogram->counts[i];
      g_string_append_printf (text, "%s_bucket{%s%sle=\"", name, labels, comma);
      append_seconds (text, bounds[i]);
      g_string_append_printf (text, "\"} %" G_GUINT64_FORMAT "\n", count);
    }
  g_string_append_printf (text, "%s_bucket{%s%sle=\"+Inf\"} %" G_GUINT64_FORMAT "\n%s_sum%s%s%s ", name, labels, comma,
                          histogram->count, name, open, labels, close);
  append_seconds (text, histogram->sum);
  g_string_append_printf (text, "\n%s_count%s%s%s %" G_GUINT64_FORMAT "\n", name, open, labels, close,
                          histogram->count);
}

static void
append_calls (RollcallMetrics *self, RollcallMetricsLabels labels, GString *text)
{
  static const char name[] = "rollcall_http_requests_total", durations[] = "rollcall_http_request_duration_seconds";

  rollcall_metrics_append_title (text, name, "counter",
                                 "Requests that ended, by route and status; status 0: without an answer.");
  for (guint i = 0; i <= self->n_routes; i++)
    {
      g_autofree char *route = labels (i);

      for (guint j = 0; j < G_N_ELEMENTS (statuses); j++)
        if (self->routes[i].by_status[j] > 0)
          g_string_append_printf (text, "%s{%s,status=\"%u\"} %" G_GUINT64_FORMAT "\n", name, route, statuses[j],
                                  self->routes[i].by_status[j]);
    }
  rollcall_metrics_append_title (text, durations, "histogram",
                                 "From a request's first line to the end of its answer; streams are left out.");
  for (guint i = 0; i <= self->n_routes; i++)
    if (self->routes[i].durations.count > 0)
      {
        g_autofree char *route = labels (i);

        append_histogram (text, durations, route, &self->routes[i].durations);
      }
}

void
rollcall_metrics_append (RollcallMetrics *self, RollcallMetricsLabels labels, GString *text)
{
  g_mutex_lock (&self->lock);
  append_calls (self, labels, text);
  rollcall_metrics_append_title (text, "rollcall_commits_total", "counter",
                                 "Transactions of the writer, by their result.");
  g_string_append_printf (text,
                          "rollcall_commits_total{result=\"done\"} %" G_GUINT64_FORMAT
                          "\nrollcall_commits_total{result=\"failed\"} %" G_GUINT64_FORMAT "\n",
                          self->commits, self->failed_commits);
  rollcall_metrics_append_title (text, "rollcall_committed_requests_total", "counter",
                                 "Requests that these transactions carried.");
  g_string_append_printf (text, "rollcall_committed_requests_total %" G_GUINT64_FORMAT "\n", self->committed_calls);
  rollcall_metrics_append_title (text, "rollcall_commit_duration_seconds", "histogram",
                                 "From a transaction's begin until it is on disk.");
  append_histogram (text, "rollcall_commit_duration_seconds", "", &self->commit_durations);
  g_mutex_unlock (&self->lock);
}
