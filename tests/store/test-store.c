/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How SQLite goes about what is asked of it: a list of a few must not read all rows. And how an older store is brought
 * to the present schema. */
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "rollcall-store-private.h"

typedef struct
{
  char *directory, *path;
  RollcallStore *store;
} Fixture;

static void
open_store (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->store = rollcall_store_open (fixture->path, TRUE, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("rollcall-plans-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "rollcall.sqlite", NULL);
  open_store (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->store);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static void
execute (Fixture *fixture, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (fixture->store->database, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

static gint64
ask (Fixture *fixture, const char *sql)
{
  sqlite3_stmt *statement;
  gint64 value;

  g_assert_cmpint (sqlite3_prepare_v2 (fixture->store->database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return value;
}

static int
keep_statement (unsigned int kind, void *data, void *statement, void *text)
{
  const char *sql = sqlite3_sql (statement);

  if (g_str_has_prefix (sql, "SELECT ") || g_str_has_prefix (sql, "UPDATE ") || g_str_has_prefix (sql, "DELETE "))
    g_hash_table_add (data, g_strdup (sql));
  return 0;
}

/* Until stop_watching(): the very statements that the store runs. */
static GHashTable *
watch (Fixture *fixture)
{
  GHashTable *statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  sqlite3_trace_v2 (fixture->store->database, SQLITE_TRACE_STMT, keep_statement, statements);
  return statements;
}

static void
stop_watching (Fixture *fixture)
{
  sqlite3_trace_v2 (fixture->store->database, 0, NULL, NULL);
}

static char *
explain (Fixture *fixture, const char *sql)
{
  g_autofree char *question = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  GString *plan = g_string_new (NULL);
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v2 (fixture->store->database, question, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
  g_test_message ("%s\n%s", sql, plan->str);
  return g_string_free (plan, FALSE);
}

/* The plan of a list's one statement. */
static char *
explain_list (Fixture *fixture, const RollcallListQuery *query)
{
  g_autoptr (GHashTable) statements = watch (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *next = NULL;
  g_autofree gpointer *sql = NULL;
  guint n;

  rows = rollcall_store_list_registrations (fixture->store, query, &next, &error);
  stop_watching (fixture);
  g_assert_no_error (error);
  sql = g_hash_table_get_keys_as_array (statements, &n);
  g_assert_cmpuint (n, ==, 1);
  return explain (fixture, sql[0]);
}

static void
test_site_servers (Fixture *fixture, gconstpointer unused)
{
  static const char *const sorts[] = { NULL, "-id", "name", "-last_requested", "status" };

  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      RollcallListQuery query = { .site_servers_only = TRUE, .limit = 200, .sort = sorts[i] };
      g_autofree char *plan = explain_list (fixture, &query);

      /* The only thing that may be read whole is the index, which holds the site servers alone. */
      g_assert_true (g_str_has_prefix (plan, "SCAN registrations USING INDEX registrations_site_server\n"));
      g_assert_null (strstr (plan + 1, "SCAN"));
    }
}

/* Returns: the row's id, given if it has none */
static gint64
put_row (Fixture *fixture, RollcallRegistration *row)
{
  RollcallContext context = { .now = 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallOutcome) outcome = g_new0 (RollcallOutcome, 1);
  gint64 id;

  outcome->put = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  outcome->removed = g_array_new (FALSE, FALSE, sizeof (RollcallRemoval));
  outcome->events = g_ptr_array_new ();
  g_assert_true (rollcall_store_load_context (fixture->store, &context, NULL));
  if (row->id == 0)
    row->id = context.next_registration++;
  id = row->id;
  g_ptr_array_add (outcome->put, row);
  rollcall_store_begin (fixture->store, &error);
  g_assert_no_error (error);
  rollcall_store_apply (fixture->store, outcome, &context, &error);
  g_assert_no_error (error);
  rollcall_store_commit (fixture->store, &error);
  g_assert_no_error (error);
  return id;
}

static void
add_row (Fixture *fixture, const char *name, gboolean site_server)
{
  RollcallRegistration *row = rollcall_registration_new ();

  row->site_server = site_server;
  g_set_str (&row->computer.name, name);
  put_row (fixture, row);
}

/* R9: what leaves a row leaves the store, and the places of the others move up. */
static void
test_keys_that_leave (Fixture *fixture, gconstpointer unused)
{
  RollcallRegistration *row = rollcall_registration_new ();
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (GPtrArray) around = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *value = g_strdup_printf ("pc-%u.example", i);

      g_ptr_array_add (row->resource_keys, rollcall_resource_key_new ("fqdn", value));
    }
  put_row (fixture, row);
  row = rollcall_store_get_registration (fixture->store, 1, NULL, NULL);
  g_ptr_array_remove_range (row->resource_keys, 1, 2);
  ((RollcallResourceKey *) row->resource_keys->pdata[1])->pinned = TRUE;
  put_row (fixture, row);

  g_ptr_array_add (wanted, rollcall_resource_key_new ("fqdn", "pc-1.example"));
  around = rollcall_store_load_neighbourhood (fixture->store, NULL, wanted, NULL);
  g_assert_cmpuint (around->len, ==, 0);
  g_clear_pointer (&around, g_ptr_array_unref);
  g_set_str (&((RollcallResourceKey *) wanted->pdata[0])->value, "pc-3.example");
  around = rollcall_store_load_neighbourhood (fixture->store, NULL, wanted, NULL);
  g_assert_cmpuint (around->len, ==, 1);
  row = around->pdata[0];
  g_assert_cmpuint (row->resource_keys->len, ==, 3);
  g_assert_cmpstr (((RollcallResourceKey *) row->resource_keys->pdata[1])->value, ==, "pc-3.example");
  g_assert_true (((RollcallResourceKey *) row->resource_keys->pdata[1])->pinned);
  g_assert_false (((RollcallResourceKey *) row->resource_keys->pdata[2])->pinned);
}

/* A row with the resource keys @names; returns its id. */
static gint64
add_named (Fixture *fixture, gint64 duplicate_of, gint64 matched, const char *names)
{
  RollcallRegistration *row = rollcall_registration_new ();
  g_auto (GStrv) each = g_strsplit (names, " ", -1);

  row->duplicate_of = duplicate_of;
  if (matched != 0)
    g_array_append_val (row->conflicts_with, matched);
  for (guint i = 0; each[i] != NULL; i++)
    g_ptr_array_add (row->resource_keys, rollcall_resource_key_new ("fqdn", each[i]));
  g_ptr_array_add (row->keys, rollcall_key_new (each[0], 1000));
  g_set_str (&row->fingerprint, each[0]);
  return put_row (fixture, row);
}

static char *
list_ids (GPtrArray *rows)
{
  GString *text = g_string_new (NULL);

  for (gint64 id = 1; id < 100; id++)
    for (guint i = 0; i < rows->len; i++)
      if (((RollcallRegistration *) rows->pdata[i])->id == id)
        g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? " " : "", id);
  return g_string_free (text, FALSE);
}

/* R11-R14, R24: rows that need not share a key any more (R9: a row keeps 256). */
static void
test_neighbourhood (Fixture *fixture, gconstpointer unused)
{
  gint64 resource = add_named (fixture, 0, 0, "a a2");
  gint64 duplicate = add_named (fixture, resource, 0, "b");
  gint64 conflict = add_named (fixture, 0, resource, "c");
  gint64 sharing = add_named (fixture, 0, 0, "d a2"), sharings = add_named (fixture, sharing, 0, "e");
  g_autoptr (GPtrArray) key = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  const gint64 from[] = { resource, duplicate, conflict };

  add_named (fixture, 0, 0, "stranger");
  g_assert_cmpint (sharings, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (from); i++)
    {
      g_autoptr (GPtrArray) rows = rollcall_store_load_around (fixture->store, from[i], NULL);
      g_autofree char *found = list_ids (rows);

      g_assert_cmpstr (found, ==, "1 2 3 4 5");
    }
  g_ptr_array_add (key, rollcall_resource_key_new ("fqdn", "b"));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray)
          rows = rollcall_store_load_neighbourhood (fixture->store, i == 0 ? "b" : NULL, i == 0 ? NULL : key, NULL);
      g_autofree char *found = list_ids (rows);

      g_assert_cmpstr (found, ==, "1 2 3 4 5");
    }
}

static void
assert_no_scan (Fixture *fixture, GHashTable *statements)
{
  GHashTableIter iter;
  gpointer sql;

  g_assert_cmpuint (g_hash_table_size (statements), >, 0);
  g_hash_table_iter_init (&iter, statements);
  while (g_hash_table_iter_next (&iter, &sql, NULL))
    {
      g_autofree char *plan = explain (fixture, sql);

      /* The newest of all: a walk that ends at its first row. */
      g_assert_true (strstr (plan, "SCAN") == NULL || g_str_has_suffix (sql, "ORDER BY number DESC LIMIT 1"));
      g_assert_null (strstr (plan, "AUTOMATIC"));
    }
}

/* A computer is looked up by its key, its resource keys, its duplicates, and its conflicts from both ends (R9-R14). */
static void
test_lookups (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GHashTable) statements = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  g_autoptr (GPtrArray) for_key = NULL, around = NULL, due = NULL;
  g_autoptr (RollcallRegistration) row = NULL;
  g_autoptr (GArray) duplicates = NULL;

  add_row (fixture, "plain", FALSE);
  g_ptr_array_add (keys, rollcall_resource_key_new ("fqdn", "pc.example"));
  statements = watch (fixture);
  for_key = rollcall_store_load_neighbourhood (fixture->store, "aa", keys, NULL);
  around = rollcall_store_load_around (fixture->store, 1, NULL);
  row = rollcall_store_get_registration (fixture->store, 1, &duplicates, NULL);
  due = rollcall_store_list_blocked (fixture->store, 1000, NULL);
  stop_watching (fixture);
  g_assert_cmpuint (for_key->len, ==, 0);
  g_assert_cmpuint (around->len, ==, 1);
  assert_no_scan (fixture, statements);
}

/* Neither does what is kept: a row put anew, and one removed. */
static void
test_writing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GHashTable) statements = NULL;
  g_autoptr (RollcallOutcome) outcome = g_new0 (RollcallOutcome, 1);
  RollcallContext context = { .now = 1000 };
  RollcallRemoval removal = { 2, 1 };
  g_autoptr (GError) error = NULL;

  add_row (fixture, "one", FALSE);
  add_row (fixture, "two", FALSE);
  outcome->put = rollcall_store_load_around (fixture->store, 1, NULL);
  outcome->removed = g_array_new (FALSE, FALSE, sizeof (RollcallRemoval));
  outcome->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_event_free);
  g_array_append_val (outcome->removed, removal);
  g_ptr_array_add (outcome->events, rollcall_event_new (ROLLCALL_EVENT_REQUEST, 1000, ROLLCALL_ACTOR_AGENT, "one"));
  rollcall_store_begin (fixture->store, NULL);
  statements = watch (fixture);
  g_assert_true (rollcall_store_load_context (fixture->store, &context, NULL));
  rollcall_store_apply (fixture->store, outcome, &context, &error);
  stop_watching (fixture);
  g_assert_no_error (error);
  rollcall_store_commit (fixture->store, NULL);
  assert_no_scan (fixture, statements);
}

static void
assert_site_servers (Fixture *fixture, const char *name)
{
  RollcallListQuery query = { .site_servers_only = TRUE, .limit = 200 };
  g_autofree char *next = NULL;
  g_autoptr (GPtrArray) rows = rollcall_store_list_registrations (fixture->store, &query, &next, NULL);

  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpstr (((RollcallRegistration *) rows->pdata[0])->computer.name, ==, name);
}

/* The store as the first version wrote it. */
static void
test_migration (Fixture *fixture, gconstpointer unused)
{
  gint64 newest = ask (fixture, "PRAGMA user_version"), policies = ask (fixture, "SELECT count(*) FROM documents");

  add_row (fixture, "plain", FALSE);
  add_row (fixture, "server", TRUE);
  execute (fixture, "DROP INDEX registrations_site_server; DROP INDEX conflicts_other;"
                    "DROP TABLE status_counts; DROP TRIGGER registrations_counted;"
                    "DROP TRIGGER registrations_discounted; DROP TRIGGER registrations_recounted;"
                    "PRAGMA user_version = 1;");
  g_clear_object (&fixture->store);

  open_store (fixture);
  g_assert_cmpint (newest, >=, 4);
  g_assert_cmpint (ask (fixture, "PRAGMA user_version"), ==, newest);
  g_assert_cmpint (ask (fixture, "SELECT count(*) FROM sqlite_schema WHERE name IN "
                                 "('registrations_site_server', 'conflicts_other')"),
                   ==, 2);
  g_assert_cmpint (ask (fixture, "SELECT count(*) FROM documents"), ==, policies); /* R5's is made once */
  assert_site_servers (fixture, "server");
  g_assert_cmpint (ask (fixture, "SELECT count FROM status_counts WHERE status = 0"), ==, 2);
  add_row (fixture, "another", FALSE);
  g_assert_cmpint (ask (fixture, "SELECT count FROM status_counts WHERE status = 0"), ==, 3);
}

static void
test_newer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  execute (fixture, "PRAGMA user_version = 1000;");
  g_clear_object (&fixture->store);
  g_assert_null (rollcall_store_open (fixture->path, TRUE, &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "newer"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/R20-the-list-of-site-servers-reads-no-other-row", Fixture, NULL, set_up, test_site_servers,
              tear_down);
  g_test_add ("/store/R9-R13-looking-for-a-computer-reads-no-other-row", Fixture, NULL, set_up, test_lookups,
              tear_down);
  g_test_add ("/store/R11-R14-a-neighbourhood-is-what-stands-beside-and-what-shares-a-key-with-that", Fixture, NULL,
              set_up, test_neighbourhood, tear_down);
  g_test_add ("/store/R9-a-resource-key-that-leaves-its-row-is-found-no-more", Fixture, NULL, set_up,
              test_keys_that_leave, tear_down);
  g_test_add ("/store/R2-keeping-a-row-reads-no-other-row", Fixture, NULL, set_up, test_writing, tear_down);
  g_test_add ("/store/a-store-of-the-first-version-is-brought-to-the-present-one", Fixture, NULL, set_up,
              test_migration, tear_down);
  g_test_add ("/store/a-store-of-a-newer-version-is-left-alone", Fixture, NULL, set_up, test_newer, tear_down);
  return g_test_run ();
}
