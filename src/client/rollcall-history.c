/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-history.h"

#include "rollcall-cache-file.h"
#include "rollcall-history-file.h"

struct _RollcallHistory
{
  GObject parent_instance;
  char *path;
  char *server;
  GThreadPool *worker;       /* (owned) one thread: the file's */
  RollcallHistoryFile *file; /* (owned) (nullable) the worker's; opened by its first job */
  gboolean closed;           /* the worker's */
};

G_DEFINE_FINAL_TYPE (RollcallHistory, rollcall_history, G_TYPE_OBJECT)

typedef struct
{
  /* in the worker; what it gives is the task's pointer */
  gpointer (*run) (RollcallHistoryFile *file, gpointer job, GCancellable *cancellable, GError **error);
  GDestroyNotify free_result;
  JsonArray *events; /* (owned) (nullable) */
  gboolean anew;
  gboolean closes; /* it is the last one */
  gint64 id;
  guint limit;
} Job;

static void
job_free (Job *job)
{
  g_clear_pointer (&job->events, json_array_unref);
  g_free (job);
}

/* Opens the file; a damaged one, or another service's, is set aside first. */
static gboolean
ensure_file (RollcallHistory *self, GError **error)
{
  g_autoptr (GError) first = NULL;

  if (self->closed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the local history is closed");
      return FALSE;
    }
  if (self->file != NULL || (self->file = rollcall_history_file_open (self->path, self->server, &first)) != NULL)
    return TRUE;
  if (!g_error_matches (first, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return FALSE;
    }
  g_message ("%s; it is set aside and made anew", first->message);
  return rollcall_cache_file_set_aside (self->path, error) &&
         (self->file = rollcall_history_file_open (self->path, self->server, error)) != NULL;
}

static void
work (gpointer data, gpointer user_data)
{
  RollcallHistory *self = user_data;
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  gpointer result = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (job->closes)
    {
      g_clear_pointer (&self->file, rollcall_history_file_close);
      self->closed = TRUE;
    }
  else if (ensure_file (self, &error))
    result = job->run (self->file, job, g_task_get_cancellable (task), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    /* damaged meanwhile: the next job opens it again, and finds that out */
    g_clear_pointer (&self->file, rollcall_history_file_close);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, job->free_result);
}

/* @job: (transfer full) */
static void
start (RollcallHistory *self, Job *job, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback,
       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_thread_pool_push (self->worker, task, NULL);
}

static gpointer
run_get_range (RollcallHistoryFile *file, gpointer job, GCancellable *cancellable, GError **error)
{
  g_autofree RollcallHistoryRange *range = g_new0 (RollcallHistoryRange, 1);

  return rollcall_history_file_get_range (file, &range->first, &range->last, error) ? g_steal_pointer (&range) : NULL;
}

static gpointer
run_verify (RollcallHistoryFile *file, gpointer job, GCancellable *cancellable, GError **error)
{
  g_autofree RollcallHistoryRange *range = run_get_range (file, job, cancellable, error);

  return range != NULL && rollcall_history_file_verify (file, &range->broken, cancellable, error)
             ? g_steal_pointer (&range)
             : NULL;
}

static gpointer
run_add (RollcallHistoryFile *file, gpointer data, GCancellable *cancellable, GError **error)
{
  Job *job = data;
  return rollcall_history_file_add (file, job->events, job->anew, error);
}

static gpointer
run_list (RollcallHistoryFile *file, gpointer data, GCancellable *cancellable, GError **error)
{
  Job *job = data;
  return rollcall_history_file_list (file, job->id, job->limit, error);
}

void
rollcall_history_get_range_async (RollcallHistory *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (ROLLCALL_IS_HISTORY (self));
  *job = (Job) { .run = run_get_range, .free_result = g_free };
  start (self, job, rollcall_history_get_range_finish, cancellable, callback, user_data);
}

void
rollcall_history_verify_async (RollcallHistory *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (ROLLCALL_IS_HISTORY (self));
  *job = (Job) { .run = run_verify, .free_result = g_free };
  start (self, job, rollcall_history_get_range_finish, cancellable, callback, user_data);
}

gboolean
rollcall_history_get_range_finish (RollcallHistory *self, GAsyncResult *result, RollcallHistoryRange *range,
                                   GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_history_get_range_finish), FALSE);
  g_autofree RollcallHistoryRange *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;
  *range = *found;
  return TRUE;
}

void
rollcall_history_add_async (RollcallHistory *self, JsonArray *events, gboolean anew, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (ROLLCALL_IS_HISTORY (self) && events != NULL);
  *job = (Job) {
    .run = run_add, .free_result = (GDestroyNotify) g_array_unref, .events = json_array_ref (events), .anew = anew
  };
  start (self, job, rollcall_history_add_async, cancellable, callback, user_data);
}

GArray *
rollcall_history_add_finish (RollcallHistory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_history_add_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
rollcall_history_list_async (RollcallHistory *self, gint64 id, guint limit, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (ROLLCALL_IS_HISTORY (self));
  *job = (Job) { .run = run_list, .free_result = (GDestroyNotify) g_ptr_array_unref, .id = id, .limit = limit };
  start (self, job, rollcall_history_list_async, cancellable, callback, user_data);
}

GPtrArray *
rollcall_history_list_finish (RollcallHistory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_history_list_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
rollcall_history_close_async (RollcallHistory *self, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (ROLLCALL_IS_HISTORY (self));
  job->closes = TRUE;
  start (self, job, rollcall_history_close_async, NULL, callback, user_data);
}

gboolean
rollcall_history_close_finish (RollcallHistory *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_history_close_async), FALSE);
  g_task_propagate_pointer (G_TASK (result), &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
rollcall_history_finalize (GObject *object)
{
  RollcallHistory *self = ROLLCALL_HISTORY (object);

  /* Each job holds a reference, so none is left. The last one may be let go of in the worker itself, which cannot wait
   * for its own end. */
  g_thread_pool_free (self->worker, FALSE, FALSE);
  g_clear_pointer (&self->file, rollcall_history_file_close);
  g_free (self->path);
  g_free (self->server);
  G_OBJECT_CLASS (rollcall_history_parent_class)->finalize (object);
}

static void
rollcall_history_class_init (RollcallHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_history_finalize;
}

static void
rollcall_history_init (RollcallHistory *self)
{
  self->worker = g_thread_pool_new (work, self, 1, FALSE, NULL);
}

static char *
make_path (const char *directory, const char *server)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, server, -1);
  g_autofree char *name = g_strdup_printf ("history-%.16s.sqlite", hash);

  return g_build_filename (directory, name, NULL);
}

gboolean
rollcall_history_remove (const char *directory, const char *server, GError **error)
{
  g_return_val_if_fail (directory != NULL && server != NULL, FALSE);

  g_autofree char *path = make_path (directory, server);
  return rollcall_cache_file_remove (path, error);
}

RollcallHistory *
rollcall_history_new (const char *directory, const char *server)
{
  g_return_val_if_fail (directory != NULL && server != NULL, NULL);

  RollcallHistory *self = g_object_new (ROLLCALL_TYPE_HISTORY, NULL);
  self->path = make_path (directory, server);
  self->server = g_strdup (server);
  return self;
}
