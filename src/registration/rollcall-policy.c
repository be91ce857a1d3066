/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-mask-private.h"
#include "rollcall-words-private.h"

/* clang-format off */
ROLLCALL_DEFINE_WORDS (RollcallMaskType, mask_type, "name", "fqdn", "domain", "mac", "ip", "user")
ROLLCALL_DEFINE_WORDS (RollcallPolicyResult, policy_result, "allow", "block")
/* clang-format on */

RollcallMask *
rollcall_mask_new (RollcallMaskType type, const char *mask)
{
  RollcallMask *self = g_new0 (RollcallMask, 1);

  self->type = type;
  self->mask = g_strdup (mask);
  return self;
}

void
rollcall_mask_free (RollcallMask *mask)
{
  g_free (mask->mask);
  g_free (mask);
}

RollcallPolicy *
rollcall_policy_new (void)
{
  RollcallPolicy *policy = g_new0 (RollcallPolicy, 1);

  policy->name = g_strdup ("");
  policy->masks = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_mask_free);
  return policy;
}

RollcallPolicy *
rollcall_policy_copy (const RollcallPolicy *policy)
{
  RollcallPolicy *copy = rollcall_policy_new ();

  copy->id = policy->id;
  g_set_str (&copy->name, policy->name);
  copy->enabled = policy->enabled;
  copy->result = policy->result;
  copy->revision = policy->revision;
  for (guint i = 0; i < policy->masks->len; i++)
    {
      const RollcallMask *mask = g_ptr_array_index (policy->masks, i);

      g_ptr_array_add (copy->masks, rollcall_mask_new (mask->type, mask->mask));
    }
  return copy;
}

void
rollcall_policy_free (RollcallPolicy *policy)
{
  g_free (policy->name);
  g_ptr_array_unref (policy->masks);
  g_free (policy);
}

RollcallPolicy *
rollcall_policy_new_initial (void)
{
  RollcallPolicy *policy = rollcall_policy_new ();

  g_set_str (&policy->name, "Allow all computers");
  policy->result = ROLLCALL_POLICY_ALLOW;
  g_ptr_array_add (policy->masks, rollcall_mask_new (ROLLCALL_MASK_NAME, "*"));
  return policy;
}

typedef struct
{
  RollcallPolicy *policy;
  GArray *masks; /* (element-type RollcallPreparedMask) by type */
} PreparedPolicy;

struct _RollcallPolicySet
{
  gatomicrefcount references;
  GPtrArray *blocking; /* (element-type PreparedPolicy) */
  GPtrArray *allowing; /* (element-type PreparedPolicy) */
};

static void
prepared_policy_free (PreparedPolicy *self)
{
  rollcall_policy_free (self->policy);
  g_array_unref (self->masks);
  g_free (self);
}

static gint
compare_types (gconstpointer one, gconstpointer other)
{
  return (gint) ((const RollcallPreparedMask *) one)->type - (gint) ((const RollcallPreparedMask *) other)->type;
}

/* NULL for a policy that must not decide: without a mask it would match every computer (R3), and a mask that cannot be
 * read would be left out of an AND, which widens the policy. */
static PreparedPolicy *
prepare_policy (const RollcallPolicy *policy)
{
  g_autoptr (GArray) masks = g_array_new (FALSE, FALSE, sizeof (RollcallPreparedMask));
  PreparedPolicy *self;

  g_array_set_clear_func (masks, (GDestroyNotify) rollcall_prepared_mask_clear);
  for (guint i = 0; i < policy->masks->len; i++)
    {
      const RollcallMask *mask = g_ptr_array_index (policy->masks, i);
      RollcallPreparedMask prepared;

      if (!rollcall_prepared_mask_init (&prepared, mask->type, mask->mask, NULL))
        return NULL;
      g_array_append_val (masks, prepared);
    }
  if (masks->len == 0)
    return NULL;

  g_array_sort (masks, compare_types);
  self = g_new0 (PreparedPolicy, 1);
  self->policy = rollcall_policy_copy (policy);
  self->masks = g_steal_pointer (&masks);
  return self;
}

RollcallPolicySet *
rollcall_policy_set_new (GPtrArray *policies)
{
  RollcallPolicySet *set = g_new0 (RollcallPolicySet, 1);

  g_return_val_if_fail (policies != NULL, NULL);

  g_atomic_ref_count_init (&set->references);
  set->blocking = g_ptr_array_new_with_free_func ((GDestroyNotify) prepared_policy_free);
  set->allowing = g_ptr_array_new_with_free_func ((GDestroyNotify) prepared_policy_free);
  for (guint i = 0; i < policies->len; i++)
    {
      const RollcallPolicy *policy = g_ptr_array_index (policies, i);
      PreparedPolicy *prepared = policy->enabled ? prepare_policy (policy) : NULL;

      if (prepared != NULL)
        g_ptr_array_add (policy->result == ROLLCALL_POLICY_BLOCK ? set->blocking : set->allowing, prepared);
    }
  return set;
}

RollcallPolicySet *
rollcall_policy_set_ref (RollcallPolicySet *set)
{
  g_return_val_if_fail (set != NULL, NULL);

  g_atomic_ref_count_inc (&set->references);
  return set;
}

void
rollcall_policy_set_unref (RollcallPolicySet *set)
{
  g_return_if_fail (set != NULL);

  if (!g_atomic_ref_count_dec (&set->references))
    return;
  g_ptr_array_unref (set->blocking);
  g_ptr_array_unref (set->allowing);
  g_free (set);
}

/* R3: masks of one type are alternatives, different types must all hold. */
static gboolean
policy_matches (const PreparedPolicy *self, const RollcallPreparedComputer *computer)
{
  for (guint i = 0; i < self->masks->len;)
    {
      RollcallMaskType type = g_array_index (self->masks, RollcallPreparedMask, i).type;
      gboolean holds = FALSE;

      for (; i < self->masks->len && g_array_index (self->masks, RollcallPreparedMask, i).type == type; i++)
        holds = holds ||
                rollcall_prepared_mask_matches (&g_array_index (self->masks, RollcallPreparedMask, i), computer);
      if (!holds)
        return FALSE;
    }
  return TRUE;
}

static const RollcallPolicy *
first_match (GPtrArray *policies, const RollcallPreparedComputer *computer)
{
  for (guint i = 0; i < policies->len; i++)
    {
      const PreparedPolicy *prepared = g_ptr_array_index (policies, i);

      if (policy_matches (prepared, computer))
        return prepared->policy;
    }
  return NULL;
}

const RollcallPolicy *
rollcall_policy_set_judge (const RollcallPolicySet *set, const RollcallComputer *computer)
{
  RollcallPreparedComputer prepared;
  const RollcallPolicy *policy;

  g_return_val_if_fail (set != NULL && computer != NULL, NULL);

  rollcall_prepared_computer_init (&prepared, computer);
  policy = first_match (set->blocking, &prepared);
  if (policy == NULL)
    policy = first_match (set->allowing, &prepared);
  rollcall_prepared_computer_clear (&prepared);
  return policy;
}
