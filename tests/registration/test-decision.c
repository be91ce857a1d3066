/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry.h"

/* The decision table as SPEC.md prints it, each cell written down. */
static const struct
{
  RollcallStatus status;
  RollcallAction action;
  gboolean applies;
} cells[] = {
  { ROLLCALL_STATUS_PENDING, ROLLCALL_ACTION_ALLOW, TRUE },
  { ROLLCALL_STATUS_PENDING, ROLLCALL_ACTION_BLOCK, TRUE },
  { ROLLCALL_STATUS_PENDING, ROLLCALL_ACTION_REVOKE, FALSE },
  { ROLLCALL_STATUS_ALLOWED, ROLLCALL_ACTION_ALLOW, FALSE },
  { ROLLCALL_STATUS_ALLOWED, ROLLCALL_ACTION_BLOCK, FALSE },
  { ROLLCALL_STATUS_ALLOWED, ROLLCALL_ACTION_REVOKE, TRUE },
  { ROLLCALL_STATUS_BLOCKED, ROLLCALL_ACTION_ALLOW, TRUE },
  { ROLLCALL_STATUS_BLOCKED, ROLLCALL_ACTION_BLOCK, FALSE },
  { ROLLCALL_STATUS_BLOCKED, ROLLCALL_ACTION_REVOKE, FALSE },
  { ROLLCALL_STATUS_REVOKED, ROLLCALL_ACTION_ALLOW, TRUE },
  { ROLLCALL_STATUS_REVOKED, ROLLCALL_ACTION_BLOCK, TRUE },
  { ROLLCALL_STATUS_REVOKED, ROLLCALL_ACTION_REVOKE, FALSE },
};

static void
test_table (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  g_assert_cmpint (rollcall_decision_applies (cells[i].status, cells[i].action), ==, cells[i].applies);
}

static void
test_words (void)
{
  RollcallStatus status;
  RollcallTrust trust;

  for (guint i = 0; i < ROLLCALL_N_STATUSES; i++)
    {
      g_assert_true (rollcall_status_from_string (rollcall_status_to_string (i), &status));
      g_assert_cmpint (status, ==, i);
    }
  g_assert_cmpstr (rollcall_trust_to_string (ROLLCALL_TRUST_AWAITING_REQUEST), ==, "awaiting_request");
  g_assert_false (rollcall_status_from_string ("Pending", &status));
  g_assert_false (rollcall_status_from_string ("", &status));
  g_assert_false (rollcall_trust_from_string (NULL, &trust));
}

static void
test_copy (void)
{
  g_autoptr (RollcallRegistration) first = rollcall_registration_new ();
  g_autoptr (RollcallRegistration) second = NULL;

  g_set_str (&first->computer.name, "PC-1042");
  g_ptr_array_add (first->resource_keys, rollcall_resource_key_new ("fqdn", "pc-1042.corp.example"));
  g_ptr_array_add (first->keys, rollcall_key_new ("ab", 7));
  second = rollcall_registration_copy (first);
  g_set_str (&first->computer.name, "PC-1");
  g_ptr_array_set_size (first->resource_keys, 0);

  g_assert_cmpstr (second->computer.name, ==, "PC-1042");
  g_assert_cmpuint (second->resource_keys->len, ==, 1);
  g_assert_cmpint (((RollcallKey *) g_ptr_array_index (second->keys, 0))->first_seen, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registration/R15-decision-table/%s/%s",
                                               rollcall_status_to_string (cells[i].status),
                                               rollcall_action_to_string (cells[i].action));

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_table);
    }
  g_test_add_func ("/registration/words", test_words);
  g_test_add_func ("/registration/copy-shares-nothing", test_copy);
  return g_test_run ();
}
