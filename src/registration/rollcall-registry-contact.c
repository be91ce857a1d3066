/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"

static RollcallAccess
get_access (const RollcallRegistration *row)
{
  if (row->trust == ROLLCALL_TRUST_REVOKED)
    return ROLLCALL_ACCESS_REVOKED;
  switch (row->status)
    {
    case ROLLCALL_STATUS_ALLOWED:
      return row->trust == ROLLCALL_TRUST_GRANTED ? ROLLCALL_ACCESS_GRANTED : ROLLCALL_ACCESS_PENDING;
    case ROLLCALL_STATUS_BLOCKED:
      return ROLLCALL_ACCESS_BLOCKED;
    case ROLLCALL_STATUS_REVOKED:
      return ROLLCALL_ACCESS_REVOKED;
    case ROLLCALL_STATUS_PENDING:
    default:
      return ROLLCALL_ACCESS_PENDING;
    }
}

RollcallOutcome *
rollcall_registry_contact (GPtrArray *neighbourhood, const char *fingerprint, RollcallContext *context)
{
  RollcallRegistration *row;
  RollcallWork work;

  rollcall_work_init (&work, neighbourhood, context);
  row = rollcall_work_find_current (&work, fingerprint);
  work.outcome->access = ROLLCALL_ACCESS_NOT_REGISTERED;
  if (row != NULL)
    {
      work.outcome->access = get_access (row);
      work.outcome->registration = row->purged ? 0 : row->id;
    }
  if (row != NULL && !row->purged)
    {
      row = rollcall_work_edit (&work, row);
      row->last_contact = context->now;
      rollcall_work_note_revocation_seen (&work, row);
      rollcall_work_note_evidence (&work, row);
    }
  if (rollcall_key_was_revoked (&work, fingerprint))
    work.outcome->access = ROLLCALL_ACCESS_REVOKED;
  if (row != NULL)
    work.outcome->status = row->status;
  return rollcall_work_finish (&work);
}
