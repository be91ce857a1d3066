/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-registry.h"

/* R15: the decision table; what is not listed is neither offered nor accepted. */
static const gboolean applies[ROLLCALL_N_STATUSES][ROLLCALL_N_ACTIONS] = {
  [ROLLCALL_STATUS_PENDING] = { [ROLLCALL_ACTION_ALLOW] = TRUE, [ROLLCALL_ACTION_BLOCK] = TRUE },
  [ROLLCALL_STATUS_ALLOWED] = { [ROLLCALL_ACTION_REVOKE] = TRUE },
  [ROLLCALL_STATUS_BLOCKED] = { [ROLLCALL_ACTION_ALLOW] = TRUE },
  [ROLLCALL_STATUS_REVOKED] = { [ROLLCALL_ACTION_ALLOW] = TRUE, [ROLLCALL_ACTION_BLOCK] = TRUE },
};

gboolean
rollcall_decision_applies (RollcallStatus status, RollcallAction action)
{
  g_return_val_if_fail ((guint) status < ROLLCALL_N_STATUSES, FALSE);
  g_return_val_if_fail ((guint) action < ROLLCALL_N_ACTIONS, FALSE);

  return applies[status][action];
}
