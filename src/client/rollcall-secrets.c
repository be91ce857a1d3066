/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-secrets.h"

#include <libsecret/secret.h>

struct _RollcallSecrets
{
  GObject parent_instance;
  GHashTable *session; /* (element-type utf8 utf8) server to token, of this session */
};

G_DEFINE_FINAL_TYPE (RollcallSecrets, rollcall_secrets, G_TYPE_OBJECT)

static const SecretSchema schema = {
  .name = "org.rollcall.Console.Token",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = { { "server", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

void
rollcall_secrets_free (char *token)
{
  if (token != NULL)
    explicit_bzero (token, strlen (token));
  g_free (token);
}

static void
stored_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rollcall_secrets_store_async (RollcallSecrets *self, const char *server, const char *token, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_SECRETS (self) && server != NULL && token != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rollcall_secrets_store_async);
  g_autofree char *label = g_strdup_printf ("Rollcall: %s", server);
  g_hash_table_replace (self->session, g_strdup (server), g_strdup (token));
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, token, cancellable, stored_cb, task, "server",
                         server, NULL);
}

gboolean
rollcall_secrets_store_finish (RollcallSecrets *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_secrets_store_async), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *found = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    {
      g_task_return_pointer (task, g_strdup (found), (GDestroyNotify) rollcall_secrets_free);
      secret_password_free (found);
    }
}

void
rollcall_secrets_lookup_async (RollcallSecrets *self, const char *server, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_SECRETS (self) && server != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rollcall_secrets_lookup_async);
  const char *token = g_hash_table_lookup (self->session, server);
  if (token == NULL)
    {
      secret_password_lookup (&schema, cancellable, found_cb, task, "server", server, NULL);
      return;
    }
  g_task_return_pointer (task, g_strdup (token), (GDestroyNotify) rollcall_secrets_free);
  g_object_unref (task);
}

char *
rollcall_secrets_lookup_finish (RollcallSecrets *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_secrets_lookup_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  /* where there is no keyring, none has it */
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN))
    g_clear_error (&error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
rollcall_secrets_clear_async (RollcallSecrets *self, const char *server, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (ROLLCALL_IS_SECRETS (self) && server != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rollcall_secrets_clear_async);
  g_hash_table_remove (self->session, server);
  secret_password_clear (&schema, cancellable, cleared_cb, task, "server", server, NULL);
}

gboolean
rollcall_secrets_clear_finish (RollcallSecrets *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_secrets_clear_async), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rollcall_secrets_finalize (GObject *object)
{
  RollcallSecrets *self = ROLLCALL_SECRETS (object);

  g_hash_table_unref (self->session);
  G_OBJECT_CLASS (rollcall_secrets_parent_class)->finalize (object);
}

static void
rollcall_secrets_class_init (RollcallSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_secrets_finalize;
}

static void
rollcall_secrets_init (RollcallSecrets *self)
{
  self->session = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) rollcall_secrets_free);
}

RollcallSecrets *
rollcall_secrets_new (void)
{
  return g_object_new (ROLLCALL_TYPE_SECRETS, NULL);
}
