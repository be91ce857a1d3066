/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-reports-tree.h"

#include "rollcall-reports.h"

/* A line of the tree, as a list model wants it. */
#define ROLLCALL_TYPE_REPORT_NODE (rollcall_report_node_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportNode, rollcall_report_node, ROLLCALL, REPORT_NODE, GObject)
struct _RollcallReportNode
{
  GObject parent_instance;
  const RollcallReport *report;
};
G_DEFINE_FINAL_TYPE (RollcallReportNode, rollcall_report_node, G_TYPE_OBJECT)

static void
rollcall_report_node_class_init (RollcallReportNodeClass *klass)
{
}

static void
rollcall_report_node_init (RollcallReportNode *self)
{
}

struct _RollcallReportsTree
{
  AdwBin parent_instance;
  GtkListView *view;
  GtkTreeListModel *model; /* (owned) */
  GtkSingleSelection *selection;
};

G_DEFINE_FINAL_TYPE (RollcallReportsTree, rollcall_reports_tree, ADW_TYPE_BIN)

/* Returns: (transfer full): what lies directly below @parent (an index; -1 = the root) */
static GListModel *
list_children (int parent)
{
  GListStore *store = g_list_store_new (ROLLCALL_TYPE_REPORT_NODE);

  for (guint i = 0; i < rollcall_n_reports; i++)
    if (rollcall_reports[i].parent == parent)
      {
        g_autoptr (RollcallReportNode) node = g_object_new (ROLLCALL_TYPE_REPORT_NODE, NULL);
        node->report = &rollcall_reports[i];
        g_list_store_append (store, node);
      }
  return G_LIST_MODEL (store);
}

static GListModel *
create_children (gpointer item, gpointer user_data)
{
  const RollcallReport *report = ROLLCALL_REPORT_NODE (item)->report;

  return report->id == NULL ? list_children ((int) (report - rollcall_reports)) : NULL;
}

static void
setup_line (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *expander = gtk_tree_expander_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), label);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), box);
  gtk_list_item_set_child (item, expander);
}

static void
bind_line (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkTreeListRow *row = gtk_list_item_get_item (item);
  g_autoptr (RollcallReportNode) node = gtk_tree_list_row_get_item (row);
  GtkWidget *expander = gtk_list_item_get_child (item);
  GtkWidget *image = gtk_widget_get_first_child (gtk_tree_expander_get_child (GTK_TREE_EXPANDER (expander)));
  const char *title = rollcall_report_get_title (node->report);

  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (expander), row);
  gtk_image_set_from_icon_name (GTK_IMAGE (image), node->report->id == NULL ? "folder-symbolic" : "view-list-symbolic");
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (image)), title);
  gtk_widget_set_tooltip_text (expander, title);
  gtk_list_item_set_accessible_label (item, title);
  /* A folder is opened, not chosen. */
  gtk_list_item_set_selectable (item, node->report->id != NULL);
}

static void
activate_cb (RollcallReportsTree *self, guint position)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  g_autoptr (RollcallReportNode) node = gtk_tree_list_row_get_item (row);

  if (node->report->id == NULL)
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-report", "s", node->report->id);
}

void
rollcall_reports_tree_select (RollcallReportsTree *self, const char *id)
{
  guint n, found = GTK_INVALID_LIST_POSITION;

  g_return_if_fail (ROLLCALL_IS_REPORTS_TREE (self));
  n = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  for (guint i = 0; id != NULL && i < n; i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->model), i);
      g_autoptr (RollcallReportNode) node = gtk_tree_list_row_get_item (row);

      if (g_strcmp0 (node->report->id, id) == 0)
        found = i;
    }
  gtk_single_selection_set_selected (self->selection, found);
}

void
rollcall_reports_tree_grab_focus (RollcallReportsTree *self)
{
  g_return_if_fail (ROLLCALL_IS_REPORTS_TREE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
rollcall_reports_tree_dispose (GObject *object)
{
  RollcallReportsTree *self = ROLLCALL_REPORTS_TREE (object);

  g_clear_object (&self->model);
  G_OBJECT_CLASS (rollcall_reports_tree_parent_class)->dispose (object);
}

static void
rollcall_reports_tree_class_init (RollcallReportsTreeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_reports_tree_dispose;
}

static void
rollcall_reports_tree_init (RollcallReportsTree *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_line), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_line), NULL);
  self->model = gtk_tree_list_model_new (list_children (-1), FALSE, TRUE, create_children, NULL, NULL);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->model));
  self->view = GTK_LIST_VIEW (gtk_list_view_new (GTK_SELECTION_MODEL (self->selection), factory));
  gtk_list_view_set_single_click_activate (self->view, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "navigation-sidebar");
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->view));
  adw_bin_set_child (ADW_BIN (self), scroller);
}
