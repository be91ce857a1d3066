/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-application.h"

#include <glib/gi18n.h>

#include "rollcall-token-file.h"
#include "rollcall-window.h"

struct _RollcallApplication
{
  AdwApplication parent_instance;
  char *server;     /* (owned) (nullable) */
  char *ca_file;    /* (owned) (nullable) */
  char *token_file; /* (owned) (nullable) */

  RollcallServices *services; /* (owned) */
};

G_DEFINE_FINAL_TYPE (RollcallApplication, rollcall_application, ADW_TYPE_APPLICATION)

static const GOptionEntry entries[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("The service's address: https://HOST:PORT"), N_ ("URL") },
  { "ca", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("The certificate of the service's authority"), N_ ("FILE") },
  { "token-file", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("The file that holds your token"), N_ ("FILE") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
  { NULL },
};

/* What the options say wins over what is known. */
static void
open_by_options (RollcallApplication *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *server = rollcall_services_read_address (self->server, &error);
  char *token = NULL;
  RollcallWindow *window;

  if (server != NULL && self->ca_file != NULL)
    rollcall_services_fix_authority (self->services, server, self->ca_file);
  if (server != NULL && self->token_file != NULL)
    token = rollcall_token_file_read (self->token_file, &error);
  if (token != NULL || (server != NULL && self->token_file == NULL &&
                        rollcall_connections_knows (rollcall_services_get_connections (self->services), server)))
    rollcall_services_open (self->services, server, token);
  else
    {
      window = rollcall_window_new (GTK_APPLICATION (self));
      if (error != NULL)
        rollcall_window_set_problem (window, _ ("The Report Cannot Be Opened"), error->message);
      gtk_window_present (GTK_WINDOW (window));
      if (error == NULL)
        rollcall_services_connect (self->services, GTK_WIDGET (window), server);
    }
  rollcall_secrets_free (token);
}

/* The service that was used last; none yet: asks for one. */
static void
open_first (RollcallApplication *self)
{
  g_autoptr (GPtrArray) known = rollcall_connections_list (rollcall_services_get_connections (self->services));
  const RollcallConnection *last = known->len > 0 ? known->pdata[0] : NULL;
  RollcallWindow *window;

  if (last != NULL)
    {
      rollcall_services_open (self->services, last->server, NULL);
      return;
    }
  window = rollcall_window_new (GTK_APPLICATION (self));
  gtk_window_present (GTK_WINDOW (window));
  rollcall_services_connect (self->services, GTK_WIDGET (window), NULL);
}

static void
rollcall_application_activate (GApplication *application)
{
  RollcallApplication *self = ROLLCALL_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (window);
  else if (self->server != NULL)
    open_by_options (self);
  else
    open_first (self);
}

static int
rollcall_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  RollcallApplication *self = ROLLCALL_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("rollcall %s\n", ROLLCALL_VERSION);
      return 0;
    }
  g_variant_dict_lookup (options, "server", "s", &self->server);
  g_variant_dict_lookup (options, "ca", "^ay", &self->ca_file);
  g_variant_dict_lookup (options, "token-file", "^ay", &self->token_file);
  return -1;
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (dialog, "application-name", "Rollcall", "application-icon", "org.rollcall.Console", "version",
                ROLLCALL_VERSION, "license-type", GTK_LICENSE_GPL_3_0, "comments",
                _ ("See every computer that asks to be managed, and allow, block or revoke it"), NULL);
  adw_dialog_present (dialog, window != NULL ? GTK_WIDGET (window) : NULL);
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *each = windows; each != NULL; each = each->next)
    gtk_window_close (each->data);
}

static void
rollcall_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "about", .activate = about_action },
    { .name = "quit", .activate = quit_action },
  };
  GtkApplication *gtk_application = GTK_APPLICATION (application);

  G_APPLICATION_CLASS (rollcall_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name ("org.rollcall.Console");
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  gtk_application_set_accels_for_action (gtk_application, "app.quit", (const char *[]) { "<Control>q", NULL });
  gtk_application_set_accels_for_action (gtk_application, "window.close", (const char *[]) { "<Control>w", NULL });
  gtk_application_set_accels_for_action (gtk_application, "win.search", (const char *[]) { "<Control>f", NULL });
  gtk_application_set_accels_for_action (gtk_application, "win.all-reports", (const char *[]) { "<Control>r", NULL });
}

static void
rollcall_application_shutdown (GApplication *application)
{
  for (GList *each = gtk_application_get_windows (GTK_APPLICATION (application)); each != NULL; each = each->next)
    {
      RollcallSession *session = ROLLCALL_IS_WINDOW (each->data) ? rollcall_window_get_session (each->data) : NULL;
      if (session != NULL)
        rollcall_session_stop (session);
    }
  G_APPLICATION_CLASS (rollcall_application_parent_class)->shutdown (application);
}

static void
rollcall_application_dispose (GObject *object)
{
  RollcallApplication *self = ROLLCALL_APPLICATION (object);

  g_clear_object (&self->services);
  g_clear_pointer (&self->server, g_free);
  g_clear_pointer (&self->ca_file, g_free);
  g_clear_pointer (&self->token_file, g_free);
  G_OBJECT_CLASS (rollcall_application_parent_class)->dispose (object);
}

static void
rollcall_application_class_init (RollcallApplicationClass *klass)
{
  GApplicationClass *class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_application_dispose;
  class->startup = rollcall_application_startup;
  class->shutdown = rollcall_application_shutdown;
  class->activate = rollcall_application_activate;
  class->handle_local_options = rollcall_application_handle_local_options;
}

static void
rollcall_application_init (RollcallApplication *self)
{
  self->services = rollcall_services_new (GTK_APPLICATION (self));
  g_application_add_main_option_entries (G_APPLICATION (self), entries);
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _ ("Shows which computers ask to be managed, and decides about them."));
}

RollcallApplication *
rollcall_application_new (void)
{
  return g_object_new (ROLLCALL_TYPE_APPLICATION, "application-id", "org.rollcall.Console", "flags",
                       G_APPLICATION_NON_UNIQUE, "resource-base-path", "/org/rollcall/Console", NULL);
}

RollcallServices *
rollcall_application_get_services (RollcallApplication *self)
{
  g_return_val_if_fail (ROLLCALL_IS_APPLICATION (self), NULL);
  return self->services;
}
