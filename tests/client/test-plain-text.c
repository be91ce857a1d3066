/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-plain-text.h"

#include <glib/gstdio.h>
#include <gio/gio.h>

#include "rollcall-token-file.h"

static void
test_plain (void)
{
  static const struct
  {
    const char *text, *plain;
  } cases[] = {
    { "PC-1042", "PC-1042" },
    { "\033[31mred\a", "\uFFFD[31mred\uFFFD" },
    { "one\r\ntwo\tthree", "one\uFFFD\uFFFDtwo\uFFFDthree" },
    { "\302\2332J", "\uFFFD2J" },
    { "evil\u202Eexe.txt\u2066", "evil\uFFFDexe.txt\uFFFD" },
    { "a\u200bb\ufeffc\u2028d", "a\uFFFDb\uFFFDc\uFFFDd" },
    { "\xff\xfe", "\uFFFD\uFFFD" },
    { "می\u200cخواهم 日本 ä", "می\u200cخواهم 日本 ä" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = rollcall_text_make_plain (cases[i].text);
      g_assert_cmpstr (plain, ==, cases[i].plain);
    }
}

static void
test_csv (void)
{
  static const struct
  {
    const char *text, *field;
  } cases[] = {
    { "PC-1042", "\"PC-1042\"" },
    { "", "\"\"" },
    { "a \"b\", c", "\"a \"\"b\"\", c\"" },
    { "=1+1", "\"'=1+1\"" },
    { "+1", "\"'+1\"" },
    { "  =1", "\"'  =1\"" },
    { "-1", "\"'-1\"" },
    { "@SUM(A1)", "\"'@SUM(A1)\"" },
    { "\uff1d1", "\"'\uff1d1\"" },
    { "\t=1", "\"\uFFFD=1\"" },
    { "a\r\n=1", "\"a\uFFFD\uFFFD=1\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) csv = g_string_new (NULL);
      rollcall_csv_append_field (csv, cases[i].text);
      g_assert_cmpstr (csv->str, ==, cases[i].field);
    }
}

static void
test_token_file (void)
{
  g_autofree char *directory = g_dir_make_tmp ("rollcall-token-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "token", NULL);
  static const int open_modes[] = { 0640, 0604, 0620, 0602 };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "s3cret\n", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (open_modes); i++)
    {
      g_assert_cmpint (g_chmod (path, open_modes[i]), ==, 0);
      g_assert_null (rollcall_token_file_read (path, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_assert_null (strstr (error->message, "s3cret"));
      g_clear_error (&error);
    }
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_autofree char *token = rollcall_token_file_read (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, "s3cret");

  g_assert_null (rollcall_token_file_read (directory, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);
  g_remove (path);
  g_assert_null (rollcall_token_file_read (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/C7-plain-text", test_plain);
  g_test_add_func ("/client/C7-csv", test_csv);
  g_test_add_func ("/client/token-file", test_token_file);
  return g_test_run ();
}
