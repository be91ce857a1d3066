/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl-ssh.h"

#include <signal.h>

#include "rollcall-plain-text.h"

/* More than any script of ours says; what comes from there is not trusted. */
#define OUTPUT_LIMIT (1024 * 1024)
#define LINE_LIMIT   4096

struct _RollcallCtlSsh
{
  GSubprocess *process;
  char *destination;
  char *mark;
  GString *output; /* not looked at yet */
  gsize read;
  gboolean too_much;
  GBytes *script, *payload;
  GThread *sender, *listener;
};

/* Beside the reading, so that neither end waits for the other to take what it said. */
static gpointer
send_thread (gpointer data)
{
  RollcallCtlSsh *ssh = data;
  GOutputStream *input = g_subprocess_get_stdin_pipe (ssh->process);
  gsize length;
  const char *script = g_bytes_get_data (ssh->script, &length);

  if (g_output_stream_write_all (input, script, length, NULL, NULL, NULL) && ssh->payload != NULL)
    g_output_stream_write_all (input, g_bytes_get_data (ssh->payload, NULL), g_bytes_get_size (ssh->payload), NULL,
                               NULL, NULL);
  return NULL;
}

static void
tell (RollcallCtlSsh *ssh, const char *line)
{
  g_autofree char *text = g_strchomp (g_strdup (line)); /* ssh ends its lines as a terminal would */
  g_autofree char *plain = rollcall_text_make_plain (text);
  if (*plain != '\0')
    g_printerr ("%s: %s\n", ssh->destination, plain);
}

/* What ssh and the other computer complain about, as text. */
static gpointer
listen_thread (gpointer data)
{
  RollcallCtlSsh *ssh = data;
  GInputStream *errors = g_subprocess_get_stderr_pipe (ssh->process);
  g_autoptr (GString) line = g_string_new (NULL);
  char buffer[1024];
  gssize length;

  while ((length = g_input_stream_read (errors, buffer, sizeof buffer, NULL, NULL)) > 0)
    for (gssize i = 0; i < length; i++)
      {
        if (buffer[i] != '\n' && line->len < LINE_LIMIT)
          {
            g_string_append_c (line, buffer[i] == '\0' ? ' ' : buffer[i]);
            continue;
          }
        tell (ssh, line->str);
        g_string_truncate (line, 0);
      }
  tell (ssh, line->str);
  return NULL;
}

/* sh reads just the script, byte by byte: what follows is for its commands. No login shell there sees more than a
 * number in quotes. Returns: (transfer full) */
static char **
make_command (const char *destination, char **options, gsize script_length, gboolean become_root)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  g_strv_builder_add (words, "ssh");
  g_strv_builder_addv (words, (const char **) options);
  /* no terminal, agent or display of this computer's for that one; no command of the configuration's own */
  g_strv_builder_add_many (words, "-T", "-a", "-x", "-o", "ClearAllForwardings=yes", "-o", "RemoteCommand=none", "--",
                           destination, NULL);
  g_strv_builder_take (words,
                       g_strdup_printf ("exec %ssh -c 'eval \"$(dd bs=1 count=%" G_GSIZE_FORMAT " 2>/dev/null)\"'",
                                        become_root ? "sudo -n -- " : "", script_length));
  return g_strv_builder_end (words);
}

RollcallCtlSsh *
rollcall_ctl_ssh_new (const char *destination, char **options, const char *mark, const char *script, GBytes *payload,
                      gboolean become_root, GError **error)
{
  g_auto (GStrv) command = make_command (destination, options, strlen (script), become_root);
  GSubprocess *process = g_subprocess_newv (
      (const char *const *) command,
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, error);

  if (process == NULL)
    return NULL;
  signal (SIGPIPE, SIG_IGN); /* an ssh that ended is found out by reading */
  RollcallCtlSsh *ssh = g_new0 (RollcallCtlSsh, 1);
  ssh->process = process;
  ssh->destination = g_strdup (destination);
  ssh->mark = g_strconcat (mark, " ", NULL);
  ssh->output = g_string_new (NULL);
  ssh->script = g_bytes_new (script, strlen (script));
  ssh->payload = payload != NULL ? g_bytes_ref (payload) : NULL;
  ssh->sender = g_thread_new ("ssh-input", send_thread, ssh);
  ssh->listener = g_thread_new ("ssh-errors", listen_thread, ssh);
  return ssh;
}

/* Returns: (transfer full) (nullable): the next line, NULL at the end */
static char *
read_line (RollcallCtlSsh *ssh)
{
  GInputStream *output = g_subprocess_get_stdout_pipe (ssh->process);
  char buffer[4096];

  for (;;)
    {
      char *end = memchr (ssh->output->str, '\n', ssh->output->len);
      if (end != NULL)
        {
          char *line = g_strndup (ssh->output->str, (gsize) (end - ssh->output->str));
          g_string_erase (ssh->output, 0, end + 1 - ssh->output->str);
          return line;
        }
      gssize length = g_input_stream_read (output, buffer, sizeof buffer, NULL, NULL);
      if (length <= 0 || ssh->too_much)
        return NULL;
      ssh->read += (gsize) length;
      ssh->too_much = ssh->read > OUTPUT_LIMIT;
      g_string_append_len (ssh->output, buffer, length);
    }
}

char *
rollcall_ctl_ssh_read (RollcallCtlSsh *ssh, char **between)
{
  g_autoptr (GString) other = g_string_new (NULL);
  char *line;

  while ((line = read_line (ssh)) != NULL)
    {
      if (g_str_has_prefix (line, ssh->mark))
        break;
      g_string_append_printf (other, "%s\n", line);
      g_free (line);
    }
  if (between != NULL)
    *between = g_string_free_and_steal (g_steal_pointer (&other));
  return line != NULL ? memmove (line, line + strlen (ssh->mark), strlen (line + strlen (ssh->mark)) + 1) : NULL;
}

void
rollcall_ctl_ssh_write (RollcallCtlSsh *ssh, const char *text)
{
  g_clear_pointer (&ssh->sender, g_thread_join);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (ssh->process), text, strlen (text), NULL, NULL, NULL);
}

void
rollcall_ctl_ssh_finish (RollcallCtlSsh *ssh)
{
  if (ssh->listener == NULL)
    return;
  /* Its output first: what goes on without an end hears that nobody listens. */
  g_input_stream_close (g_subprocess_get_stdout_pipe (ssh->process), NULL, NULL);
  if (ssh->too_much)
    g_subprocess_send_signal (ssh->process, SIGTERM);
  g_clear_pointer (&ssh->sender, g_thread_join);
  g_output_stream_close (g_subprocess_get_stdin_pipe (ssh->process), NULL, NULL);
  g_subprocess_wait (ssh->process, NULL, NULL);
  g_clear_pointer (&ssh->listener, g_thread_join);
}

void
rollcall_ctl_ssh_free (RollcallCtlSsh *ssh)
{
  rollcall_ctl_ssh_finish (ssh);
  g_object_unref (ssh->process);
  g_free (ssh->destination);
  g_free (ssh->mark);
  g_string_free (ssh->output, TRUE);
  g_bytes_unref (ssh->script);
  g_clear_pointer (&ssh->payload, g_bytes_unref);
  g_free (ssh);
}
