/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent's key: made once, private, and the same over restarts (R21). */
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "rollcall-identity.h"

typedef struct
{
  char *root, *directory, *key, *certificate; /* @directory is in @root and not made yet */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("identity-XXXXXX", NULL);
  g_assert_nonnull (fixture->root);
  fixture->directory = g_build_filename (fixture->root, "some", "agent", NULL);
  fixture->key = g_build_filename (fixture->directory, "agent.key", NULL);
  fixture->certificate = g_build_filename (fixture->directory, "agent.pem", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_true (g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-r", fixture->root, NULL }, NULL,
                               G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (fixture->root);
  g_free (fixture->directory);
  g_free (fixture->key);
  g_free (fixture->certificate);
}

static RollcallIdentity *
ensure (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  RollcallIdentity *identity = rollcall_identity_ensure (fixture->directory, &error);

  g_assert_no_error (error);
  g_assert_nonnull (identity);
  return identity;
}

static char *
read_text (const char *path)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
assert_mode (const char *path, unsigned int mode)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 07777, ==, mode);
}

/* However generous the umask is. */
static void
test_private (Fixture *fixture, gconstpointer data)
{
  mode_t before = umask (0);
  g_autoptr (RollcallIdentity) identity = ensure (fixture);
  g_autofree char *key = NULL, *certificate = NULL;

  umask (before);
  assert_mode (fixture->directory, 0700);
  assert_mode (fixture->key, 0600);
  assert_mode (fixture->certificate, 0600);
  key = read_text (fixture->key);
  certificate = read_text (fixture->certificate);
  g_assert_nonnull (strstr (key, "PRIVATE KEY"));
  g_assert_null (strstr (certificate, "PRIVATE KEY"));
  g_assert_null (strstr (identity->public_key, "PRIVATE KEY"));
}

static void
test_stays (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RollcallIdentity) first = ensure (fixture);
  g_autofree char *key = read_text (fixture->key), *certificate = read_text (fixture->certificate);

  for (guint restart = 0; restart < 2; restart++)
    {
      g_autoptr (RollcallIdentity) again = ensure (fixture);
      g_autofree char *same_key = read_text (fixture->key), *same_certificate = read_text (fixture->certificate);

      g_assert_cmpstr (again->fingerprint, ==, first->fingerprint);
      g_assert_cmpstr (again->public_key, ==, first->public_key);
      g_assert_true (g_tls_certificate_is_same (again->certificate, first->certificate));
      g_assert_cmpstr (same_key, ==, key);
      g_assert_cmpstr (same_certificate, ==, certificate);
    }
}

static void
test_own (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RollcallIdentity) one = ensure (fixture), other = NULL;
  g_autofree char *directory = g_build_filename (fixture->root, "other", NULL);

  other = rollcall_identity_ensure (directory, NULL);
  g_assert_nonnull (other);
  g_assert_cmpstr (other->fingerprint, !=, one->fingerprint);
}

/* SHA-256 of the DER SubjectPublicKeyInfo, which is what a PEM public key wraps. */
static void
test_fingerprint (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RollcallIdentity) identity = ensure (fixture);
  g_auto (GStrv) parts = g_strsplit (identity->public_key, "-----", -1);
  g_autofree guchar *der = NULL;
  g_autofree char *expected = NULL;
  gsize length;

  g_assert_cmpuint (g_strv_length (parts), ==, 5);
  g_assert_cmpstr (parts[1], ==, "BEGIN PUBLIC KEY");
  der = g_base64_decode (parts[2], &length);
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, length);
  g_assert_cmpstr (identity->fingerprint, ==, expected);
}

static void
assert_refused (Fixture *fixture, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallIdentity) identity = rollcall_identity_ensure (fixture->directory, &error);

  g_assert_null (identity);
  g_assert_nonnull (error);
  if (domain != 0)
    g_assert_error (error, domain, code);
}

static void
test_readable_by_others (Fixture *fixture, gconstpointer data)
{
  static const int modes[] = { 0640, 0604, 0620, 0602, 0644, 0666 };
  g_autoptr (RollcallIdentity) first = ensure (fixture), mended = NULL;
  g_autofree char *key = read_text (fixture->key);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *same = NULL;

      g_assert_cmpint (g_chmod (fixture->key, modes[i]), ==, 0);
      assert_refused (fixture, G_FILE_ERROR, G_FILE_ERROR_PERM);
      same = read_text (fixture->key);
      g_assert_cmpstr (same, ==, key);
      assert_mode (fixture->key, (unsigned int) modes[i]);
    }
  g_assert_cmpint (g_chmod (fixture->key, 0600), ==, 0);
  mended = ensure (fixture);
  g_assert_cmpstr (mended->fingerprint, ==, first->fingerprint);
}

/* A start that was cut off between the two files: nobody has seen that key. */
static void
test_half_made (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RollcallIdentity) made = NULL, again = NULL;

  g_assert_cmpint (g_mkdir_with_parents (fixture->directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fixture->key, "-----BEGIN PRIVATE KEY-----\n", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->key, 0644), ==, 0);
  made = ensure (fixture);
  assert_mode (fixture->key, 0600);
  again = ensure (fixture);
  g_assert_cmpstr (again->fingerprint, ==, made->fingerprint);
}

/* A new key would make this computer a duplicate (R11): that is no agent's to decide. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RollcallIdentity) first = ensure (fixture);
  g_autofree char *key = read_text (fixture->key), *certificate = read_text (fixture->certificate);
  g_autofree char *same = NULL, *left = NULL;

  g_assert_true (g_file_set_contents_full (fixture->key, "no key", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  assert_refused (fixture, 0, 0);
  left = read_text (fixture->key);
  g_assert_cmpstr (left, ==, "no key");
  g_assert_cmpint (g_unlink (fixture->key), ==, 0);
  assert_refused (fixture, 0, 0);
  g_assert_false (g_file_test (fixture->key, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_set_contents_full (fixture->key, key, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  same = read_text (fixture->certificate);
  g_assert_cmpstr (same, ==, certificate);
}

static void
test_no_directory (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->root, "some", NULL);

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  assert_refused (fixture, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/agent/identity/key-and-certificate-are-private", test_private },
    { "/agent/identity/R21-the-key-stays-over-restarts", test_stays },
    { "/agent/identity/each-folder-has-a-key-of-its-own", test_own },
    { "/agent/identity/fingerprint-is-of-the-public-key", test_fingerprint },
    { "/agent/identity/key-that-others-can-read-is-refused", test_readable_by_others },
    { "/agent/identity/half-made-is-made-anew", test_half_made },
    { "/agent/identity/R21-a-damaged-key-is-never-replaced", test_damaged },
    { "/agent/identity/folder-that-cannot-be-made", test_no_directory },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
