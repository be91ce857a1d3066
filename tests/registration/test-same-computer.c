/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same computer, another key: R9-R14 and R16, a sentence at a time. */
#include "world.h"

#define ALLOW   ROLLCALL_ACTION_ALLOW
#define BLOCK   ROLLCALL_ACTION_BLOCK
#define REVOKE  ROLLCALL_ACTION_REVOKE
#define PENDING ROLLCALL_STATUS_PENDING
#define ALLOWED ROLLCALL_STATUS_ALLOWED
#define BLOCKED ROLLCALL_STATUS_BLOCKED

static gboolean
holds (const RollcallRegistration *row, const char *value)
{
  for (guint i = 0; i < row->resource_keys->len; i++)
    if (g_str_equal (((RollcallResourceKey *) row->resource_keys->pdata[i])->value, value))
      return TRUE;
  return FALSE;
}

/* The key "a" asks as 299 names one after another, and always with a MAC. */
static gint64
ask_by_many_names (World *world, int first)
{
  gint64 id = 0;

  for (int i = first; i < first + 299; i++)
    {
      g_autofree char *keys = g_strdup_printf ("macaddress=52:54:00:00:00:01 fqdn=pc-%d.example", i);

      id = world_ask (world, "a", "PC", keys)->id;
    }
  return id;
}

static void
test_limit (World *world, gconstpointer unused)
{
  const RollcallRegistration *row = world_find (world, ask_by_many_names (world, 1));

  g_assert_cmpuint (row->resource_keys->len, ==, 256);
  g_assert_false (holds (row, "pc-1.example"));
  g_assert_true (holds (row, "pc-299.example"));
  g_assert_true (holds (row, "52:54:00:00:00:01"));
  g_assert_cmpint (world_ask (world, "b", "PC", "fqdn=pc-44.example")->id, !=, row->id);
  g_assert_cmpint (world_ask (world, "c", "PC", "fqdn=pc-45.example")->id, ==, world_find (world, 1)->id);
}

static void
test_pinned (World *world, gconstpointer blocks)
{
  gint64 id = world_ask (world, "a", "PC", "fqdn=stolen.example")->id;

  if (blocks != NULL)
    world_decide (world, BLOCK, id, 0);
  else
    {
      world_decide (world, ALLOW, id, 0);
      world_decide (world, REVOKE, id, 0);
    }
  world_ask (world, "a", "PC", "fqdn=stolen.example macaddress=52:54:00:00:00:01");
  ask_by_many_names (world, 1);
  ask_by_many_names (world, 300);
  g_assert_true (holds (world_find (world, id), "stolen.example"));
  g_assert_cmpint (world_ask (world, "b", "PC", "fqdn=stolen.example")->id, ==, id);
}

static void
test_type_counts (World *world, gconstpointer unused)
{
  gint64 id = world_ask (world, "a", "PC", "fqdn=pc.example")->id;

  g_assert_cmpint (world_ask (world, "b", "PC", "name.domain=pc.example")->id, !=, id);
}

static void
test_policy_blocked_is_judged (World *world, gconstpointer unused)
{
  RollcallRegistration *row;

  world_set_policy (world, "lab", ROLLCALL_POLICY_BLOCK);
  row = world_ask (world, "a", "lab", "fqdn=pc.example");
  g_assert_cmpint (row->status, ==, BLOCKED);
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  row = world_ask (world, "b", "lab", "fqdn=pc.example");
  g_assert_cmpint (row->id, ==, 1);
  g_assert_cmpint (row->status, ==, ALLOWED);
  g_assert_cmpstr (row->fingerprint, ==, "b");
  g_assert_cmpint (row->key_changes, ==, 1);
}

/* R10: the status follows R14, too. */
static void
test_new_key_of_a_forbidden_computer (World *world, gconstpointer unused)
{
  RollcallRegistration *row;
  gint64 pending;

  world_ask (world, "a", "PC", "fqdn=a.example");
  pending = world_ask (world, "b", "PC", "fqdn=b.example")->id;
  world_ask (world, "b", "PC", "fqdn=b.example fqdn=a.example"); /* one computer after all */
  world_decide (world, BLOCK, 1, 0);
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "b", "PC", "fqdn=b.example")->status, ==, PENDING);
  row = world_ask (world, "c", "PC", "fqdn=b.example");
  g_assert_cmpint (row->id, ==, pending);
  g_assert_cmpint (row->key_changes, ==, 1);
  g_assert_cmpint (row->status, ==, PENDING);
}

/* R10, R11: the survivor's numbers, and the old key. */
static void
test_merged_numbers (World *world, gconstpointer unused)
{
  gint64 id = world_allow (world, "a", "fqdn=pc.example"), first = world->context.now, duplicate;
  const RollcallRegistration *row;

  world_wait (world, MINUTE);
  world_ask (world, "b", "PC", "fqdn=pc.example");
  world_wait (world, MINUTE);
  duplicate = world_ask (world, "b", "NEW", "fqdn=pc.example macaddress=52:54:00:00:00:01")->id;
  world_wait (world, MINUTE);
  world_decide (world, ALLOW, duplicate, 0);
  row = world_find (world, id);
  g_assert_cmpint (row->request_count, ==, 3);
  g_assert_cmpint (row->first_requested, ==, first);
  g_assert_cmpint (row->last_requested, ==, first + 2 * MINUTE);
  g_assert_cmpint (row->resource_id, ==, 1);
  g_assert_cmpint (row->key_changes, ==, 1);
  g_assert_cmpstr (row->computer.name, ==, "NEW");
  g_assert_true (holds (row, "52:54:00:00:00:01"));
  g_assert_cmpint (row->decided_at, ==, first + 3 * MINUTE);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_NOT_REGISTERED);
  g_assert_cmpint (world_access (world, "b"), ==, ROLLCALL_ACCESS_GRANTED);
}

/* R12: a policy acts on a request of the duplicate's alone, and never on `clone`. */
static void
test_on_the_duplicates_request (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example"), duplicate;

  duplicate = world_ask (world, "b", "PC", "fqdn=pc.example")->id;
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  world_wait (world, 31 * MINUTE);
  world_ask (world, "c", "PC", "fqdn=pc.example");
  g_assert_cmpint (world_find (world, duplicate)->status, ==, PENDING);
  g_assert_cmpint (world_ask (world, "b", "PC", "fqdn=pc.example")->id, ==, resource);
  g_assert_null (world_find (world, duplicate));
}

static void
test_observation_off (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example");

  world->settings->duplicate_observation_s = 0;
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "b", "PC", "fqdn=pc.example")->id, ==, resource);
}

/* R12: any authenticated call: the resource's request is one, too. In the order of events, also within a millisecond.
 */
static void
test_any_call_is_evidence (World *world, gconstpointer request)
{
  gint64 duplicate;

  world_allow (world, "a", "fqdn=pc.example");
  world_access (world, "a");
  duplicate = world_ask (world, "b", "PC", "fqdn=pc.example")->id;
  g_assert_cmpint (world_find (world, duplicate)->advice, ==, ROLLCALL_ADVICE_REINSTALL);
  if (request != NULL)
    world_ask (world, "a", "PC", "fqdn=pc.example");
  else
    world_access (world, "a");
  g_assert_cmpint (world_find (world, duplicate)->advice, ==, ROLLCALL_ADVICE_CLONE);
}

static void
test_no_evidence_by_an_untrusted_key (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example"), duplicate;

  duplicate = world_ask (world, "b", "PC", "fqdn=pc.example")->id;
  world_decide (world, REVOKE, resource, 0);
  world_access (world, "a");
  world_ask (world, "a", "PC", "fqdn=pc.example");
  g_assert_cmpint (world_find (world, duplicate)->advice, ==, ROLLCALL_ADVICE_REINSTALL);
}

static void
assert_copied (World *world, gboolean copied)
{
  const RollcallEvent *event = world->last->events->pdata[0];
  gboolean said = FALSE;

  g_variant_lookup (event->details, "copied_key", "b", &said);
  g_assert_cmpint (said, ==, copied);
}

static void
set_matching (World *world, const char *types, const char *ignored)
{
  g_strfreev (world->settings->matching_keys);
  g_strfreev (world->settings->ignored_values);
  world->settings->matching_keys = g_strsplit (types, " ", -1);
  world->settings->ignored_values = g_strsplit (ignored, " ", -1);
}

/* R12: it leaves the status too: what asks is not the computer that a policy would judge. */
static void
test_a_copy_is_not_judged (World *world, gconstpointer unused)
{
  gint64 id = world_ask (world, "a", "PC", "fqdn=pc.example")->id;

  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "a", "COPY", "fqdn=copy.example")->status, ==, PENDING);
  assert_copied (world, TRUE);
  g_assert_cmpint (world->last->registration, ==, id);
  world_set_policy (world, "*", ROLLCALL_POLICY_BLOCK);
  g_assert_cmpint (world_ask (world, "a", "COPY", "fqdn=copy.example")->status, ==, PENDING);
  /* what advises `clone` is left to a person, also once the computer itself asks again */
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "a", "PC", "fqdn=pc.example")->status, ==, PENDING);
  assert_copied (world, FALSE);
}

/* An honest computer asks as ever; what changed is what the settings match. */
static void
test_settings_make_no_copy (World *world, gconstpointer unused)
{
  static const char *const keys = "uniqueid=u/s/m fqdn=pc.example macaddress=52:54:00:00:00:01";
  static const char *const types[] = { "uniqueid", "fqdn", "macaddress", "name.domain", "fqdn uniqueid" };

  for (guint before = 0; before < G_N_ELEMENTS (types); before++)
    for (guint after = 0; after < G_N_ELEMENTS (types); after++)
      {
        g_autofree char *key = g_strdup_printf ("%u%u", before, after);
        RollcallRegistration *row;

        g_ptr_array_set_size (world->rows, 0);
        set_matching (world, types[before], "");
        world_allow (world, key, keys);
        set_matching (world, types[after], "");
        row = world_ask (world, key, "RENAMED", keys);
        assert_copied (world, FALSE);
        g_assert_cmpint (row->advice, ==, ROLLCALL_ADVICE_NONE);
        g_assert_cmpstr (row->computer.name, ==, "RENAMED");
      }
}

static void
test_new_junk_makes_no_copy (World *world, gconstpointer unused)
{
  world_allow (world, "a", "uniqueid=acme-0");
  set_matching (world, "uniqueid fqdn", "ACME-0");
  world_ask (world, "a", "PC", "uniqueid=acme-0 fqdn=pc.example");
  assert_copied (world, FALSE);
}

static void
test_a_copy_is_found_under_other_settings (World *world, gconstpointer unused)
{
  static const char *const after[] = { "fqdn", "macaddress", "uniqueid macaddress" };

  set_matching (world, "fqdn macaddress", "");
  world_allow (world, "a", "fqdn=pc.example macaddress=52:54:00:00:00:01");
  for (guint i = 0; i < G_N_ELEMENTS (after); i++)
    {
      set_matching (world, after[i], "");
      world_ask (world, "a", "COPY", "uniqueid=z fqdn=copy.example macaddress=52:54:00:00:00:02");
      assert_copied (world, TRUE);
      g_assert_cmpint (world_find (world, 1)->advice, ==, ROLLCALL_ADVICE_CLONE);
      g_assert_cmpstr (world_find (world, 1)->computer.name, ==, "a");
    }
}

/* R9, R14: what the settings match no more tells nothing, in the list as in a request. */
static void
test_settings_hold_for_rows (World *world, gconstpointer unused)
{
  world_block (world, "a", "macaddress=52:54:00:00:00:01 fqdn=a.example");
  set_matching (world, "fqdn", "");
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "b", "PC", "macaddress=52:54:00:00:00:01 fqdn=b.example")->status, ==, ALLOWED);
}

/* R13 */

/* Rows 1 and 2, and a conflict with a key of each. Returns: its id */
static gint64
add_conflict (World *world)
{
  RollcallRegistration *row;

  world_ask (world, "a", "a", "fqdn=a.example");
  world_ask (world, "b", "b", "fqdn=b.example");
  row = world_ask (world, "c", "c", "fqdn=a.example fqdn=b.example");
  g_assert_cmpint (row->advice, ==, ROLLCALL_ADVICE_CONFLICT);
  return row->id;
}

static void
test_duplicates_do_not_count (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example");
  RollcallRegistration *row;

  world_ask (world, "b", "PC", "fqdn=pc.example macaddress=52:54:00:00:00:01");
  row = world_ask (world, "c", "PC", "fqdn=pc.example macaddress=52:54:00:00:00:01");
  g_assert_cmpint (row->advice, ==, ROLLCALL_ADVICE_REINSTALL);
  g_assert_cmpint (row->duplicate_of, ==, resource);
}

static void
test_conflicts_do_not_count (World *world, gconstpointer unused)
{
  add_conflict (world);
  world_ask (world, "c", "c", "fqdn=a.example fqdn=b.example fqdn=c.example");
  g_assert_cmpint (world_ask (world, "d", "d", "fqdn=a.example fqdn=c.example")->id, ==, 1);
}

static void
test_conflict_alone (World *world, gconstpointer unused)
{
  gint64 id = add_conflict (world);
  const RollcallRegistration *row;

  world_decide (world, BLOCK, 1, 0);
  world_set_policy (world, "b", ROLLCALL_POLICY_BLOCK);
  world_ask (world, "b", "b", "fqdn=b.example");
  g_assert_cmpint (world_decide (world, ALLOW, id, 0), ==, ROLLCALL_REFUSAL_NEEDS_RESOURCE);
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 2);
  g_assert_cmpint (world_decide (world, ALLOW, id, 0), ==, ROLLCALL_REFUSAL_NONE);
  row = world_find (world, id);
  g_assert_cmpint (row->status, ==, ALLOWED);
  g_assert_cmpint (row->trust, ==, ROLLCALL_TRUST_GRANTED);
  g_assert_cmpint (row->advice, ==, ROLLCALL_ADVICE_NONE);
  g_assert_cmpint (row->resource_id, >, 0);
  g_assert_cmpuint (row->conflicts_with->len, ==, 0);
  /* R24: nothing is remembered against the computer that a person allowed. */
  g_assert_cmpuint (world->rows->len, ==, 1);
  g_assert_cmpint (world_access (world, "c"), ==, ROLLCALL_ACCESS_GRANTED);
}

/* What it matched once is forgotten, also where it would match no more. */
static void
test_conflict_alone_under_other_settings (World *world, gconstpointer unused)
{
  gint64 id;

  world_ask (world, "a", "a", "macaddress=52:54:00:00:00:01");
  world_ask (world, "b", "b", "fqdn=b.example");
  id = world_ask (world, "c", "c", "macaddress=52:54:00:00:00:01 fqdn=b.example")->id;
  world_decide (world, BLOCK, 1, 0);
  world_decide (world, BLOCK, 2, 0);
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 2);
  set_matching (world, "fqdn", "");
  g_assert_cmpint (world_decide (world, ALLOW, id, 0), ==, ROLLCALL_REFUSAL_NONE);
  g_assert_cmpuint (world->rows->len, ==, 1);
}

static void
test_conflict_half_gone (World *world, gconstpointer unused)
{
  gint64 id = add_conflict (world);

  world_decide (world, BLOCK, 1, 0);
  world_wait (world, 100 * DAY);
  g_assert_cmpuint (world_purge (world), ==, 1);
  g_assert_cmpint (world_decide (world, ALLOW, id, 0), ==, ROLLCALL_REFUSAL_NEEDS_RESOURCE);
  g_assert_cmpint (world_decide (world, ALLOW, id, 1), ==, ROLLCALL_REFUSAL_NOT_APPLICABLE);
  g_assert_cmpint (world_decide (world, ALLOW, id, world_find (world, 2)->resource_id), ==, ROLLCALL_REFUSAL_NONE);
  g_assert_cmpstr (world_find (world, 2)->fingerprint, ==, "c");
}

/* R14 */
static void
test_a_policys_blocked_forbids_nothing (World *world, gconstpointer unused)
{
  world_allow (world, "a", "fqdn=pc.example");
  world->settings->duplicate_observation_s = 0;
  world_set_policy (world, "bad", ROLLCALL_POLICY_BLOCK);
  g_assert_cmpint (world_ask (world, "b", "bad", "fqdn=pc.example")->status, ==, BLOCKED);
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  g_assert_cmpint (world_ask (world, "c", "PC", "fqdn=pc.example")->id, ==, 1);
}

/* R16 */
static void
test_awaited_at_a_request (World *world, gconstpointer unused)
{
  gint64 id = world_block (world, "a", "fqdn=pc.example");

  world_decide (world, ALLOW, id, 0);
  g_assert_cmpint (world_find (world, id)->trust, ==, ROLLCALL_TRUST_AWAITING_REQUEST);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_PENDING);
  world_ask (world, "a", "PC", "fqdn=pc.example");
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_GRANTED);
}

static void
test_blocked_that_was_revoked (World *world, gconstpointer unused)
{
  gint64 id = world_allow (world, "a", "fqdn=pc.example");

  world_decide (world, REVOKE, id, 0);
  world_decide (world, BLOCK, id, 0);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_REVOKED);
  world_decide (world, ALLOW, id, 0);
  g_assert_cmpint (world_find (world, id)->trust, ==, ROLLCALL_TRUST_AWAITING_REQUEST);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_PENDING);
  world_ask (world, "a", "PC", "fqdn=pc.example");
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_GRANTED);
}

/* Another computer's request by the awaited key is none of that key's (R12). */
static void
test_a_copy_is_not_awaited (World *world, gconstpointer unused)
{
  gint64 id = world_block (world, "a", "fqdn=pc.example");

  world_decide (world, ALLOW, id, 0);
  world_ask (world, "a", "COPY", "fqdn=copy.example");
  g_assert_cmpint (world_find (world, id)->trust, ==, ROLLCALL_TRUST_AWAITING_REQUEST);
}

static void
test_another_key_meanwhile (World *world, gconstpointer unused)
{
  gint64 id = world_block (world, "a", "fqdn=pc.example");
  RollcallRegistration *row;

  world->settings->duplicate_observation_s = 0;
  world_decide (world, ALLOW, id, 0);
  world_set_policy (world, "*", ROLLCALL_POLICY_ALLOW);
  row = world_ask (world, "b", "PC", "fqdn=pc.example");
  g_assert_cmpint (row->duplicate_of, ==, id);
  g_assert_cmpint (row->status, ==, PENDING);
  world_ask (world, "a", "PC", "fqdn=pc.example");
  g_assert_cmpint (world_find (world, id)->trust, ==, ROLLCALL_TRUST_GRANTED);
}

static void
test_blocked_duplicate (World *world, gconstpointer unused)
{
  gint64 resource = world_allow (world, "a", "fqdn=pc.example"), duplicate;

  duplicate = world_block (world, "b", "fqdn=pc.example");
  g_assert_cmpint (world_decide (world, ALLOW, duplicate, 0), ==, ROLLCALL_REFUSAL_NONE);
  g_assert_cmpint (world_find (world, duplicate)->trust, ==, ROLLCALL_TRUST_AWAITING_REQUEST);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_GRANTED);
  g_assert_cmpint (world_access (world, "b"), ==, ROLLCALL_ACCESS_PENDING);
  g_assert_cmpint (world_ask (world, "b", "PC", "fqdn=pc.example")->id, ==, resource);
  g_assert_cmpuint (world_count (world), ==, 1);
  g_assert_cmpint (world_access (world, "a"), ==, ROLLCALL_ACCESS_NOT_REGISTERED);
  g_assert_cmpint (world_access (world, "b"), ==, ROLLCALL_ACCESS_GRANTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define P "/registration/"
  world_test (P "R9-a-row-keeps-256-resource-keys-and-the-oldest-leaves-first", test_limit);
  g_test_add (P "R9-what-was-held-when-a-person-blocked-never-leaves", World, "", world_open, test_pinned, world_close);
  world_test (P "R9-what-was-held-when-a-person-revoked-never-leaves", test_pinned);
  world_test (P "R9-equal-values-of-two-types-are-two-keys", test_type_counts);
  world_test (P "R9-what-the-settings-match-no-more-tells-nothing", test_settings_hold_for_rows);
  world_test (P "R10-a-policys-blocked-is-judged-anew-with-its-new-key", test_policy_blocked_is_judged);
  world_test (P "R10-R14-a-new-key-of-a-forbidden-computer-is-not-allowed", test_new_key_of_a_forbidden_computer);
  world_test (P "R11-a-merged-row-adds-counts-and-keeps-its-first-request", test_merged_numbers);
  world_test (P "R12-a-copied-disk-is-not-judged-by-policies", test_a_copy_is_not_judged);
  world_test (P "R12-a-policy-allows-a-duplicate-on-its-own-request-alone", test_on_the_duplicates_request);
  world_test (P "R12-an-observation-time-of-0-is-at-once", test_observation_off);
  g_test_add (P "R12-a-request-of-the-trusted-key-is-evidence", World, "", world_open, test_any_call_is_evidence,
              world_close);
  world_test (P "R12-an-access-of-the-trusted-key-is-evidence", test_any_call_is_evidence);
  world_test (P "R12-a-key-that-is-not-trusted-is-no-evidence", test_no_evidence_by_an_untrusted_key);
  world_test (P "R12-a-change-of-what-matches-makes-no-copied-disk", test_settings_make_no_copy);
  world_test (P "R12-a-value-that-became-junk-makes-no-copied-disk", test_new_junk_makes_no_copy);
  world_test (P "R12-a-copied-disk-is-found-whatever-matches-now", test_a_copy_is_found_under_other_settings);
  world_test (P "R13-duplicates-are-not-counted", test_duplicates_do_not_count);
  world_test (P "R13-conflicts-are-not-counted", test_conflicts_do_not_count);
  world_test (P "R13-R24-a-conflict-is-allowed-alone-once-all-that-it-matched-is-gone", test_conflict_alone);
  world_test (P "R13-R24-a-conflict-allowed-alone-forgets-what-it-matched", test_conflict_alone_under_other_settings);
  world_test (P "R13-a-conflict-names-what-is-left-of-what-it-matched", test_conflict_half_gone);
  world_test (P "R14-a-policys-blocked-forbids-nothing", test_a_policys_blocked_forbids_nothing);
  world_test (P "R16-awaited-trust-is-granted-at-a-request-not-at-an-access", test_awaited_at_a_request);
  world_test (P "R16-blocked-that-came-from-revoked-is-no-exception", test_blocked_that_was_revoked);
  world_test (P "R12-R16-a-copied-disk-is-not-what-is-awaited", test_a_copy_is_not_awaited);
  world_test (P "R16-another-key-meanwhile-is-a-duplicate-that-no-policy-allows", test_another_key_meanwhile);
  world_test (P "R16-a-blocked-duplicate-merges-when-it-asks-and-not-before", test_blocked_duplicate);
  return g_test_run ();
}
