/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-menu.h"

#include <glib/gi18n.h>

#include "rollcall-registry.h"
#include "rollcall-words.h"

static char *
make_label (RollcallAction action, guint n, guint n_selected, gboolean duplicate)
{
  if (n_selected == 1)
    {
      if (action == ROLLCALL_ACTION_REVOKE)
        return g_strdup (C_ ("menu", "_Revoke…"));
      if (action == ROLLCALL_ACTION_ALLOW && duplicate)
        return g_strdup (C_ ("menu", "_Allow…"));
      return g_strdup (action == ROLLCALL_ACTION_ALLOW ? C_ ("menu", "_Allow") : C_ ("menu", "_Block"));
    }
  switch (action)
    {
    case ROLLCALL_ACTION_ALLOW:
      /* Translators: so many of so many selected computers */
      return g_strdup_printf (C_ ("menu", "_Allow %u of %u…"), n, n_selected);
    case ROLLCALL_ACTION_BLOCK:
      /* Translators: so many of so many selected computers */
      return g_strdup_printf (C_ ("menu", "_Block %u of %u…"), n, n_selected);
    case ROLLCALL_ACTION_REVOKE:
      /* Translators: so many of so many selected computers */
      return g_strdup_printf (C_ ("menu", "_Revoke %u of %u…"), n, n_selected);
    }
  g_return_val_if_reached (NULL);
}

static GMenuModel *
make_decisions (GArray *facts, guint n_selected, gboolean duplicate)
{
  GMenu *menu = g_menu_new ();

  for (RollcallAction action = 0; action < ROLLCALL_N_ACTIONS; action++)
    {
      g_autofree char *label = NULL;
      g_autoptr (GMenuItem) item = NULL;
      guint n = 0;

      for (guint i = 0; i < facts->len; i++)
        n += rollcall_decision_applies (g_array_index (facts, RollcallDecisionFacts, i).status, action);
      if (n == 0)
        continue;
      label = make_label (action, n, n_selected, duplicate);
      item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (item, "report.decide", "s", rollcall_action_to_string (action));
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

GMenuModel *
rollcall_menu_new (GArray *facts, guint n_selected, gboolean duplicate, const char *reason)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) selection = g_menu_new ();
  g_autoptr (GMenuModel) decisions = NULL;

  if (reason != NULL)
    {
      g_autoptr (GMenu) none = g_menu_new ();
      /* No such action: the item only tells. */
      g_menu_append (none, reason, "report.none");
      decisions = g_object_ref (G_MENU_MODEL (none));
    }
  else
    decisions = make_decisions (facts, n_selected, duplicate);
  g_menu_append_section (menu, NULL, decisions);
  if (n_selected == 1)
    {
      g_autoptr (GMenu) look = g_menu_new ();
      g_menu_append (look, C_ ("menu", "_Details"), "report.show-details");
      g_menu_append_section (menu, NULL, G_MENU_MODEL (look));
    }
  g_menu_append (selection, C_ ("menu", "_Copy"), "report.copy");
  g_menu_append (selection, C_ ("menu", "_Select All"), "report.select-all");
  g_menu_append (selection, C_ ("menu", "_Invert Selection"), "report.invert-selection");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (selection));
  return G_MENU_MODEL (menu);
}

static void
name_items (GtkWidget *widget)
{
  GObjectClass *class = G_OBJECT_GET_CLASS (widget);

  if (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) >= GTK_ACCESSIBLE_ROLE_MENU_ITEM &&
      gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) <= GTK_ACCESSIBLE_ROLE_MENU_ITEM_RADIO &&
      g_object_class_find_property (class, "text") != NULL)
    {
      g_autofree char *text = NULL;
      g_autoptr (GString) name = NULL;

      g_object_get (widget, "text", &text, NULL);
      name = g_string_new (text);
      g_string_replace (name, "_", "", 1);
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
      gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name->str, -1);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_items (child);
}

void
rollcall_menu_name_items (GtkPopoverMenu *popover)
{
  g_return_if_fail (GTK_IS_POPOVER_MENU (popover));
  g_signal_connect (popover, "map", G_CALLBACK (name_items), NULL);
}
