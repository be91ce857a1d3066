/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-session.h"

#include <glib/gstdio.h>

#include "test-service.h"
#include "test-wait.h"

/* A service without rows, that has an audit history. */
typedef struct
{
  TestService *service;
  char *directory;
  GPtrArray *events; /* (owned) (element-type JsonNode) */
  char *hash;        /* (owned) of the last one */
  guint asked;       /* pages and probes */
  RollcallSession *session;
  GArray *touched; /* (owned) (element-type gint64) what events-added told */
  char *replaced;  /* (owned) (nullable) what replaced told */
  guint times;     /* how often it did */
} Fixture;

static void
happen (Fixture *fixture, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RollcallEvent) event = rollcall_event_new (ROLLCALL_EVENT_REQUEST, 1000, ROLLCALL_ACTOR_AGENT, "pc");

      event->number = fixture->events->len + 1;
      event->registration = 7;
      g_autofree char *hash = rollcall_event_hash (fixture->hash, event);
      g_set_str (&event->hash, hash);
      g_set_str (&fixture->hash, hash);
      g_ptr_array_add (fixture->events, rollcall_event_to_json (event));
    }
}

static void
answer_audit (Fixture *fixture, SoupServerMessage *message, GHashTable *query)
{
  guint after = (guint) g_ascii_strtoull (g_hash_table_lookup (query, "after"), NULL, 10);
  guint limit = (guint) g_ascii_strtoull (g_hash_table_lookup (query, "limit"), NULL, 10);
  g_autoptr (GString) body = g_string_new ("{\"items\": [");

  fixture->asked++;
  if (after > fixture->events->len)
    {
      test_service_answer (message, 410, "{\"type\":\"urn:rollcall:problem:gone\",\"detail\":\"Start over.\"}");
      return;
    }
  for (guint i = after; i < fixture->events->len && i < after + limit; i++)
    {
      g_autofree char *text = json_to_string (g_ptr_array_index (fixture->events, i), FALSE);
      g_string_append_printf (body, "%s%s", i > after ? "," : "", text);
    }
  g_string_append (body, "], \"next\": null}");
  test_service_answer (message, 200, body->str);
}

static void
handle (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Fixture *fixture = user_data;

  if (g_str_equal (path, "/v1/whoami"))
    test_service_answer (message, 200, "{\"name\":\"maria\",\"role\":\"viewer\",\"server_version\":\"1\"}");
  else if (g_str_equal (path, "/v1/changes"))
    test_service_answer (message, 200, "{\"items\":[],\"latest\":0,\"more\":false}");
  else if (g_str_equal (path, "/v1/audit"))
    answer_audit (fixture, message, query);
  else
    {
      static const char stream[] = "event: change\nid: 0\ndata: {\"latest\": 0}\n\n";
      SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
      soup_server_message_set_status (message, 200, NULL);
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
      soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC, stream,
                                strlen (stream));
      /* neither completed nor closed: it goes on */
    }
}

static void
added_cb (Fixture *fixture, GArray *ids)
{
  g_array_append_vals (fixture->touched, ids->data, ids->len);
}

static void
replaced_cb (Fixture *fixture, const char *what)
{
  g_set_str (&fixture->replaced, what);
  fixture->times++;
}

static void
open_session (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->session = rollcall_session_open (fixture->service->address, fixture->service->ca_file, "secret",
                                            fixture->directory, &error);
  g_assert_no_error (error);
  RollcallHistoryFollower *follower = rollcall_session_get_history_follower (fixture->session);
  g_object_set (follower, "far-behind", 1000, NULL);
  g_signal_connect_swapped (follower, "events-added", G_CALLBACK (added_cb), fixture);
  g_signal_connect_swapped (follower, "replaced", G_CALLBACK (replaced_cb), fixture);
  rollcall_session_start (fixture->session);
}

static void
close_session (Fixture *fixture)
{
  rollcall_session_stop (fixture->session);
  g_clear_object (&fixture->session);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("rollcall-history-XXXXXX", NULL);
  fixture->events = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  fixture->hash = g_strdup (ROLLCALL_FIRST_PREVIOUS_HASH);
  fixture->touched = g_array_new (FALSE, FALSE, sizeof (gint64));
  fixture->service = test_service_new (handle, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) directory = NULL;
  const char *name;

  close_session (fixture);
  test_service_free (fixture->service);
  directory = g_dir_open (fixture->directory, 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_ptr_array_unref (fixture->events);
  g_array_unref (fixture->touched);
  g_free (fixture->hash);
  g_free (fixture->replaced);
}

static RollcallHistoryRange
get_range (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  RollcallHistoryRange range = { 0 };

  rollcall_history_verify_async (rollcall_session_get_history (fixture->session), NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (
      rollcall_history_get_range_finish (rollcall_session_get_history (fixture->session), result, &range, NULL));
  g_assert_cmpint (range.broken, ==, 0);
  return range;
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  happen (fixture, 700);
  open_session (fixture);
  test_wait_until (fixture->touched->len == 700);
  RollcallHistoryRange range = get_range (fixture);
  g_assert_cmpint (range.first, ==, 1);
  g_assert_cmpint (range.last, ==, 700);
}

static void
test_later (Fixture *fixture, gconstpointer data)
{
  happen (fixture, 30);
  open_session (fixture);
  test_wait_until (fixture->touched->len == 30);
  close_session (fixture);
  happen (fixture, 12);
  open_session (fixture);
  test_wait_until (fixture->touched->len == 42);
  g_assert_cmpint (get_range (fixture).last, ==, 42);
  g_assert_null (fixture->replaced);
}

static void
test_far_behind (Fixture *fixture, gconstpointer data)
{
  happen (fixture, 30);
  open_session (fixture);
  test_wait_until (fixture->touched->len == 30);
  close_session (fixture);
  happen (fixture, 5000);
  open_session (fixture);
  g_autoptr (GArray) before = g_array_copy (fixture->touched);
  test_wait_until (fixture->touched->len > before->len && get_range (fixture).last == 5030);
  gint64 first = get_range (fixture).first;
  g_assert_cmpint (first, >, 5030 - 1000);
  g_assert_cmpint (first, <=, 5030 - 400);
  g_assert_cmpuint (fixture->asked, <, 30);
}

static void
test_put_back (Fixture *fixture, gconstpointer data)
{
  happen (fixture, 30);
  open_session (fixture);
  test_wait_until (fixture->touched->len == 30);
  close_session (fixture);
  g_ptr_array_set_size (fixture->events, 10);
  open_session (fixture);
  test_wait_until (fixture->replaced != NULL && fixture->touched->len == 40);
  g_assert_cmpint (get_range (fixture).last, ==, 10);
}

static void
test_other_past (Fixture *fixture, gconstpointer data)
{
  happen (fixture, 30);
  open_session (fixture);
  test_wait_until (fixture->touched->len == 30);
  close_session (fixture);
  g_ptr_array_set_size (fixture->events, 0);
  g_set_str (&fixture->hash, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  happen (fixture, 40);
  open_session (fixture);
  test_wait_until (fixture->replaced != NULL);
}

static void
tell_news (Fixture *fixture)
{
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_signal_emit_by_name (rollcall_session_get_follower (fixture->session), "rows-changed", none);
}

/* A chain that stays broken is not told again with each change. */
static void
test_broken_once (Fixture *fixture, gconstpointer data)
{
  happen (fixture, 30);
  json_object_set_string_member (json_node_get_object (g_ptr_array_index (fixture->events, 19)), "note", "rewritten");
  open_session (fixture);
  test_wait_until (fixture->replaced != NULL);
  g_assert_nonnull (strstr (fixture->replaced, "event 20"));
  guint asked = fixture->asked;
  /* news again and again: the same page is asked for and refused three times more, a probe before each */
  test_wait_until ((tell_news (fixture), fixture->asked >= asked + 8));
  g_assert_cmpuint (fixture->times, ==, 1);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/client/history-follower/C5-all-of-it-is-fetched", test_all);
  ADD ("/client/history-follower/C5-it-goes-on-where-it-was", test_later);
  ADD ("/client/history-follower/C5-far-behind-it-begins-anew-with-the-newest", test_far_behind);
  ADD ("/client/history-follower/R26-a-service-that-was-put-back-is-told", test_put_back);
  ADD ("/client/history-follower/R26-another-past-is-told", test_other_past);
  ADD ("/client/history-follower/R26-a-broken-chain-is-told-once", test_broken_once);
  return g_test_run ();
}
