/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-work-bar.h"

#include <glib/gi18n.h>

/* Work that is done sooner shows no progress. */
#define SHOW_AFTER_MS 400

struct _RollcallWorkBar
{
  GtkBox parent_instance;
  GtkProgressBar *progress;
  GtkLabel *label;
  GCancellable *cancellable; /* (owned) (nullable) of the work under way */
  guint show_source;
};

G_DEFINE_FINAL_TYPE (RollcallWorkBar, rollcall_work_bar, GTK_TYPE_BOX)

typedef enum
{
  PROP_TITLE = 1,
} RollcallWorkBarProperty;

static gboolean
show_cb (gpointer user_data)
{
  RollcallWorkBar *self = user_data;

  self->show_source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  return G_SOURCE_REMOVE;
}

static void
stop_cb (RollcallWorkBar *self)
{
  g_cancellable_cancel (self->cancellable);
}

GCancellable *
rollcall_work_bar_begin (RollcallWorkBar *self)
{
  g_return_val_if_fail (ROLLCALL_IS_WORK_BAR (self) && self->cancellable == NULL, NULL);
  self->cancellable = g_cancellable_new ();
  rollcall_work_bar_tell (0, 0, self);
  self->show_source = g_timeout_add (SHOW_AFTER_MS, show_cb, self);
  return self->cancellable;
}

void
rollcall_work_bar_tell (guint done, guint total, gpointer user_data)
{
  RollcallWorkBar *self = user_data;
  /* Translators: so many of so many are done */
  g_autofree char *text = total > 0 ? g_strdup_printf (C_ ("progress", "%'u of %'u"), done, total) : g_strdup ("");

  gtk_progress_bar_set_fraction (self->progress, total > 0 ? (double) done / total : 0);
  gtk_label_set_text (self->label, text);
}

void
rollcall_work_bar_end (RollcallWorkBar *self)
{
  g_return_if_fail (ROLLCALL_IS_WORK_BAR (self));
  g_clear_handle_id (&self->show_source, g_source_remove);
  g_clear_object (&self->cancellable);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

gboolean
rollcall_work_bar_is_busy (RollcallWorkBar *self)
{
  g_return_val_if_fail (ROLLCALL_IS_WORK_BAR (self), FALSE);
  return self->cancellable != NULL;
}

static void
rollcall_work_bar_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  RollcallWorkBar *self = ROLLCALL_WORK_BAR (object);

  switch ((RollcallWorkBarProperty) property)
    {
    case PROP_TITLE:
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      g_value_get_string (value), -1);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
rollcall_work_bar_dispose (GObject *object)
{
  RollcallWorkBar *self = ROLLCALL_WORK_BAR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->show_source, g_source_remove);
  G_OBJECT_CLASS (rollcall_work_bar_parent_class)->dispose (object);
}

static void
rollcall_work_bar_class_init (RollcallWorkBarClass *klass)
{
  GObjectClass *class = G_OBJECT_CLASS (klass);

  class->dispose = rollcall_work_bar_dispose;
  class->set_property = rollcall_work_bar_set_property;
  g_object_class_install_property (
      class, PROP_TITLE, g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
}

static void
rollcall_work_bar_init (RollcallWorkBar *self)
{
  GtkWidget *stop = gtk_button_new_with_mnemonic (C_ ("progress", "_Stop"));

  self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "numeric");
  gtk_widget_set_valign (GTK_WIDGET (self->progress), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (stop, "flat");
  g_signal_connect_object (stop, "clicked", G_CALLBACK (stop_cb), self, G_CONNECT_SWAPPED);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->progress));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->label));
  gtk_box_append (GTK_BOX (self), stop);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
