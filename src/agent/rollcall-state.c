/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-state.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define ADDRESS_LIMIT 4096
#define PATIENCE      45 /* s: longer than a call of the other's may last */

static gboolean
fail (GError **error, const char *path)
{
  int code = errno;

  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* A record lock, because the kernel tells who holds it: a number in a file could be anybody's by now. Returns: the
 * holder, 0 where nobody (visible) holds it, -1 on an error */
static pid_t
find_holder (int file)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  if (fcntl (file, F_GETLK, &lock) != 0)
    return -1;
  return lock.l_type == F_UNLCK ? 0 : MAX (lock.l_pid, 0);
}

static gboolean
try_lock (int file)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  return fcntl (file, F_SETLK, &lock) == 0;
}

/* Asks the holder to end and waits until it has. The number is looked at again once a descriptor holds on to the
 * process, so that nobody else gets the signal. */
static gboolean
end_holder (int file)
{
  pid_t holder = find_holder (file);

  if (holder <= 0)
    return holder == 0;
  g_autofd int process = pidfd_open (holder, 0);
  if (process < 0)
    return errno == ESRCH;
  if (find_holder (file) != holder)
    return TRUE;
  if (pidfd_send_signal (process, SIGTERM, NULL, 0) != 0)
    return errno == ESRCH;
  struct pollfd wait = { .fd = process, .events = POLLIN };
  return poll (&wait, 1, PATIENCE * 1000) == 1;
}

gboolean
rollcall_state_lock (const char *directory, gboolean replace, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "lock", NULL);
  gint64 deadline = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;
  int file;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    return fail (error, directory);
  /* never closed: closing any descriptor of the file gives a record lock up */
  file = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return fail (error, path);
  while (!try_lock (file))
    {
      if (errno != EACCES && errno != EAGAIN)
        return fail (error, path);
      if (replace && g_get_monotonic_time () < deadline && end_holder (file))
        {
          g_usleep (10000); /* one that runs in another namespace of processes is never seen */
          continue;
        }
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
                   replace ? "the agent that uses %s (process %d) did not end"
                           : "another agent uses %s (process %d); --replace asks it to end",
                   directory, find_holder (file));
      close (file);
      return FALSE;
    }
  return TRUE;
}

char *
rollcall_state_read_server (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "server", NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL) || length > ADDRESS_LIMIT || strlen (text) != length)
    return NULL;
  return g_strdup (g_strstrip (text));
}
