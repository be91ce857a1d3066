/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-details.h"

#include <glib/gi18n.h>

#include "rollcall-comparison.h"
#include "rollcall-plain-text.h"
#include "rollcall-report-columns.h"
#include "rollcall-time-line.h"
#include "rollcall-words.h"

/* Who walks through rows asks the service for none that they pass. */
#define LOOK_AFTER_MS 150
/* A row may have had many keys; the newest say most. */
#define KEYS_SHOWN 50

struct _RollcallDetails
{
  AdwBin parent_instance;

  GtkStack *stack;
  AdwStatusPage *none;
  GtkLabel *name;
  GtkWidget *standing;
  GtkImage *status_icon;
  GtkLabel *status;
  AdwPreferencesGroup *advice;
  AdwActionRow *advice_row;
  GtkWidget *compare;
  AdwPreferencesGroup *registration;
  AdwPreferencesGroup *computer;
  GtkWidget *keys;
  GtkListBox *key_list;
  RollcallTimeLine *time_line;
  GPtrArray *fact_rows;    /* (owned) (element-type AdwActionRow) */
  GPtrArray *fact_columns; /* (owned) (element-type RollcallReportColumn) what each of them shows */

  RollcallSession *session; /* (owned) (nullable) */
  gint64 id;                /* 0 = none */
  gint64 revision;          /* of what shows */
  gint64 other;             /* what it may be a duplicate of; 0 = nothing */
  guint look_source;
  GCancellable *cancellable; /* (owned) (nullable) of the look at this row */
};

G_DEFINE_FINAL_TYPE (RollcallDetails, rollcall_details, ADW_TYPE_BIN)

/* By their column's field; what is empty is not shown. */
static const char *const registration_facts[] = { "trust",         "decided_by",      "decided_at",
                                                  "note",          "first_requested", "last_requested",
                                                  "request_count", "last_contact",    "revocation_seen_at",
                                                  "purge_after",   "site_server",     "id" };
static const char *const computer_facts[] = { "name", "domain", "fqdn", "os", "user", "ips", "macs", "agent_version" };

/* A row that says one thing: small title, the text itself selectable. */
static AdwActionRow *
make_fact_row (const char *title)
{
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle_selectable (row, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (row), "property");
  return row;
}

static void
add_fact_rows (RollcallDetails *self, AdwPreferencesGroup *group, const char *const *fields, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const RollcallReportColumn *column = rollcall_report_column_find (fields[i]);
      AdwActionRow *row = make_fact_row (rollcall_report_column_get_title (column));

      adw_preferences_group_add (group, GTK_WIDGET (row));
      g_ptr_array_add (self->fact_columns, (gpointer) column);
      g_ptr_array_add (self->fact_rows, row);
    }
}

static void
show_standing (RollcallDetails *self, const RollcallRegistration *row)
{
  g_autofree char *name = rollcall_text_make_plain (row->computer.name);

  gtk_label_set_text (self->name, name);
  gtk_image_set_from_icon_name (self->status_icon, rollcall_words_status_icon (row->status));
  gtk_label_set_text (self->status, rollcall_words_status (row->status));
  gtk_widget_set_css_classes (self->standing,
                              (const char *[]) { "standing", rollcall_words_status_style (row->status), NULL });
}

static void
show_advice (RollcallDetails *self, const RollcallRegistration *row)
{
  g_autoptr (RollcallRegistration) other = NULL;

  self->other = row->duplicate_of;
  if (self->other != 0)
    other = rollcall_cache_get_row (rollcall_session_get_cache (self->session), self->other);
  gtk_widget_set_visible (self->compare, other != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->advice), other != NULL || row->advice != ROLLCALL_ADVICE_NONE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->advice_row), row->advice != ROLLCALL_ADVICE_NONE
                                                                             ? rollcall_words_advice (row->advice)
                                                                             : C_ ("advice", "Duplicate"));
  adw_action_row_set_subtitle (self->advice_row, rollcall_words_advice_meaning (row->advice));
}

static void
show_row (RollcallDetails *self, const RollcallRegistration *row)
{
  show_standing (self, row);
  show_advice (self, row);
  for (guint i = 0; i < self->fact_rows->len; i++)
    {
      const RollcallReportColumn *column = g_ptr_array_index (self->fact_columns, i);
      AdwActionRow *fact = g_ptr_array_index (self->fact_rows, i);
      g_autofree char *text = column->get_text (row, G_MAXSIZE);

      adw_action_row_set_subtitle (fact, text);
      gtk_widget_set_visible (GTK_WIDGET (fact), *text != '\0');
    }
  self->revision = row->revision;
}

static void
add_key_row (RollcallDetails *self, const char *title, const char *text, const char *tooltip)
{
  AdwActionRow *row = make_fact_row (title);
  g_autofree char *plain = rollcall_text_make_plain (text);

  adw_action_row_set_subtitle (row, plain);
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), tooltip);
  gtk_list_box_append (self->key_list, GTK_WIDGET (row));
}

/* What only the service tells: the keys. */
static void
show_keys (RollcallDetails *self, const RollcallRegistration *row)
{
  guint first = row->keys->len > KEYS_SHOWN ? row->keys->len - KEYS_SHOWN : 0;

  gtk_list_box_remove_all (self->key_list);
  for (guint i = row->keys->len; i > first; i--)
    {
      const RollcallKey *key = g_ptr_array_index (row->keys, i - 1);
      g_autofree char *from = rollcall_words_time (key->first_seen), *to = rollcall_words_time (key->last_seen);
      /* Translators: %1$s is 'current', 'replaced' or 'revoked'; the others are times */
      g_autofree char *title = g_strdup_printf (C_ ("key", "Agent key, %1$s · %2$s to %3$s"),
                                                rollcall_words_key_state (key->state), from, to);

      add_key_row (self, title, key->fingerprint, NULL);
    }
  for (guint i = 0; i < row->resource_keys->len && i < KEYS_SHOWN; i++)
    {
      const RollcallResourceKey *key = g_ptr_array_index (row->resource_keys, i);

      add_key_row (self, key->type, key->value, _ ("By this the computer is known again"));
    }
  gtk_widget_set_visible (self->keys, TRUE);
}

static void
registration_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallDetails) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RollcallRegistration)
      row = rollcall_client_get_registration_finish (ROLLCALL_CLIENT (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* Without the service the rest is there all the same. */
  if (row != NULL && row->id == self->id)
    show_keys (self, row);
}

static gboolean
look_cb (gpointer user_data)
{
  RollcallDetails *self = user_data;

  self->look_source = 0;
  self->cancellable = g_cancellable_new ();
  rollcall_time_line_show (self->time_line, self->id);
  rollcall_client_get_registration_async (rollcall_session_get_client (self->session), self->id, self->cancellable,
                                          registration_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
forget_look (RollcallDetails *self)
{
  g_clear_handle_id (&self->look_source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
show_none (RollcallDetails *self, guint n_selected)
{
  g_autofree char *title = n_selected > 0 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'u Computer Selected",
                                                                          "%'u Computers Selected", n_selected),
                                                             n_selected)
                                          : g_strdup (_ ("No Computer Selected"));

  self->id = 0;
  adw_status_page_set_title (self->none, title);
  adw_status_page_set_description (self->none, _ ("Select one to see what is known of it."));
  gtk_stack_set_visible_child_name (self->stack, "none");
}

void
rollcall_details_show (RollcallDetails *self, gint64 id, guint n_selected)
{
  g_return_if_fail (ROLLCALL_IS_DETAILS (self) && self->session != NULL);
  g_autoptr (RollcallRegistration)
      row = id != 0 ? rollcall_cache_get_row (rollcall_session_get_cache (self->session), id) : NULL;
  gboolean other = id != self->id;

  if (row == NULL)
    {
      forget_look (self);
      show_none (self, n_selected);
      return;
    }
  if (!other && row->revision == self->revision)
    return;
  forget_look (self);
  if (other)
    {
      gtk_widget_set_visible (self->keys, FALSE);
      rollcall_time_line_show (self->time_line, 0);
    }
  self->id = id;
  show_row (self, row);
  gtk_stack_set_visible_child_name (self->stack, "computer");
  self->look_source = g_timeout_add (LOOK_AFTER_MS, look_cb, self);
}

void
rollcall_details_rows_changed (RollcallDetails *self, GArray *ids)
{
  g_return_if_fail (ROLLCALL_IS_DETAILS (self) && ids != NULL);
  for (guint i = 0; self->id != 0 && i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == self->id)
      {
        rollcall_details_show (self, self->id, 1);
        return;
      }
}

static void
compare_cb (RollcallDetails *self)
{
  RollcallCache *cache = rollcall_session_get_cache (self->session);
  g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (cache, self->id);
  g_autoptr (RollcallRegistration) other = rollcall_cache_get_row (cache, self->other);

  if (row != NULL && other != NULL)
    rollcall_comparison_present (row, other, GTK_WIDGET (self));
}

void
rollcall_details_set_session (RollcallDetails *self, RollcallSession *session)
{
  g_return_if_fail (ROLLCALL_IS_DETAILS (self) && self->session == NULL);
  self->session = g_object_ref (session);
  rollcall_time_line_set_session (self->time_line, session);
  show_none (self, 0);
}

static void
rollcall_details_dispose (GObject *object)
{
  RollcallDetails *self = ROLLCALL_DETAILS (object);

  forget_look (self);
  /* dispose_template() would unparent the child behind AdwBin's back, as it is bound itself */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_DETAILS);
  g_clear_pointer (&self->fact_rows, g_ptr_array_unref);
  g_clear_pointer (&self->fact_columns, g_ptr_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rollcall_details_parent_class)->dispose (object);
}

static void
rollcall_details_class_init (RollcallDetailsClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_details_dispose;
  g_type_ensure (ROLLCALL_TYPE_TIME_LINE);
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/details.ui");
  gtk_widget_class_bind_template_child (class, RollcallDetails, stack);
  gtk_widget_class_bind_template_child (class, RollcallDetails, none);
  gtk_widget_class_bind_template_child (class, RollcallDetails, name);
  gtk_widget_class_bind_template_child (class, RollcallDetails, standing);
  gtk_widget_class_bind_template_child (class, RollcallDetails, status_icon);
  gtk_widget_class_bind_template_child (class, RollcallDetails, status);
  gtk_widget_class_bind_template_child (class, RollcallDetails, advice);
  gtk_widget_class_bind_template_child (class, RollcallDetails, advice_row);
  gtk_widget_class_bind_template_child (class, RollcallDetails, compare);
  gtk_widget_class_bind_template_child (class, RollcallDetails, registration);
  gtk_widget_class_bind_template_child (class, RollcallDetails, computer);
  gtk_widget_class_bind_template_child (class, RollcallDetails, keys);
  gtk_widget_class_bind_template_child (class, RollcallDetails, key_list);
  gtk_widget_class_bind_template_child (class, RollcallDetails, time_line);
  gtk_widget_class_bind_template_callback (class, compare_cb);
}

static void
rollcall_details_init (RollcallDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->fact_rows = g_ptr_array_new ();
  self->fact_columns = g_ptr_array_new ();
  add_fact_rows (self, self->registration, registration_facts, G_N_ELEMENTS (registration_facts));
  add_fact_rows (self, self->computer, computer_facts, G_N_ELEMENTS (computer_facts));
}
