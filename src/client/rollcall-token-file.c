/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-token-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer than any token. */
#define LIMIT 4096

static gboolean
fail_from_errno (const char *path, GError **error)
{
  int code = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
check_file (int descriptor, const char *path, GError **error)
{
  struct stat status;

  if (fstat (descriptor, &status) != 0)
    return fail_from_errno (path, error);
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s: not a file", path);
      return FALSE;
    }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "%s: others can reach this token file; make it yours alone (chmod 600)", path);
      return FALSE;
    }
  return TRUE;
}

char *
rollcall_token_file_read (const char *path, GError **error)
{
  char text[LIMIT + 1];

  g_return_val_if_fail (path != NULL, NULL);

  g_autofd int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0)
    {
      fail_from_errno (path, error);
      return NULL;
    }
  if (!check_file (descriptor, path, error))
    return NULL;
  ssize_t length = read (descriptor, text, LIMIT);
  if (length < 0)
    {
      fail_from_errno (path, error);
      return NULL;
    }
  text[length] = '\0';
  char *token = g_strdup (g_strchomp (text));
  explicit_bzero (text, sizeof text);
  return token;
}
