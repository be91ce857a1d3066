/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>

#include "rollcall-application.h"

static gboolean
end_cb (gpointer user_data)
{
  g_application_quit (user_data);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, ROLLCALL_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_autoptr (RollcallApplication) application = rollcall_application_new ();
  guint terminate = g_unix_signal_add (SIGTERM, end_cb, application);
  guint interrupt = g_unix_signal_add (SIGINT, end_cb, application);
  int status = g_application_run (G_APPLICATION (application), argc, argv);

  g_source_remove (terminate);
  g_source_remove (interrupt);
  return status;
}
