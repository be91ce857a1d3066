/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-policy.h"
#include "rollcall-settings.h"

G_BEGIN_DECLS

/**
 * SECTION: the rules R2-R24 as pure functions: the registrations around a computer in, what changes out.
 *
 * Each function takes a neighbourhood: the registrations (purged memories included) that the store found
 * for a key or its resource keys, with their duplicates and the rows they duplicate. Giving more rows than
 * those never changes an outcome. Nothing given is modified; an outcome holds changed copies.
 */

typedef struct
{
  gint64 now;
  const RollcallSettings *settings;
  const RollcallPolicySet *policies;
  gint64 next_registration; /* (inout) the id that the next new row gets */
  gint64 next_resource;     /* (inout) the id that the next new resource gets */
} RollcallContext;

/* What to tell an agent about its key. */
typedef enum
{
  ROLLCALL_ACCESS_GRANTED,
  ROLLCALL_ACCESS_NOT_REGISTERED,
  ROLLCALL_ACCESS_PENDING,
  ROLLCALL_ACCESS_BLOCKED,
  ROLLCALL_ACCESS_REVOKED,
} RollcallAccess;
ROLLCALL_DECLARE_WORDS (RollcallAccess, access)

typedef struct
{
  gint64 id;
  gint64 into; /* the survivor of a merge, or 0 */
} RollcallRemoval;

typedef struct
{
  GPtrArray *put;          /* (element-type RollcallRegistration) new and changed rows */
  GArray *removed;         /* (element-type RollcallRemoval) rows that leave the list; a purged memory is in both */
  GPtrArray *events;       /* (element-type RollcallEvent) in order */
  gint64 registration;     /* the row that the caller is answered about */
  RollcallStatus status;   /* requests: what the agent is told (R17) */
  RollcallAccess access;   /* contacts: likewise */
  RollcallRefusal refusal; /* decisions: why nothing was done; NONE if it was */
} RollcallOutcome;

void rollcall_outcome_free (RollcallOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallOutcome, rollcall_outcome_free)

/* A registration request by the key @fingerprint (R1-R14, R16, R17, R24). Returns: (transfer full) */
RollcallOutcome *rollcall_registry_request (GPtrArray *neighbourhood, const char *fingerprint,
                                            const RollcallRequest *request, RollcallContext *context);

/* R7: whether policies judge @row anew when it asks. */
gboolean rollcall_registry_is_judged (const RollcallRegistration *row);
/* What the next request of @row, whole and one of @neighbourhood, would come to if it said what the row holds: for a
 * preview, which drops the outcome. Returns: (transfer full) */
RollcallOutcome *rollcall_registry_repeat (GPtrArray *neighbourhood, const RollcallRegistration *row,
                                           RollcallContext *context);

/* Access to secured data by the key @fingerprint (R12's evidence, R16, R19, R20). Returns: (transfer full) */
RollcallOutcome *rollcall_registry_contact (GPtrArray *neighbourhood, const char *fingerprint,
                                            RollcallContext *context);

/* R15: what the menu offers for a row: the decision table alone. */
gboolean rollcall_decision_applies (RollcallStatus status, RollcallAction action);

typedef struct
{
  RollcallAction action;
  gint64 id;
  gint64 revision;    /* the revision that the author saw, or 0 (R10) */
  gint64 resource_id; /* R13, or 0 */
  const char *person;
  const char *note;
} RollcallDecision;

/* A person's decision on one row (R10, R11, R13, R15-R17, R19, R20). Returns: (transfer full) */
RollcallOutcome *rollcall_registry_decide (GPtrArray *neighbourhood, const RollcallDecision *decision,
                                           RollcallContext *context);

/* R6. refusal is NOT_APPLICABLE where the computer is Blocked or Revoked. Returns: (transfer full) */
RollcallOutcome *rollcall_registry_push (GPtrArray *neighbourhood, const char *fingerprint,
                                         const RollcallRequest *request, const char *person, RollcallContext *context);

/* R20: gives or takes the role of a site server. refusal is NOT_APPLICABLE unless Allowed and granted. Returns:
 * (transfer full) */
RollcallOutcome *rollcall_registry_set_site_server (const RollcallRegistration *registration, gboolean site_server,
                                                    const char *person, RollcallContext *context);

/* R22-R24: takes out of the list what is due; also used, with its outcome dropped, for a preview. Returns: (transfer
 * full) */
RollcallOutcome *rollcall_registry_purge (GPtrArray *registrations, RollcallContext *context);

/* R22: each Blocked row's purge_after under a new period; only rows that change are put. Returns: (transfer full) */
RollcallOutcome *rollcall_registry_set_period (GPtrArray *registrations, RollcallContext *context);

G_END_DECLS
