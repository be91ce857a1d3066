/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

struct _RollcallCtlFile
{
  char *path;
  GFileOutputStream *stream; /* (owned) */
};

/* The person's own files are no matter of reaching the service: G_FILE_ERROR says so. */
static void
take_error (GError **error, const char *path, GError *cause)
{
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, cause->message);
  g_error_free (cause);
}

RollcallCtlFile *
rollcall_ctl_file_new (const char *path, gboolean private, GError **error)
{
  g_autoptr (GFile) location = g_file_new_for_commandline_arg (path);
  GFileCreateFlags flags = G_FILE_CREATE_REPLACE_DESTINATION | (private ? G_FILE_CREATE_PRIVATE : 0);
  GError *cause = NULL;
  GFileOutputStream *stream = g_file_replace (location, NULL, FALSE, flags, NULL, &cause);

  if (stream == NULL)
    {
      take_error (error, path, cause);
      return NULL;
    }
  RollcallCtlFile *file = g_new0 (RollcallCtlFile, 1);
  file->path = g_strdup (path);
  file->stream = stream;
  return file;
}

GOutputStream *
rollcall_ctl_file_get_stream (RollcallCtlFile *file)
{
  return G_OUTPUT_STREAM (file->stream);
}

gboolean
rollcall_ctl_file_write (RollcallCtlFile *file, const char *text, GError **error)
{
  GError *cause = NULL;

  if (g_output_stream_write_all (G_OUTPUT_STREAM (file->stream), text, strlen (text), NULL, NULL, &cause))
    return TRUE;
  take_error (error, file->path, cause);
  return FALSE;
}

gboolean
rollcall_ctl_file_finish (RollcallCtlFile *file, GError **error)
{
  GError *cause = NULL;

  if (g_output_stream_close (G_OUTPUT_STREAM (file->stream), NULL, &cause))
    return TRUE;
  take_error (error, file->path, cause);
  return FALSE;
}

void
rollcall_ctl_file_free (RollcallCtlFile *file)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  /* GIO gives up the new file where its closing is cancelled. */
  g_cancellable_cancel (cancelled);
  if (!g_output_stream_is_closed (G_OUTPUT_STREAM (file->stream)))
    g_output_stream_close (G_OUTPUT_STREAM (file->stream), cancelled, NULL);
  g_object_unref (file->stream);
  g_free (file->path);
  g_free (file);
}
