/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-services.h"

#include <glib/gi18n.h>

#include "rollcall-connect-dialog.h"
#include "rollcall-plain-text.h"
#include "rollcall-window.h"

struct _RollcallServices
{
  GObject parent_instance;
  GtkApplication *application; /* (unowned): it owns this */
  RollcallConnections *connections;
  RollcallSecrets *secrets;
  char *directory;     /* of the copies on this computer */
  char *fixed_server;  /* (nullable) */
  char *fixed_ca_file; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (RollcallServices, rollcall_services, G_TYPE_OBJECT)

char *
rollcall_services_read_address (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  g_autofree char *lower = g_utf8_strdown (text, -1), *address = NULL, *server = NULL;
  g_strstrip (lower);
  if (*lower == '\0' || g_str_equal (lower, "https://"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("Enter the service’s address."));
      return NULL;
    }
  if (g_str_has_prefix (lower, "http://"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("The service is reached by encrypted connections alone: its address begins with "
                              "https://"));
      return NULL;
    }
  address = strstr (lower, "://") != NULL ? g_strdup (lower) : g_strconcat ("https://", lower, NULL);
  server = strpbrk (address, " \t%") == NULL ? rollcall_client_check_server (address, NULL) : NULL;
  if (server == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         _ ("This is not an address. One is like https://rollcall.corp.example:8443"));
  return g_steal_pointer (&server);
}

void
rollcall_services_fix_authority (RollcallServices *self, const char *server, const char *ca_file)
{
  g_return_if_fail (ROLLCALL_IS_SERVICES (self) && server != NULL && ca_file != NULL);
  g_set_str (&self->fixed_server, server);
  g_set_str (&self->fixed_ca_file, ca_file);
}

gboolean
rollcall_services_has_fixed_authority (RollcallServices *self, const char *server)
{
  g_return_val_if_fail (ROLLCALL_IS_SERVICES (self) && server != NULL, FALSE);
  return g_strcmp0 (self->fixed_server, server) == 0;
}

char *
rollcall_services_get_authority (RollcallServices *self, const char *server)
{
  g_return_val_if_fail (ROLLCALL_IS_SERVICES (self) && server != NULL, NULL);
  return rollcall_services_has_fixed_authority (self, server)
             ? g_strdup (self->fixed_ca_file)
             : rollcall_connections_get_pin_file (self->connections, server);
}

static const char *
get_server (GtkWindow *window)
{
  RollcallSession *session = ROLLCALL_IS_WINDOW (window) ? rollcall_window_get_session (ROLLCALL_WINDOW (window))
                                                         : NULL;

  return session != NULL ? rollcall_client_get_server (rollcall_session_get_client (session)) : NULL;
}

GtkWindow *
rollcall_services_find_window (RollcallServices *self, const char *server)
{
  g_return_val_if_fail (ROLLCALL_IS_SERVICES (self), NULL);

  for (GList *each = gtk_application_get_windows (self->application); each != NULL; each = each->next)
    if (ROLLCALL_IS_WINDOW (each->data) && g_strcmp0 (get_server (each->data), server) == 0)
      return each->data;
  return NULL;
}

/* One that shows no service, made where there is none. */
static RollcallWindow *
take_window (RollcallServices *self)
{
  GtkWindow *window = rollcall_services_find_window (self, NULL);

  return window != NULL ? ROLLCALL_WINDOW (window) : rollcall_window_new (self->application);
}

/* What was not kept is said where people look. */
static void
report (RollcallServices *self, const char *server, const char *text)
{
  GtkWindow *window = rollcall_services_find_window (self, server);

  if (window != NULL)
    rollcall_window_add_toast (ROLLCALL_WINDOW (window), text);
  else
    g_message ("%s", text);
}

static void
token_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallSession) session = user_data;
  RollcallClient *client = rollcall_session_get_client (session);
  g_autoptr (GError) error = NULL;
  char *token = rollcall_secrets_lookup_finish (ROLLCALL_SECRETS (object), result, &error);

  /* Without one the window says that nobody is signed in. */
  if (error != NULL)
    g_message ("the keyring has no token for %s: %s", rollcall_client_get_server (client), error->message);
  else if (token != NULL && !rollcall_client_set_token (client, token, &error))
    g_message ("%s", error->message);
  rollcall_secrets_free (token);
  rollcall_session_start (session);
}

void
rollcall_services_open (RollcallServices *self, const char *server, const char *token)
{
  g_autoptr (RollcallSession) session = NULL;
  g_autofree char *authority = NULL;
  g_autoptr (GError) error = NULL;
  RollcallWindow *window;

  g_return_if_fail (ROLLCALL_IS_SERVICES (self) && server != NULL);
  if (rollcall_services_find_window (self, server) != NULL)
    {
      gtk_window_present (rollcall_services_find_window (self, server));
      return;
    }
  window = take_window (self);
  authority = rollcall_services_get_authority (self, server);
  session = rollcall_session_open (server, authority, token, self->directory, &error);
  if (session == NULL)
    rollcall_window_set_problem (window, _ ("The Report Cannot Be Opened"), error->message);
  else
    rollcall_window_set_session (window, session);
  /* the cached report shows first (C5) */
  gtk_window_present (GTK_WINDOW (window));
  if (session == NULL)
    return;
  if (token != NULL)
    rollcall_session_start (session);
  else
    rollcall_secrets_lookup_async (self->secrets, server, NULL, token_found_cb, g_steal_pointer (&session));
}

void
rollcall_services_connect (RollcallServices *self, GtkWidget *parent, const char *server)
{
  g_return_if_fail (ROLLCALL_IS_SERVICES (self));
  adw_dialog_present (ADW_DIALOG (rollcall_connect_dialog_new (self, server)), parent);
}

typedef struct
{
  RollcallServices *services; /* (owned) */
  GtkWidget *parent;          /* (owned) */
  char *server;
} Review;

static void
review_free (Review *review)
{
  g_object_unref (review->services);
  g_object_unref (review->parent);
  g_free (review->server);
  g_free (review);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Review, review_free)

static void
review_token_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Review) review = user_data;
  char *token = rollcall_secrets_lookup_finish (ROLLCALL_SECRETS (object), result, NULL);
  RollcallConnectDialog *dialog = rollcall_connect_dialog_new (review->services, review->server);

  adw_dialog_present (ADW_DIALOG (dialog), review->parent);
  if (token != NULL)
    rollcall_connect_dialog_try (dialog, token);
  rollcall_secrets_free (token);
}

void
rollcall_services_review (RollcallServices *self, GtkWidget *parent, const char *server)
{
  Review *review = g_new0 (Review, 1);

  g_return_if_fail (ROLLCALL_IS_SERVICES (self) && server != NULL);
  *review = (Review) { g_object_ref (self), g_object_ref (parent), g_strdup (server) };
  rollcall_secrets_lookup_async (self->secrets, server, NULL, review_token_cb, review);
}

typedef struct
{
  RollcallServices *services; /* (owned) */
  char *server;
} Kept;

static void
token_kept_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Kept *kept = user_data;

  if (!rollcall_secrets_store_finish (ROLLCALL_SECRETS (object), result, &error))
    {
      g_message ("no keyring keeps the token for %s: %s", kept->server, error->message);
      report (kept->services, kept->server,
              _ ("No keyring on this computer keeps your token: you will be asked for it again"));
    }
  g_object_unref (kept->services);
  g_free (kept->server);
  g_free (kept);
}

void
rollcall_services_connected (RollcallServices *self, const char *server, const char *token, const char *person)
{
  GtkWindow *window = rollcall_services_find_window (self, server);
  g_autofree char *authority = rollcall_services_get_authority (self, server);
  g_autoptr (GError) error = NULL;
  Kept *kept = g_new0 (Kept, 1);

  if (!rollcall_connections_note (self->connections, server, person, &error))
    g_message ("the connection is not remembered: %s", error->message);
  if (window != NULL)
    {
      RollcallSession *session = rollcall_window_get_session (ROLLCALL_WINDOW (window));
      RollcallClient *client = rollcall_session_get_client (session);
      g_autoptr (GError) failure = NULL;

      if (!rollcall_client_set_authority (client, authority, &failure) ||
          !rollcall_client_set_token (client, token, &failure))
        g_message ("%s", failure->message);
      rollcall_session_start (session);
      rollcall_follower_retry_now (rollcall_session_get_follower (session));
    }
  else
    rollcall_services_open (self, server, token);
  *kept = (Kept) { g_object_ref (self), g_strdup (server) };
  rollcall_secrets_store_async (self->secrets, server, token, NULL, token_kept_cb, kept);
}

/* A sign-out under way, step by step; what fails does not keep the rest. */
typedef struct
{
  RollcallServices *services; /* (owned) */
  char *server;
  GString *failures;
} SignOut;

static void
sign_out_note (SignOut *out, const GError *error)
{
  if (error != NULL)
    g_string_append_printf (out->failures, "%s%s", out->failures->len > 0 ? "\n" : "", error->message);
}

static void
sign_out_end (SignOut *out)
{
  GtkWindow *window = gtk_application_get_active_window (out->services->application);

  if (out->failures->len > 0 && window != NULL)
    {
      g_autofree char *plain = rollcall_text_make_plain (out->failures->str);
      AdwDialog *dialog = adw_alert_dialog_new (_ ("Not Everything Was Deleted"), plain);

      adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
      adw_dialog_present (dialog, GTK_WIDGET (window));
    }
  g_object_unref (out->services);
  g_free (out->server);
  g_string_free (out->failures, TRUE);
  g_free (out);
}

static void
token_cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  rollcall_secrets_clear_finish (ROLLCALL_SECRETS (object), result, &error);
  sign_out_note (user_data, error);
  sign_out_end (user_data);
}

static void
forget (SignOut *out)
{
  g_autoptr (GError) error = NULL;

  rollcall_connections_remove (out->services->connections, out->server, &error);
  sign_out_note (out, error);
  rollcall_secrets_clear_async (out->services->secrets, out->server, NULL, token_cleared_cb, out);
}

/* Where it was the only one, the first page is back. */
static void
close_window (RollcallServices *self, const char *server)
{
  GtkWindow *window = rollcall_services_find_window (self, server);

  if (window == NULL)
    return;
  if (g_list_length (gtk_application_get_windows (self->application)) == 1)
    gtk_window_present (GTK_WINDOW (rollcall_window_new (self->application)));
  gtk_window_destroy (window);
}

static void
wiped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SignOut *out = user_data;
  g_autoptr (GError) error = NULL;

  rollcall_session_wipe_finish (ROLLCALL_SESSION (object), result, &error);
  sign_out_note (out, error);
  close_window (out->services, out->server);
  forget (out);
}

static void
sign_out (RollcallServices *self, const char *server)
{
  GtkWindow *window = rollcall_services_find_window (self, server);
  SignOut *out = g_new0 (SignOut, 1);
  g_autoptr (GError) error = NULL;

  *out = (SignOut) { g_object_ref (self), g_strdup (server), g_string_new (NULL) };
  if (window == NULL)
    {
      rollcall_session_remove_copies (self->directory, server, &error);
      sign_out_note (out, error);
      forget (out);
      return;
    }
  rollcall_session_wipe_async (rollcall_window_get_session (ROLLCALL_WINDOW (window)), wiped_cb, out);
}

typedef struct
{
  RollcallServices *services; /* (owned) */
  char *server;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->services);
  g_free (question->server);
  g_free (question);
}

static void
response_cb (Question *question, const char *response)
{
  if (g_str_equal (response, "sign-out"))
    sign_out (question->services, question->server);
}

void
rollcall_services_sign_out (RollcallServices *self, GtkWidget *parent, const char *server)
{
  /* Translators: %s is an address */
  g_autofree char *heading = g_strdup_printf (_ ("Sign Out of %s?"), server + strlen ("https://"));
  AdwDialog *dialog = adw_alert_dialog_new (
      heading,
      _ ("Your token, the trust in the service’s certificate, and what is kept of its reports and its history on "
         "this computer are deleted. Nothing changes for the service, and its administrators can still take "
         "the token back."));
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);
  Question *question = g_new0 (Question, 1);

  g_return_if_fail (ROLLCALL_IS_SERVICES (self));
  *question = (Question) { g_object_ref (self), g_strdup (server) };
  adw_alert_dialog_add_responses (alert, "cancel", _ ("_Cancel"), "sign-out", _ ("_Sign Out"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "sign-out", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), question, question_free, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, parent);
}

RollcallConnections *
rollcall_services_get_connections (RollcallServices *self)
{
  g_return_val_if_fail (ROLLCALL_IS_SERVICES (self), NULL);
  return self->connections;
}

static void
rollcall_services_finalize (GObject *object)
{
  RollcallServices *self = ROLLCALL_SERVICES (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->secrets);
  g_free (self->directory);
  g_free (self->fixed_server);
  g_free (self->fixed_ca_file);
  G_OBJECT_CLASS (rollcall_services_parent_class)->finalize (object);
}

static void
rollcall_services_class_init (RollcallServicesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_services_finalize;
}

static void
rollcall_services_init (RollcallServices *self)
{
  g_autofree char *directory = g_build_filename (g_get_user_config_dir (), "rollcall", NULL);

  self->connections = rollcall_connections_new (directory);
  self->secrets = rollcall_secrets_new ();
  self->directory = g_build_filename (g_get_user_cache_dir (), "rollcall", NULL);
}

RollcallServices *
rollcall_services_new (GtkApplication *application)
{
  RollcallServices *self = g_object_new (ROLLCALL_TYPE_SERVICES, NULL);

  self->application = application;
  return self;
}
