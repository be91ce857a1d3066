/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-connections.h"

#include <errno.h>
#include <glib/gstdio.h>

struct _RollcallConnections
{
  GObject parent_instance;
  char *directory;
  char *path;
};

G_DEFINE_FINAL_TYPE (RollcallConnections, rollcall_connections, G_TYPE_OBJECT)

static guint changed_signal;

static void
connection_free (gpointer data)
{
  RollcallConnection *connection = data;

  g_free (connection->server);
  g_free (connection->person);
  g_free (connection);
}

/* A group of a key file cannot hold the brackets of an IPv6 address. */
static char *
make_group (const char *server)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, server, -1);

  return g_strndup (hash, 16);
}

/* Empty where there is none, or none that can be read: then nothing is known. Returns: (transfer full) */
static GKeyFile *
load (RollcallConnections *self)
{
  GKeyFile *file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (!g_key_file_load_from_file (file, self->path, G_KEY_FILE_KEEP_COMMENTS, &error) &&
      !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_message ("%s: %s", self->path, error->message);
  return file;
}

/* Whole or not at all, and nobody else's to read. */
static gboolean
write_file (RollcallConnections *self, const char *path, const char *text, GError **error)
{
  if (g_mkdir_with_parents (self->directory, 0700) != 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", self->directory, g_strerror (code));
      return FALSE;
    }
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                   error);
}

static gboolean
save (RollcallConnections *self, GKeyFile *file, GError **error)
{
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);

  if (!write_file (self, self->path, text, error))
    return FALSE;
  g_signal_emit (self, changed_signal, 0);
  return TRUE;
}

static int
compare_use (gconstpointer a, gconstpointer b)
{
  const RollcallConnection *first = *(RollcallConnection *const *) a, *second = *(RollcallConnection *const *) b;

  return (second->used_at > first->used_at) - (second->used_at < first->used_at);
}

GPtrArray *
rollcall_connections_list (RollcallConnections *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CONNECTIONS (self), NULL);

  GPtrArray *connections = g_ptr_array_new_with_free_func (connection_free);
  g_autoptr (GKeyFile) file = load (self);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *server = g_key_file_get_string (file, groups[i], "address", NULL);
      RollcallConnection *connection;

      if (server == NULL)
        continue;
      connection = g_new0 (RollcallConnection, 1);
      connection->server = g_steal_pointer (&server);
      connection->person = g_key_file_get_string (file, groups[i], "person", NULL);
      connection->used_at = g_key_file_get_int64 (file, groups[i], "used", NULL);
      g_ptr_array_add (connections, connection);
    }
  g_ptr_array_sort (connections, compare_use);
  return connections;
}

gboolean
rollcall_connections_knows (RollcallConnections *self, const char *server)
{
  g_return_val_if_fail (ROLLCALL_IS_CONNECTIONS (self) && server != NULL, FALSE);

  g_autoptr (GKeyFile) file = load (self);
  g_autofree char *group = make_group (server);
  return g_key_file_has_group (file, group);
}

gboolean
rollcall_connections_note (RollcallConnections *self, const char *server, const char *person, GError **error)
{
  g_return_val_if_fail (ROLLCALL_IS_CONNECTIONS (self) && server != NULL, FALSE);

  g_autoptr (GKeyFile) file = load (self);
  g_autofree char *group = make_group (server);
  g_key_file_set_string (file, group, "address", server);
  if (person != NULL)
    g_key_file_set_string (file, group, "person", person);
  g_key_file_set_int64 (file, group, "used", g_get_real_time () / 1000);
  return save (self, file, error);
}

static char *
make_pin_path (RollcallConnections *self, const char *server)
{
  g_autofree char *group = make_group (server);
  g_autofree char *name = g_strdup_printf ("pin-%s.pem", group);

  return g_build_filename (self->directory, name, NULL);
}

gboolean
rollcall_connections_remove (RollcallConnections *self, const char *server, GError **error)
{
  g_return_val_if_fail (ROLLCALL_IS_CONNECTIONS (self) && server != NULL, FALSE);

  g_autoptr (GKeyFile) file = load (self);
  g_autofree char *group = make_group (server);
  g_autofree char *pin = make_pin_path (self, server);
  if (g_unlink (pin) != 0 && errno != ENOENT)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", pin, g_strerror (code));
      return FALSE;
    }
  return !g_key_file_remove_group (file, group, NULL) || save (self, file, error);
}

gboolean
rollcall_connections_pin (RollcallConnections *self, const char *server, GTlsCertificate *anchor, GError **error)
{
  g_return_val_if_fail (ROLLCALL_IS_CONNECTIONS (self) && server != NULL && G_IS_TLS_CERTIFICATE (anchor), FALSE);

  g_autofree char *path = make_pin_path (self, server);
  g_autofree char *text = NULL;
  g_object_get (anchor, "certificate-pem", &text, NULL);
  return write_file (self, path, text, error);
}

char *
rollcall_connections_get_pin_file (RollcallConnections *self, const char *server)
{
  g_return_val_if_fail (ROLLCALL_IS_CONNECTIONS (self) && server != NULL, NULL);

  g_autofree char *path = make_pin_path (self, server);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static void
rollcall_connections_finalize (GObject *object)
{
  RollcallConnections *self = ROLLCALL_CONNECTIONS (object);

  g_free (self->directory);
  g_free (self->path);
  G_OBJECT_CLASS (rollcall_connections_parent_class)->finalize (object);
}

static void
rollcall_connections_class_init (RollcallConnectionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_connections_finalize;
  changed_signal = g_signal_new ("changed", ROLLCALL_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
rollcall_connections_init (RollcallConnections *self)
{
}

RollcallConnections *
rollcall_connections_new (const char *directory)
{
  g_return_val_if_fail (directory != NULL, NULL);

  RollcallConnections *self = g_object_new (ROLLCALL_TYPE_CONNECTIONS, NULL);
  self->directory = g_strdup (directory);
  self->path = g_build_filename (directory, "connections.ini", NULL);
  return self;
}
