/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /metrics: Prometheus' text format, version 0.0.4. No figure costs more with more registrations. */
#include "rollcall-service-private.h"

static char *
make_labels (guint route)
{
  if (route == rollcall_n_routes)
    return g_strdup ("method=\"\",route=\"none\"");
  return g_strdup_printf ("method=\"%s\",route=\"%s\"", rollcall_routes[route].method, rollcall_routes[route].pattern);
}

static void
append_figure (GString *text, const char *name, const char *type, const char *help, gint64 value)
{
  rollcall_metrics_append_title (text, name, type, help);
  g_string_append_printf (text, "%s %" G_GINT64_FORMAT "\n", name, value);
}

static void
append_present (RollcallService *service, GString *text)
{
  guint n_jobs, n_streams, n_open;
  gint64 latest;

  g_mutex_lock (&service->lock);
  n_jobs = g_queue_get_length (&service->jobs);
  n_streams = g_list_length (service->streams);
  n_open = service->n_open;
  latest = service->latest;
  g_mutex_unlock (&service->lock);
  append_figure (text, "rollcall_http_requests_open", "gauge", "Requests under way, streams among them.", n_open);
  append_figure (text, "rollcall_streams_open", "gauge", "Change streams.", n_streams);
  append_figure (text, "rollcall_writer_queue", "gauge", "Requests that wait to be written.", n_jobs);
  append_figure (text, "rollcall_latest_revision", "gauge", "The revision of the newest change.", latest);
  append_figure (text, "rollcall_certificate_expiry_timestamp_seconds", "gauge",
                 "Until when the certificate in use is valid.", rollcall_tls_get_expiry (service->tls));
  append_figure (text, "process_start_time_seconds", "gauge", "When the service started.", service->started);
}

gboolean
rollcall_handle_metrics (RollcallCall *call, GError **error)
{
  RollcallService *service = call->service;
  gint64 counts[ROLLCALL_N_STATUSES] = { 0 }, last_event = 0;
  GString *text;

  if (!rollcall_store_get_status_counts (call->store, counts, error) ||
      !rollcall_store_get_last_event (call->store, &last_event, error))
    return FALSE;
  text = g_string_new (NULL);
  rollcall_metrics_append_title (text, "rollcall_build_info", "gauge", "Always 1.");
  g_string_append (text, "rollcall_build_info{version=\"" ROLLCALL_VERSION "\"} 1\n");
  rollcall_metrics_append_title (text, "rollcall_registrations", "gauge", "Registrations by status.");
  for (int i = 0; i < ROLLCALL_N_STATUSES; i++)
    g_string_append_printf (text, "rollcall_registrations{status=\"%s\"} %" G_GINT64_FORMAT "\n",
                            rollcall_status_to_string (i), counts[i]);
  append_figure (text, "rollcall_audit_events_total", "counter", "The number of the newest event of the history.",
                 last_event);
  append_present (service, text);
  rollcall_metrics_append (service->metrics, make_labels, text);
  rollcall_call_answer_text (call, 200, g_string_free (text, FALSE));
  call->type = "text/plain; version=0.0.4; charset=utf-8";
  return TRUE;
}
