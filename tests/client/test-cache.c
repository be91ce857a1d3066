/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-cache.h"

#include <glib/gstdio.h>

#include "test-rows.h"
#include "test-wait.h"

#define SERVER "https://rollcall.example:8443"
#define N_ROWS 300
#define NOW    G_GINT64_CONSTANT (1767605499000)

typedef struct
{
  char *directory;
  RollcallCache *cache;
} Fixture;

/* How often the log said that a file was set aside. */
static int n_set_aside; /* (atomic) */

static GLogWriterOutput
note_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autofree char *line = g_log_writer_format_fields (level, fields, n_fields, FALSE);

  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_MESSAGE || strstr (line, "set aside") == NULL)
    return g_log_writer_default (level, fields, n_fields, user_data);
  g_atomic_int_inc (&n_set_aside);
  return G_LOG_WRITER_HANDLED;
}

static RollcallCache *
open_cache (Fixture *fixture, const char *server)
{
  g_autoptr (GError) error = NULL;
  RollcallCache *cache = rollcall_cache_open (fixture->directory, server, &error);
  g_assert_no_error (error);
  return cache;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("rollcall-cache-XXXXXX", NULL);
  fixture->cache = open_cache (fixture, SERVER);
}

/* Returns: (transfer full) (element-type filename): what is in the cache's directory */
static GPtrArray *
list_files (Fixture *fixture)
{
  g_autoptr (GDir) directory = g_dir_open (fixture->directory, 0, NULL);
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (files, g_build_filename (fixture->directory, name, NULL));
  return files;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->cache);
  g_autoptr (GPtrArray) files = list_files (fixture);
  for (guint i = 0; i < files->len; i++)
    g_remove (files->pdata[i]);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
}

/* @changes: (transfer full) */
static GArray *
try_apply (RollcallCache *cache, RollcallChanges *changes, gboolean restart, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  rollcall_cache_apply_async (cache, changes, restart, NOW, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  return rollcall_cache_apply_finish (cache, result, error);
}

static guint
apply (RollcallCache *cache, RollcallChanges *changes, gboolean restart)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) touched = try_apply (cache, changes, restart, &error);
  g_assert_no_error (error);
  return touched->len;
}

static GArray *
list_ids (RollcallCache *cache, const RollcallReportQuery *query)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_cache_list_ids_async (cache, query, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  GArray *ids = rollcall_cache_list_ids_finish (cache, result, &error);
  g_assert_no_error (error);
  return ids;
}

static guint
count_matches (RollcallCache *cache, const char *text)
{
  const RollcallReportQuery query = { .text = (char *) text, .sort = (char *) "name" };
  g_autoptr (GArray) ids = list_ids (cache, &query);
  return ids->len;
}

static void
test_rows_come_back (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 0);
  g_assert_cmpuint (apply (fixture->cache, test_page_new (1, 100, 0, TRUE), FALSE), ==, 100);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 100);
  /* with more to come the service has not said that nothing is newer */
  g_assert_cmpint (rollcall_cache_get_synced_at (fixture->cache), ==, 0);
  apply (fixture->cache, test_page_new (101, N_ROWS, 0, FALSE), FALSE);
  g_assert_cmpint (rollcall_cache_get_synced_at (fixture->cache), ==, NOW);

  for (gint64 id = 1; id <= N_ROWS; id++)
    {
      g_autoptr (RollcallRegistration) expected = test_row_new (id, id);
      g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (fixture->cache, id);
      g_autoptr (GString) expected_text = g_string_new (NULL), text = g_string_new (NULL);

      rollcall_registration_append_json (expected, expected_text);
      rollcall_registration_append_json (row, text);
      g_assert_cmpstr (text->str, ==, expected_text->str);
    }
  g_assert_null (rollcall_cache_get_row (fixture->cache, N_ROWS + 1));
}

static void
check_facts (Fixture *fixture, GArray *ids, guint n_there)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_cache_list_decision_facts_async (fixture->cache, ids, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_autoptr (GArray) facts = rollcall_cache_list_decision_facts_finish (fixture->cache, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (facts->len, ==, n_there);
  for (guint i = 0; i < n_there; i++)
    {
      RollcallDecisionFacts *each = &g_array_index (facts, RollcallDecisionFacts, i);
      g_autoptr (RollcallRegistration) expected = test_row_new (each->id, each->id);

      g_assert_cmpint (each->id, ==, g_array_index (ids, gint64, i));
      g_assert_cmpint (each->status, ==, expected->status);
      g_assert_cmpint (each->revision, ==, each->id);
    }
}

/* R10: a few by the main thread's connection, many by the worker's; what is not there is left out. */
static void
test_decision_facts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) few = g_array_new (FALSE, FALSE, sizeof (gint64)), many = NULL;

  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  many = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (gint64 id = N_ROWS + 1; id >= 1; id--)
    {
      gint64 up = N_ROWS + 2 - id;
      g_array_append_val (many, up);
    }
  for (gint64 id = 20; id >= 1; id -= 3)
    g_array_append_val (few, id);
  check_facts (fixture, few, few->len);
  check_facts (fixture, many, N_ROWS);
}

static void
test_removed (Fixture *fixture, gconstpointer data)
{
  RollcallChanges *changes = test_page_new (1, 1, 20, FALSE);
  RollcallChange *change = g_new0 (RollcallChange, 1);

  apply (fixture->cache, test_page_new (1, 10, 0, FALSE), FALSE);
  *change = (RollcallChange) { .revision = 22, .id = 5, .into = 1 };
  g_ptr_array_add (changes->items, change);
  changes->latest = 22;
  g_assert_cmpuint (apply (fixture->cache, changes, FALSE), ==, 2);

  g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (fixture->cache, 1);
  g_assert_cmpint (row->revision, ==, 21);
  g_assert_null (rollcall_cache_get_row (fixture->cache, 5));
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 9);
  g_assert_cmpuint (count_matches (fixture->cache, "example"), ==, 9);
}

/* A field as it sorts. Returns: (transfer full) */
static char *
get_sort_key (const RollcallRegistration *row, const char *field)
{
  g_autoptr (JsonNode) node = rollcall_registration_to_json (row);
  JsonNode *member = json_object_get_member (json_node_get_object (node), field);

  if (g_str_equal (field, "status"))
    return g_strdup_printf ("%d", row->status);
  if (g_str_equal (field, "trust"))
    return g_strdup_printf ("%d", row->trust);
  if (g_str_equal (field, "origin"))
    return g_strdup_printf ("%d", row->origin);
  if (g_str_equal (field, "advice"))
    return g_strdup_printf ("%d", row->advice);
  if (g_str_equal (field, "decided_by"))
    return g_ascii_strdown (row->decided_by_name, -1);
  if (JSON_NODE_HOLDS_NULL (member))
    return g_strdup ("");
  if (JSON_NODE_HOLDS_ARRAY (member))
    return json_to_string (member, FALSE);
  if (json_node_get_value_type (member) == G_TYPE_STRING)
    return g_ascii_strdown (json_node_get_string (member), -1);
  if (json_node_get_value_type (member) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (member) ? "1" : "0");
  return g_strdup_printf ("%020" G_GINT64_FORMAT, json_node_get_int (member));
}

static void
assert_in_order (RollcallCache *cache, const GArray *ids, const char *field, gboolean descending)
{
  g_autofree char *before = NULL;
  gint64 id_before = 0;

  for (guint i = 0; i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);
      g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (cache, id);
      g_autofree char *key = get_sort_key (row, field);
      int order = before != NULL ? strcmp (before, key) : -1;

      if (before != NULL && descending)
        order = -order;
      /* among equals the id decides, in the same direction */
      if (order == 0 && descending)
        g_assert_cmpint (id, <, id_before);
      else if (order == 0)
        g_assert_cmpint (id, >, id_before);
      else
        g_assert_cmpint (order, <, 0);
      g_set_str (&before, key);
      id_before = id;
    }
}

static void
test_every_sort (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RollcallRegistration) row = test_row_new (1, 1);
  g_autoptr (JsonNode) node = rollcall_registration_to_json (row);
  g_autoptr (GList) fields = json_object_get_members (json_node_get_object (node));

  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  g_assert_cmpuint (g_list_length (fields), >=, 28);
  for (GList *field = fields; field != NULL; field = field->next)
    for (int descending = 0; descending < 2; descending++)
      {
        const RollcallReportQuery query = { .sort = field->data, .descending = descending };
        g_autoptr (GArray) ids = list_ids (fixture->cache, &query);
        g_autoptr (GArray) first = rollcall_cache_list_first_ids (fixture->cache, &query, 40);

        g_assert_cmpuint (ids->len, ==, N_ROWS);
        assert_in_order (fixture->cache, ids, field->data, descending);
        g_assert_cmpmem (first->data, first->len * sizeof (gint64), ids->data, 40 * sizeof (gint64));
      }
}

static void
test_no_such_sort (Fixture *fixture, gconstpointer data)
{
  static const char *const sorts[] = { "generation", "name; DROP TABLE row", "" };

  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      const RollcallReportQuery query = { .sort = (char *) sorts[i] };
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      rollcall_cache_list_ids_async (fixture->cache, &query, NULL, test_take_result, &result);
      test_wait_until (result != NULL);
      g_assert_null (rollcall_cache_list_ids_finish (fixture->cache, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

typedef struct
{
  const char *condition; /* (nullable) */
  gboolean (*holds) (const RollcallRegistration *row);
} Kind;

static gboolean
is_any (const RollcallRegistration *row)
{
  return TRUE;
}

static gboolean
is_duplicate (const RollcallRegistration *row)
{
  return row->advice != ROLLCALL_ADVICE_NONE;
}

static gboolean
is_revoked_unseen (const RollcallRegistration *row)
{
  return row->status == ROLLCALL_STATUS_REVOKED && row->revocation_seen_at == 0;
}

static gboolean
is_site_server (const RollcallRegistration *row)
{
  return row->site_server;
}

static const Kind kinds[] = {
  { NULL, is_any },
  { "advice IS NOT NULL", is_duplicate },
  { "status = 'revoked' AND revocation_seen_at IS NULL", is_revoked_unseen },
  { "site_server -- a comment does no harm", is_site_server },
};

static void
assert_counted (RollcallCache *cache, const char *condition, const guint *by_status)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  RollcallStatusCounts counts;

  rollcall_cache_count_async (cache, condition, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (rollcall_cache_count_finish (cache, result, &counts, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (counts.by_status, sizeof counts.by_status, by_status, sizeof counts.by_status);
}

static void
test_statuses_and_kinds (Fixture *fixture, gconstpointer data)
{
  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      guint by_status[ROLLCALL_N_STATUSES] = { 0 };
      for (gint64 id = 1; id <= N_ROWS; id++)
        {
          g_autoptr (RollcallRegistration) row = test_row_new (id, id);
          by_status[row->status] += kinds[kind].holds (row) != 0;
        }
      assert_counted (fixture->cache, kinds[kind].condition, by_status);
      for (guint statuses = 0; statuses < 1 << ROLLCALL_N_STATUSES; statuses++)
        {
          const RollcallReportQuery query = { .condition = (char *) kinds[kind].condition,
                                              .statuses = statuses,
                                              .sort = (char *) "fqdn" };
          g_autoptr (GArray) ids = list_ids (fixture->cache, &query);
          guint expected = 0;
          for (guint status = 0; status < ROLLCALL_N_STATUSES; status++)
            expected += statuses == 0 || (statuses & (1 << status)) != 0 ? by_status[status] : 0;
          g_assert_cmpuint (ids->len, ==, expected);
        }
    }
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  RollcallChanges *changes = test_page_new (1, N_ROWS, 0, FALSE);
  RollcallRegistration *row = ((RollcallChange *) g_ptr_array_index (changes->items, 0))->registration;
  g_autofree char *fingerprint = g_strndup (row->fingerprint, 20);

  g_set_str (&row->computer.name, "Büro_100%");
  apply (fixture->cache, changes, FALSE);
  g_assert_cmpuint (count_matches (fixture->cache, "BÜRO"), ==, 1);
  g_assert_cmpuint (count_matches (fixture->cache, fingerprint), ==, 1);
  /* no wildcards, no quoting */
  g_assert_cmpuint (count_matches (fixture->cache, "_100%"), ==, 1);
  g_assert_cmpuint (count_matches (fixture->cache, "%"), ==, 1);
  g_assert_cmpuint (count_matches (fixture->cache, "'"), ==, 0);
  g_assert_cmpuint (count_matches (fixture->cache, "2001:DB8::1"), ==, N_ROWS);
  g_assert_cmpuint (count_matches (fixture->cache, "52:54:00"), ==, N_ROWS);
  g_assert_cmpuint (count_matches (fixture->cache, ".d1.example"), <, N_ROWS);
  /* not looked into */
  g_assert_cmpuint (count_matches (fixture->cache, "ticket"), ==, 0);
}

/* Few matches are fetched and sorted, many are met on a walk of the index: the order is one. */
static void
test_text_of_many (Fixture *fixture, gconstpointer data)
{
  for (gint64 first = 1; first < 4000; first += 1000)
    apply (fixture->cache, test_page_new (first, first + 999, 0, FALSE), FALSE);
  for (int descending = 0; descending < 2; descending++)
    {
      const RollcallReportQuery many = { .text = (char *) "pc-", .sort = (char *) "os", .descending = descending };
      const RollcallReportQuery some = { .text = (char *) ".d1.", .sort = (char *) "os", .descending = descending };
      g_autoptr (GArray) many_ids = list_ids (fixture->cache, &many);
      g_autoptr (GArray) some_ids = list_ids (fixture->cache, &some);
      g_autoptr (GArray) first = rollcall_cache_list_first_ids (fixture->cache, &some, 20);

      g_assert_cmpuint (many_ids->len, ==, 4000);
      g_assert_cmpuint (some_ids->len, >, 1000);
      g_assert_cmpuint (some_ids->len, <, 2500);
      assert_in_order (fixture->cache, many_ids, "os", descending);
      assert_in_order (fixture->cache, some_ids, "os", descending);
      g_assert_cmpmem (first->data, first->len * sizeof (gint64), some_ids->data, 20 * sizeof (gint64));
    }
}

static void
test_restart_drops (Fixture *fixture, gconstpointer data)
{
  apply (fixture->cache, test_page_new (1, 20, 0, FALSE), FALSE);
  /* the service was put back to an earlier state: 410, and now only these are there */
  g_assert_cmpuint (apply (fixture->cache, test_page_new (1, 5, 0, TRUE), TRUE), ==, 5);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 20);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 5);
  /* the console was closed in between */
  g_assert_finalize_object (fixture->cache);
  fixture->cache = open_cache (fixture, SERVER);
  g_assert_cmpuint (apply (fixture->cache, test_page_new (6, 7, 0, FALSE), FALSE), ==, 2 + 13);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 7);
  g_assert_cmpuint (count_matches (fixture->cache, "example"), ==, 7);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 7);
}

static void
test_reopened (Fixture *fixture, gconstpointer data)
{
  GStatBuf status;

  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  g_assert_finalize_object (fixture->cache);
  g_autoptr (GPtrArray) files = list_files (fixture);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpint (g_stat (files->pdata[0], &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);

  fixture->cache = open_cache (fixture, SERVER);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, N_ROWS);
  g_assert_cmpint (rollcall_cache_get_synced_at (fixture->cache), ==, NOW);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, N_ROWS);
}

/* C5 is for one service at a time: what another one's rows are is not shown as this one's. */
static void
test_other_server (Fixture *fixture, gconstpointer data)
{
  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  g_autoptr (RollcallCache) other = open_cache (fixture, "https://other.example");
  g_assert_cmpint (rollcall_cache_get_revision (other), ==, 0);
  g_assert_cmpuint (count_matches (other, NULL), ==, 0);
  g_clear_object (&other);

  /* ... even when its file lies where this one's is looked for */
  g_assert_finalize_object (fixture->cache);
  g_autoptr (GPtrArray) files = list_files (fixture);
  g_assert_cmpuint (files->len, ==, 2);
  g_autofree char *first = g_strdup (files->pdata[0]);
  g_autofree char *aside = g_strconcat (first, ".swap", NULL);
  g_assert_cmpint (g_rename (first, aside), ==, 0);
  g_assert_cmpint (g_rename (files->pdata[1], first), ==, 0);
  g_assert_cmpint (g_rename (aside, files->pdata[1]), ==, 0);
  g_atomic_int_set (&n_set_aside, 0);
  fixture->cache = open_cache (fixture, SERVER);
  g_assert_cmpint (g_atomic_int_get (&n_set_aside), ==, 1);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 0);
  apply (fixture->cache, test_page_new (1, 3, 0, FALSE), FALSE);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 3);
}

/* Overwrites @length bytes from @offset of the only file there. */
static void
damage (Fixture *fixture, gsize offset, gsize length)
{
  g_autoptr (GPtrArray) files = list_files (fixture);
  g_autofree char *contents = NULL;
  gsize size;

  g_assert_cmpuint (files->len, ==, 1);
  g_assert_true (g_file_get_contents (files->pdata[0], &contents, &size, NULL));
  for (gsize i = offset; i < MIN (offset + length, size); i++)
    contents[i] = (char) 0xa5;
  FILE *file = g_fopen (files->pdata[0], "r+");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (contents, 1, size, file), ==, size);
  fclose (file);
}

static void
test_damaged_head (Fixture *fixture, gconstpointer data)
{
  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  g_assert_finalize_object (fixture->cache);
  damage (fixture, 0, 4096);
  g_atomic_int_set (&n_set_aside, 0);
  fixture->cache = open_cache (fixture, SERVER);
  g_assert_cmpint (g_atomic_int_get (&n_set_aside), ==, 1);

  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 0);
  g_autoptr (GPtrArray) files = list_files (fixture);
  guint aside = 0;
  for (guint i = 0; i < files->len; i++)
    aside += g_str_has_suffix (files->pdata[i], ".damaged");
  g_assert_cmpuint (aside, ==, 1);
  apply (fixture->cache, test_page_new (1, 3, 0, FALSE), FALSE);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 3);
}

/* Damage that only shows once that part of the file is read. */
static void
test_damaged_inside (Fixture *fixture, gconstpointer data)
{
  const RollcallReportQuery query = { .text = (char *) "example", .sort = (char *) "name" };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 first = 1; first < 2000; first += 1000)
    apply (fixture->cache, test_page_new (first, first + 999, 0, FALSE), FALSE);
  g_assert_finalize_object (fixture->cache);
  damage (fixture, 40 * 4096, G_MAXSIZE / 2);
  fixture->cache = open_cache (fixture, SERVER);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 2000);

  g_atomic_int_set (&n_set_aside, 0);
  rollcall_cache_list_ids_async (fixture->cache, &query, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_cmpint (g_atomic_int_get (&n_set_aside), ==, 1);
  g_assert_null (rollcall_cache_list_ids_finish (fixture->cache, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);

  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 0);
  apply (fixture->cache, test_page_new (1, 3, 0, FALSE), FALSE);
  g_assert_cmpuint (count_matches (fixture->cache, NULL), ==, 3);
  g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (fixture->cache, 3);
  g_assert_nonnull (row);
}

/* A hostile service's page is refused whole. */
static void
test_ids_out_of_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  RollcallChanges *changes = test_page_new (1, 2, 0, FALSE);

  ((RollcallChange *) g_ptr_array_index (changes->items, 1))->registration->id = G_MAXINT64;
  g_assert_null (try_apply (fixture->cache, changes, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 0);
  g_assert_null (rollcall_cache_get_row (fixture->cache, 1));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  const RollcallReportQuery query = { .text = (char *) "no such text", .sort = (char *) "name" };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  rollcall_cache_list_ids_async (fixture->cache, &query, cancellable, test_take_result, &result);
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_assert_null (rollcall_cache_list_ids_finish (fixture->cache, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A report's rows follow what is written, without a full look each time. */
static void
test_condition_follows (Fixture *fixture, gconstpointer data)
{
  const RollcallReportQuery query = { .condition = (char *) "name = 'moved'", .sort = (char *) "id" };
  RollcallChanges *page = test_page_new (1, N_ROWS, 0, FALSE);
  RollcallChanges *move = test_page_new (1, 1, N_ROWS, FALSE), *back = test_page_new (1, 1, N_ROWS + 1, FALSE);

  apply (fixture->cache, page, FALSE);
  g_autoptr (GArray) none = list_ids (fixture->cache, &query);
  g_assert_cmpuint (none->len, ==, 0);
  g_set_str (&((RollcallChange *) g_ptr_array_index (move->items, 0))->registration->computer.name, "moved");
  apply (fixture->cache, move, FALSE);
  g_autoptr (GArray) one = list_ids (fixture->cache, &query);
  g_assert_cmpuint (one->len, ==, 1);
  apply (fixture->cache, back, FALSE);
  g_autoptr (GArray) gone = list_ids (fixture->cache, &query);
  g_assert_cmpuint (gone->len, ==, 0);
}

static void
test_conditions_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    int offset;
  } bad[] = {
    { "", -2 },
    { "nmae = 'x'", 0 },
    { "name = 'x' AND nmae = 'x'", 15 },
    { "name = 'x') OR (TRUE", -3 }, /* is one, by its brackets */
    { "name = 'x'; DROP TABLE row", -2 },
    { "1) ; DELETE FROM row WHERE (1", -2 },
    { "(SELECT server FROM state) <> ''", -1 },
    { "(SELECT text FROM search) <> ''", -1 },
    { "EXISTS (SELECT 1 FROM sqlite_schema)", -1 },
    { "load_extension ('x')", -2 },
    { "readfile ('/etc/passwd') IS NOT NULL", -2 },
    { "randomblob (1000000000) IS NOT NULL", 0 },
    { "id IN (SELECT value FROM json_each ('[1]'))", -2 },
    { "id IN (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)", -2 },
  };

  apply (fixture->cache, test_page_new (1, N_ROWS, 0, FALSE), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      int offset = -5;
      gboolean good = rollcall_cache_check_condition (fixture->cache, bad[i].text, &offset, &error);

      g_test_message ("%s: %s at %d", bad[i].text, error != NULL ? error->message : "good", offset);
      if (bad[i].offset == -3)
        {
          g_assert_true (good);
          continue;
        }
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      if (bad[i].offset != -2)
        g_assert_cmpint (offset, ==, bad[i].offset);
    }
  const RollcallReportQuery all = { .sort = (char *) "id" };
  g_autoptr (GArray) ids = list_ids (fixture->cache, &all);
  g_assert_cmpuint (ids->len, ==, N_ROWS);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (note_log, NULL, NULL);
  ADD ("/client/cache/rows-come-back", test_rows_come_back);
  ADD ("/client/cache/R10-decision-facts", test_decision_facts);
  ADD ("/client/cache/removed", test_removed);
  ADD ("/client/cache/C2-every-sort", test_every_sort);
  ADD ("/client/cache/no-such-sort", test_no_such_sort);
  ADD ("/client/cache/C2-statuses-and-conditions", test_statuses_and_kinds);
  ADD ("/client/cache/C2-a-condition-follows-what-is-written", test_condition_follows);
  ADD ("/client/cache/C2-a-condition-reads-registrations-and-nothing-else", test_conditions_refused);
  ADD ("/client/cache/C2-text", test_text);
  ADD ("/client/cache/C2-text-of-many", test_text_of_many);
  ADD ("/client/cache/restart-drops", test_restart_drops);
  ADD ("/client/cache/C5-reopened", test_reopened);
  ADD ("/client/cache/C5-other-server", test_other_server);
  ADD ("/client/cache/damaged-head", test_damaged_head);
  ADD ("/client/cache/damaged-inside", test_damaged_inside);
  ADD ("/client/cache/ids-out-of-range", test_ids_out_of_range);
  ADD ("/client/cache/cancelled", test_cancelled);
  return g_test_run ();
}
