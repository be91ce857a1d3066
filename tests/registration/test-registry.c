/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that change rows, as tables: every decision x status, every repeat request x status x policy. */
#include "rollcall-registry.h"

#define NOW G_GINT64_CONSTANT (1767000000000)

typedef struct
{
  RollcallSettings *settings;
  RollcallPolicySet *policies;
  RollcallContext context;
} World;

static void
open_world (World *world, int result) /* a RollcallPolicyResult for all computers, or -1: no policy */
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);

  if (result >= 0)
    {
      RollcallPolicy *policy = rollcall_policy_new_initial ();

      policy->enabled = TRUE;
      policy->result = (RollcallPolicyResult) result;
      g_ptr_array_add (list, policy);
    }
  world->settings = rollcall_settings_new ();
  world->policies = rollcall_policy_set_new (list);
  world->context = (RollcallContext) { NOW, world->settings, world->policies, 2, 2 };
}

static void
close_world (World *world)
{
  rollcall_settings_free (world->settings);
  rollcall_policy_set_unref (world->policies);
}

static RollcallRequest *
new_request (const char *name)
{
  RollcallRequest *request = rollcall_request_new ();

  g_set_str (&request->computer.name, name);
  g_ptr_array_add (request->resource_keys, rollcall_resource_key_new ("fqdn", "pc-1.corp.example"));
  return request;
}

/* Row 1 of the computer of new_request(), with the key "aa". */
static GPtrArray *
new_rows (RollcallStatus status, RollcallTrust trust, RollcallDeciderKind decider)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  RollcallRegistration *row = rollcall_registration_new ();

  row->id = row->resource_id = 1;
  row->revision = row->matching_revision = 7;
  row->status = status;
  row->trust = trust;
  row->decided_by = decider;
  row->first_requested = row->last_requested = NOW - 1000;
  row->request_count = 1;
  g_set_str (&row->computer.name, "PC-1");
  g_set_str (&row->fingerprint, "aa");
  g_ptr_array_add (row->keys, rollcall_key_new ("aa", NOW - 1000));
  g_ptr_array_add (row->resource_keys, rollcall_resource_key_new ("fqdn", "pc-1.corp.example"));
  g_ptr_array_add (rows, row);
  return rows;
}

static RollcallRegistration *
find (RollcallOutcome *outcome, gint64 id)
{
  for (guint i = 0; i < outcome->put->len; i++)
    if (((RollcallRegistration *) outcome->put->pdata[i])->id == id)
      return outcome->put->pdata[i];
  return NULL;
}

static guint
count_events (RollcallOutcome *outcome, RollcallEventKind kind)
{
  guint n = 0;

  for (guint i = 0; i < outcome->events->len; i++)
    n += ((RollcallEvent *) outcome->events->pdata[i])->kind == kind;
  return n;
}

#define PENDING   ROLLCALL_STATUS_PENDING
#define ALLOWED   ROLLCALL_STATUS_ALLOWED
#define BLOCKED   ROLLCALL_STATUS_BLOCKED
#define REVOKED   ROLLCALL_STATUS_REVOKED
#define UNCHANGED -1

static void
test_decisions (void)
{
  static const struct
  {
    RollcallStatus from;
    RollcallTrust trust;
    RollcallAction action;
    int to;
    RollcallTrust then;
  } cells[] = {
    { PENDING, ROLLCALL_TRUST_NONE, ROLLCALL_ACTION_ALLOW, ALLOWED, ROLLCALL_TRUST_GRANTED },
    { PENDING, ROLLCALL_TRUST_NONE, ROLLCALL_ACTION_BLOCK, BLOCKED, ROLLCALL_TRUST_NONE },
    { PENDING, ROLLCALL_TRUST_NONE, ROLLCALL_ACTION_REVOKE, UNCHANGED, 0 },
    { ALLOWED, ROLLCALL_TRUST_GRANTED, ROLLCALL_ACTION_ALLOW, UNCHANGED, 0 },
    { ALLOWED, ROLLCALL_TRUST_GRANTED, ROLLCALL_ACTION_BLOCK, UNCHANGED, 0 },
    { ALLOWED, ROLLCALL_TRUST_GRANTED, ROLLCALL_ACTION_REVOKE, REVOKED, ROLLCALL_TRUST_REVOKED },
    { BLOCKED, ROLLCALL_TRUST_NONE, ROLLCALL_ACTION_ALLOW, ALLOWED, ROLLCALL_TRUST_AWAITING_REQUEST },
    { BLOCKED, ROLLCALL_TRUST_NONE, ROLLCALL_ACTION_BLOCK, UNCHANGED, 0 },
    { BLOCKED, ROLLCALL_TRUST_NONE, ROLLCALL_ACTION_REVOKE, UNCHANGED, 0 },
    { BLOCKED, ROLLCALL_TRUST_REVOKED, ROLLCALL_ACTION_ALLOW, ALLOWED, ROLLCALL_TRUST_AWAITING_REQUEST },
    { REVOKED, ROLLCALL_TRUST_REVOKED, ROLLCALL_ACTION_ALLOW, ALLOWED, ROLLCALL_TRUST_GRANTED },
    { REVOKED, ROLLCALL_TRUST_REVOKED, ROLLCALL_ACTION_BLOCK, BLOCKED, ROLLCALL_TRUST_REVOKED },
    { REVOKED, ROLLCALL_TRUST_REVOKED, ROLLCALL_ACTION_REVOKE, UNCHANGED, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autoptr (GPtrArray) rows = new_rows (cells[i].from, cells[i].trust, ROLLCALL_DECIDER_PERSON);
      RollcallDecision decision = { cells[i].action, 1, 7, 0, "maria", "a reason" };
      g_autoptr (RollcallOutcome) outcome = NULL;
      RollcallRegistration *row;
      World world;

      open_world (&world, -1);
      outcome = rollcall_registry_decide (rows, &decision, &world.context);
      close_world (&world);
      row = find (outcome, 1);
      if (cells[i].to == UNCHANGED)
        {
          g_assert_cmpint (outcome->refusal, ==, ROLLCALL_REFUSAL_NOT_APPLICABLE);
          g_assert_null (row);
          g_assert_cmpuint (outcome->events->len, ==, 0);
          continue;
        }
      g_assert_cmpint (outcome->refusal, ==, ROLLCALL_REFUSAL_NONE);
      g_assert_cmpint (row->status, ==, cells[i].to);
      g_assert_cmpint (row->trust, ==, cells[i].then);
      g_assert_cmpstr (row->decided_by_name, ==, "maria");
      g_assert_cmpstr (row->note, ==, "a reason");
      g_assert_cmpuint (count_events (outcome, ROLLCALL_EVENT_DECISION), ==, 1);
      g_assert_cmpint ((row->purge_after != 0), ==, (row->status == BLOCKED));
    }
}

static void
test_repeats (void)
{
  static const struct
  {
    RollcallStatus from;
    RollcallTrust trust;
    RollcallDeciderKind decider;
    RollcallStatus without, allow, block;
  } cells[] = {
    { PENDING, ROLLCALL_TRUST_NONE, ROLLCALL_DECIDER_NONE, PENDING, ALLOWED, BLOCKED },
    { ALLOWED, ROLLCALL_TRUST_GRANTED, ROLLCALL_DECIDER_POLICY, ALLOWED, ALLOWED, ALLOWED },
    { ALLOWED, ROLLCALL_TRUST_GRANTED, ROLLCALL_DECIDER_PERSON, ALLOWED, ALLOWED, ALLOWED },
    { BLOCKED, ROLLCALL_TRUST_NONE, ROLLCALL_DECIDER_POLICY, BLOCKED, ALLOWED, BLOCKED },
    { BLOCKED, ROLLCALL_TRUST_NONE, ROLLCALL_DECIDER_PERSON, BLOCKED, BLOCKED, BLOCKED },
    { REVOKED, ROLLCALL_TRUST_REVOKED, ROLLCALL_DECIDER_PERSON, REVOKED, REVOKED, REVOKED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    for (int result = -1; result <= ROLLCALL_POLICY_BLOCK; result++)
      {
        g_autoptr (GPtrArray) rows = new_rows (cells[i].from, cells[i].trust, cells[i].decider);
        g_autoptr (RollcallRequest) request = new_request ("PC-1-RENAMED");
        g_autoptr (RollcallOutcome) outcome = NULL;
        RollcallStatus wanted = result < 0                        ? cells[i].without
                                : result == ROLLCALL_POLICY_ALLOW ? cells[i].allow
                                                                  : cells[i].block;
        RollcallRegistration *row;
        World world;

        open_world (&world, result);
        outcome = rollcall_registry_request (rows, "aa", request, &world.context);
        close_world (&world);
        row = find (outcome, 1);
        g_assert_cmpint (row->status, ==, wanted);
        g_assert_cmpint (outcome->status, ==, wanted);
        g_assert_cmpstr (row->computer.name, ==, "PC-1-RENAMED");
        g_assert_cmpint (row->request_count, ==, 2);
        g_assert_cmpint (row->last_requested, ==, NOW);
        g_assert_cmpint (row->key_changes, ==, 0);
        g_assert_cmpuint (outcome->put->len, ==, 1);
        g_assert_cmpuint (count_events (outcome, ROLLCALL_EVENT_REQUEST), ==, 1);
        g_assert_cmpuint (count_events (outcome, ROLLCALL_EVENT_POLICY_DECISION), ==, wanted != cells[i].from);
      }
}

/* R16: awaited trust is granted to the key that the row had, and to no other. */
static void
test_awaited (void)
{
  for (int other = 0; other <= 1; other++)
    {
      g_autoptr (GPtrArray) rows = new_rows (ALLOWED, ROLLCALL_TRUST_AWAITING_REQUEST, ROLLCALL_DECIDER_PERSON);
      g_autoptr (RollcallRequest) request = new_request ("PC-1");
      g_autoptr (RollcallOutcome) outcome = NULL;
      World world;

      g_set_str (&((RollcallRegistration *) rows->pdata[0])->awaiting_fingerprint, "aa");
      open_world (&world, ROLLCALL_POLICY_ALLOW);
      world.settings->duplicate_observation_s = 0;
      outcome = rollcall_registry_request (rows, other ? "bb" : "aa", request, &world.context);
      close_world (&world);
      g_assert_cmpuint (count_events (outcome, ROLLCALL_EVENT_TRUST_GRANTED), ==, !other);
      if (other)
        {
          g_assert_null (find (outcome, 1));
          g_assert_cmpint (find (outcome, 2)->status, ==, PENDING);
          g_assert_cmpint (find (outcome, 2)->duplicate_of, ==, 1);
        }
      else
        g_assert_cmpint (find (outcome, 1)->trust, ==, ROLLCALL_TRUST_GRANTED);
    }
}

/* R19: told at the next access, and noted once. */
static void
test_revocation_seen (void)
{
  g_autoptr (GPtrArray) rows = new_rows (REVOKED, ROLLCALL_TRUST_REVOKED, ROLLCALL_DECIDER_PERSON);
  g_autoptr (RollcallOutcome) first = NULL, second = NULL;
  World world;

  open_world (&world, -1);
  first = rollcall_registry_contact (rows, "aa", &world.context);
  second = rollcall_registry_contact (first->put, "aa", &world.context);
  close_world (&world);
  g_assert_cmpint (first->access, ==, ROLLCALL_ACCESS_REVOKED);
  g_assert_cmpint (find (first, 1)->revocation_seen_at, ==, NOW);
  g_assert_cmpuint (count_events (first, ROLLCALL_EVENT_REVOCATION_SEEN), ==, 1);
  g_assert_cmpint (second->access, ==, ROLLCALL_ACCESS_REVOKED);
  g_assert_cmpuint (count_events (second, ROLLCALL_EVENT_REVOCATION_SEEN), ==, 0);
}

/* R20: the role goes with the trust, and is refused without it. */
static void
test_site_server (void)
{
  g_autoptr (GPtrArray) rows = new_rows (ALLOWED, ROLLCALL_TRUST_GRANTED, ROLLCALL_DECIDER_PERSON);
  RollcallDecision revoke = { ROLLCALL_ACTION_REVOKE, 1, 7, 0, "maria", "" };
  g_autoptr (RollcallOutcome) given = NULL, revoked = NULL, refused = NULL;
  World world;

  open_world (&world, -1);
  given = rollcall_registry_set_site_server (rows->pdata[0], TRUE, "maria", &world.context);
  g_assert_true (find (given, 1)->site_server);
  revoked = rollcall_registry_decide (given->put, &revoke, &world.context);
  g_assert_false (find (revoked, 1)->site_server);
  g_assert_cmpuint (count_events (revoked, ROLLCALL_EVENT_SITE_SERVER), ==, 1);
  refused = rollcall_registry_set_site_server (revoked->put->pdata[0], TRUE, "maria", &world.context);
  g_assert_cmpint (refused->refusal, ==, ROLLCALL_REFUSAL_NOT_APPLICABLE);
  close_world (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registration/R15-R16-R17-every-decision-on-every-status", test_decisions);
  g_test_add_func ("/registration/R7-R8-every-repeat-request-on-every-status", test_repeats);
  g_test_add_func ("/registration/R16-awaited-trust-is-the-key's", test_awaited);
  g_test_add_func ("/registration/R19-a-revocation-is-told-and-noted-once", test_revocation_seen);
  g_test_add_func ("/registration/R20-the-site-servers-role-goes-with-the-trust", test_site_server);
  return g_test_run ();
}
