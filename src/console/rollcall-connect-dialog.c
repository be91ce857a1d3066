/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-connect-dialog.h"

#include <glib/gi18n.h>

#include "rollcall-certificate-page.h"
#include "rollcall-json.h"
#include "rollcall-plain-text.h"
#include "rollcall-token-file.h"

struct _RollcallConnectDialog
{
  AdwDialog parent_instance;

  AdwNavigationView *view;
  GtkWidget *form;
  GtkEditable *address;
  GtkEditable *token;
  GtkWidget *problem_box;
  GtkLabel *problem;
  GtkWidget *progress;

  RollcallServices *services; /* (owned) */
  RollcallClient *client;     /* (owned) (nullable) of the try under way */
  GCancellable *cancellable;  /* (owned) (nullable) a try is under way */
  gboolean fixed;             /* the address is not for the person to say */
};

G_DEFINE_FINAL_TYPE (RollcallConnectDialog, rollcall_connect_dialog, ADW_TYPE_DIALOG)

static void
set_trying (RollcallConnectDialog *self, gboolean trying)
{
  gtk_widget_set_visible (self->progress, trying);
  /* they keep the focus */
  gtk_editable_set_editable (self->address, !trying && !self->fixed);
  gtk_editable_set_editable (self->token, !trying);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "connect.try", !trying);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "connect.choose-file", !trying);
  /* closing it then is a cancel */
  adw_dialog_set_can_close (ADW_DIALOG (self), !trying);
}

static void
end_try (RollcallConnectDialog *self)
{
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  set_trying (self, FALSE);
}

static void
clear_problem (RollcallConnectDialog *self)
{
  gtk_widget_set_visible (self->problem_box, FALSE);
  gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->token), "error");
}

/* @where: (nullable): the entry that is wrong. @what: from this program; parts of it may be the service's. */
static void
show_problem (RollcallConnectDialog *self, GtkEditable *where, const char *what)
{
  g_autofree char *plain = rollcall_text_make_plain (what);

  gtk_label_set_label (self->problem, plain);
  gtk_widget_set_visible (self->problem_box, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self->problem), plain, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
  if (where == NULL)
    return;
  gtk_widget_add_css_class (GTK_WIDGET (where), "error");
  gtk_widget_grab_focus (GTK_WIDGET (where));
}

static void
changed_cb (RollcallConnectDialog *self)
{
  clear_problem (self);
}

/* What went wrong where the service was asked who this is, and what to do. */
static void
show_failure (RollcallConnectDialog *self, const char *server, const GError *error)
{
  const char *host = server + strlen ("https://");
  g_autofree char *text = NULL;

  if (g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_UNAUTHENTICATED))
    {
      /* Translators: %s is what the service says, a sentence */
      text = g_strdup_printf (_ ("The service does not accept this token: %s Ask an administrator of the service for a "
                                 "new one."),
                              error->message);
      show_problem (self, self->token, text);
      return;
    }
  if (error->domain == G_TLS_ERROR)
    /* Translators: %1$s is an address, %2$s a reason */
    text = g_strdup_printf (
        _ ("No encrypted connection to %1$s came about: %2$s. Is it the service’s address and port?"), host,
        error->message);
  else if (rollcall_client_error_is_unreachable (error) &&
           !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    /* Translators: %1$s is an address, %2$s a reason */
    text = g_strdup_printf (
        _ ("%1$s is not reached: %2$s. Check the address and the port, and whether the service runs "
           "and this computer may reach it."),
        host, error->message);
  else if (g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_TOO_MANY))
    text = g_strdup (error->message);
  else
    /* Translators: %1$s is an address, %2$s a reason */
    text = g_strdup_printf (_ ("What answers at %1$s is no Rollcall service that can be used now: %2$s"), host,
                            error->message);
  show_problem (self, self->address, text);
}

static void
trusted_cb (RollcallConnectDialog *self, RollcallCertificatePage *page)
{
  RollcallConnections *connections = rollcall_services_get_connections (self->services);
  g_autofree char *server = rollcall_services_read_address (gtk_editable_get_text (self->address), NULL);
  g_autoptr (GError) error = NULL;

  g_return_if_fail (server != NULL);
  adw_navigation_view_pop_to_page (self->view, ADW_NAVIGATION_PAGE (self->form));
  if (rollcall_connections_pin (connections, server, rollcall_certificate_page_get_anchor (page), &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "connect.try", NULL);
  else
    show_problem (self, NULL, error->message);
}

static void
show_certificate (RollcallConnectDialog *self, const char *server, GTlsCertificate *certificate)
{
  RollcallConnections *connections = rollcall_services_get_connections (self->services);
  g_autofree char *pin = rollcall_connections_get_pin_file (connections, server);
  RollcallTrustQuestion question = ROLLCALL_TRUST_FIRST;
  RollcallCertificatePage *page;

  if (rollcall_services_has_fixed_authority (self->services, server))
    question = ROLLCALL_TRUST_FIXED;
  else if (pin != NULL || rollcall_connections_knows (connections, server))
    question = ROLLCALL_TRUST_CHANGED;
  page = rollcall_certificate_page_new (certificate, server, question, pin);
  g_signal_connect_object (page, "trusted", G_CALLBACK (trusted_cb), self, G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (page));
}

static char *
read_person (JsonNode *answer, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (answer, TRUE);
  g_autofree char *person = g_strdup (rollcall_reader_string (reader, "name", 1, ROLLCALL_STRING_LIMIT));

  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&person) : NULL;
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallConnectDialog) self = user_data;
  RollcallClient *client = ROLLCALL_CLIENT (object);
  g_autofree char *server = g_strdup (rollcall_client_get_server (client));
  g_autoptr (GTlsCertificate) refused = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = rollcall_client_call_finish (client, result, &error);
  g_autofree char *person = answer != NULL ? read_person (answer, &error) : NULL;

  if (self->client != client)
    return;
  g_set_object (&refused, rollcall_client_get_refused_certificate (client));
  end_try (self);
  if (error == NULL && person == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("it gave no answer"));
  if (error == NULL)
    {
      rollcall_services_connected (self->services, server, gtk_editable_get_text (self->token), person);
      adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) && refused != NULL)
    show_certificate (self, server, refused);
  else
    show_failure (self, server, error);
}

/* Returns: (transfer full) (nullable): NULL, and what is wrong is shown */
static RollcallClient *
make_client (RollcallConnectDialog *self)
{
  const char *token = gtk_editable_get_text (self->token);
  g_autoptr (GError) error = NULL;
  g_autofree char *server = rollcall_services_read_address (gtk_editable_get_text (self->address), &error);

  if (server == NULL)
    {
      show_problem (self, self->address, error->message);
      return NULL;
    }
  if (*token == '\0')
    {
      show_problem (self, self->token, _ ("Enter your token, or take it from a file."));
      return NULL;
    }
  g_autofree char *authority = rollcall_services_get_authority (self->services, server);
  RollcallClient *client = rollcall_client_new (server, authority, token, &error);
  if (client != NULL)
    return client;
  if (g_error_matches (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID))
    show_problem (self, self->token, _ ("A token is one word of letters and digits. Was all of it copied?"));
  else
    show_problem (self, NULL, error->message);
  return NULL;
}

static void
try_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallConnectDialog *self = ROLLCALL_CONNECT_DIALOG (widget);

  if (self->cancellable != NULL)
    return;
  clear_problem (self);
  self->client = make_client (self);
  if (self->client == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  set_trying (self, TRUE);
  rollcall_client_call_async (self->client, "GET", "/v1/whoami", NULL, NULL, self->cancellable, answered_cb,
                              g_object_ref (self));
}

static void
try_cb (RollcallConnectDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "connect.try", NULL);
}

/* The try under way; where there is none, all of it. */
static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RollcallConnectDialog *self = ROLLCALL_CONNECT_DIALOG (widget);

  if (self->cancellable == NULL)
    {
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  g_cancellable_cancel (self->cancellable);
  end_try (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->fixed ? self->token : self->address));
}

static void
close_attempt_cb (RollcallConnectDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "connect.cancel", NULL);
}

static void
file_chosen_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallConnectDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (object), result, &error);
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;
  char *token = NULL;

  if (g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    return;
  clear_problem (self);
  if (error == NULL && path == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("Choose a file on this computer."));
  if (error == NULL)
    token = rollcall_token_file_read (path, &error);
  if (token == NULL)
    {
      show_problem (self, self->token, error->message);
      return;
    }
  gtk_editable_set_text (self->token, token);
  gtk_widget_grab_focus (GTK_WIDGET (self->token));
  rollcall_secrets_free (token);
}

static void
choose_file_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _ ("The File That Holds Your Token"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, file_chosen_cb, g_object_ref (widget));
}

static void
rollcall_connect_dialog_dispose (GObject *object)
{
  RollcallConnectDialog *self = ROLLCALL_CONNECT_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_CONNECT_DIALOG);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (rollcall_connect_dialog_parent_class)->dispose (object);
}

static void
rollcall_connect_dialog_class_init (RollcallConnectDialogClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_connect_dialog_dispose;
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/connect-dialog.ui");
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, view);
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, form);
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, address);
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, token);
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, problem_box);
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, problem);
  gtk_widget_class_bind_template_child (class, RollcallConnectDialog, progress);
  gtk_widget_class_bind_template_callback (class, try_cb);
  gtk_widget_class_bind_template_callback (class, changed_cb);
  gtk_widget_class_install_action (class, "connect.try", NULL, try_action);
  gtk_widget_class_install_action (class, "connect.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (class, "connect.choose-file", NULL, choose_file_action);
}

static void
rollcall_connect_dialog_init (RollcallConnectDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "close-attempt", G_CALLBACK (close_attempt_cb), NULL);
}

RollcallConnectDialog *
rollcall_connect_dialog_new (RollcallServices *services, const char *server)
{
  g_return_val_if_fail (ROLLCALL_IS_SERVICES (services), NULL);

  RollcallConnectDialog *self = g_object_new (ROLLCALL_TYPE_CONNECT_DIALOG, NULL);
  self->services = g_object_ref (services);
  if (server == NULL)
    return self;
  self->fixed = TRUE;
  gtk_editable_set_text (self->address, server);
  gtk_editable_set_editable (self->address, FALSE);
  adw_dialog_set_focus (ADW_DIALOG (self), GTK_WIDGET (self->token));
  return self;
}

void
rollcall_connect_dialog_try (RollcallConnectDialog *self, const char *token)
{
  g_return_if_fail (ROLLCALL_IS_CONNECT_DIALOG (self) && token != NULL);
  gtk_editable_set_text (self->token, token);
  gtk_widget_activate_action (GTK_WIDGET (self), "connect.try", NULL);
}
