/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-comparison.h"

#include <glib/gi18n.h>

#include "rollcall-report-columns.h"
#include "rollcall-words.h"

static void
attach_label (GtkGrid *grid, int column, int row, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_label_set_width_chars (GTK_LABEL (label), 12);
  gtk_widget_set_hexpand (label, column > 0);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_grid_attach (grid, label, column, row, 1, 1);
}

/* A line of the table: what differs is told by a sign and by weight, not by colour. */
static void
attach_line (GtkGrid *grid, int *row, const char *title, const char *duplicate, const char *known)
{
  gboolean differs = g_strcmp0 (duplicate, known) != 0;
  /* Translators: before the name of a fact that differs between two computers */
  g_autofree char *marked = differs ? g_strdup_printf (C_ ("comparison", "≠ %s"), title) : g_strdup (title);

  if (*duplicate == '\0' && *known == '\0')
    return;
  attach_label (grid, 0, *row, marked, differs ? "differs" : "dim-label");
  attach_label (grid, 1, *row, duplicate, differs ? "differs" : NULL);
  attach_label (grid, 2, *row, known, differs ? "differs" : NULL);
  (*row)++;
}

/* What tells two computers apart, by column. */
static const char *const compared[] = {
  "name",          "status",      "domain",          "fqdn",           "os",          "user", "ips", "macs",
  "agent_version", "fingerprint", "first_requested", "last_requested", "last_contact"
};
/* Who has more to say is told apart by the rest. */
#define TEXT_LIMIT 200

static GtkWidget *
make_table (const RollcallRegistration *duplicate, const RollcallRegistration *known)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  int row = 1;

  gtk_grid_set_column_spacing (grid, 18);
  gtk_grid_set_row_spacing (grid, 6);
  attach_label (grid, 1, 0, C_ ("comparison", "Asks now"), "heading");
  attach_label (grid, 2, 0, C_ ("comparison", "Known"), "heading");
  for (guint i = 0; i < G_N_ELEMENTS (compared); i++)
    {
      const RollcallReportColumn *column = rollcall_report_column_find (compared[i]);
      g_autofree char *one = column->get_text (duplicate, TEXT_LIMIT), *other = column->get_text (known, TEXT_LIMIT);

      attach_line (grid, &row, rollcall_report_column_get_title (column), one, other);
    }
  return GTK_WIDGET (grid);
}

/* Where there is little room: what differs, each below its title; then what does not, by its titles. */
static GtkWidget *
make_short_table (const RollcallRegistration *duplicate, const RollcallRegistration *known)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  g_autoptr (GString) same = g_string_new (NULL);
  int row = 1;

  gtk_grid_set_column_spacing (grid, 12);
  gtk_grid_set_column_homogeneous (grid, TRUE);
  attach_label (grid, 0, 0, C_ ("comparison", "Asks now"), "heading");
  attach_label (grid, 1, 0, C_ ("comparison", "Known"), "heading");
  for (guint i = 0; i < G_N_ELEMENTS (compared); i++)
    {
      const RollcallReportColumn *column = rollcall_report_column_find (compared[i]);
      const char *title = rollcall_report_column_get_title (column);
      g_autofree char *one = column->get_text (duplicate, TEXT_LIMIT), *other = column->get_text (known, TEXT_LIMIT);

      if (g_strcmp0 (one, other) == 0)
        {
          if (*one != '\0')
            g_string_append_printf (same, "%s%s", same->len > 0 ? ", " : "", title);
          continue;
        }
      attach_label (grid, 0, row, title, "dim-label");
      attach_label (grid, 0, row + 1, one, NULL);
      attach_label (grid, 1, row + 1, other, NULL);
      row += 2;
    }
  if (same->len > 0)
    {
      /* Translators: before a list of facts that are equal */
      g_autofree char *text = g_strdup_printf (C_ ("comparison", "The same: %s"), same->str);
      GtkWidget *label = gtk_label_new (text);

      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_add_css_class (label, "dim-label");
      gtk_widget_set_margin_top (label, 12);
      gtk_grid_attach (grid, label, 0, row, 2, 1);
    }
  return GTK_WIDGET (grid);
}

static GtkWidget *
make_comparison (const RollcallRegistration *duplicate, const RollcallRegistration *known, gboolean brief)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *scroller = gtk_scrolled_window_new ();
  const char *meaning = rollcall_words_advice_meaning (duplicate->advice);

  if (*meaning != '\0')
    {
      g_autofree char *text = g_strdup_printf ("%s: %s", rollcall_words_advice (duplicate->advice), meaning);
      GtkWidget *label = gtk_label_new (text);

      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_box_append (GTK_BOX (box), brief ? make_short_table (duplicate, known) : make_table (duplicate, known));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 420);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  return scroller;
}

GtkWidget *
rollcall_comparison_new (const RollcallRegistration *duplicate, const RollcallRegistration *known)
{
  g_return_val_if_fail (duplicate != NULL && known != NULL, NULL);
  return make_comparison (duplicate, known, TRUE);
}

void
rollcall_comparison_present (const RollcallRegistration *duplicate, const RollcallRegistration *known,
                             GtkWidget *parent)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new (), *table = make_comparison (duplicate, known, FALSE);

  gtk_widget_add_css_class (table, "details");
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), table);
  adw_dialog_set_title (dialog, C_ ("title", "Two Computers, or One?"));
  adw_dialog_set_content_width (dialog, 640);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, parent);
}
