/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

static gboolean
run_backup (RollcallCtl *ctl, char **arguments, GError **error)
{
  /* keys' fingerprints, notes and the hashes of tokens: nobody else's */
  g_autoptr (RollcallCtlFile) file = rollcall_ctl_file_new (arguments[0], TRUE, error);
  g_autoptr (GAsyncResult) result = NULL;

  if (file == NULL)
    return FALSE;
  rollcall_client_download_async (ctl->client, "/v1/backup", rollcall_ctl_file_get_stream (file), NULL,
                                  rollcall_ctl_take_result, &result);
  rollcall_ctl_wait (&result);
  return rollcall_client_download_finish (ctl->client, result, error) && rollcall_ctl_file_finish (file, error);
}

const RollcallCtlVerb rollcall_ctl_backup_verbs[] = {
  { "backup", N_ ("FILE"), N_ ("Write the service's whole store to a file"), NULL, 1, 1, run_backup },
  { NULL },
};
