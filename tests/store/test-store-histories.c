/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R2-R24: the same random histories as in tests/registration/, over SQLite: the rules are given what the store finds
 * around a key or a row, and what is compared with the model is what the store kept. */
#include <glib/gstdio.h>

#include "history.h"
#include "rollcall-store-private.h"

#define N_STEPS 5000

static RollcallStore *store;

/* A history is a transaction that is never committed: the store is empty before and after it. */
static gpointer
open_kept (void)
{
  g_autoptr (GError) error = NULL;

  rollcall_store_begin (store, &error);
  g_assert_no_error (error);
  return store;
}

static void
close_kept (gpointer kept)
{
  rollcall_store_rollback (kept);
}

static void
load_context (RollcallStore *kept, RollcallContext *context)
{
  g_assert_true (rollcall_store_load_context (kept, context, NULL));
}

static GPtrArray *
load_for_key (gpointer kept, const char *fingerprint, GPtrArray *usable, RollcallContext *context)
{
  load_context (kept, context);
  return rollcall_store_load_neighbourhood (kept, fingerprint, usable, NULL);
}

static GPtrArray *
load_around (gpointer kept, gint64 id, RollcallContext *context)
{
  load_context (kept, context);
  return rollcall_store_load_around (kept, id, NULL);
}

static GPtrArray *
load_blocked (gpointer kept, gint64 due, RollcallContext *context)
{
  load_context (kept, context);
  return rollcall_store_list_blocked (kept, due, NULL);
}

static GPtrArray *
load_all (gpointer kept)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = rollcall_store_prepare (kept, "SELECT " ROLLCALL_ROW_COLUMNS " FROM registrations", &error);

  g_assert_no_error (error);
  while (rollcall_store_step (kept, statement, &error))
    g_ptr_array_add (rows, rollcall_row_read (statement));
  for (guint i = 0; i < rows->len; i++)
    rollcall_store_read_history (kept, rows->pdata[i], &error);
  g_assert_no_error (error);
  return rows;
}

/* A batch's job is bracketed by a mark, as in the service. */
static void
keep (gpointer kept, RollcallOutcome *outcome, const RollcallContext *context)
{
  g_autoptr (GError) error = NULL;

  rollcall_store_mark (kept, &error);
  g_assert_no_error (error);
  rollcall_store_apply (kept, outcome, context, &error);
  g_assert_no_error (error);
  rollcall_store_release_mark (kept, &error);
  g_assert_no_error (error);
}

static const HistoryKeeper store_keeper = { open_kept, load_for_key, load_around, load_blocked,
                                            load_all,  keep,         close_kept };

static void
test_random_histories (void)
{
  check_random_histories (g_test_slow () ? 20 * N_STEPS : N_STEPS, &store_keeper);
}

static void
test_known_histories (void)
{
  for (guint i = 0; i < N_KNOWN_HISTORIES; i++)
    check_history (known_histories[i].steps, known_histories[i].n, &store_keeper);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("rollcall-histories-XXXXXX", &error);
  g_autofree char *path = g_build_filename (directory, "rollcall.sqlite", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_assert_no_error (error);
  store = rollcall_store_open (path, TRUE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/store/R2-R24-random-histories-agree-with-the-model", test_random_histories);
  g_test_add_func ("/store/R2-R24-histories-that-differed-once-agree-with-the-model", test_known_histories);
  status = g_test_run ();
  g_clear_object (&store);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  return status;
}
