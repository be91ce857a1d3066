/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write-export DIRECTORY: saves rows with hostile names there as report.csv, .html, .xml, .json and .txt. */
#include "test-hostile.h"

static const struct
{
  RollcallExportFormat format;
  const char *name;
} files[] = {
  { ROLLCALL_EXPORT_CSV, "report.csv" },  { ROLLCALL_EXPORT_HTML, "report.html" },
  { ROLLCALL_EXPORT_XML, "report.xml" },  { ROLLCALL_EXPORT_JSON, "report.json" },
  { ROLLCALL_EXPORT_TEXT, "report.txt" },
};

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, ==, 2);
  g_autoptr (RollcallCache) cache = test_hostile_cache_new (argv[1], "https://test", TEST_N_HOSTILE);
  g_autoptr (GArray) columns = test_columns_new (), ids = test_ids_new (TEST_N_HOSTILE);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GFile) file = g_file_new_build_filename (argv[1], files[i].name, NULL);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      rollcall_export_save_async (
          cache, rollcall_export_new (files[i].format, "A <report> & \"more\"", "2026-11-25 14:05", "en", columns), ids,
          file, NULL, NULL, NULL, test_take_result, &result);
      test_wait_until (result != NULL);
      g_assert_cmpint (rollcall_export_save_finish (cache, result, &error), ==, TEST_N_HOSTILE);
      g_assert_no_error (error);
    }
  return 0;
}
