/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-time-line.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"
#include "rollcall-words.h"

/* A request a quarter of an hour makes so many in a week; those in a row are one line. */
#define EVENTS_SHOWN 1000

/* One line: an event, or a row of requests by one key. */
#define ROLLCALL_TYPE_MOMENT (rollcall_moment_get_type ())
G_DECLARE_FINAL_TYPE (RollcallMoment, rollcall_moment, ROLLCALL, MOMENT, GObject)
struct _RollcallMoment
{
  GObject parent_instance;
  const char *icon;
  char *title; /* (owned) */
  char *text;  /* (owned) */
};
G_DEFINE_FINAL_TYPE (RollcallMoment, rollcall_moment, G_TYPE_OBJECT)

static void
rollcall_moment_finalize (GObject *object)
{
  g_free (ROLLCALL_MOMENT (object)->title);
  g_free (ROLLCALL_MOMENT (object)->text);
  G_OBJECT_CLASS (rollcall_moment_parent_class)->finalize (object);
}

static void
rollcall_moment_class_init (RollcallMomentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_moment_finalize;
}

static void
rollcall_moment_init (RollcallMoment *self)
{
}

struct _RollcallTimeLine
{
  AdwBin parent_instance;
  GListStore *moments; /* (owned) */
  GtkLabel *note;      /* what the list does not say */
  GtkLabel *result;    /* of the last check */
  GtkWidget *check;
  GtkWidget *spinner;

  RollcallSession *session; /* (owned) (nullable) */
  gint64 id;                /* 0 = none */
  GCancellable *listing;    /* (owned) (nullable) */
  gboolean again;           /* there is news since that one began */
  GCancellable *checking;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (RollcallTimeLine, rollcall_time_line, ADW_TYPE_BIN)

static const char *
get_icon (const RollcallEvent *event)
{
  switch (event->kind)
    {
    case ROLLCALL_EVENT_DECISION:
    case ROLLCALL_EVENT_POLICY_DECISION:
      return event->to != ROLLCALL_STATUS_NONE ? rollcall_words_status_icon (event->to) : "document-edit-symbolic";
    case ROLLCALL_EVENT_MERGE:
      return "edit-copy-symbolic";
    case ROLLCALL_EVENT_PURGE:
      return "user-trash-symbolic";
    case ROLLCALL_EVENT_SITE_SERVER:
      return "network-server-symbolic";
    default:
      return "view-list-symbolic";
    }
}

static char *
describe_requests (const RollcallEvent *event, guint n)
{
  gboolean copied = FALSE;

  g_variant_lookup (event->details, "copied_key", "b", &copied);
  if (copied)
    return g_strdup (C_ ("event", "Asked with a key that belongs to another computer"));
  if (n == 1)
    return g_strdup (C_ ("event", "Asked to be managed"));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Asked %'u time", "Asked %'u times", n), n);
}

static char *
describe_decision (const RollcallEvent *event, const char *who)
{
  const char *status = event->to != ROLLCALL_STATUS_NONE ? rollcall_words_status (event->to) : "";

  /* Translators: %1$s is a status, %2$s a person or a policy */
  return g_strdup_printf (C_ ("event", "%1$s by %2$s"), status, who);
}

static char *
describe (const RollcallEvent *event, guint n)
{
  g_autofree char *who = rollcall_text_make_plain (event->actor_name);
  g_autofree char *policy = rollcall_words_decided_by (ROLLCALL_DECIDER_POLICY, event->actor_name);
  gboolean given = FALSE;

  switch (event->kind)
    {
    case ROLLCALL_EVENT_REQUEST:
      return describe_requests (event, n);
    case ROLLCALL_EVENT_POLICY_DECISION:
      return describe_decision (event, policy);
    case ROLLCALL_EVENT_DECISION:
      return describe_decision (event, who);
    case ROLLCALL_EVENT_MERGE:
      return g_strdup (C_ ("event", "Another key was merged into it"));
    case ROLLCALL_EVENT_PUSH:
      return g_strdup_printf (C_ ("event", "Installed by push by %s"), who);
    case ROLLCALL_EVENT_TRUST_GRANTED:
      return g_strdup (C_ ("event", "Trust was granted"));
    case ROLLCALL_EVENT_REVOCATION_SEEN:
      return g_strdup (C_ ("event", "The agent learned of the revocation"));
    case ROLLCALL_EVENT_PURGE:
      return g_strdup (C_ ("event", "It left the list"));
    case ROLLCALL_EVENT_SITE_SERVER:
      g_variant_lookup (event->details, "site_server", "b", &given);
      return given ? g_strdup_printf (C_ ("event", "Made a site server by %s"), who)
                   : g_strdup (C_ ("event", "No longer a site server"));
    default:
      return g_strdup (rollcall_event_kind_to_string (event->kind));
    }
}

/* @oldest and @newest: the ends of a row of requests, or the same event. */
static RollcallMoment *
make_moment (const RollcallEvent *newest, const RollcallEvent *oldest, guint n)
{
  RollcallMoment *moment = g_object_new (ROLLCALL_TYPE_MOMENT, NULL);
  g_autofree char *to = rollcall_words_time (newest->at), *from = rollcall_words_time (oldest->at);
  g_autofree char *note = rollcall_text_make_plain (newest->note);

  moment->icon = get_icon (newest);
  moment->title = describe (newest, n);
  if (n > 1 && g_strcmp0 (from, to) != 0)
    /* Translators: from one time to another */
    moment->text = g_strdup_printf (C_ ("event", "%1$s to %2$s"), from, to);
  else
    moment->text = *note != '\0' ? g_strdup_printf ("%s\n%s", to, note) : g_steal_pointer (&to);
  return moment;
}

/* Requests one after another by the same key, that nothing came of. */
static gboolean
is_same_asking (const RollcallEvent *one, const RollcallEvent *other)
{
  const char *key = NULL, *other_key = NULL;
  gboolean copied = FALSE, other_copied = FALSE;

  if (one->kind != ROLLCALL_EVENT_REQUEST || other->kind != ROLLCALL_EVENT_REQUEST)
    return FALSE;
  g_variant_lookup (one->details, "fingerprint", "&s", &key);
  g_variant_lookup (other->details, "fingerprint", "&s", &other_key);
  g_variant_lookup (one->details, "copied_key", "b", &copied);
  g_variant_lookup (other->details, "copied_key", "b", &other_copied);
  return g_strcmp0 (key, other_key) == 0 && copied == other_copied;
}

static void
say (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), *text != '\0');
}

static void
fill (RollcallTimeLine *self, GPtrArray *events)
{
  g_autoptr (GPtrArray) moments = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < events->len;)
    {
      const RollcallEvent *newest = g_ptr_array_index (events, i), *oldest = newest;
      guint n = 1;

      while (i + n < events->len && is_same_asking (oldest, g_ptr_array_index (events, i + n)))
        oldest = g_ptr_array_index (events, i + n++);
      g_ptr_array_add (moments, make_moment (newest, oldest, n));
      i += n;
    }
  g_list_store_splice (self->moments, 0, g_list_model_get_n_items (G_LIST_MODEL (self->moments)), moments->pdata,
                       moments->len);
  if (events->len == 0)
    say (self->note, _ ("Nothing of it is kept on this computer yet."));
  else if (events->len == EVENTS_SHOWN)
    say (self->note, _ ("What is older is in the audit: rollcallctl audit."));
  else
    say (self->note, "");
}

static void list (RollcallTimeLine *self);

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallTimeLine) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = rollcall_history_list_finish (ROLLCALL_HISTORY (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->listing);
  if (events != NULL)
    fill (self, events);
  else
    say (self->note, error->message);
  if (self->again)
    list (self);
}

/* One after another: what comes often must not keep the first from ending. */
static void
list (RollcallTimeLine *self)
{
  self->again = self->listing != NULL;
  if (self->again)
    return;
  self->listing = g_cancellable_new ();
  rollcall_history_list_async (rollcall_session_get_history (self->session), self->id, EVENTS_SHOWN, self->listing,
                               listed_cb, g_object_ref (self));
}

static void
stop_listing (RollcallTimeLine *self)
{
  if (self->listing != NULL)
    g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
}

static void
events_added_cb (RollcallTimeLine *self, GArray *ids)
{
  for (guint i = 0; self->id != 0 && i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == self->id)
      {
        list (self);
        return;
      }
}

static void
say_checked (RollcallTimeLine *self, const RollcallHistoryRange *range)
{
  g_autofree char *text = NULL;

  if (range->broken != 0)
    text = g_strdup_printf (
        _ ("The chain is broken: event %'" G_GINT64_FORMAT " does not follow from what comes before it."),
        range->broken);
  else if (range->last == 0)
    text = g_strdup (_ ("No event is kept on this computer yet."));
  else
    text = g_strdup_printf (
        _ ("The chain is whole: events %'" G_GINT64_FORMAT " to %'" G_GINT64_FORMAT " follow from each other."),
        range->first, range->last);
  say (self->result, text);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
set_checking (RollcallTimeLine *self, gboolean checking)
{
  gtk_button_set_label (GTK_BUTTON (self->check), checking ? _ ("_Stop") : _ ("_Check the Chain"));
  gtk_widget_set_visible (self->spinner, checking);
}

static void
checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallTimeLine) self = user_data;
  g_autoptr (GError) error = NULL;
  RollcallHistoryRange range;

  g_clear_object (&self->checking);
  set_checking (self, FALSE);
  if (rollcall_history_get_range_finish (ROLLCALL_HISTORY (object), result, &range, &error))
    say_checked (self, &range);
  else
    say (self->result,
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? _ ("The check was stopped.") : error->message);
}

static void
check_cb (RollcallTimeLine *self)
{
  if (self->checking != NULL)
    {
      g_cancellable_cancel (self->checking);
      return;
    }
  self->checking = g_cancellable_new ();
  set_checking (self, TRUE);
  rollcall_history_verify_async (rollcall_session_get_history (self->session), self->checking, checked_cb,
                                 g_object_ref (self));
}

static void
setup_line (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *icon = gtk_image_new ();

  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (line), icon);
  gtk_box_append (GTK_BOX (line), words);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      if (i == 1)
        {
          gtk_widget_add_css_class (label, "dim-label");
          gtk_widget_add_css_class (label, "caption");
        }
      gtk_box_append (GTK_BOX (words), label);
    }
  gtk_list_item_set_child (item, line);
}

static void
bind_line (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  RollcallMoment *moment = gtk_list_item_get_item (item);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_next_sibling (icon));
  g_autofree char *all = g_strdup_printf ("%s, %s", moment->title, moment->text);

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), moment->icon);
  gtk_label_set_text (GTK_LABEL (title), moment->title);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (title)), moment->text);
  gtk_list_item_set_accessible_label (item, all);
}

void
rollcall_time_line_show (RollcallTimeLine *self, gint64 id)
{
  g_return_if_fail (ROLLCALL_IS_TIME_LINE (self) && self->session != NULL);
  if (id != self->id)
    {
      stop_listing (self);
      g_list_store_remove_all (self->moments);
      say (self->note, "");
    }
  self->id = id;
  if (id != 0)
    list (self);
}

void
rollcall_time_line_set_session (RollcallTimeLine *self, RollcallSession *session)
{
  g_return_if_fail (ROLLCALL_IS_TIME_LINE (self) && self->session == NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (rollcall_session_get_history_follower (session), "events-added",
                           G_CALLBACK (events_added_cb), self, G_CONNECT_SWAPPED);
}

static void
rollcall_time_line_dispose (GObject *object)
{
  RollcallTimeLine *self = ROLLCALL_TIME_LINE (object);

  stop_listing (self);
  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->moments);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rollcall_time_line_parent_class)->dispose (object);
}

static void
rollcall_time_line_class_init (RollcallTimeLineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rollcall_time_line_dispose;
}

static GtkLabel *
add_label (GtkWidget *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_visible (label, FALSE);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static GtkWidget *
make_foot (RollcallTimeLine *self)
{
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *work = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->note = add_label (foot);
  self->result = add_label (foot);
  self->check = gtk_button_new_with_mnemonic (_ ("_Check the Chain"));
  self->spinner = adw_spinner_new ();
  gtk_widget_set_visible (self->spinner, FALSE);
  gtk_box_append (GTK_BOX (work), self->check);
  gtk_box_append (GTK_BOX (work), self->spinner);
  gtk_box_append (GTK_BOX (foot), work);
  gtk_widget_add_css_class (foot, "details");
  g_signal_connect_swapped (self->check, "clicked", G_CALLBACK (check_cb), self);
  return foot;
}

static void
rollcall_time_line_init (RollcallTimeLine *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scroller = gtk_scrolled_window_new (), *view;

  self->moments = g_list_store_new (ROLLCALL_TYPE_MOMENT);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_line), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_line), NULL);
  view = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->moments)))),
                            factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  C_ ("accessible name", "History"), -1);
  gtk_widget_add_css_class (view, "time-line");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), make_foot (self));
  adw_bin_set_child (ADW_BIN (self), box);
}
