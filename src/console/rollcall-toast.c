/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-toast.h"

AdwToast *
rollcall_toast_show (GtkWidget *parent, const char *title)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (parent, ADW_TYPE_TOAST_OVERLAY);
  AdwToast *toast;

  g_return_val_if_fail (overlay != NULL, NULL);
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  return toast;
}
