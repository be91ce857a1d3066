/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

void
world_open (World *world, gconstpointer unused)
{
  g_autoptr (GDateTime) noon = g_date_time_new_utc (2026, 1, 15, 12, 0, 0);

  world->settings = rollcall_settings_new ();
  world->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_registration_free);
  world->context = (RollcallContext) { g_date_time_to_unix (noon) * 1000, world->settings, NULL, 1, 1 };
  world_set_policy (world, NULL, ROLLCALL_POLICY_ALLOW);
}

void
world_close (World *world, gconstpointer unused)
{
  g_clear_pointer (&world->last, rollcall_outcome_free);
  rollcall_policy_set_unref (world->policies);
  rollcall_settings_free (world->settings);
  g_ptr_array_unref (world->rows);
}

void
world_wait (World *world, gint64 milliseconds)
{
  world->context.now += milliseconds;
}

void
world_set_policy (World *world, const char *name, RollcallPolicyResult result)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_policy_free);

  if (name != NULL)
    {
      RollcallPolicy *policy = rollcall_policy_new ();

      policy->enabled = TRUE;
      policy->result = result;
      g_set_str (&policy->name, name);
      g_ptr_array_add (policy->masks, rollcall_mask_new (ROLLCALL_MASK_NAME, name));
      g_ptr_array_add (list, policy);
    }
  g_clear_pointer (&world->policies, rollcall_policy_set_unref);
  world->context.policies = world->policies = rollcall_policy_set_new (list);
}

static gboolean
find_place (World *world, gint64 id, guint *place)
{
  for (guint i = 0; i < world->rows->len; i++)
    if (((RollcallRegistration *) world->rows->pdata[i])->id == id)
      {
        *place = i;
        return TRUE;
      }
  return FALSE;
}

/* What the store does with an outcome; each put is a new revision, as if all of it mattered (R10). */
static void
keep (World *world, RollcallOutcome *outcome)
{
  guint place;

  g_clear_pointer (&world->last, rollcall_outcome_free);
  world->last = outcome;
  for (guint i = 0; i < outcome->removed->len; i++)
    if (find_place (world, g_array_index (outcome->removed, RollcallRemoval, i).id, &place))
      g_ptr_array_remove_index (world->rows, place);
  for (guint i = 0; i < outcome->put->len; i++)
    {
      RollcallRegistration *row = rollcall_registration_copy (outcome->put->pdata[i]);

      row->revision = row->matching_revision = ++world->revision;
      if (find_place (world, row->id, &place))
        g_ptr_array_remove_index (world->rows, place);
      g_ptr_array_add (world->rows, row);
    }
}

static RollcallRequest *
new_request (const char *name, const char *resource_keys)
{
  RollcallRequest *request = rollcall_request_new ();
  g_auto (GStrv) words = g_strsplit (resource_keys, " ", -1);

  g_set_str (&request->computer.name, name);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      if (pair[0] != NULL)
        g_ptr_array_add (request->resource_keys, rollcall_resource_key_new (pair[0], pair[1]));
    }
  return request;
}

RollcallRegistration *
world_ask (World *world, const char *key, const char *name, const char *resource_keys)
{
  g_autoptr (RollcallRequest) request = new_request (name, resource_keys);

  keep (world, rollcall_registry_request (world->rows, key, request, &world->context));
  return world_find (world, world->last->registration);
}

RollcallAccess
world_access (World *world, const char *key)
{
  keep (world, rollcall_registry_contact (world->rows, key, &world->context));
  return world->last->access;
}

RollcallRefusal
world_decide (World *world, RollcallAction action, gint64 id, gint64 resource)
{
  RollcallDecision decision = { action, id, world->revision, resource, "maria", "a reason" };

  keep (world, rollcall_registry_decide (world->rows, &decision, &world->context));
  return world->last->refusal;
}

RollcallRefusal
world_push (World *world, const char *key, const char *name, const char *resource_keys)
{
  g_autoptr (RollcallRequest) request = new_request (name, resource_keys);

  keep (world, rollcall_registry_push (world->rows, key, request, "petra", &world->context));
  return world->last->refusal;
}

RollcallRefusal
world_set_site_server (World *world, gint64 id)
{
  keep (world, rollcall_registry_set_site_server (world_find (world, id), TRUE, "maria", &world->context));
  return world->last->refusal;
}

guint
world_purge (World *world)
{
  keep (world, rollcall_registry_purge (world->rows, &world->context));
  return world->last->removed->len;
}

RollcallRegistration *
world_find (World *world, gint64 id)
{
  guint place;

  if (!find_place (world, id, &place))
    return NULL;
  return ((RollcallRegistration *) world->rows->pdata[place])->purged ? NULL : world->rows->pdata[place];
}

guint
world_count (World *world)
{
  guint n = 0;

  for (guint i = 0; i < world->rows->len; i++)
    n += !((RollcallRegistration *) world->rows->pdata[i])->purged;
  return n;
}

gint64
world_allow (World *world, const char *key, const char *resource_keys)
{
  gint64 id = world_ask (world, key, key, resource_keys)->id;

  g_assert_cmpint (world_decide (world, ROLLCALL_ACTION_ALLOW, id, 0), ==, ROLLCALL_REFUSAL_NONE);
  return id;
}

gint64
world_block (World *world, const char *key, const char *resource_keys)
{
  gint64 id = world_ask (world, key, key, resource_keys)->id;

  g_assert_cmpint (world_decide (world, ROLLCALL_ACTION_BLOCK, id, 0), ==, ROLLCALL_REFUSAL_NONE);
  return id;
}
