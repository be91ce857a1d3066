/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "test-hostile.h"

static char *
make_row (RollcallExportFormat format, const char *name)
{
  g_autoptr (GArray) columns = test_columns_new ();
  g_autoptr (RollcallRegistration) row = test_row_new (7, 7);
  g_autoptr (RollcallExport) export = NULL;
  GString *out = g_string_new (NULL);

  g_array_set_size (columns, 1);
  g_set_str (&row->computer.name, name);
  export = rollcall_export_new (format, "Title", "now", NULL, columns);
  rollcall_export_append_row (export, row, out);
  return g_string_free_and_steal (out);
}

static void
test_names (void)
{
  static const struct
  {
    const char *name, *csv, *html, *xml, *json;
  } cases[] = {
    { "PC-1", "\"PC-1\"", "PC-1", "PC-1", "PC-1" },
    { "=1+1", "\"'=1+1\"", "&#39;=1+1", "=1+1", "=1+1" },
    { "a\"b\\", "\"a\"\"b\\\"", "a&#34;b\\", "a&#34;b\\", "a\\\"b\\\\" },
    { "<b>&'", "\"<b>&'\"", "&#60;b&#62;&#38;&#39;", "&#60;b&#62;&#38;&#39;", "<b>&'" },
    { "\t\n\r\a", "\"\uFFFD\uFFFD\uFFFD\uFFFD\"", "\uFFFD\uFFFD\uFFFD\uFFFD", "&#x9;&#xA;&#xD;\uFFFD",
      "\\u0009\\u000a\\u000d\\u0007" },
    { "x\u202Ey", "\"x\uFFFDy\"", "x\uFFFDy", "x&#x202E;y", "x\\u202ey" },
    { "\U000E0041", "\"\uFFFD\"", "\uFFFD", "&#xE0041;", "\\udb40\\udc41" },
    { "\uFFFF", "\"\uFFFF\"", "\uFFFD", "\uFFFD", "\uFFFF" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *csv = make_row (ROLLCALL_EXPORT_CSV, cases[i].name),
                      *html = make_row (ROLLCALL_EXPORT_HTML, cases[i].name),
                      *xml = make_row (ROLLCALL_EXPORT_XML, cases[i].name),
                      *json = make_row (ROLLCALL_EXPORT_JSON, cases[i].name);
      g_autofree char *csv_line = g_strconcat (cases[i].csv, "\r\n", NULL);
      g_autofree char *html_line = g_strconcat ("<tr><td>", cases[i].html, "</td></tr>\n", NULL);
      g_autofree char *xml_line = g_strconcat ("<registration id=\"7\"><name>", cases[i].xml,
                                               "</name></registration>\n", NULL);
      g_autofree char *json_line = g_strconcat ("\n{\"id\": 7, \"name\": \"", cases[i].json, "\"}", NULL);

      g_assert_cmpstr (csv, ==, csv_line);
      g_assert_cmpstr (html, ==, html_line);
      g_assert_cmpstr (xml, ==, xml_line);
      g_assert_cmpstr (json, ==, json_line);
    }
}

typedef struct
{
  char *directory;
  RollcallCache *cache;
  GArray *columns;
  GFile *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("rollcall-export-XXXXXX", NULL);
  fixture->cache = test_hostile_cache_new (fixture->directory, "https://test", 3000);
  fixture->columns = test_columns_new ();
  fixture->file = g_file_new_build_filename (fixture->directory, "out.csv", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", fixture->directory);

  g_clear_object (&fixture->cache);
  g_clear_object (&fixture->file);
  g_array_unref (fixture->columns);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (fixture->directory);
}

static gssize
save (Fixture *fixture, GArray *ids, RollcallExportProgress progress, gpointer data, GCancellable *cancellable,
      GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rollcall_export_save_async (fixture->cache,
                              rollcall_export_new (ROLLCALL_EXPORT_CSV, "Title", "now", NULL, fixture->columns), ids,
                              fixture->file, progress, data, cancellable, test_take_result, &result);
  test_wait_until (result != NULL);
  return rollcall_export_save_finish (fixture->cache, result, error);
}

static void
assert_is (Fixture *fixture, const char *text)
{
  g_autofree char *found = NULL;

  if (text == NULL)
    g_assert_false (g_file_query_exists (fixture->file, NULL));
  else
    g_assert_true (g_file_load_contents (fixture->file, NULL, &found, NULL, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

/* Only what was asked for, in that order; a row that is gone is left out and not counted. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  static const gint64 wanted[] = { 2900, 30000, 2800 };
  g_autoptr (GArray) ids = g_array_append_vals (g_array_new (FALSE, FALSE, sizeof (gint64)), wanted, 3);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (save (fixture, ids, NULL, NULL, NULL, &error), ==, 2);
  g_assert_no_error (error);
  g_assert_true (g_file_load_contents (fixture->file, NULL, &text, NULL, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[0], ==, "\"Name\",\"IP Addresses\",\"Note, \"\"free\"\"\",\"Decided <By>\"");
  g_assert_true (g_str_has_prefix (lines[1], "\"PC-0260\"")); /* 2900 * 7919 % 1009 */
  g_assert_true (g_str_has_prefix (lines[2], "\"PC-0425\""));
  g_assert_cmpstr (lines[3], ==, "");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = test_ids_new (3000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_cmpint (save (fixture, ids, NULL, NULL, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_is (fixture, NULL);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (g_file_peek_path (fixture->file), "as it was", -1, NULL));
  g_assert_cmpint (save (fixture, ids, NULL, NULL, cancellable, &error), ==, -1);
  assert_is (fixture, "as it was");
}

static GCancellable *breaking;

static char *
break_off (const RollcallRegistration *row, gsize limit)
{
  static gint calls;

  /* by its 2000th row, in the middle of the writing */
  if (g_atomic_int_add (&calls, 1) == 2000)
    g_cancellable_cancel (breaking);
  return g_strdup ("so much that it is written out before");
}

/* Broken off in the middle: what stood there stands, and nothing is left beside it. */
static void
test_broken_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = test_ids_new (3000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = NULL;
  const char *name;

  for (guint i = 0; i < fixture->columns->len; i++)
    g_array_index (fixture->columns, RollcallExportColumn, i).get_text = break_off;
  g_assert_true (g_file_set_contents (g_file_peek_path (fixture->file), "as it was", -1, NULL));
  breaking = cancellable;
  g_assert_cmpint (save (fixture, ids, NULL, NULL, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_is (fixture, "as it was");
  directory = g_dir_open (fixture->directory, 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    g_assert_false (g_str_has_prefix (name, ".goutputstream"));
}

static void
count (guint done, guint total, gpointer user_data)
{
  guint *calls = user_data;

  g_assert_cmpuint (done, <=, total);
  ++*calls;
}

static char *
take_long (const RollcallRegistration *row, gsize limit)
{
  g_usleep (100);
  return g_strdup ("");
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = test_ids_new (3000);
  g_autoptr (GError) error = NULL;
  guint calls = 0;

  g_array_index (fixture->columns, RollcallExportColumn, 0).get_text = take_long;
  g_assert_cmpint (save (fixture, ids, count, &calls, NULL, &error), ==, 3000);
  g_assert_no_error (error);
  g_assert_cmpuint (calls, >, 0);
}

static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = test_ids_new (3);
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->file);
  fixture->file = g_file_new_build_filename (fixture->directory, "gone", "out.csv", NULL);
  g_assert_cmpint (save (fixture, ids, NULL, NULL, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = test_ids_new (3000);
  g_autoptr (GAsyncResult) result = NULL, bounded = NULL;
  g_autoptr (GBytes) text = NULL, html = NULL, short_text = NULL, short_html = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_export_copy_async (fixture->cache, fixture->columns, ids, G_MAXSIZE, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_cmpint (rollcall_export_copy_finish (fixture->cache, result, &text, &html, &error), ==, 3000);
  g_assert_no_error (error);
  g_autofree char *copied = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_auto (GStrv) lines = g_strsplit (copied, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3002); /* the titles, and what is after the last line's end */
  for (guint i = 0; i < 3001; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
      g_assert_cmpuint (g_strv_length (cells), ==, 4);
    }
  g_assert_true (g_str_has_prefix (lines[1], "'=1+1\t"));

  rollcall_export_copy_async (fixture->cache, fixture->columns, ids, 50000, NULL, test_take_result, &bounded);
  test_wait_until (bounded != NULL);
  g_assert_cmpint (rollcall_export_copy_finish (fixture->cache, bounded, &short_text, &short_html, &error), <, 1000);
  g_assert_cmpuint (g_bytes_get_size (short_html), <, 80000);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/client/C7-export-order", test_order },           { "/client/C7-export-cancelled", test_cancelled },
    { "/client/C7-export-broken-off", test_broken_off }, { "/client/C7-export-progress", test_progress },
    { "/client/C7-export-no-folder", test_no_folder },   { "/client/C7-copy", test_copy },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/C7-export-names", test_names);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
