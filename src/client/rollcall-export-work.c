/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rollcall-export.h does in a thread. */
#include "rollcall-cache-private.h"
#include "rollcall-export.h"

#define FLUSH_AT    (64 * 1024)
#define PROGRESS_MS 100

typedef struct
{
  RollcallCacheOpener *opener; /* (owned) */
  GArray *ids;                 /* (owned) (element-type gint64) not changed by anybody */
  RollcallExport *export;      /* (owned) */

  GFile *file;                     /* (owned) (nullable) */
  guint done;                      /* (atomic) */
  RollcallExportProgress progress; /* (nullable) */
  gpointer progress_data;
  guint progress_source;

  RollcallExport *second; /* (owned) (nullable) a copy's HTML */
  gsize limit;
  GString *texts[2]; /* (owned) (nullable) what was copied */
} Work;

static void
work_free (Work *work)
{
  rollcall_cache_opener_free (work->opener);
  g_array_unref (work->ids);
  rollcall_export_free (work->export);
  g_clear_object (&work->file);
  g_clear_pointer (&work->second, rollcall_export_free);
  for (guint i = 0; i < G_N_ELEMENTS (work->texts); i++)
    if (work->texts[i] != NULL)
      g_string_free (work->texts[i], TRUE);
  g_free (work);
}

static Work *
work_new (RollcallCache *cache, GArray *ids, RollcallExport *export)
{
  Work *work = g_new0 (Work, 1);

  work->opener = rollcall_cache_get_opener (cache);
  work->ids = g_array_ref (ids);
  work->export = export;
  return work;
}

static gboolean
flush (GString *out, GOutputStream *stream, gsize at, GCancellable *cancellable, GError **error)
{
  if (out->len < at)
    return TRUE;
  if (!g_output_stream_write_all (stream, out->str, out->len, NULL, cancellable, error))
    return FALSE;
  g_string_truncate (out, 0);
  return TRUE;
}

static gboolean
write_rows (Work *work, RollcallCacheFile *rows, GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (2 * FLUSH_AT);

  rollcall_export_append_head (work->export, out);
  for (guint i = 0; i < work->ids->len; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (RollcallRegistration)
          row = rollcall_cache_file_get_row (rows, g_array_index (work->ids, gint64, i), &local);

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (row != NULL)
        rollcall_export_append_row (work->export, row, out);
      if (!flush (out, stream, FLUSH_AT, cancellable, error) ||
          g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_atomic_int_inc (&work->done);
    }
  rollcall_export_append_foot (work->export, out);
  return flush (out, stream, 1, cancellable, error);
}

static gboolean
save (Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (RollcallCacheFile) rows = rollcall_cache_opener_open (work->opener, error);
  gboolean existed = g_file_query_exists (work->file, NULL);
  g_autoptr (GFileOutputStream) stream = NULL;

  if (rows == NULL)
    return FALSE;
  /* GIO writes to a file beside it, which takes its place when it is closed. */
  stream = g_file_replace (work->file, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, cancellable, error);
  if (stream == NULL)
    return FALSE;
  if (write_rows (work, rows, G_OUTPUT_STREAM (stream), cancellable, error) &&
      g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, error))
    return TRUE;

  /* GIO gives up the new file where its closing is cancelled; where there was none, it was written in place. */
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_cancellable_cancel (cancelled);
  if (!g_output_stream_is_closed (G_OUTPUT_STREAM (stream)))
    g_output_stream_close (G_OUTPUT_STREAM (stream), cancelled, NULL);
  if (!existed)
    g_file_delete (work->file, NULL, NULL);
  return FALSE;
}

static void
save_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;

  if (save (work, cancellable, &error))
    g_task_return_int (task, work->export->n_rows);
  else
    g_task_return_error (task, error);
}

static gboolean
tell_progress (gpointer user_data)
{
  Work *work = user_data;

  work->progress ((guint) g_atomic_int_get (&work->done), work->ids->len, work->progress_data);
  return G_SOURCE_CONTINUE;
}

void
rollcall_export_save_async (RollcallCache *cache, RollcallExport *export, GArray *ids, GFile *file,
                            RollcallExportProgress progress, gpointer progress_data, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (cache) && export != NULL && ids != NULL && G_IS_FILE (file));

  g_autoptr (GTask) task = g_task_new (cache, cancellable, callback, user_data);
  Work *work = work_new (cache, ids, export);
  work->file = g_object_ref (file);
  work->progress = progress;
  work->progress_data = progress_data;
  if (progress != NULL)
    work->progress_source = g_timeout_add (PROGRESS_MS, tell_progress, work);
  g_task_set_source_tag (task, rollcall_export_save_async);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  /* what was written must be told, cancelled meanwhile or not */
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, save_in_thread);
}

gssize
rollcall_export_save_finish (RollcallCache *cache, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_export_save_async), -1);
  Work *work = g_task_get_task_data (G_TASK (result));
  g_clear_handle_id (&work->progress_source, g_source_remove);
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
copy (Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (RollcallCacheFile) rows = rollcall_cache_opener_open (work->opener, error);
  RollcallExport *exports[] = { work->export, work->second };

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (exports); i++)
    {
      work->texts[i] = g_string_new (NULL);
      rollcall_export_append_head (exports[i], work->texts[i]);
    }
  for (guint at = 0; at < work->ids->len && work->texts[0]->len < work->limit && work->texts[1]->len < work->limit;
       at++)
    {
      GError *local = NULL;
      g_autoptr (RollcallRegistration)
          row = rollcall_cache_file_get_row (rows, g_array_index (work->ids, gint64, at), &local);

      if (local != NULL)
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      for (guint i = 0; i < G_N_ELEMENTS (exports) && row != NULL; i++)
        rollcall_export_append_row (exports[i], row, work->texts[i]);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (exports); i++)
    rollcall_export_append_foot (exports[i], work->texts[i]);
  return TRUE;
}

static void
copy_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;

  if (copy (work, cancellable, &error))
    g_task_return_int (task, work->export->n_rows);
  else
    g_task_return_error (task, error);
}

void
rollcall_export_copy_async (RollcallCache *cache, GArray *columns, GArray *ids, gsize limit, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_CACHE (cache) && columns != NULL && ids != NULL);

  g_autoptr (GTask) task = g_task_new (cache, cancellable, callback, user_data);
  Work *work = work_new (cache, ids, rollcall_export_new (ROLLCALL_EXPORT_TEXT, NULL, NULL, NULL, columns));
  work->second = rollcall_export_new (ROLLCALL_EXPORT_HTML, NULL, NULL, NULL, columns);
  work->limit = limit;
  g_task_set_source_tag (task, rollcall_export_copy_async);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  g_task_run_in_thread (task, copy_in_thread);
}

gssize
rollcall_export_copy_finish (RollcallCache *cache, GAsyncResult *result, GBytes **text, GBytes **html, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_export_copy_async), -1);
  Work *work = g_task_get_task_data (G_TASK (result));
  gssize n = g_task_propagate_int (G_TASK (result), error);
  if (n < 0)
    return n;
  *text = g_string_free_to_bytes (g_steal_pointer (&work->texts[0]));
  *html = g_string_free_to_bytes (g_steal_pointer (&work->texts[1]));
  return n;
}
