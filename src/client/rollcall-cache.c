/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-cache.h"

#include <glib/gstdio.h>

#include "rollcall-cache-private.h"

/* One task of the worker: what to do, with what, and what became of it. */
typedef struct
{
  gpointer (*run) (RollcallCacheFile *file, gconstpointer input, GCancellable *cancellable, GError **error);
  gpointer input; /* (owned) */
  GDestroyNotify free_input;
  gpointer result; /* (owned) */
  GDestroyNotify free_result;
  GError *error;    /* (owned) */
  gboolean closes;  /* it is the last one */
  gboolean writes;  /* whether it moves the revision */
  gboolean renewed; /* the file was damaged and made anew */
  gint64 revision;  /* where the file stands after it */
  gint64 synced_at;
} Job;

struct _RollcallCache
{
  GObject parent_instance;

  char *path;
  char *server;
  gint64 revision;
  gint64 synced_at;
  RollcallCacheFile *reader; /* (owned) (nullable) the main thread's */

  /* The worker's from the start of the thread to its end. */
  RollcallCacheFile *writer; /* (owned) */
  GThread *thread;           /* (owned) joined by dispose */
  GAsyncQueue *queue;        /* (element-type GTask), and the object itself for the end */
};

G_DEFINE_FINAL_TYPE (RollcallCache, rollcall_cache, G_TYPE_OBJECT)

static void
job_free (Job *job)
{
  g_clear_pointer (&job->input, job->free_input);
  g_clear_pointer (&job->result, job->free_result);
  g_clear_error (&job->error);
  g_free (job);
}

/* Opens the file; one that cannot be read is set aside first. */
static RollcallCacheFile *
open_file (const char *path, const char *server, GError **error)
{
  g_autoptr (GError) local = NULL;
  RollcallCacheFile *file = rollcall_cache_file_open (path, server, &local);

  if (file != NULL)
    return file;
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  g_message ("%s; it is set aside and made anew", local->message);
  return rollcall_cache_file_set_aside (path, error) ? rollcall_cache_file_open (path, server, error) : NULL;
}

/* In the main thread, so that the last reference to the task, and with it to the cache, is never dropped by the worker.
 */
static gboolean
complete (gpointer user_data)
{
  GTask *task = user_data;
  RollcallCache *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);

  if (job->renewed)
    {
      g_autoptr (GError) error = NULL;
      g_clear_pointer (&self->reader, rollcall_cache_file_close);
      self->reader = rollcall_cache_file_open (self->path, self->server, &error);
      if (self->reader == NULL)
        g_warning ("the local copy cannot be opened: %s", error->message);
      self->revision = self->synced_at = 0;
    }
  else if (job->writes && job->error == NULL)
    {
      self->revision = job->revision;
      self->synced_at = job->synced_at;
    }

  if (job->error != NULL)
    g_task_return_error (task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&job->result), job->free_result);
  return G_SOURCE_REMOVE;
}

static void
hand_back (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, complete, task, g_object_unref);
  g_source_set_static_name (source, "rollcall cache");
  g_source_attach (source, g_task_get_context (task));
}

static void
run_job (RollcallCache *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (g_cancellable_set_error_if_cancelled (cancellable, &job->error))
    return;
  if (job->closes)
    {
      g_clear_pointer (&self->writer, rollcall_cache_file_close);
      return;
    }
  if (self->writer == NULL)
    {
      g_set_error_literal (&job->error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the local copy is closed");
      return;
    }
  job->result = job->run (self->writer, job->input, cancellable, &job->error);
  if (job->error == NULL && job->writes)
    rollcall_cache_file_get_state (self->writer, &job->revision, &job->synced_at, &job->error);

  if (g_error_matches (job->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      g_autoptr (GError) error = NULL;
      g_message ("%s; it is set aside and made anew", job->error->message);
      g_clear_pointer (&self->writer, rollcall_cache_file_close);
      if (rollcall_cache_file_set_aside (self->path, &error))
        self->writer = rollcall_cache_file_open (self->path, self->server, &error);
      if (self->writer == NULL)
        g_message ("%s", error->message);
      job->renewed = TRUE;
    }
}

static gpointer
work (gpointer user_data)
{
  RollcallCache *self = user_data;
  gpointer item;

  while ((item = g_async_queue_pop (self->queue)) != self)
    {
      GTask *task = item;
      run_job (self, task);
      hand_back (task);
    }
  return NULL;
}

/* @task: (transfer full), @job: (transfer full) */
static void
push_job (RollcallCache *self, GTask *task, Job *job)
{
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_async_queue_push (self->queue, task);
}

void
rollcall_cache_close_async (RollcallCache *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (self));

  GTask *task = g_task_new (self, NULL, callback, user_data);
  Job *job = g_new0 (Job, 1);
  g_task_set_source_tag (task, rollcall_cache_close_async);
  job->closes = TRUE;
  g_clear_pointer (&self->reader, rollcall_cache_file_close);
  push_job (self, task, job);
}

gboolean
rollcall_cache_close_finish (RollcallCache *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_cache_close_async), FALSE);
  g_task_propagate_pointer (G_TASK (result), &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
rollcall_cache_dispose (GObject *object)
{
  RollcallCache *self = ROLLCALL_CACHE (object);

  if (self->thread != NULL)
    {
      g_async_queue_push (self->queue, self);
      g_thread_join (g_steal_pointer (&self->thread));
    }
  g_clear_pointer (&self->reader, rollcall_cache_file_close);
  g_clear_pointer (&self->writer, rollcall_cache_file_close);
  G_OBJECT_CLASS (rollcall_cache_parent_class)->dispose (object);
}

static void
rollcall_cache_finalize (GObject *object)
{
  RollcallCache *self = ROLLCALL_CACHE (object);

  g_clear_pointer (&self->queue, g_async_queue_unref);
  g_free (self->path);
  g_free (self->server);
  G_OBJECT_CLASS (rollcall_cache_parent_class)->finalize (object);
}

static void
rollcall_cache_class_init (RollcallCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_cache_dispose;
  G_OBJECT_CLASS (klass)->finalize = rollcall_cache_finalize;
}

static void
rollcall_cache_init (RollcallCache *self)
{
  self->queue = g_async_queue_new ();
}

static char *
make_path (const char *directory, const char *server)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, server, -1);
  g_autofree char *name = g_strdup_printf ("report-%.16s.sqlite", hash);

  return g_build_filename (directory, name, NULL);
}

gboolean
rollcall_cache_remove (const char *directory, const char *server, GError **error)
{
  g_return_val_if_fail (directory != NULL && server != NULL, FALSE);

  g_autofree char *path = make_path (directory, server);
  return rollcall_cache_file_remove (path, error);
}

RollcallCache *
rollcall_cache_open (const char *directory, const char *server, GError **error)
{
  g_return_val_if_fail (directory != NULL && server != NULL, NULL);

  if (g_mkdir_with_parents (directory, 0700) != 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", directory, g_strerror (code));
      return NULL;
    }
  g_autoptr (RollcallCache) self = g_object_new (ROLLCALL_TYPE_CACHE, NULL);
  self->path = make_path (directory, server);
  self->server = g_strdup (server);
  if ((self->writer = open_file (self->path, server, error)) == NULL ||
      (self->reader = rollcall_cache_file_open (self->path, server, error)) == NULL ||
      !rollcall_cache_file_get_state (self->reader, &self->revision, &self->synced_at, error))
    return NULL;
  self->thread = g_thread_new ("rollcall-cache", work, self);
  return g_steal_pointer (&self);
}

gint64
rollcall_cache_get_revision (RollcallCache *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CACHE (self), 0);
  return self->revision;
}

gint64
rollcall_cache_get_synced_at (RollcallCache *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CACHE (self), 0);
  return self->synced_at;
}

/* Reading on the main thread: a failure shows as nothing there, and the worker's next task finds and mends it. */
static void
report_failure (GError *error)
{
  if (error != NULL)
    g_message ("%s", error->message);
}

RollcallRegistration *
rollcall_cache_get_row (RollcallCache *self, gint64 id)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (ROLLCALL_IS_CACHE (self), NULL);
  g_return_val_if_fail (g_thread_self () != self->thread, NULL);
  if (self->reader == NULL)
    return NULL;
  RollcallRegistration *row = rollcall_cache_file_get_row (self->reader, id, &error);
  report_failure (error);
  return row;
}

GArray *
rollcall_cache_list_first_ids (RollcallCache *self, const RollcallReportQuery *query, guint limit)
{
  g_autoptr (GError) error = NULL;
  GArray *ids = NULL;

  g_return_val_if_fail (ROLLCALL_IS_CACHE (self) && query != NULL, NULL);
  g_return_val_if_fail (g_thread_self () != self->thread, NULL);
  if (self->reader != NULL && limit > 0)
    ids = rollcall_cache_file_list (self->reader, query, limit, NULL, &error);
  report_failure (error);
  return ids != NULL ? ids : g_array_new (FALSE, FALSE, sizeof (gint64));
}

gboolean
rollcall_cache_check_condition (RollcallCache *self, const char *text, int *offset, GError **error)
{
  g_return_val_if_fail (ROLLCALL_IS_CACHE (self) && text != NULL, FALSE);
  if (self->reader != NULL)
    return rollcall_cache_file_check_condition (self->reader, text, offset, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the local copy is not there");
  return FALSE;
}

RollcallReportQuery *
rollcall_report_query_copy (const RollcallReportQuery *query)
{
  RollcallReportQuery *copy = g_memdup2 (query, sizeof *query);
  copy->condition = g_strdup (query->condition);
  copy->text = g_strdup (query->text);
  copy->sort = g_strdup (query->sort);
  return copy;
}

/* As an SQL text: an apostrophe is written twice. */
static char *
quote (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "'", -1);
  g_autofree char *joined = g_strjoinv ("''", parts);
  return g_strdup_printf ("'%s'", joined);
}

char *
rollcall_report_query_to_condition (const RollcallReportQuery *query)
{
  static const char *const searched[] = { "name", "fqdn", "domain", "user", "ips", "macs", "fingerprint" };
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (query != NULL, NULL);
  if (query->condition != NULL)
    g_ptr_array_add (parts, g_strdup_printf ("(%s)", query->condition));
  if (query->statuses != 0)
    {
      g_autoptr (GString) words = g_string_new (NULL);
      for (RollcallStatus status = 0; status < ROLLCALL_N_STATUSES; status++)
        if ((query->statuses & (1u << status)) != 0)
          g_string_append_printf (words, "%s'%s'", words->len > 0 ? ", " : "", rollcall_status_to_string (status));
      g_ptr_array_add (parts, g_strdup_printf ("status IN (%s)", words->str));
    }
  if (query->text != NULL && *query->text != '\0')
    {
      g_autofree char *folded = g_utf8_casefold (query->text, -1), *quoted = quote (folded);
      g_autoptr (GString) any = g_string_new (NULL);
      for (guint i = 0; i < G_N_ELEMENTS (searched); i++)
        g_string_append_printf (any, "%sinstr (lower (%s), %s) > 0", i > 0 ? " OR " : "", searched[i], quoted);
      g_ptr_array_add (parts, g_strdup_printf ("(%s)", any->str));
    }
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" AND ", (char **) parts->pdata);
}

void
rollcall_report_query_free (RollcallReportQuery *query)
{
  g_free (query->condition);
  g_free (query->text);
  g_free (query->sort);
  g_free (query);
}

typedef struct
{
  RollcallChanges *changes; /* (owned) */
  gboolean restart;
  gint64 since;
  gint64 now;
} Page;

static void
page_free (Page *page)
{
  rollcall_changes_free (page->changes);
  g_free (page);
}

static gpointer
run_apply (RollcallCacheFile *file, gconstpointer input, GCancellable *cancellable, GError **error)
{
  const Page *page = input;
  return rollcall_cache_file_apply (file, page->changes, page->restart, page->since, page->now, cancellable, error);
}

static gpointer
run_list (RollcallCacheFile *file, gconstpointer input, GCancellable *cancellable, GError **error)
{
  return rollcall_cache_file_list (file, input, 0, cancellable, error);
}

static gpointer
run_facts (RollcallCacheFile *file, gconstpointer input, GCancellable *cancellable, GError **error)
{
  return rollcall_cache_file_list_decision_facts (file, input, cancellable, error);
}

static gpointer
run_count (RollcallCacheFile *file, gconstpointer input, GCancellable *cancellable, GError **error)
{
  g_autofree RollcallStatusCounts *counts = g_new (RollcallStatusCounts, 1);
  return rollcall_cache_file_count (file, input, counts, cancellable, error) ? g_steal_pointer (&counts) : NULL;
}

void
rollcall_cache_apply_async (RollcallCache *self, RollcallChanges *changes, gboolean restart, gint64 now,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (self) && changes != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);
  Page *page = g_new (Page, 1);
  *page = (Page) { .changes = changes, .restart = restart, .since = self->revision, .now = now };
  *job = (Job) { .run = run_apply,
                 .input = page,
                 .free_input = (GDestroyNotify) page_free,
                 .free_result = (GDestroyNotify) g_array_unref,
                 .writes = TRUE };
  g_task_set_source_tag (task, rollcall_cache_apply_async);
  /* What was written must be told, cancelled meanwhile or not. */
  g_task_set_check_cancellable (task, FALSE);
  push_job (self, task, job);
}

GArray *
rollcall_cache_apply_finish (RollcallCache *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_cache_apply_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
rollcall_cache_list_ids_async (RollcallCache *self, const RollcallReportQuery *query, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (self) && query != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);
  *job = (Job) { .run = run_list,
                 .input = rollcall_report_query_copy (query),
                 .free_input = (GDestroyNotify) rollcall_report_query_free,
                 .free_result = (GDestroyNotify) g_array_unref };
  g_task_set_source_tag (task, rollcall_cache_list_ids_async);
  push_job (self, task, job);
}

GArray *
rollcall_cache_list_ids_finish (RollcallCache *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_cache_list_ids_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
rollcall_cache_count_async (RollcallCache *self, const char *condition, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);
  *job = (Job) { .run = run_count, .input = g_strdup (condition), .free_input = g_free, .free_result = g_free };
  g_task_set_source_tag (task, rollcall_cache_count_async);
  push_job (self, task, job);
}

gboolean
rollcall_cache_count_finish (RollcallCache *self, GAsyncResult *result, RollcallStatusCounts *counts, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_cache_count_async), FALSE);
  g_autofree RollcallStatusCounts *counted = g_task_propagate_pointer (G_TASK (result), error);
  if (counted == NULL)
    return FALSE;
  *counts = *counted;
  return TRUE;
}

/* So many are read within a millisecond: no reason to wait for what the worker does. */
#define FEW_FACTS 200

void
rollcall_cache_list_decision_facts_async (RollcallCache *self, GArray *ids, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (self) && ids != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rollcall_cache_list_decision_facts_async);
  if (ids->len <= FEW_FACTS && self->reader != NULL)
    {
      GError *error = NULL;
      GArray *facts = rollcall_cache_file_list_decision_facts (self->reader, ids, cancellable, &error);

      if (facts != NULL)
        g_task_return_pointer (task, facts, (GDestroyNotify) g_array_unref);
      else
        g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  Job *job = g_new0 (Job, 1);
  *job = (Job) { .run = run_facts,
                 .input = g_array_ref (ids),
                 .free_input = (GDestroyNotify) g_array_unref,
                 .free_result = (GDestroyNotify) g_array_unref };
  push_job (self, task, job);
}

GArray *
rollcall_cache_list_decision_facts_finish (RollcallCache *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_cache_list_decision_facts_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

struct _RollcallCacheOpener
{
  char *path;
  char *server;
};

RollcallCacheOpener *
rollcall_cache_get_opener (RollcallCache *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CACHE (self), NULL);
  RollcallCacheOpener *opener = g_new0 (RollcallCacheOpener, 1);
  opener->path = g_strdup (self->path);
  opener->server = g_strdup (self->server);
  return opener;
}

void
rollcall_cache_opener_free (RollcallCacheOpener *opener)
{
  g_free (opener->path);
  g_free (opener->server);
  g_free (opener);
}

RollcallCacheFile *
rollcall_cache_opener_open (const RollcallCacheOpener *opener, GError **error)
{
  return rollcall_cache_file_open (opener->path, opener->server, error);
}
