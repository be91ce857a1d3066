/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-follower.h"

#include <glib/gstdio.h>

#include "test-rows.h"
#include "test-service.h"
#include "test-wait.h"

/* A service with rows, their changes and one change stream. */
typedef struct
{
  GHashTable *rows; /* id -> RollcallRegistration, all of them */
  gint64 newest;
  gint64 oldest;             /* an older one is 410 */
  SoupServerMessage *stream; /* (nullable) */
  const char *page;          /* (nullable) said in place of a page */
  const char *first_words;   /* (nullable) what the stream begins with */
  gboolean forbidden;
} Changes;

static void
tell (Changes *changes, const char *text)
{
  SoupMessageBody *body = soup_server_message_get_response_body (changes->stream);
  soup_message_body_append (body, SOUP_MEMORY_COPY, text, strlen (text));
  soup_server_message_unpause (changes->stream);
}

static void
tell_latest (Changes *changes)
{
  g_autofree char *event = g_strdup_printf ("event: change\nid: %" G_GINT64_FORMAT
                                            "\ndata: {\"latest\": %" G_GINT64_FORMAT "}\n\n",
                                            changes->newest, changes->newest);
  tell (changes, event);
}

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  const RollcallChange *change = *(RollcallChange *const *) a, *other = *(RollcallChange *const *) b;
  return (change->revision > other->revision) - (change->revision < other->revision);
}

static void
answer_page (Changes *changes, SoupServerMessage *message, GHashTable *query)
{
  gint64 since = g_ascii_strtoll (g_hash_table_lookup (query, "since"), NULL, 10);
  guint limit = (guint) g_ascii_strtoull (g_hash_table_lookup (query, "limit"), NULL, 10);
  g_autoptr (RollcallChanges) page = g_new0 (RollcallChanges, 1);
  GHashTableIter iter;
  gpointer row;

  page->items = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_change_free);
  if (since != 0 && (since < changes->oldest || since > changes->newest))
    {
      test_service_answer (message, 410, "{\"type\":\"urn:rollcall:problem:gone\",\"detail\":\"Start over.\"}");
      return;
    }
  g_hash_table_iter_init (&iter, changes->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (((RollcallRegistration *) row)->revision > since)
      {
        RollcallChange *change = g_new0 (RollcallChange, 1);
        change->registration = rollcall_registration_copy (row);
        change->id = change->registration->id;
        change->revision = change->registration->revision;
        g_ptr_array_add (page->items, change);
      }
  g_ptr_array_sort (page->items, compare_changes);
  page->more = page->items->len > limit;
  if (page->more)
    g_ptr_array_set_size (page->items, (int) limit);
  page->latest = page->more ? ((RollcallChange *) page->items->pdata[limit - 1])->revision : changes->newest;
  g_autofree char *text = rollcall_changes_to_json (page);
  test_service_answer (message, 200, text);
}

static void
answer (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Changes *changes = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (changes->forbidden)
    test_service_answer (message, 401, "{\"type\":\"urn:rollcall:problem:unauthenticated\",\"detail\":\"Expired.\"}");
  else if (g_str_equal (path, "/v1/whoami"))
    test_service_answer (message, 200, "{\"name\":\"maria\",\"role\":\"operator\",\"server_version\":\"1\"}");
  else if (g_str_equal (path, "/v1/changes") && changes->page != NULL)
    test_service_answer (message, 200, changes->page);
  else if (g_str_equal (path, "/v1/changes"))
    answer_page (changes, message, query);
  else
    {
      g_assert_cmpstr (path, ==, "/v1/changes/stream");
      soup_server_message_set_status (message, 200, NULL);
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
      soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
      g_set_object (&changes->stream, message);
      if (changes->first_words != NULL)
        tell (changes, changes->first_words);
      else
        tell_latest (changes);
    }
}

typedef struct
{
  Changes changes;
  TestService *service;
  char *directory;
  RollcallClient *client;
  RollcallCache *cache;
  RollcallFollower *follower;
  guint n_rows_changed; /* told by the signal */
} Fixture;

static void
put_row (Fixture *fixture, gint64 id)
{
  RollcallRegistration *row = test_row_new (id, ++fixture->changes.newest);
  g_hash_table_replace (fixture->changes.rows, &row->id, row);
}

static void
count_rows (RollcallFollower *follower, GArray *ids, Fixture *fixture)
{
  fixture->n_rows_changed += ids->len;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->changes.rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                                 (GDestroyNotify) rollcall_registration_free);
  fixture->service = test_service_new (answer, &fixture->changes);
  fixture->directory = g_dir_make_tmp ("rollcall-follower-XXXXXX", NULL);
  fixture->client = test_service_new_client (fixture->service);
  fixture->cache = rollcall_cache_open (fixture->directory, fixture->service->address, &error);
  g_assert_no_error (error);
  fixture->follower = rollcall_follower_new (fixture->client, fixture->cache);
  g_signal_connect (fixture->follower, "rows-changed", G_CALLBACK (count_rows), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const char *name;

  /* a stream that waits for news keeps nobody alive */
  g_assert_finalize_object (fixture->follower);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (fixture->client);
  g_object_unref (fixture->cache);
  g_clear_object (&fixture->changes.stream);
  test_service_free (fixture->service);
  g_hash_table_unref (fixture->changes.rows);
  g_autoptr (GDir) directory = g_dir_open (fixture->directory, 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
}

#define wait_for_state(fixture, wanted) test_wait_until (rollcall_follower_get_state ((fixture)->follower) == wanted)

static void
go_online (Fixture *fixture)
{
  rollcall_follower_start (fixture->follower);
  wait_for_state (fixture, ROLLCALL_FOLLOWER_ONLINE);
}

static guint
count_cached (Fixture *fixture)
{
  const RollcallReportQuery query = { .sort = (char *) "id" };
  g_autoptr (GArray) ids = rollcall_cache_list_first_ids (fixture->cache, &query, 100000);
  return ids->len;
}

/* C6 */
static void
test_catches_up_and_follows (Fixture *fixture, gconstpointer data)
{
  for (gint64 id = 1; id <= 2500; id++)
    put_row (fixture, id);
  g_assert_cmpint (rollcall_follower_get_state (fixture->follower), ==, ROLLCALL_FOLLOWER_CONNECTING);
  go_online (fixture);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 2500);
  g_assert_cmpuint (count_cached (fixture), ==, 2500);
  g_assert_cmpuint (fixture->n_rows_changed, ==, 2500);
  g_assert_cmpint (rollcall_follower_get_role (fixture->follower), ==, ROLLCALL_ROLE_OPERATOR);
  g_assert_cmpstr (rollcall_follower_get_person (fixture->follower), ==, "maria");
  g_assert_null (rollcall_follower_get_problem (fixture->follower));
  g_assert_cmpint (rollcall_cache_get_synced_at (fixture->cache), >, 0);
  /* whoami, three pages, the stream */
  g_assert_cmpuint (fixture->service->requests->len, ==, 5);

  /* one event may tell of many changes, and a comment of none */
  put_row (fixture, 7);
  put_row (fixture, 2501);
  tell (&fixture->changes, ":\n\n");
  tell_latest (&fixture->changes);
  test_wait_until (fixture->n_rows_changed == 2502);
  g_assert_cmpuint (count_cached (fixture), ==, 2501);
  g_assert_cmpint (rollcall_follower_get_state (fixture->follower), ==, ROLLCALL_FOLLOWER_ONLINE);
  g_assert_cmpuint (fixture->service->requests->len, ==, 6);
}

/* C5 */
static void
test_dies_and_returns (Fixture *fixture, gconstpointer data)
{
  put_row (fixture, 1);
  go_online (fixture);

  gint64 start = g_get_monotonic_time ();
  test_service_stop (fixture->service);
  wait_for_state (fixture, ROLLCALL_FOLLOWER_AWAY);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
  g_assert_nonnull (rollcall_follower_get_problem (fixture->follower));
  g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (fixture->cache, 1);
  g_assert_nonnull (row);

  put_row (fixture, 2);
  test_service_start (fixture->service);
  start = g_get_monotonic_time ();
  wait_for_state (fixture, ROLLCALL_FOLLOWER_ONLINE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  g_assert_cmpuint (count_cached (fixture), ==, 2);
  g_assert_null (rollcall_follower_get_problem (fixture->follower));
}

static void
test_token_not_accepted (Fixture *fixture, gconstpointer data)
{
  fixture->changes.forbidden = TRUE;
  rollcall_follower_start (fixture->follower);
  wait_for_state (fixture, ROLLCALL_FOLLOWER_REFUSED);
  g_assert_cmpstr (rollcall_follower_get_problem (fixture->follower), ==, "Expired.");
  fixture->changes.forbidden = FALSE;
  rollcall_follower_retry_now (fixture->follower);
  wait_for_state (fixture, ROLLCALL_FOLLOWER_ONLINE);
}

static void
test_too_old (Fixture *fixture, gconstpointer data)
{
  for (gint64 id = 1; id <= 5; id++)
    put_row (fixture, id);
  go_online (fixture);
  rollcall_follower_stop (fixture->follower);
  g_assert_cmpint (rollcall_follower_get_state (fixture->follower), ==, ROLLCALL_FOLLOWER_AWAY);

  /* what became of rows 1..4 is not kept any longer */
  for (gint64 id = 1; id <= 4; id++)
    g_hash_table_remove (fixture->changes.rows, &id);
  put_row (fixture, 6);
  fixture->changes.newest = fixture->changes.oldest = 100;
  go_online (fixture);
  g_assert_cmpuint (count_cached (fixture), ==, 2);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 100);
}

/* The service's store was put back to an earlier state while the console was connected to it. */
static void
test_put_back (Fixture *fixture, gconstpointer data)
{
  for (gint64 id = 1; id <= 5; id++)
    put_row (fixture, id);
  go_online (fixture);
  test_service_stop (fixture->service);
  wait_for_state (fixture, ROLLCALL_FOLLOWER_AWAY);
  g_hash_table_remove_all (fixture->changes.rows);
  fixture->changes.newest = 0;
  put_row (fixture, 1);
  test_service_start (fixture->service);
  rollcall_follower_retry_now (fixture->follower);
  wait_for_state (fixture, ROLLCALL_FOLLOWER_ONLINE);
  g_assert_cmpuint (count_cached (fixture), ==, 1);
  g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 1);
}

static void
test_hostile_pages (Fixture *fixture, gconstpointer data)
{
  static const char *const pages[] = {
    "[]",
    "{\"items\":{},\"latest\":1,\"more\":false}",
    "{\"items\":[{\"op\":\"put\",\"revision\":1,\"registration\":null}],\"latest\":1,\"more\":false}",
    "{\"items\":[{\"op\":\"remove\",\"revision\":9,\"id\":1,\"into\":null}],\"latest\":1,\"more\":false}",
    "{\"items\":[],\"latest\":-1,\"more\":false}",
    /* would be asked for again without end */
    "{\"items\":[],\"latest\":0,\"more\":true}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      fixture->changes.page = pages[i];
      g_ptr_array_set_size (fixture->service->requests, 0);
      rollcall_follower_start (fixture->follower);
      wait_for_state (fixture, ROLLCALL_FOLLOWER_AWAY);
      g_assert_nonnull (rollcall_follower_get_problem (fixture->follower));
      g_assert_cmpuint (fixture->service->requests->len, ==, 2);
      g_assert_cmpint (rollcall_cache_get_revision (fixture->cache), ==, 0);
      rollcall_follower_stop (fixture->follower);
    }
}

static void
test_hostile_streams (Fixture *fixture, gconstpointer data)
{
  g_autofree char *endless = g_strnfill (100000, 'x');
  const char *const streams[] = { endless, "data: \377\n\n", "event: change\ndata: {}\n\n" };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      fixture->changes.first_words = streams[i];
      g_clear_object (&fixture->changes.stream);
      rollcall_follower_start (fixture->follower);
      test_wait_until (fixture->changes.stream != NULL);
      /* what tells no number is no sign that the follower is up to date */
      if (i < 2)
        wait_for_state (fixture, ROLLCALL_FOLLOWER_AWAY);
      else
        {
          tell (&fixture->changes, "event: other\ndata: {\"latest\": 1}\n\n");
          g_assert_cmpint (rollcall_follower_get_state (fixture->follower), ==, ROLLCALL_FOLLOWER_CONNECTING);
          tell_latest (&fixture->changes);
          wait_for_state (fixture, ROLLCALL_FOLLOWER_ONLINE);
        }
      rollcall_follower_stop (fixture->follower);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/client/follower/C6-catches-up-and-follows", test_catches_up_and_follows);
  ADD ("/client/follower/C5-dies-and-returns", test_dies_and_returns);
  ADD ("/client/follower/token-not-accepted", test_token_not_accepted);
  ADD ("/client/follower/too-old", test_too_old);
  ADD ("/client/follower/put-back", test_put_back);
  ADD ("/client/follower/hostile-pages", test_hostile_pages);
  ADD ("/client/follower/hostile-streams", test_hostile_streams);
  return g_test_run ();
}
