/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-reports-tree.h"

/* A line of the tree: a report, or a folder by its path. */
#define ROLLCALL_TYPE_REPORT_NODE (rollcall_report_node_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReportNode, rollcall_report_node, ROLLCALL, REPORT_NODE, GObject)
struct _RollcallReportNode
{
  GObject parent_instance;
  RollcallReport *report; /* (owned) (nullable) NULL: a folder */
  GPtrArray *reports;     /* (owned) (nullable) of a folder: what hangs below it, (element-type RollcallReport) */
  char *folder;           /* (owned) (nullable) its name */
  guint depth;            /* how many folders lead to what is below it */
};
G_DEFINE_FINAL_TYPE (RollcallReportNode, rollcall_report_node, G_TYPE_OBJECT)

static void
rollcall_report_node_finalize (GObject *object)
{
  RollcallReportNode *self = ROLLCALL_REPORT_NODE (object);

  g_clear_object (&self->report);
  g_clear_pointer (&self->reports, g_ptr_array_unref);
  g_free (self->folder);
  G_OBJECT_CLASS (rollcall_report_node_parent_class)->finalize (object);
}

static void
rollcall_report_node_class_init (RollcallReportNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_report_node_finalize;
}

static void
rollcall_report_node_init (RollcallReportNode *self)
{
}

static const char *
get_node_title (RollcallReportNode *node)
{
  return node->report != NULL ? rollcall_report_get_title (node->report)
                              : rollcall_report_translate_folder (node->folder);
}

struct _RollcallReportsTree
{
  AdwBin parent_instance;
  RollcallReports *reports; /* (owned) (nullable) */
  char *selected;           /* (owned) (nullable) a report's id */
  GtkListView *view;
  GtkTreeListModel *model; /* (owned) */
  GtkSingleSelection *selection;
};

G_DEFINE_FINAL_TYPE (RollcallReportsTree, rollcall_reports_tree, ADW_TYPE_BIN)

/* The folder @name among @nodes, made where it is not there. */
static RollcallReportNode *
find_folder (GListStore *nodes, const char *name, guint depth)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (nodes)); i++)
    {
      g_autoptr (RollcallReportNode) node = g_list_model_get_item (G_LIST_MODEL (nodes), i);
      if (g_strcmp0 (node->folder, name) == 0)
        return node; /* the store keeps it */
    }
  g_autoptr (RollcallReportNode) node = g_object_new (ROLLCALL_TYPE_REPORT_NODE, NULL);
  node->folder = g_strdup (name);
  node->depth = depth;
  node->reports = g_ptr_array_new_with_free_func (g_object_unref);
  g_list_store_append (nodes, node);
  return node;
}

/* Returns: (transfer full): what lies directly below a folder that @depth folders lead to, of @reports, all below it */
static GListModel *
list_children (GPtrArray *reports, guint depth)
{
  GListStore *nodes = g_list_store_new (ROLLCALL_TYPE_REPORT_NODE);

  for (guint i = 0; i < reports->len; i++)
    {
      RollcallReport *report = g_ptr_array_index (reports, i);
      const char *const *folders = rollcall_report_get_folders (report);

      if (g_strv_length ((char **) folders) > depth)
        g_ptr_array_add (find_folder (nodes, folders[depth], depth + 1)->reports, g_object_ref (report));
      else
        {
          g_autoptr (RollcallReportNode) node = g_object_new (ROLLCALL_TYPE_REPORT_NODE, NULL);
          node->report = g_object_ref (report);
          g_list_store_append (nodes, node);
        }
    }
  return G_LIST_MODEL (nodes);
}

static GListModel *
create_children (gpointer item, gpointer user_data)
{
  RollcallReportNode *node = item;

  return node->report == NULL ? list_children (node->reports, node->depth) : NULL;
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
  const char *title = get_node_title (node);

  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (expander), row);
  gtk_image_set_from_icon_name (GTK_IMAGE (image), node->report == NULL ? "folder-symbolic" : "view-list-symbolic");
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (image)), title);
  gtk_widget_set_tooltip_text (expander, title);
  gtk_list_item_set_accessible_label (item, title);
  /* A folder is opened, not chosen. */
  gtk_list_item_set_selectable (item, node->report != NULL);
}

static void
activate_cb (RollcallReportsTree *self, guint position)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  g_autoptr (RollcallReportNode) node = gtk_tree_list_row_get_item (row);

  if (node->report == NULL)
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-report", "s", rollcall_report_get_id (node->report));
}

void
rollcall_reports_tree_select (RollcallReportsTree *self, const char *id)
{
  guint n, found = GTK_INVALID_LIST_POSITION;

  g_return_if_fail (ROLLCALL_IS_REPORTS_TREE (self));
  g_set_str (&self->selected, id);
  if (self->model == NULL)
    return;
  n = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  for (guint i = 0; id != NULL && i < n; i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->model), i);
      g_autoptr (RollcallReportNode) node = gtk_tree_list_row_get_item (row);

      if (node->report != NULL && g_strcmp0 (rollcall_report_get_id (node->report), id) == 0)
        found = i;
    }
  gtk_single_selection_set_selected (self->selection, found);
}

static void
fill (RollcallReportsTree *self)
{
  g_clear_object (&self->model);
  self->model = gtk_tree_list_model_new (list_children (rollcall_reports_list (self->reports), 0), FALSE, TRUE,
                                         create_children, NULL, NULL);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->model));
  g_autofree char *selected = g_strdup (self->selected);
  rollcall_reports_tree_select (self, selected);
}

void
rollcall_reports_tree_set_reports (RollcallReportsTree *self, RollcallReports *reports)
{
  g_return_if_fail (ROLLCALL_IS_REPORTS_TREE (self) && self->reports == NULL);
  self->reports = g_object_ref (reports);
  g_signal_connect_object (reports, "changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  fill (self);
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
  g_clear_object (&self->reports);
  g_clear_pointer (&self->selected, g_free);
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
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  self->view = GTK_LIST_VIEW (gtk_list_view_new (GTK_SELECTION_MODEL (self->selection), factory));
  gtk_list_view_set_single_click_activate (self->view, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "navigation-sidebar");
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->view));
  adw_bin_set_child (ADW_BIN (self), scroller);
}
