/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-secrets.h"

#include <glib/gstdio.h>

#include "test-wait.h"

#define SERVER "https://127.0.0.1:8443"

static gboolean
store (RollcallSecrets *secrets, const char *token, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rollcall_secrets_store_async (secrets, SERVER, token, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  return rollcall_secrets_store_finish (secrets, result, error);
}

static void
assert_token (RollcallSecrets *secrets, const char *expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_secrets_lookup_async (secrets, SERVER, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  char *token = rollcall_secrets_lookup_finish (secrets, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, expected);
  rollcall_secrets_free (token);
}

static void
clear (RollcallSecrets *secrets)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_secrets_clear_async (secrets, SERVER, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (rollcall_secrets_clear_finish (secrets, result, &error));
  g_assert_no_error (error);
}

/* The keyring is libsecret's own file, encrypted by a password that the test gives. */
static void
test_keyring (void)
{
  g_autoptr (RollcallSecrets) secrets = rollcall_secrets_new (), later = rollcall_secrets_new ();
  g_autoptr (RollcallSecrets) last = rollcall_secrets_new ();
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  assert_token (secrets, NULL);
  g_assert_true (store (secrets, "first", &error));
  g_assert_no_error (error);
  g_assert_true (store (secrets, "second", &error));
  g_assert_no_error (error);
  assert_token (secrets, "second");
  assert_token (later, "second");
  g_assert_true (g_file_get_contents (g_getenv ("SECRET_FILE_TEST_PATH"), &text, &length, &error));
  g_assert_no_error (error);
  g_assert_null (memmem (text, length, "second", strlen ("second")));
  clear (later);
  assert_token (later, NULL);
  assert_token (last, NULL);
}

/* Where no keyring takes it, this session knows it, and nobody else. */
static void
test_without_keyring (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (RollcallSecrets) secrets = rollcall_secrets_new (), later = rollcall_secrets_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (store (secrets, "token", &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
      assert_token (secrets, "token");
      rollcall_secrets_lookup_async (later, SERVER, NULL, test_take_result, &result);
      test_wait_until (result != NULL);
      g_assert_null (rollcall_secrets_lookup_finish (later, result, &error));
      return;
    }
  g_unsetenv ("SECRET_BACKEND");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  g_test_trap_subprocess (NULL, 30 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_autofree char *directory = g_dir_make_tmp ("rollcall-secrets-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "keyring", NULL);

  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    {
      /* before libsecret chooses */
      g_setenv ("SECRET_BACKEND", "file", TRUE);
      g_setenv ("SECRET_FILE_TEST_PATH", path, TRUE);
      g_setenv ("SECRET_FILE_TEST_PASSWORD", "password", TRUE);
    }
  g_test_add_func ("/secrets/keyring", test_keyring);
  g_test_add_func ("/secrets/without-keyring", test_without_keyring);
  int status = g_test_run ();
  g_remove (path);
  g_rmdir (directory);
  return status;
}
