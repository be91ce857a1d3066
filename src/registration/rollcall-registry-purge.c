/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry-private.h"

RollcallOutcome *
rollcall_registry_purge (GPtrArray *registrations, RollcallContext *context)
{
  RollcallWork work;

  rollcall_work_init (&work, registrations, context);
  for (guint i = 0; i < registrations->len; i++)
    {
      const RollcallRegistration *row = registrations->pdata[i];
      RollcallRemoval removal = { row->id, 0 };
      RollcallEvent *event;

      if (row->status != ROLLCALL_STATUS_BLOCKED || row->purged || row->purge_after == 0 ||
          row->purge_after > context->now)
        continue;
      event = rollcall_work_event (&work, ROLLCALL_EVENT_PURGE, ROLLCALL_ACTOR_SERVICE, "", row);
      event->from = row->status;
      g_array_append_val (work.outcome->removed, removal);
      if (rollcall_row_forbids (row))
        {
          RollcallRegistration *memory = rollcall_work_edit (&work, row);

          memory->purged = TRUE;
          memory->purge_after = 0;
        }
    }
  return rollcall_work_finish (&work);
}

RollcallOutcome *
rollcall_registry_set_period (GPtrArray *registrations, RollcallContext *context)
{
  RollcallWork work;

  rollcall_work_init (&work, registrations, context);
  for (guint i = 0; i < registrations->len; i++)
    {
      g_autoptr (RollcallRegistration) row = rollcall_registration_copy (registrations->pdata[i]);

      rollcall_row_set_purge_after (row, context);
      if (row->purge_after != ((RollcallRegistration *) registrations->pdata[i])->purge_after)
        rollcall_work_edit (&work, registrations->pdata[i])->purge_after = row->purge_after;
    }
  return rollcall_work_finish (&work);
}
