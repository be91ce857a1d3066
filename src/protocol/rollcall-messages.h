/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-json.h"
#include "rollcall-registry.h"

G_BEGIN_DECLS

/**
 * SECTION: API.md's bodies: JSON to values and back. A *_from_json validates all that API.md says about limits; errors
 * are ROLLCALL_PROBLEM_INVALID with the field. @lenient ones read what a server says (unknown members ignored, same
 * bounds but for strings of up to 64 KiB, since a hostile server may send anything and the console shows it as text).
 */

/* The request's body. Returns: (transfer full) */
RollcallRequest *rollcall_request_from_json (JsonNode *node, GError **error);
JsonNode *rollcall_request_to_json (const RollcallRequest *request);
/* The same members inside a larger body (POST /v1/push-installations). Returns: (transfer full) */
RollcallRequest *rollcall_reader_request (RollcallReader *reader);

/* A row. rollcall_registration_append_json is the fast path for lists: appends the JSON text of the row to @text. */
void rollcall_registration_append_json (const RollcallRegistration *registration, GString *text);
JsonNode *rollcall_registration_to_json (const RollcallRegistration *registration);
/* with resource_keys, keys and duplicates (ids), as GET /v1/registrations/{id} gives it */
JsonNode *rollcall_registration_to_json_whole (const RollcallRegistration *registration, GArray *duplicates);
RollcallRegistration *
rollcall_registration_from_json (JsonNode *node, GError **error); /* lenient; reads resource_keys, keys if there */

/* An audit event, and its chain (R26). */
JsonNode *rollcall_event_to_json (const RollcallEvent *event);
RollcallEvent *rollcall_event_from_json (JsonNode *node, GError **error); /* lenient */
/* lower-case hex SHA-256 over @previous (64 ASCII characters) and the canonical JSON of @event without its hash.
 * Returns: (transfer full) */
char *rollcall_event_hash (const char *previous, const RollcallEvent *event);
/* The same of an event as it was received, whatever members a later version gave it. Returns: (transfer full) */
char *rollcall_event_hash_json (const char *previous, JsonNode *event);
#define ROLLCALL_FIRST_PREVIOUS_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* A registration policy; in a body id and revision are optional. */
RollcallPolicy *rollcall_policy_from_json (JsonNode *node, gboolean lenient, GError **error);
JsonNode *rollcall_policy_to_json (const RollcallPolicy *policy);

/* Settings, by their two pages. */
JsonNode *rollcall_registration_settings_to_json (const RollcallSettings *settings);
gboolean rollcall_registration_settings_from_json (JsonNode *node, RollcallSettings *settings, GError **error);
JsonNode *rollcall_purging_settings_to_json (const RollcallSettings *settings, gint64 last_run_at,
                                             gint64 last_run_removed); /* 0 at: null */
gboolean rollcall_purging_settings_from_json (JsonNode *node, RollcallSettings *settings, GError **error);

/* What Allowed agents receive. */
typedef struct
{
  gint64 id;
  char *name;
  gint64 revision;
  char *body; /* JSON text of an object */
} RollcallAgentPolicy;
RollcallAgentPolicy *rollcall_agent_policy_new (void);
void rollcall_agent_policy_free (RollcallAgentPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallAgentPolicy, rollcall_agent_policy_free)
/* In a body: name and body; id and revision optional. */
RollcallAgentPolicy *rollcall_agent_policy_from_json (JsonNode *node, gboolean lenient, GError **error);
JsonNode *rollcall_agent_policy_to_json (const RollcallAgentPolicy *policy);

typedef struct
{
  gint64 id;
  gint64 registration;
  char *kind;       /* collect-inventory, refresh-policies */
  char *parameters; /* JSON text of an object */
} RollcallTask;
RollcallTask *rollcall_task_new (void);
void rollcall_task_free (RollcallTask *task);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallTask, rollcall_task_free)
RollcallTask *rollcall_task_from_json (JsonNode *node, gboolean lenient, GError **error);
JsonNode *rollcall_task_to_json (const RollcallTask *task, gboolean with_registration);

/* POST /v1/decisions */
typedef struct
{
  gint64 id;
  gint64 revision;    /* 0 = absent */
  gint64 resource_id; /* 0 = absent or null */
} RollcallDecisionItem;
typedef struct
{
  RollcallAction action;
  GArray *items; /* (element-type RollcallDecisionItem) */
  char *note;
} RollcallDecisionBatch;
RollcallDecisionBatch *rollcall_decision_batch_new (RollcallAction action, const char *note);
void rollcall_decision_batch_free (RollcallDecisionBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallDecisionBatch, rollcall_decision_batch_free)
RollcallDecisionBatch *rollcall_decision_batch_from_json (JsonNode *node, GError **error);
JsonNode *rollcall_decision_batch_to_json (const RollcallDecisionBatch *batch);

/* Its answer, an entry a row: refusal NONE = applied. */
typedef struct
{
  gint64 id;
  gint64 into; /* 0 = null */
  RollcallStatus status;
  RollcallTrust trust;
  gint64 revision;
  RollcallRefusal refusal;
} RollcallDecisionResult;
char *rollcall_decision_results_to_json (GArray *results); /* (element-type RollcallDecisionResult) */
GArray *rollcall_decision_results_from_json (JsonNode *node, GError **error);

/* GET /v1/changes */
typedef struct
{
  gint64 revision;
  RollcallRegistration *registration; /* (nullable): a put; NULL: a remove */
  gint64 id;
  gint64 into; /* 0 = null */
} RollcallChange;
typedef struct
{
  GPtrArray *items; /* (element-type RollcallChange) in order of revision */
  gint64 latest;
  gboolean more;
} RollcallChanges;
void rollcall_change_free (RollcallChange *change);
void rollcall_changes_free (RollcallChanges *changes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallChanges, rollcall_changes_free)
char *rollcall_changes_to_json (const RollcallChanges *changes);
RollcallChanges *rollcall_changes_from_json (JsonNode *node, GError **error); /* lenient */

/* A person's or program's token, without its text. */
typedef struct
{
  char *name;
  RollcallRole role;
  gint64 expires; /* 0 = null */
} RollcallToken;
RollcallToken *rollcall_token_new (const char *name, RollcallRole role, gint64 expires);
void rollcall_token_free (RollcallToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallToken, rollcall_token_free)
RollcallToken *rollcall_token_from_json (JsonNode *node, gboolean lenient, GError **error);
JsonNode *rollcall_token_to_json (const RollcallToken *token,
                                  const char *text); /* @text (nullable): only in the answer that creates it */

G_END_DECLS
