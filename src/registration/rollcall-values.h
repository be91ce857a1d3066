/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION: the words of the registration rules as plain values.
 *
 * Times are milliseconds since 1970-01-01T00:00:00Z; 0 stands for 'never' (null in JSON).
 * Ids start at 1; 0 stands for 'none' (null in JSON). Strings are never NULL unless said so.
 */

typedef enum
{
  ROLLCALL_STATUS_PENDING,
  ROLLCALL_STATUS_ALLOWED,
  ROLLCALL_STATUS_BLOCKED,
  ROLLCALL_STATUS_REVOKED,
} RollcallStatus;
#define ROLLCALL_N_STATUSES 4
/* Stands for 'no status' in an event's from and to. */
#define ROLLCALL_STATUS_NONE ((RollcallStatus) - 1)

typedef enum
{
  ROLLCALL_TRUST_NONE,
  ROLLCALL_TRUST_AWAITING_REQUEST,
  ROLLCALL_TRUST_GRANTED,
  ROLLCALL_TRUST_REVOKED,
} RollcallTrust;

typedef enum
{
  ROLLCALL_ACTION_ALLOW,
  ROLLCALL_ACTION_BLOCK,
  ROLLCALL_ACTION_REVOKE,
} RollcallAction;
#define ROLLCALL_N_ACTIONS 3

typedef enum
{
  ROLLCALL_ADVICE_NONE, /* null */
  ROLLCALL_ADVICE_REINSTALL,
  ROLLCALL_ADVICE_CLONE,
  ROLLCALL_ADVICE_CONFLICT,
} RollcallAdvice;

typedef enum
{
  ROLLCALL_ORIGIN_REQUEST,
  ROLLCALL_ORIGIN_PUSH,
} RollcallOrigin;

typedef enum
{
  ROLLCALL_DECIDER_NONE,
  ROLLCALL_DECIDER_POLICY,
  ROLLCALL_DECIDER_PERSON,
  ROLLCALL_DECIDER_PUSH,
} RollcallDeciderKind;

typedef enum
{
  ROLLCALL_ACTOR_AGENT,
  ROLLCALL_ACTOR_POLICY,
  ROLLCALL_ACTOR_PERSON,
  ROLLCALL_ACTOR_SERVICE,
} RollcallActorKind;

typedef enum
{
  ROLLCALL_EVENT_REQUEST,
  ROLLCALL_EVENT_POLICY_DECISION,
  ROLLCALL_EVENT_DECISION,
  ROLLCALL_EVENT_MERGE,
  ROLLCALL_EVENT_PUSH,
  ROLLCALL_EVENT_TRUST_GRANTED,
  ROLLCALL_EVENT_REVOCATION_SEEN,
  ROLLCALL_EVENT_PURGE,
  ROLLCALL_EVENT_POLICY_CHANGE,
  ROLLCALL_EVENT_SETTINGS_CHANGE,
  ROLLCALL_EVENT_SITE_SERVER,
  ROLLCALL_EVENT_TOKEN_CHANGE,
} RollcallEventKind;

typedef enum
{
  ROLLCALL_KEY_CURRENT,
  ROLLCALL_KEY_REPLACED,
  ROLLCALL_KEY_REVOKED,
} RollcallKeyState;

typedef enum
{
  ROLLCALL_ROLE_VIEWER,
  ROLLCALL_ROLE_OPERATOR,
  ROLLCALL_ROLE_ADMINISTRATOR,
} RollcallRole;

/* Why a decision did not apply to a row (API.md, 'refused'). */
typedef enum
{
  ROLLCALL_REFUSAL_NONE,
  ROLLCALL_REFUSAL_NOT_APPLICABLE,
  ROLLCALL_REFUSAL_CHANGED,
  ROLLCALL_REFUSAL_NOT_FOUND,
  ROLLCALL_REFUSAL_NEEDS_RESOURCE,
} RollcallRefusal;

/* Every enumeration above has its words of API.md: to_string never gives NULL except for ADVICE_NONE;
 * from_string gives FALSE for a word that is not one. */
#define ROLLCALL_DECLARE_WORDS(Type, name)                                                                             \
  const char *rollcall_##name##_to_string (Type value);                                                                \
  gboolean rollcall_##name##_from_string (const char *word, Type *value);

ROLLCALL_DECLARE_WORDS (RollcallStatus, status)
ROLLCALL_DECLARE_WORDS (RollcallTrust, trust)
ROLLCALL_DECLARE_WORDS (RollcallAction, action)
ROLLCALL_DECLARE_WORDS (RollcallAdvice, advice)
ROLLCALL_DECLARE_WORDS (RollcallOrigin, origin)
ROLLCALL_DECLARE_WORDS (RollcallDeciderKind, decider_kind)
ROLLCALL_DECLARE_WORDS (RollcallActorKind, actor_kind)
ROLLCALL_DECLARE_WORDS (RollcallEventKind, event_kind)
ROLLCALL_DECLARE_WORDS (RollcallKeyState, key_state)
ROLLCALL_DECLARE_WORDS (RollcallRole, role)
ROLLCALL_DECLARE_WORDS (RollcallRefusal, refusal)

/* What an agent says of its computer. */
typedef struct
{
  char *name;
  char *domain;
  char *fqdn;
  char *os;
  char *user;
  char **ips;  /* (not nullable) */
  char **macs; /* (not nullable) */
} RollcallComputer;

void rollcall_computer_copy_into (const RollcallComputer *from, RollcallComputer *to);
void rollcall_computer_clear (RollcallComputer *computer);

typedef struct
{
  char *type;      /* uniqueid, fqdn, name.domain, macaddress */
  char *value;     /* as sent in a request; normalised (R9) in a registration */
  gboolean pinned; /* held when a person blocked or revoked the row: never leaves it (R9) */
} RollcallResourceKey;

RollcallResourceKey *rollcall_resource_key_new (const char *type, const char *value);
RollcallResourceKey *rollcall_resource_key_copy (const RollcallResourceKey *key);
void rollcall_resource_key_free (RollcallResourceKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallResourceKey, rollcall_resource_key_free)

/* One registration attempt (the body of POST /v1/agent/registration). */
typedef struct
{
  RollcallComputer computer;
  char *agent_version;
  GPtrArray *resource_keys; /* (element-type RollcallResourceKey), as sent */
} RollcallRequest;

RollcallRequest *rollcall_request_new (void);
void rollcall_request_free (RollcallRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallRequest, rollcall_request_free)

/* One agent key that a registration ever had. */
typedef struct
{
  char *fingerprint; /* SHA-256 of the SubjectPublicKeyInfo, lower-case hex */
  gint64 first_seen;
  gint64 last_seen;
  RollcallKeyState state;
} RollcallKey;

RollcallKey *rollcall_key_new (const char *fingerprint, gint64 now);
RollcallKey *rollcall_key_copy (const RollcallKey *key);
void rollcall_key_free (RollcallKey *key);

/* One row of the report, with what the rules need to remember beside it. */
typedef struct
{
  /* the row (API.md) */
  gint64 id;
  gint64 revision; /* given by the store at each put; 0 before the first */
  RollcallStatus status;
  RollcallTrust trust;
  RollcallOrigin origin;
  RollcallComputer computer;
  char *agent_version;
  char *fingerprint;
  gint64 key_changes;
  gint64 resource_id;
  gint64 duplicate_of;
  RollcallAdvice advice;
  gboolean site_server;
  RollcallDeciderKind decided_by;
  char *decided_by_name;
  gint64 decided_at;
  char *note;
  gint64 first_requested;
  gint64 last_requested;
  gint64 request_count;
  gint64 last_contact;
  gint64 revocation_seen_at;
  gint64 purge_after;

  /* its history */
  GPtrArray
      *resource_keys; /* (element-type RollcallResourceKey) normalised, oldest first, at most 256 but for pinned ones */
  GPtrArray *keys;    /* (element-type RollcallKey) oldest first */

  /* what the rules remember */
  char *awaiting_fingerprint;     /* R16: the key that an Allow on Blocked waits for; "" = none */
  gint64 last_computer_requested; /* R22: last request of the same computer, however keyed */
  gint64 blocked_at;              /* R22: when it became Blocked */
  gint64 matching_revision; /* R10: the revision at which status, trust, key, duplicate or advice last changed; kept by
                               the store */
  GArray *conflicts_with;   /* (element-type gint64) R13: rows that a conflict matched */
  gboolean purged;          /* R24: out of the list, kept only to remember a person's 'never again' */
} RollcallRegistration;

RollcallRegistration *rollcall_registration_new (void);
RollcallRegistration *rollcall_registration_copy (const RollcallRegistration *registration);
void rollcall_registration_free (RollcallRegistration *registration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallRegistration, rollcall_registration_free)

/* One line of the history (R26). number and hash are the store's. */
typedef struct
{
  gint64 number;
  gint64 at;
  RollcallActorKind actor;
  char *actor_name;
  RollcallEventKind kind;
  gint64 registration;
  gint64 resource;
  RollcallStatus from; /* or ROLLCALL_STATUS_NONE */
  RollcallStatus to;   /* or ROLLCALL_STATUS_NONE */
  char *note;
  GVariant *details; /* (not nullable) a{sv}: strings, int64, booleans, arrays of strings */
  char *hash;        /* "" until stored */
} RollcallEvent;

RollcallEvent *rollcall_event_new (RollcallEventKind kind, gint64 at, RollcallActorKind actor, const char *actor_name);
void rollcall_event_free (RollcallEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallEvent, rollcall_event_free)

G_END_DECLS
