/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a start makes and refuses, and what is easier to hold here than from outside. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "rollcall-service-private.h"

static char *directory;

static void
make_directory (void)
{
  g_autoptr (GError) error = NULL;

  directory = g_dir_make_tmp ("rollcall-service-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_directory (void)
{
  g_autoptr (GDir) contents = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (contents)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_clear_pointer (&directory, g_free);
}

static mode_t
get_mode (const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return status.st_mode & 0777;
}

static RollcallService *
start (GError **error)
{
  return rollcall_service_new (directory, NULL, NULL, error);
}

static void
test_first_start (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallService) service = NULL;
  g_autofree char *token_path = NULL, *token = NULL, *second = NULL;
  static const char *const secrets[] = { "admin.token", "ca.key", "server.key", "rollcall.sqlite" };

  make_directory ();
  service = start (&error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_cmpint (get_mode (secrets[i]), ==, 0600);
  token_path = g_build_filename (directory, "admin.token", NULL);
  g_assert_true (g_file_get_contents (token_path, &token, NULL, NULL));
  rollcall_service_free (g_steal_pointer (&service));

  service = start (&error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (token_path, &second, NULL, NULL));
  g_assert_cmpstr (second, ==, token);
  rollcall_service_free (g_steal_pointer (&service));
  remove_directory ();
}

static void
test_loose_files (void)
{
  static const char *const secrets[] = { "admin.token", "ca.key", "server.key" };
  g_autoptr (GError) error = NULL;

  make_directory ();
  rollcall_service_free (start (&error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_autofree char *path = g_build_filename (directory, secrets[i], NULL);

      g_assert_cmpint (g_chmod (path, 0640), ==, 0);
      g_assert_null (start (&error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM);
      g_assert_nonnull (strstr (error->message, secrets[i]));
      g_clear_error (&error);
      g_assert_cmpint (g_chmod (path, 0600), ==, 0);
    }
  remove_directory ();
}

static void
test_one_process (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallService) service = NULL;

  make_directory ();
  service = start (&error);
  g_assert_no_error (error);
  g_assert_null (start (&error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN);
  rollcall_service_free (g_steal_pointer (&service));
  remove_directory ();
}

static void
test_left_backup (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  make_directory ();
  path = g_build_filename (directory, ROLLCALL_BACKUP_PREFIX "0123456789abcdef", NULL);
  g_assert_true (g_file_set_contents (path, "half", -1, NULL));
  rollcall_service_free (start (&error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  remove_directory ();
}

/* The figure is what `openssl pkey -pubin -outform DER | sha256sum` says. */
static void
test_fingerprint (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = rollcall_public_key_get_fingerprint (
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAUtr23IhnWSMKXnEFaXWfeZjqnWERxfQ8sudnxj86KsU=\n"
      "-----END PUBLIC KEY-----\n",
      &error);

  g_assert_no_error (error);
  g_assert_cmpstr (fingerprint, ==, "bbf4dfd7c5930c04997ea64b01f056e9b0843eae4fa5867b30d1a3facd0f264d");
  g_assert_null (rollcall_public_key_get_fingerprint ("-----BEGIN PUBLIC KEY-----\n", &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, "/key");
}

static void
test_routes (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < rollcall_n_routes; i++)
    {
      const RollcallRoute *route = &rollcall_routes[i];

      g_assert_true (g_hash_table_add (seen, g_strdup_printf ("%s %s", route->method, route->pattern)));
      g_assert_cmpint (g_str_has_prefix (route->pattern, "/v1/agent/"), ==, route->caller == ROLLCALL_CALLER_AGENT);
      g_assert_cmpint (g_str_has_suffix (route->pattern, "z"), ==, route->caller == ROLLCALL_CALLER_NOBODY);
      /* A person who may only look has nothing to write. */
      g_assert_false (route->caller == ROLLCALL_CALLER_VIEWER && route->work == ROLLCALL_WORK_WRITE);
    }
}

static void
test_cursor (void)
{
  g_autofree char *text = g_strdup ("a+b/c==");

  g_assert_cmpstr (rollcall_cursor_to_address (text), ==, "a-b_c..");
  g_assert_cmpstr (rollcall_cursor_from_address (text), ==, "a+b/c==");
  g_assert_null (rollcall_cursor_from_address (NULL));
}

static void
test_token (void)
{
  g_autofree char *one = rollcall_token_make (), *two = rollcall_token_make ();
  g_autofree char *hash = rollcall_token_hash ("abc");

  g_assert_cmpstr (one, !=, two);
  g_assert_cmpuint (strlen (one), >=, 43); /* 256 bits in base64 */
  g_assert_cmpstr (hash, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); /* FIPS 180-4 */
}

static const struct
{
  const char *setting;
  gint64 offset; /* ms; -1: refused */
} settings[] = {
  { NULL, 0 },
  { "", 0 },
  { "+P91D", G_GINT64_CONSTANT (91) * 86400000 },
  { "-P2W", -G_GINT64_CONSTANT (14) * 86400000 },
  { "+PT31M", 31 * 60000 },
  { "+P1DT2H3S", 86400000 + 2 * 3600000 + 3000 },
  { "P91D", -1 },
  { "+P1M", -1 },
  { "+P", -1 },
  { "+P1DT", -1 },
  { "+PT1D", -1 },
  { "tomorrow", -1 },
};

static void
test_clock (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 before = g_get_real_time () / 1000, now;

      g_assert_cmpint (rollcall_clock_set (settings[i].setting, &error), ==, settings[i].offset != -1);
      if (settings[i].offset == -1)
        {
          g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
          continue;
        }
      now = rollcall_clock_now ();
      g_assert_cmpint (now, >=, before + settings[i].offset);
      g_assert_cmpint (now, <=, g_get_real_time () / 1000 + settings[i].offset);
    }
  g_assert_true (rollcall_clock_set ("2026-01-31T12:00:00Z", NULL));
  g_assert_cmpint (rollcall_clock_now (), >=, G_GINT64_CONSTANT (1769860800000));
  g_assert_cmpint (rollcall_clock_now (), <, G_GINT64_CONSTANT (1769860860000));
  g_assert_true (rollcall_clock_set (NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  umask (0077);
  g_test_add_func ("/service/first-start-makes-secrets-for-its-owner-and-the-next-keeps-them", test_first_start);
  g_test_add_func ("/service/a-secret-that-others-can-read-is-refused", test_loose_files);
  g_test_add_func ("/service/one-process-serves-from-a-directory", test_one_process);
  g_test_add_func ("/service/a-half-sent-backup-does-not-stay", test_left_backup);
  g_test_add_func ("/service/a-fingerprint-is-that-of-the-public-key", test_fingerprint);
  g_test_add_func ("/service/R28-each-route-is-there-once-for-its-callers", test_routes);
  g_test_add_func ("/service/a-cursor-needs-no-escapes", test_cursor);
  g_test_add_func ("/service/a-token-cannot-be-guessed", test_token);
  g_test_add_func ("/service/ROLLCALL_NOW", test_clock);
  return g_test_run ();
}
