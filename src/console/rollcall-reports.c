/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-reports.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define RESOURCES "/org/rollcall/Console/reports/"
/* The tree stays one that a person can read. */
#define OWN_LIMIT 1000

struct _RollcallReports
{
  GObject parent_instance;
  char *directory;
  GPtrArray *given;          /* (owned) (element-type RollcallReport) the program's */
  GPtrArray *all;            /* (owned) (element-type RollcallReport) and a person's own */
  GCancellable *cancellable; /* (owned) of the reading at the start */
};

G_DEFINE_FINAL_TYPE (RollcallReports, rollcall_reports, G_TYPE_OBJECT)

static guint changed_signal;

/* In the order of the tree. */
static const char *const given[] = {
  ROLLCALL_FIRST_REPORT, "duplicate-registrations", "revoked-not-yet-informed", "agents-not-heard-from", "site-servers",
};

static void
read_given (RollcallReports *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      g_autofree char *path = g_strdup_printf (RESOURCES "%s.xml", given[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
      RollcallReport *report = NULL;
      gsize length;

      if (bytes != NULL)
        {
          const char *text = g_bytes_get_data (bytes, &length);
          report = rollcall_report_new_from_xml (given[i], FALSE, text, length, &error);
        }
      if (report != NULL)
        g_ptr_array_add (self->given, report);
      else
        g_critical ("%s: %s", path, error->message);
    }
}

static int
compare_titles (gconstpointer a, gconstpointer b)
{
  RollcallReport *one = *(RollcallReport *const *) a, *other = *(RollcallReport *const *) b;
  return g_utf8_collate (rollcall_report_get_title (one), rollcall_report_get_title (other));
}

static gpointer
add_reference (gconstpointer report, gpointer user_data)
{
  return g_object_ref ((gpointer) report);
}

static void
set_own (RollcallReports *self, GPtrArray *own)
{
  g_ptr_array_sort (own, compare_titles);
  g_ptr_array_set_size (self->all, 0);
  g_ptr_array_extend (self->all, self->given, add_reference, NULL);
  g_ptr_array_extend (self->all, own, add_reference, NULL);
  g_signal_emit (self, changed_signal, 0);
}

/* In a thread: a person's own ones. Returns: (transfer full) (element-type RollcallReport) */
static GPtrArray *
read_own (const char *directory)
{
  GPtrArray *own = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  const char *name;

  while (files != NULL && own->len < OWN_LIMIT && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL), *text = NULL, *id = NULL;
      g_autoptr (GError) error = NULL;
      RollcallReport *report = NULL;
      gsize length;

      if (!g_str_has_suffix (name, ".xml") || !g_utf8_validate (name, -1, NULL))
        continue;
      id = g_strndup (name, strlen (name) - strlen (".xml"));
      if (g_file_get_contents (path, &text, &length, &error))
        report = rollcall_report_new_from_xml (id, TRUE, text, length, &error);
      if (report != NULL)
        g_ptr_array_add (own, report);
      else
        g_message ("%s: %s", path, error->message);
    }
  return own;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, read_own (task_data), (GDestroyNotify) g_ptr_array_unref);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) own = g_task_propagate_pointer (G_TASK (result), NULL);

  if (own != NULL)
    set_own (ROLLCALL_REPORTS (object), own);
}

GPtrArray *
rollcall_reports_list (RollcallReports *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORTS (self), NULL);
  return self->all;
}

RollcallReport *
rollcall_reports_find (RollcallReports *self, const char *id)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORTS (self), NULL);
  for (guint i = 0; i < self->all->len; i++)
    if (g_strcmp0 (rollcall_report_get_id (g_ptr_array_index (self->all, i)), id) == 0)
      return g_ptr_array_index (self->all, i);
  return NULL;
}

char *
rollcall_reports_make_id (RollcallReports *self, const char *title)
{
  g_autoptr (GString) base = g_string_new ("my-");
  g_autofree char *ascii = g_str_to_ascii (title, NULL);

  g_return_val_if_fail (ROLLCALL_IS_REPORTS (self) && title != NULL, NULL);
  for (const char *c = ascii; *c != '\0' && base->len < 40; c++)
    g_string_append_c (base, g_ascii_isalnum (*c) ? g_ascii_tolower (*c) : '-');
  char *id = g_strdup (base->str);
  for (guint i = 2; rollcall_reports_find (self, id) != NULL; i++)
    {
      g_free (id);
      id = g_strdup_printf ("%s-%u", base->str, i);
    }
  return id;
}

/* A file to be written, or removed. */
typedef struct
{
  char *directory;
  char *path;
  char *text; /* (nullable) NULL: removed */
} Change;

static void
change_free (Change *change)
{
  g_free (change->directory);
  g_free (change->path);
  g_free (change->text);
  g_free (change);
}

static void
change_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Change *change = task_data;
  GError *error = NULL;
  gboolean changed;

  if (change->text != NULL)
    changed = g_mkdir_with_parents (change->directory, 0700) == 0 &&
              g_file_set_contents_full (change->path, change->text, -1,
                                        G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &error);
  else
    changed = g_unlink (change->path) == 0 || errno == ENOENT;
  if (changed)
    g_task_return_pointer (task, read_own (change->directory), (GDestroyNotify) g_ptr_array_unref);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    {
      int code = errno;
      g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", change->path,
                               g_strerror (code));
    }
}

/* @text: (transfer full) (nullable) */
static void
start_change (RollcallReports *self, RollcallReport *report, char *text, gpointer tag, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *name = g_strconcat (rollcall_report_get_id (report), ".xml", NULL);
  Change *change = g_new (Change, 1);

  *change = (Change) { g_strdup (self->directory), g_build_filename (self->directory, name, NULL), text };
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);
  g_task_run_in_thread (task, change_in_thread);
}

static gboolean
finish_change (RollcallReports *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) own = g_task_propagate_pointer (G_TASK (result), error);

  if (own != NULL)
    set_own (self, own);
  return own != NULL;
}

void
rollcall_reports_save_async (RollcallReports *self, RollcallReport *report, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_REPORTS (self) && rollcall_report_is_own (report));
  start_change (self, report, rollcall_report_to_xml (report), rollcall_reports_save_async, cancellable, callback,
                user_data);
}

gboolean
rollcall_reports_save_finish (RollcallReports *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_reports_save_async), FALSE);
  return finish_change (self, result, error);
}

void
rollcall_reports_delete_async (RollcallReports *self, RollcallReport *report, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_REPORTS (self) && rollcall_report_is_own (report));
  start_change (self, report, NULL, rollcall_reports_delete_async, cancellable, callback, user_data);
}

gboolean
rollcall_reports_delete_finish (RollcallReports *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_reports_delete_async), FALSE);
  return finish_change (self, result, error);
}

static void
rollcall_reports_dispose (GObject *object)
{
  g_cancellable_cancel (ROLLCALL_REPORTS (object)->cancellable);
  G_OBJECT_CLASS (rollcall_reports_parent_class)->dispose (object);
}

static void
rollcall_reports_finalize (GObject *object)
{
  RollcallReports *self = ROLLCALL_REPORTS (object);

  g_free (self->directory);
  g_ptr_array_unref (self->given);
  g_ptr_array_unref (self->all);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (rollcall_reports_parent_class)->finalize (object);
}

static void
rollcall_reports_class_init (RollcallReportsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_reports_dispose;
  G_OBJECT_CLASS (klass)->finalize = rollcall_reports_finalize;
  changed_signal = g_signal_new ("changed", ROLLCALL_TYPE_REPORTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 0);
}

static void
rollcall_reports_init (RollcallReports *self)
{
  self->given = g_ptr_array_new_with_free_func (g_object_unref);
  self->all = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
  read_given (self);
  g_ptr_array_extend (self->all, self->given, add_reference, NULL);
}

RollcallReports *
rollcall_reports_new (const char *directory)
{
  RollcallReports *self = g_object_new (ROLLCALL_TYPE_REPORTS, NULL);
  g_autoptr (GTask) task = NULL;

  g_return_val_if_fail (directory != NULL, NULL);
  self->directory = g_strdup (directory);
  task = g_task_new (self, self->cancellable, read_cb, NULL);
  g_task_set_task_data (task, g_strdup (directory), g_free);
  g_task_run_in_thread (task, read_in_thread);
  return self;
}
