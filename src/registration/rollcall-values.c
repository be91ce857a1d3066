/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-values.h"
#include "rollcall-words-private.h"

/* clang-format off */
ROLLCALL_DEFINE_WORDS (RollcallStatus, status, "pending", "allowed", "blocked", "revoked")
ROLLCALL_DEFINE_WORDS (RollcallTrust, trust, "none", "awaiting_request", "granted", "revoked")
ROLLCALL_DEFINE_WORDS (RollcallAction, action, "allow", "block", "revoke")
ROLLCALL_DEFINE_WORDS (RollcallAdvice, advice, NULL, "reinstall", "clone", "conflict")
ROLLCALL_DEFINE_WORDS (RollcallOrigin, origin, "request", "push")
ROLLCALL_DEFINE_WORDS (RollcallDeciderKind, decider_kind, "none", "policy", "person", "push")
ROLLCALL_DEFINE_WORDS (RollcallActorKind, actor_kind, "agent", "policy", "person", "service")
ROLLCALL_DEFINE_WORDS (RollcallEventKind, event_kind, "request", "policy-decision", "decision", "merge", "push", "trust-granted",
              "revocation-seen", "purge", "policy-change", "settings-change", "site-server", "token-change")
ROLLCALL_DEFINE_WORDS (RollcallKeyState, key_state, "current", "replaced", "revoked")
ROLLCALL_DEFINE_WORDS (RollcallRole, role, "viewer", "operator", "administrator")
ROLLCALL_DEFINE_WORDS (RollcallRefusal, refusal, "", "not-applicable", "changed", "not-found", "needs-resource")
/* clang-format on */

void
rollcall_computer_copy_into (const RollcallComputer *from, RollcallComputer *to)
{
  g_return_if_fail (from != NULL && to != NULL && from != to);

  rollcall_computer_clear (to);
  to->name = g_strdup (from->name);
  to->domain = g_strdup (from->domain);
  to->fqdn = g_strdup (from->fqdn);
  to->os = g_strdup (from->os);
  to->user = g_strdup (from->user);
  to->ips = g_strdupv (from->ips);
  to->macs = g_strdupv (from->macs);
}

void
rollcall_computer_clear (RollcallComputer *computer)
{
  g_clear_pointer (&computer->name, g_free);
  g_clear_pointer (&computer->domain, g_free);
  g_clear_pointer (&computer->fqdn, g_free);
  g_clear_pointer (&computer->os, g_free);
  g_clear_pointer (&computer->user, g_free);
  g_clear_pointer (&computer->ips, g_strfreev);
  g_clear_pointer (&computer->macs, g_strfreev);
}

static void
computer_init (RollcallComputer *computer)
{
  static char *none[] = { NULL };

  computer->name = g_strdup ("");
  computer->domain = g_strdup ("");
  computer->fqdn = g_strdup ("");
  computer->os = g_strdup ("");
  computer->user = g_strdup ("");
  computer->ips = g_strdupv (none);
  computer->macs = g_strdupv (none);
}

RollcallResourceKey *
rollcall_resource_key_new (const char *type, const char *value)
{
  RollcallResourceKey *key = g_new0 (RollcallResourceKey, 1);

  key->type = g_strdup (type);
  key->value = g_strdup (value);
  return key;
}

RollcallResourceKey *
rollcall_resource_key_copy (const RollcallResourceKey *key)
{
  RollcallResourceKey *copy = rollcall_resource_key_new (key->type, key->value);

  copy->pinned = key->pinned;
  return copy;
}

void
rollcall_resource_key_free (RollcallResourceKey *key)
{
  g_free (key->type);
  g_free (key->value);
  g_free (key);
}

RollcallRequest *
rollcall_request_new (void)
{
  RollcallRequest *request = g_new0 (RollcallRequest, 1);

  computer_init (&request->computer);
  request->agent_version = g_strdup ("");
  request->resource_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  return request;
}

void
rollcall_request_free (RollcallRequest *request)
{
  rollcall_computer_clear (&request->computer);
  g_free (request->agent_version);
  g_ptr_array_unref (request->resource_keys);
  g_free (request);
}

RollcallKey *
rollcall_key_new (const char *fingerprint, gint64 now)
{
  RollcallKey *key = g_new0 (RollcallKey, 1);

  key->fingerprint = g_strdup (fingerprint);
  key->first_seen = now;
  key->last_seen = now;
  key->state = ROLLCALL_KEY_CURRENT;
  return key;
}

RollcallKey *
rollcall_key_copy (const RollcallKey *key)
{
  RollcallKey *copy = rollcall_key_new (key->fingerprint, key->first_seen);

  copy->last_seen = key->last_seen;
  copy->state = key->state;
  return copy;
}

void
rollcall_key_free (RollcallKey *key)
{
  g_free (key->fingerprint);
  g_free (key);
}

RollcallRegistration *
rollcall_registration_new (void)
{
  RollcallRegistration *registration = g_new0 (RollcallRegistration, 1);

  computer_init (&registration->computer);
  registration->agent_version = g_strdup ("");
  registration->fingerprint = g_strdup ("");
  registration->decided_by_name = g_strdup ("");
  registration->note = g_strdup ("");
  registration->awaiting_fingerprint = g_strdup ("");
  registration->resource_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_resource_key_free);
  registration->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_key_free);
  registration->conflicts_with = g_array_new (FALSE, FALSE, sizeof (gint64));
  return registration;
}

static gpointer
copy_resource_key (gconstpointer key, gpointer data)
{
  return rollcall_resource_key_copy (key);
}

static gpointer
copy_key (gconstpointer key, gpointer data)
{
  return rollcall_key_copy (key);
}

RollcallRegistration *
rollcall_registration_copy (const RollcallRegistration *registration)
{
  RollcallRegistration *copy = g_memdup2 (registration, sizeof *registration);

  copy->computer = (RollcallComputer) { 0 };
  rollcall_computer_copy_into (&registration->computer, &copy->computer);
  copy->agent_version = g_strdup (registration->agent_version);
  copy->fingerprint = g_strdup (registration->fingerprint);
  copy->decided_by_name = g_strdup (registration->decided_by_name);
  copy->note = g_strdup (registration->note);
  copy->awaiting_fingerprint = g_strdup (registration->awaiting_fingerprint);
  copy->resource_keys = g_ptr_array_copy (registration->resource_keys, (GCopyFunc) copy_resource_key, NULL);
  copy->keys = g_ptr_array_copy (registration->keys, (GCopyFunc) copy_key, NULL);
  copy->conflicts_with = g_array_copy (registration->conflicts_with);
  return copy;
}

void
rollcall_registration_free (RollcallRegistration *registration)
{
  rollcall_computer_clear (&registration->computer);
  g_free (registration->agent_version);
  g_free (registration->fingerprint);
  g_free (registration->decided_by_name);
  g_free (registration->note);
  g_free (registration->awaiting_fingerprint);
  g_ptr_array_unref (registration->resource_keys);
  g_ptr_array_unref (registration->keys);
  g_array_unref (registration->conflicts_with);
  g_free (registration);
}

RollcallEvent *
rollcall_event_new (RollcallEventKind kind, gint64 at, RollcallActorKind actor, const char *actor_name)
{
  RollcallEvent *event = g_new0 (RollcallEvent, 1);

  event->at = at;
  event->kind = kind;
  event->actor = actor;
  event->actor_name = g_strdup (actor_name);
  event->from = ROLLCALL_STATUS_NONE;
  event->to = ROLLCALL_STATUS_NONE;
  event->note = g_strdup ("");
  event->details = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  event->hash = g_strdup ("");
  return event;
}

void
rollcall_event_free (RollcallEvent *event)
{
  g_free (event->actor_name);
  g_free (event->note);
  g_variant_unref (event->details);
  g_free (event->hash);
  g_free (event);
}
