/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-values.h"

G_BEGIN_DECLS

typedef enum
{
  ROLLCALL_MASK_NAME,
  ROLLCALL_MASK_FQDN,
  ROLLCALL_MASK_DOMAIN,
  ROLLCALL_MASK_MAC,
  ROLLCALL_MASK_IP,
  ROLLCALL_MASK_USER,
} RollcallMaskType;
#define ROLLCALL_N_MASK_TYPES 6

typedef enum
{
  ROLLCALL_POLICY_ALLOW,
  ROLLCALL_POLICY_BLOCK,
} RollcallPolicyResult;

ROLLCALL_DECLARE_WORDS (RollcallMaskType, mask_type)
ROLLCALL_DECLARE_WORDS (RollcallPolicyResult, policy_result)

typedef struct
{
  RollcallMaskType type;
  char *mask;
} RollcallMask;

RollcallMask *rollcall_mask_new (RollcallMaskType type, const char *mask);
void rollcall_mask_free (RollcallMask *mask);

/* Checks one mask's text (R3): wildcards, and for ip also CIDR and a-b ranges; an error's message says what is wrong.
 */
gboolean rollcall_mask_validate (RollcallMaskType type, const char *mask, GError **error);

/* R3: whether masks can read @text, one of a computer's addresses: IPv4 or IPv6, that with or without a zone. */
gboolean rollcall_address_is_valid (const char *text);

/* A registration policy (R3). */
typedef struct
{
  gint64 id;
  char *name;
  gboolean enabled;
  RollcallPolicyResult result;
  GPtrArray *masks; /* (element-type RollcallMask) at least one */
  gint64 revision;
} RollcallPolicy;

RollcallPolicy *rollcall_policy_new (void);
RollcallPolicy *rollcall_policy_copy (const RollcallPolicy *policy);
void rollcall_policy_free (RollcallPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallPolicy, rollcall_policy_free)

/* R5: 'Allow all computers' (name: *), off. Returns: (transfer full) */
RollcallPolicy *rollcall_policy_new_initial (void);

/* The enabled policies, compiled: immutable, may be judged from any thread. */
typedef struct _RollcallPolicySet RollcallPolicySet;
RollcallPolicySet *rollcall_policy_set_new (GPtrArray *policies); /* (element-type RollcallPolicy), copied from */
RollcallPolicySet *rollcall_policy_set_ref (RollcallPolicySet *set);
void rollcall_policy_set_unref (RollcallPolicySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallPolicySet, rollcall_policy_set_unref)

/* R3, R4: the policy that decides for @computer, a blocking one before any that allow.
 * Returns: (transfer none) (nullable): owned by the set; NULL where none applies. */
const RollcallPolicy *rollcall_policy_set_judge (const RollcallPolicySet *set, const RollcallComputer *computer);

G_END_DECLS
