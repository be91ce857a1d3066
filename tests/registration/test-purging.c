/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R22-R25: what leaves the list, when, and what is remembered. */
#include "world.h"

#define ALLOW   ROLLCALL_ACTION_ALLOW
#define BLOCK   ROLLCALL_ACTION_BLOCK
#define REVOKE  ROLLCALL_ACTION_REVOKE
#define BLOCKED ROLLCALL_STATUS_BLOCKED
#define KEYS    "fqdn=pc.example"

static void
set_period (World *world, const char *period)
{
  g_autoptr (RollcallOutcome) outcome = NULL;

  world->settings->purging_enabled = period != NULL;
  if (period != NULL)
    g_set_str (&world->settings->blocked_after, period);
  outcome = rollcall_registry_set_period (world->rows, &world->context);
  for (guint i = 0; i < outcome->put->len; i++)
    {
      const RollcallRegistration *row = outcome->put->pdata[i];

      world_find (world, row->id)->purge_after = row->purge_after;
    }
}

static char *
purge_after (World *world, gint64 id)
{
  gint64 at = world_find (world, id)->purge_after;
  g_autoptr (GDateTime) time = at != 0 ? g_date_time_new_from_unix_utc (at / 1000) : NULL;

  return time != NULL ? g_date_time_format (time, "%F %H") : g_strdup ("never");
}

#define assert_purge_after(world, id, wanted)                                                                          \
  {                                                                                                                    \
    g_autofree char *found = purge_after (world, id);                                                                  \
    g_assert_cmpstr (found, ==, wanted);                                                                               \
  }

static void
set_date (World *world, int year, int month, int day)
{
  g_autoptr (GDateTime) noon = g_date_time_new_utc (year, month, day, 12, 0, 0);

  world->context.now = g_date_time_to_unix (noon) * 1000;
}

/* The later of the last request of the computer and the moment at which it became Blocked. */
static void
test_the_later (World *world, gconstpointer unused)
{
  gint64 id = world_ask (world, "a", "PC", KEYS)->id;

  set_date (world, 2026, 1, 31);
  world_decide (world, BLOCK, id, 0);
  assert_purge_after (world, id, "2026-04-30 12");
  set_date (world, 2026, 2, 10);
  world_ask (world, "a", "PC", KEYS);
  assert_purge_after (world, id, "2026-05-10 12");
  world_access (world, "a");
  assert_purge_after (world, id, "2026-05-10 12");
}

/* R22: counted forward from each, clamped to the month's last day; also of an old row under a new period. */
static void
test_periods (World *world, gconstpointer unused)
{
  static const struct
  {
    const char *period, *until;
  } periods[] = {
    { "P1M", "2028-02-29 12" },  { "P13M", "2029-02-28 12" }, { "P3M", "2028-04-30 12" }, { "P1Y1M", "2029-02-28 12" },
    { "P30D", "2028-03-01 12" }, { "P2W", "2028-02-14 12" },  { NULL, "never" },          { "P10Y", "2038-01-31 12" },
    { "P1D", "2028-02-01 12" },
  };
  gint64 id;

  set_date (world, 2028, 1, 31);
  id = world_block (world, "a", KEYS);
  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    {
      set_period (world, periods[i].period);
      assert_purge_after (world, id, periods[i].until);
    }
}

static void
test_never (World *world, gconstpointer unused)
{
  gint64 id = world_block (world, "a", KEYS);

  set_period (world, NULL);
  world_wait (world, 4000 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 0);
  world_ask (world, "a", "PC", KEYS);
  assert_purge_after (world, id, "never");
}

static void
test_to_the_millisecond (World *world, gconstpointer unused)
{
  gint64 id = world_block (world, "a", KEYS);

  world->context.now = world_find (world, id)->purge_after - 1;
  g_assert_cmpuint (world_purge (world), ==, 0);
  world_wait (world, 1);
  g_assert_cmpuint (world_purge (world), ==, 1);
  g_assert_cmpuint (world_purge (world), ==, 0);
}

static void
test_however_keyed (World *world, gconstpointer unused)
{
  gint64 blocked = world_block (world, "a", KEYS), resource, attempt;

  world_wait (world, 60 * DAY);
  world_ask (world, "b", "PC", KEYS); /* a new key of the Blocked row */
  assert_purge_after (world, blocked, "2026-06-16 12");
  resource = world_allow (world, "c", "fqdn=allowed.example");
  attempt = world_block (world, "d", "fqdn=allowed.example");
  world_wait (world, 1 * DAY);
  world_ask (world, "e", "PC", "fqdn=allowed.example"); /* another duplicate */
  assert_purge_after (world, attempt, "2026-06-17 12");
  world_wait (world, 1 * DAY);
  world_ask (world, "c", "PC", "fqdn=allowed.example"); /* the resource's own */
  assert_purge_after (world, attempt, "2026-06-17 12");
  assert_purge_after (world, resource, "never");
}

static void
test_only_blocked (World *world, gconstpointer unused)
{
  gint64 pending = world_ask (world, "a", "PC", "fqdn=a.example")->id, allowed, revoked, blocked;

  allowed = world_allow (world, "b", "fqdn=b.example");
  revoked = world_allow (world, "c", "fqdn=c.example");
  world_decide (world, REVOKE, revoked, 0);
  blocked = world_block (world, "d", "fqdn=d.example");
  world_wait (world, 4000 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 1);
  g_assert_null (world_find (world, blocked));
  g_assert_nonnull (world_find (world, pending));
  g_assert_nonnull (world_find (world, allowed));
  g_assert_nonnull (world_find (world, revoked));
}

static void
test_allowed_again_is_not_purged (World *world, gconstpointer unused)
{
  gint64 id = world_block (world, "a", KEYS);

  world_decide (world, ALLOW, id, 0);
  assert_purge_after (world, id, "never");
  world_wait (world, 400 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 0);
}

static void
test_one_event_a_row (World *world, gconstpointer unused)
{
  world_block (world, "a", "fqdn=a.example");
  world_set_policy (world, "bad", ROLLCALL_POLICY_BLOCK);
  world_ask (world, "b", "bad", "fqdn=b.example");
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 2);
  g_assert_cmpuint (world->last->events->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (((RollcallEvent *) world->last->events->pdata[i])->kind, ==, ROLLCALL_EVENT_PURGE);
}

/* R24 */

/* 'Never again', out of the list. @revoked: of a computer that was Revoked before. Returns: its row's former id */
static gint64
forget_never (World *world, gboolean revoked)
{
  gint64 id;

  world_set_policy (world, NULL, ROLLCALL_POLICY_ALLOW);
  id = revoked ? world_allow (world, "a", KEYS) : world_ask (world, "a", "PC", KEYS)->id;
  if (revoked)
    world_decide (world, REVOKE, id, 0);
  world_ask (world, "b", "PC", KEYS " macaddress=52:54:00:00:00:01");
  g_assert_cmpint (world_decide (world, BLOCK, id, 0), ==, ROLLCALL_REFUSAL_NONE);
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 1);
  g_assert_cmpuint (world_count (world), ==, 0);
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  return id;
}

static void
test_answered_as_before (World *world, gconstpointer revoked)
{
  RollcallAccess wanted = revoked != NULL ? ROLLCALL_ACCESS_REVOKED : ROLLCALL_ACCESS_BLOCKED;

  forget_never (world, revoked != NULL);
  g_assert_cmpint (world_access (world, "b"), ==, wanted);
  g_assert_cmpint (world_access (world, "a"), ==,
                   revoked != NULL ? ROLLCALL_ACCESS_REVOKED : ROLLCALL_ACCESS_NOT_REGISTERED);
  g_assert_cmpuint (world_count (world), ==, 0); /* an access brings nothing back */
  for (int year = 0; year < 10; year++)
    {
      world_wait (world, 365 * DAY);
      g_assert_cmpuint (world_purge (world), ==, 0);
    }
  g_assert_cmpint (world_access (world, "b"), ==, wanted);
}

static void
assert_back (World *world, const RollcallRegistration *row, gint64 former, gboolean revoked)
{
  g_assert_cmpint (row->id, >, former);
  g_assert_cmpint (row->status, ==, BLOCKED);
  g_assert_cmpint (row->trust, ==, revoked ? ROLLCALL_TRUST_REVOKED : ROLLCALL_TRUST_NONE);
  g_assert_cmpint (world->last->status, ==, revoked ? ROLLCALL_STATUS_REVOKED : BLOCKED);
  g_assert_cmpint (row->decided_by, ==, ROLLCALL_DECIDER_PERSON);
  g_assert_cmpstr (row->decided_by_name, ==, "maria");
  g_assert_cmpstr (row->note, ==, "a reason");
  g_assert_cmpint (row->purge_after, >, world->context.now);
  g_assert_cmpuint (world_count (world), ==, 1);
  g_assert_cmpuint (world->rows->len, ==, 1);
}

static void
test_comes_back (World *world, gconstpointer revoked)
{
  /* by its own key, a key that it had, a new one, or one by a resource key that it had alone */
  static const char *const keys[] = { "b", "a", "new", "other" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gint64 former;

      g_ptr_array_set_size (world->rows, 0);
      former = forget_never (world, revoked != NULL);
      assert_back (world, world_ask (world, keys[i], "PC", i == 3 ? "macaddress=52:54:00:00:00:01" : KEYS), former,
                   revoked != NULL);
      /* and again */
      world_wait (world, 100 * DAY);
      g_assert_cmpuint (world_purge (world), ==, 1);
      assert_back (world, world_ask (world, keys[i], "PC", KEYS), former + 1, revoked != NULL);
    }
}

static void
test_holds_for_the_computer (World *world, gconstpointer unused)
{
  forget_never (world, FALSE);
  world_set_policy (world, NULL, ROLLCALL_POLICY_ALLOW);
  world_ask (world, "c", "PC", "fqdn=other.example");
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  /* R13: it has a key of each; R14: and is the computer that was blocked. */
  g_assert_cmpint (world_ask (world, "d", "PC", "fqdn=other.example " KEYS)->status, ==, ROLLCALL_STATUS_PENDING);
}

static void
test_until_a_person_allows (World *world, gconstpointer unused)
{
  gint64 id;

  forget_never (world, FALSE);
  id = world_ask (world, "b", "PC", KEYS)->id;
  g_assert_cmpint (world_decide (world, ALLOW, id, 0), ==, ROLLCALL_REFUSAL_NONE);
  world_ask (world, "b", "PC", KEYS);
  g_assert_cmpint (world_access (world, "b"), ==, ROLLCALL_ACCESS_GRANTED);
  g_assert_cmpuint (world->rows->len, ==, 1);
}

static void
test_a_policys_blocked_is_forgotten (World *world, gconstpointer unused)
{
  world_set_policy (world, "PC", ROLLCALL_POLICY_BLOCK);
  g_assert_cmpint (world_ask (world, "a", "PC", KEYS)->status, ==, BLOCKED);
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 1);
  g_assert_cmpuint (world->rows->len, ==, 0);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_NOT_REGISTERED);
  world_set_policy (world, "PC", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "a", "PC", KEYS)->status, ==, ROLLCALL_STATUS_ALLOWED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define P "/registration/"
  world_test (P "R22-from-the-later-of-the-last-request-and-the-block", test_the_later);
  world_test (P "R22-a-period-moves-each-date-counted-forward-and-clamped", test_periods);
  world_test (P "R22-never", test_never);
  world_test (P "R22-due-to-the-millisecond-and-once", test_to_the_millisecond);
  world_test (P "R22-a-computers-request-however-keyed-but-not-the-resources-own", test_however_keyed);
  world_test (P "R22-only-blocked-rows-are-purged", test_only_blocked);
  world_test (P "R22-R16-a-row-that-is-allowed-and-awaited-stays", test_allowed_again_is_not_purged);
  world_test (P "R23-one-event-a-row", test_one_event_a_row);
  world_test (P "R24-never-again-is-answered-as-before", test_answered_as_before);
  g_test_add (P "R24-never-again-after-revoked-is-answered-as-before", World, "", world_open, test_answered_as_before,
              world_close);
  world_test (P "R24-a-returning-computer-brings-its-decision-back", test_comes_back);
  g_test_add (P "R24-a-returning-computer-brings-its-revocation-back", World, "", world_open, test_comes_back,
              world_close);
  world_test (P "R14-R24-what-is-remembered-holds-for-the-computer", test_holds_for_the_computer);
  world_test (P "R24-until-a-person-allows-it", test_until_a_person_allows);
  world_test (P "R24-a-policys-blocked-is-judged-anew", test_a_policys_blocked_is_forgotten);
  return g_test_run ();
}
