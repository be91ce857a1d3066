/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R6: a key that an administrator registers. */
#include "world.h"

#define REFUSED ROLLCALL_REFUSAL_NOT_APPLICABLE
#define DONE    ROLLCALL_REFUSAL_NONE

static void
assert_standing (World *world, gint64 id, const char *key)
{
  const RollcallRegistration *row = world_find (world, id);

  g_assert_cmpint (world->last->refusal, ==, DONE);
  g_assert_cmpint (world->last->registration, ==, id);
  g_assert_cmpint (row->status, ==, ROLLCALL_STATUS_ALLOWED);
  g_assert_cmpint (row->trust, ==, ROLLCALL_TRUST_GRANTED);
  g_assert_cmpint (row->decided_by, ==, ROLLCALL_DECIDER_PUSH);
  g_assert_cmpint (row->duplicate_of, ==, 0);
  g_assert_cmpint (row->advice, ==, ROLLCALL_ADVICE_NONE);
  g_assert_cmpstr (row->fingerprint, ==, key);
  g_assert_cmpint (world_access (world, key), ==, ROLLCALL_ACCESS_GRANTED);
}

static void
test_unknown (World *world, gconstpointer unused)
{
  world_push (world, "a", "PC", "fqdn=pc.example");
  assert_standing (world, 1, "a");
  g_assert_cmpint (world_find (world, 1)->origin, ==, ROLLCALL_ORIGIN_PUSH);
  g_assert_cmpint (world_find (world, 1)->request_count, ==, 0);
}

static void
test_pending (World *world, gconstpointer unused)
{
  gint64 id = world_ask (world, "a", "PC", "fqdn=pc.example")->id;

  world_push (world, "b", "PC", "fqdn=pc.example");
  assert_standing (world, id, "b");
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_NOT_REGISTERED);
}

/* The key goes to the computer, and the duplicate stays what it was: it may be a second computer (R11). */
static void
test_beside_a_duplicate (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example");
  gint64 duplicate = world_ask (world, "b", "PC", "fqdn=pc.example macaddress=52:54:00:00:00:01")->id;

  world_set_site_server (world, resource);
  world_push (world, "c", "PC", "fqdn=pc.example macaddress=52:54:00:00:00:01");
  assert_standing (world, resource, "c");
  g_assert_true (world_find (world, resource)->site_server);
  g_assert_cmpint (world_find (world, duplicate)->status, ==, ROLLCALL_STATUS_PENDING);
  g_assert_cmpint (world_find (world, duplicate)->duplicate_of, ==, resource);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_NOT_REGISTERED);
}

static void
test_by_what_the_duplicate_has (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example");

  world_ask (world, "b", "PC", "fqdn=pc.example macaddress=52:54:00:00:00:01");
  world_push (world, "c", "PC", "macaddress=52:54:00:00:00:01");
  assert_standing (world, resource, "c");
  g_assert_cmpuint (world_count (world), ==, 2);
}

static void
test_the_duplicates_own_key (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example");

  world_ask (world, "b", "PC", "fqdn=pc.example");
  world_push (world, "b", "PC", "fqdn=pc.example");
  assert_standing (world, resource, "b");
  g_assert_cmpuint (world_count (world), ==, 1);
  g_assert_cmpint (world_find (world, resource)->request_count, ==, 2);
}

static void
test_without_its_resource (World *world, gconstpointer unused)
{
  gint64 resource = world_block (world, "a", "fqdn=pc.example"), duplicate;

  world_decide (world, ROLLCALL_ACTION_ALLOW, resource, 0);
  duplicate = world_ask (world, "b", "PC", "fqdn=pc.example")->id;
  world_decide (world, ROLLCALL_ACTION_REVOKE, resource, 0);
  world_decide (world, ROLLCALL_ACTION_BLOCK, resource, 0);
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 1);
  g_assert_cmpint (world_push (world, "c", "PC", "fqdn=pc.example"), ==, REFUSED);
  g_assert_cmpint (world_decide (world, ROLLCALL_ACTION_ALLOW, duplicate, 0), ==, DONE);
  world_push (world, "c", "PC", "fqdn=pc.example");
  assert_standing (world, duplicate, "c");
}

static void
test_refused (World *world, gconstpointer unused)
{
  gint64 revoked = world_allow (world, "b", "fqdn=revoked.example"), allowed;

  world_block (world, "a", "fqdn=blocked.example");
  world_decide (world, ROLLCALL_ACTION_REVOKE, revoked, 0);
  allowed = world_allow (world, "c", "fqdn=allowed.example");
  world_block (world, "d", "fqdn=allowed.example macaddress=52:54:00:00:00:01");
  world_ask (world, "e", "PC", "fqdn=blocked.example fqdn=revoked.example");

  g_assert_cmpint (world_push (world, "x", "PC", "fqdn=blocked.example"), ==, REFUSED);
  g_assert_cmpint (world_push (world, "x", "PC", "fqdn=revoked.example"), ==, REFUSED);
  g_assert_cmpint (world_push (world, "b", "PC", "fqdn=new.example"), ==, REFUSED);
  g_assert_cmpint (world_push (world, "x", "PC", "fqdn=allowed.example"), ==, REFUSED); /* R14 */
  g_assert_cmpint (world_push (world, "d", "PC", "macaddress=52:54:00:00:00:01"), ==, REFUSED);
  g_assert_cmpint (world_push (world, "x", "PC", "fqdn=allowed.example fqdn=blocked.example"), ==, REFUSED);
  g_assert_cmpint (world_push (world, "e", "PC", ""), ==, REFUSED);
  g_assert_cmpstr (world_find (world, allowed)->fingerprint, ==, "c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define P "/registration/"
  world_test (P "R6-an-unknown-computer-is-listed-at-once-as-allowed", test_unknown);
  world_test (P "R6-a-pending-computer-takes-the-key-and-is-granted", test_pending);
  world_test (P "R6-R11-a-push-goes-to-the-resource-and-its-duplicate-stays", test_beside_a_duplicate);
  world_test (P "R6-R11-a-push-goes-to-the-resource-of-the-duplicate-that-it-matches", test_by_what_the_duplicate_has);
  world_test (P "R6-R11-a-pushed-key-of-a-duplicate-merges-it", test_the_duplicates_own_key);
  world_test (P "R6-R24-a-duplicate-of-a-purged-computer-is-decided-first", test_without_its_resource);
  world_test (P "R6-blocked-revoked-and-unclear-computers-are-refused", test_refused);
  return g_test_run ();
}
