/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-client.h"

static void
details_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (JsonNode) answer = rollcall_client_call_finish (ROLLCALL_CLIENT (object), result, &error);
  RollcallRegistration *row = answer != NULL ? rollcall_registration_from_json (answer, &error) : NULL;

  if (row != NULL)
    g_task_return_pointer (task, row, (GDestroyNotify) rollcall_registration_free);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer is empty");
}

void
rollcall_client_get_registration_async (RollcallClient *self, gint64 id, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *path = g_strdup_printf ("/v1/registrations/%" G_GINT64_FORMAT, id);

  g_return_if_fail (ROLLCALL_IS_CLIENT (self));
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rollcall_client_get_registration_async);
  rollcall_client_call_async (self, "GET", path, NULL, NULL, cancellable, details_cb, task);
}

RollcallRegistration *
rollcall_client_get_registration_finish (RollcallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_client_get_registration_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
