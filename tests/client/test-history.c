/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-history.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "test-wait.h"

/* A service's history, and the copy of it on this computer. */
typedef struct
{
  char *directory;
  JsonArray *events; /* (owned) what the service has */
  char *hash;        /* (owned) of its last event */
  RollcallHistory *history;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("rollcall-history-XXXXXX", NULL);
  fixture->events = json_array_new ();
  fixture->hash = g_strdup (ROLLCALL_FIRST_PREVIOUS_HASH);
  fixture->history = rollcall_history_new (fixture->directory, "https://127.0.0.1:1");
}

static char *
find_file (Fixture *fixture)
{
  g_autoptr (GDir) directory = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    if (g_str_has_prefix (name, "history-") && g_str_has_suffix (name, ".sqlite"))
      return g_build_filename (fixture->directory, name, NULL);
  g_assert_not_reached ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) directory = NULL;
  const char *name;

  g_clear_object (&fixture->history);
  json_array_unref (fixture->events);
  g_free (fixture->hash);
  directory = g_dir_open (fixture->directory, 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
}

/* @merged: 0, or a row that a merge takes into @registration. */
static void
happen (Fixture *fixture, RollcallEventKind kind, gint64 registration, gint64 merged, const char *note)
{
  g_autoptr (RollcallEvent) event = rollcall_event_new (kind, 1000, ROLLCALL_ACTOR_PERSON, "maria");

  event->number = json_array_get_length (fixture->events) + 1;
  event->registration = registration;
  g_set_str (&event->note, note);
  if (merged != 0)
    {
      GVariantDict details;

      g_variant_dict_init (&details, NULL);
      g_variant_dict_insert (&details, "merged", "x", merged);
      g_clear_pointer (&event->details, g_variant_unref);
      event->details = g_variant_ref_sink (g_variant_dict_end (&details));
    }
  g_set_str (&event->hash, "");
  g_autofree char *hash = rollcall_event_hash (fixture->hash, event);
  g_set_str (&event->hash, hash);
  g_set_str (&fixture->hash, hash);
  json_array_add_element (fixture->events, rollcall_event_to_json (event));
}

/* Adds the events from number @from on, as a page of the service. */
static GArray *
add (Fixture *fixture, guint from, gboolean anew, GError **error)
{
  g_autoptr (JsonArray) page = json_array_new ();
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = from - 1; i < json_array_get_length (fixture->events); i++)
    json_array_add_element (page, json_node_copy (json_array_get_element (fixture->events, i)));
  rollcall_history_add_async (fixture->history, page, anew, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  return rollcall_history_add_finish (fixture->history, result, error);
}

static void
add_well (Fixture *fixture, guint from, gboolean anew)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) touched = add (fixture, from, anew, &error);

  g_assert_no_error (error);
  g_assert_nonnull (touched);
}

static RollcallHistoryRange
verify (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  RollcallHistoryRange range = { 0 };

  rollcall_history_verify_async (fixture->history, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  rollcall_history_get_range_finish (fixture->history, result, &range, &error);
  g_assert_no_error (error);
  return range;
}

static GPtrArray *
list (Fixture *fixture, gint64 id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rollcall_history_list_async (fixture->history, id, 100, NULL, test_take_result, &result);
  test_wait_until (result != NULL);
  GPtrArray *events = rollcall_history_list_finish (fixture->history, result, &error);
  g_assert_no_error (error);
  return events;
}

static void
make_three (Fixture *fixture)
{
  happen (fixture, ROLLCALL_EVENT_REQUEST, 1, 0, "");
  happen (fixture, ROLLCALL_EVENT_REQUEST, 2, 0, "");
  happen (fixture, ROLLCALL_EVENT_DECISION, 1, 0, "ticket 4711");
}

static void
test_newest_first (Fixture *fixture, gconstpointer data)
{
  make_three (fixture);
  add_well (fixture, 1, FALSE);
  g_autoptr (GPtrArray) events = list (fixture, 1);
  g_assert_cmpuint (events->len, ==, 2);
  const RollcallEvent *newest = g_ptr_array_index (events, 0);
  g_assert_cmpint (newest->number, ==, 3);
  g_assert_cmpstr (newest->note, ==, "ticket 4711");
}

static void
test_merged (Fixture *fixture, gconstpointer data)
{
  make_three (fixture);
  happen (fixture, ROLLCALL_EVENT_MERGE, 1, 2, "");
  happen (fixture, ROLLCALL_EVENT_REQUEST, 3, 0, "");
  happen (fixture, ROLLCALL_EVENT_MERGE, 3, 1, "");
  add_well (fixture, 1, FALSE);
  g_autoptr (GPtrArray) events = list (fixture, 3);
  g_assert_cmpuint (events->len, ==, 6);
}

static void
test_goes_on (Fixture *fixture, gconstpointer data)
{
  make_three (fixture);
  add_well (fixture, 1, FALSE);
  happen (fixture, ROLLCALL_EVENT_REQUEST, 2, 0, "");
  add_well (fixture, 3, FALSE);
  RollcallHistoryRange range = verify (fixture);
  g_assert_cmpint (range.first, ==, 1);
  g_assert_cmpint (range.last, ==, 4);
  g_assert_cmpint (range.broken, ==, 0);
}

/* The newest part of a long history: what came before is not there to follow from. */
static void
test_begins_late (Fixture *fixture, gconstpointer data)
{
  make_three (fixture);
  add_well (fixture, 2, TRUE);
  RollcallHistoryRange range = verify (fixture);
  g_assert_cmpint (range.first, ==, 2);
  g_assert_cmpint (range.broken, ==, 0);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_three (fixture);
  json_array_remove_element (fixture->events, 1);
  g_autoptr (GArray) touched = add (fixture, 1, FALSE, &error);
  g_assert_error (error, ROLLCALL_HISTORY_ERROR, ROLLCALL_HISTORY_ERROR_BROKEN);
  g_assert_null (touched);
  g_assert_cmpint (verify (fixture).last, ==, 0);
}

static void
test_changed_before_it_came (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_three (fixture);
  json_object_set_string_member (json_array_get_object_element (fixture->events, 1), "note", "never happened");
  g_autoptr (GArray) touched = add (fixture, 1, FALSE, &error);
  g_assert_error (error, ROLLCALL_HISTORY_ERROR, ROLLCALL_HISTORY_ERROR_BROKEN);
  g_assert_nonnull (strstr (error->message, "event 2"));
}

static void
test_another_history (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_three (fixture);
  add_well (fixture, 1, FALSE);
  /* a service that was put back and went another way */
  json_array_unref (fixture->events);
  fixture->events = json_array_new ();
  g_set_str (&fixture->hash, ROLLCALL_FIRST_PREVIOUS_HASH);
  for (guint i = 0; i < 5; i++)
    happen (fixture, ROLLCALL_EVENT_REQUEST, 7, 0, "");
  g_autoptr (GArray) touched = add (fixture, 3, FALSE, &error);
  g_assert_error (error, ROLLCALL_HISTORY_ERROR, ROLLCALL_HISTORY_ERROR_REPLACED);
  add_well (fixture, 1, TRUE);
  g_autoptr (GPtrArray) gone = list (fixture, 1);
  g_assert_cmpuint (gone->len, ==, 0);
  g_assert_cmpint (verify (fixture).last, ==, 5);
}

static void
test_changed_here (Fixture *fixture, gconstpointer data)
{
  make_three (fixture);
  add_well (fixture, 1, FALSE);
  g_autofree char *path = find_file (fixture);
  sqlite3 *database = NULL;
  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, "UPDATE event SET text = replace (text, '4711', '4712') WHERE number = 3",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (database);
  g_assert_cmpint (verify (fixture).broken, ==, 3);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  make_three (fixture);
  add_well (fixture, 1, FALSE);
  g_autofree char *path = find_file (fixture);
  g_clear_object (&fixture->history);
  g_assert_true (g_file_set_contents (path, "no database at all, and long enough to be taken for one", -1, NULL));
  fixture->history = rollcall_history_new (fixture->directory, "https://127.0.0.1:1");
  g_assert_cmpint (verify (fixture).last, ==, 0);
  g_autofree char *aside = g_strconcat (path, ".damaged", NULL);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  add_well (fixture, 1, FALSE);
  g_assert_cmpint (verify (fixture).last, ==, 3);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/client/history/C8-the-events-of-a-row-newest-first", test_newest_first);
  ADD ("/client/history/C8-what-was-merged-into-a-row-is-part-of-it", test_merged);
  ADD ("/client/history/C5-a-page-goes-on-from-what-is-held", test_goes_on);
  ADD ("/client/history/C5-it-may-begin-in-the-middle", test_begins_late);
  ADD ("/client/history/R26-a-missing-event-is-noticed", test_missing);
  ADD ("/client/history/R26-a-changed-event-is-noticed", test_changed_before_it_came);
  ADD ("/client/history/R26-another-history-is-noticed", test_another_history);
  ADD ("/client/history/R26-an-event-changed-in-the-file-is-found-by-number", test_changed_here);
  ADD ("/client/history/C5-a-damaged-file-is-set-aside", test_damaged);
  return g_test_run ();
}
