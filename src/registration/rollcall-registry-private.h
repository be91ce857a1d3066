/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-registry.h"

G_BEGIN_DECLS

/* One call's state: the rows as given, the outcome as it grows, and copies that later steps of the call see. */
typedef struct
{
  GPtrArray *rows;          /* (element-type RollcallRegistration) as given, or as changed by this call */
  GHashTable *changed;      /* the rows of @rows that are the outcome's own */
  RollcallOutcome *outcome; /* (owned) */
  RollcallContext *context;
} RollcallWork;

typedef struct
{
  const char *fingerprint;
  const RollcallRequest *request;
  GPtrArray *usable; /* (element-type RollcallResourceKey) R9, by the present settings */
  gboolean copied;   /* R12: a known key on what looks like another computer */
  gboolean replaced; /* R10: a replaced key that asks again */
} RollcallAsk;

void rollcall_work_init (RollcallWork *work, GPtrArray *neighbourhood, RollcallContext *context);
RollcallOutcome *rollcall_work_finish (RollcallWork *work);
/* The row at its present state, to be changed. */
RollcallRegistration *rollcall_work_edit (RollcallWork *work, const RollcallRegistration *row);
RollcallRegistration *rollcall_work_add (RollcallWork *work);
void rollcall_work_remove (RollcallWork *work, const RollcallRegistration *row, gint64 into);
RollcallRegistration *rollcall_work_find (RollcallWork *work, gint64 id);
RollcallRegistration *rollcall_work_find_current (RollcallWork *work, const char *fingerprint);
RollcallEvent *rollcall_work_event (RollcallWork *work, RollcallEventKind kind, RollcallActorKind actor,
                                    const char *actor_name, const RollcallRegistration *row);
void rollcall_event_set_detail (RollcallEvent *event, const char *name, GVariant *value);

/* Questions about rows. */
gboolean rollcall_row_had_key (const RollcallRegistration *row, const char *fingerprint);
gboolean rollcall_row_shares (const RollcallRegistration *row, GPtrArray *usable);
/* R9: those of a row's resource keys that the present settings match. Returns: (transfer full) (element-type
 * RollcallResourceKey) */
GPtrArray *rollcall_work_usable (const RollcallWork *work, const RollcallRegistration *row);
/* The rows that a new key's resource keys match (R9, R13). Where only duplicates or conflicts do, the oldest of those
 * is the computer's row. Returns: (transfer container) (element-type RollcallRegistration) */
GPtrArray *rollcall_work_match (RollcallWork *work, GPtrArray *usable);
gboolean rollcall_row_is_resource (const RollcallRegistration *row); /* neither a duplicate nor a conflict (R13) */
gboolean rollcall_row_forbids (const RollcallRegistration *row);     /* R14 */
gboolean rollcall_row_takes_merges (const RollcallRegistration *row);
gboolean rollcall_key_was_revoked (RollcallWork *work, const char *fingerprint); /* R19 */
gboolean rollcall_work_forbids (RollcallWork *work, const RollcallRegistration *row, GPtrArray *usable);

/* Changes of a row. */
void rollcall_row_take_computer (RollcallRegistration *row, const RollcallRequest *request);
void rollcall_row_take_resource_keys (RollcallRegistration *row, GPtrArray *keys, GPtrArray *present);
void rollcall_row_take_key (RollcallRegistration *row, const char *fingerprint, gint64 now);
void rollcall_row_set_key_states (RollcallRegistration *row);
void rollcall_row_set_decision (RollcallRegistration *row, RollcallDeciderKind decider, const char *name,
                                const char *note, gint64 now);
void rollcall_row_set_status (RollcallRegistration *row, RollcallStatus status, RollcallTrust trust,
                              RollcallContext *context);
void rollcall_row_set_purge_after (RollcallRegistration *row, RollcallContext *context); /* R22 */
void rollcall_row_pin_resource_keys (RollcallRegistration *row);                         /* R9 */

/* Merging (R11, R13). */
void rollcall_work_merge (RollcallWork *work, RollcallRegistration *survivor, RollcallRegistration *other,
                          RollcallActorKind actor, const char *actor_name);
/* An Allowed row takes @ask's key at once, without a row for the duplicate. */
void rollcall_work_replace_key (RollcallWork *work, RollcallRegistration *row, const RollcallAsk *ask,
                                RollcallActorKind actor, const char *actor_name);
void rollcall_work_take_site_server (RollcallWork *work, RollcallRegistration *row, RollcallActorKind actor,
                                     const char *actor_name);
/* R12: the trusted key of @row was heard of, in any authenticated call. */
void rollcall_work_note_evidence (RollcallWork *work, const RollcallRegistration *row);
/* What duplicates the row @id (R11) names @row in its place from now on; and what matched it as a conflict (R13), where
 * @row is the same @resource. */
void rollcall_work_take_place (RollcallWork *work, gint64 id, gint64 resource, const RollcallRegistration *row);
/* R16, R24: what @row is a duplicate of, or matched as a conflict, was purged: it stands for the computer from now on.
 */
void rollcall_work_stand_alone (RollcallWork *work, RollcallRegistration *row, RollcallActorKind actor,
                                const char *actor_name);
/* R24: a person allowed the computer of @row, for which @standing stands now: nothing of it is remembered against it
 * any longer. */
void rollcall_work_forget (RollcallWork *work, const RollcallRegistration *row, const RollcallRegistration *standing,
                           const char *person);
/* R19 */
void rollcall_work_note_revocation_seen (RollcallWork *work, RollcallRegistration *row);

G_END_DECLS
