/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-program.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "test-wait.h"

static const char *program_path;

void
program_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_assert_cmpint (*argc, ==, 2);
  program_path = (*argv)[1];
}

Program *
program_new (SoupServerCallback handler, gpointer data)
{
  Program *program = g_new0 (Program, 1);

  program->service = test_service_new (handler, data != NULL ? data : program);
  program->directory = g_dir_make_tmp ("rollcall-ctl-XXXXXX", NULL);
  program->token_file = g_build_filename (program->directory, "token", NULL);
  program->said = g_ptr_array_new_with_free_func (g_free);
  g_assert_true (g_file_set_contents_full (program->token_file, "secret\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  return program;
}

void
program_free (Program *program)
{
  g_autoptr (GDir) directory = g_dir_open (program->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = program_get_path (program, name);
      g_remove (path);
    }
  g_rmdir (program->directory);
  test_service_free (program->service);
  g_ptr_array_unref (program->said);
  g_free (program->directory);
  g_free (program->token_file);
  g_free (program->output);
  g_free (program->errors);
  g_free (program);
}

char *
program_get_path (Program *program, const char *name)
{
  return g_build_filename (program->directory, name, NULL);
}

static void
run (Program *program, GStrvBuilder *words)
{
  g_auto (GStrv) line = g_strv_builder_end (words);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&program->output, g_free);
  g_clear_pointer (&program->errors, g_free);
  process = g_subprocess_newv ((const char *const *) line,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (process, result, &program->output, &program->errors, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  program->exit = g_subprocess_get_exit_status (process);
  /* whatever happens, a token is in no output */
  g_assert_null (strstr (program->output, "secret"));
  g_assert_null (strstr (program->errors, "secret"));
}

static void
add_words (GStrvBuilder *words, const char *arguments)
{
  g_auto (GStrv) parts = g_strsplit (arguments, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (words, g_strdelimit (parts[i], "~", ' '));
}

void
program_run_bare (Program *program, const char *arguments)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  g_strv_builder_add (words, program_path);
  add_words (words, arguments);
  run (program, words);
}

/* Returns: (transfer full) */
static GStrvBuilder *
start_line (Program *program, const char *arguments)
{
  GStrvBuilder *words = g_strv_builder_new ();

  g_strv_builder_add_many (words, program_path, "--server", program->service->address, "--ca",
                           program->service->ca_file, "--token-file", program->token_file, NULL);
  add_words (words, arguments);
  return words;
}

void
program_run (Program *program, const char *arguments)
{
  g_autoptr (GStrvBuilder) words = start_line (program, arguments);
  run (program, words);
}

void
program_run_in_terminal (Program *program, const char *arguments, int columns)
{
  g_autoptr (GStrvBuilder) words = start_line (program, arguments);
  g_auto (GStrv) line = g_strv_builder_end (words);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GAsyncResult) result = NULL;
  struct winsize size = { .ws_row = 24, .ws_col = (unsigned short) columns };
  g_autofd int terminal = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  char shown[4096];

  g_assert_cmpint (terminal, >=, 0);
  g_assert_cmpint (grantpt (terminal), ==, 0);
  g_assert_cmpint (unlockpt (terminal), ==, 0);
  g_assert_cmpint (ioctl (terminal, TIOCSWINSZ, &size), ==, 0);
  /* held open until all is read: closing its last user empties a terminal */
  g_autofd int user = open (ptsname (terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_subprocess_launcher_take_stdout_fd (launcher, dup (user));
  g_autoptr (GSubprocess) process = g_subprocess_launcher_spawnv (launcher, (const char *const *) line, NULL);
  g_assert_nonnull (process);
  g_subprocess_wait_async (process, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  program->exit = g_subprocess_get_exit_status (process);
  ssize_t length = read (terminal, shown, sizeof shown);
  g_assert_cmpint (length, >, 0);
  g_free (program->output);
  program->output = g_strndup (shown, (gsize) length);
}

void
program_note (Program *program, SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_autofree char *uri = g_uri_to_string_partial (soup_server_message_get_uri (message), G_URI_HIDE_NONE);

  g_ptr_array_add (program->said, g_strdup_printf ("%s %s%s%s", soup_server_message_get_method (message),
                                                   strchr (uri + 8, '/'), *text != '\0' ? " " : "", text));
}
