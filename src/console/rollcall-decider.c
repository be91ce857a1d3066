/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-decider.h"

#include <glib/gi18n.h>

#include "rollcall-comparison.h"
#include "rollcall-decision.h"
#include "rollcall-menu.h"
#include "rollcall-plain-text.h"

struct _RollcallDecider
{
  GObject parent_instance;
  GtkWidget *parent;         /* (not owned) */
  RollcallReportView *view;  /* (not owned) */
  RollcallWorkBar *bar;      /* (not owned) */
  RollcallSession *session;  /* (owned) */
  RollcallReportList *list;  /* (owned) */
  GCancellable *cancellable; /* (owned) cancelled: closed */

  GtkWidget *menu; /* (nullable) the last one that was opened */
  GArray *facts;   /* (owned) (nullable) what the menu is about */
  char *name;      /* (owned) (nullable) of the computer, where it is one */

  RollcallAction action; /* of the decision under way */
};

G_DEFINE_FINAL_TYPE (RollcallDecider, rollcall_decider, G_TYPE_OBJECT)

/* Why nothing can be decided now; NULL where it can. */
static const char *
get_obstacle (RollcallDecider *self)
{
  if (rollcall_work_bar_is_busy (self->bar))
    return _ ("A decision is under way");
  switch (rollcall_follower_get_state (rollcall_session_get_follower (self->session)))
    {
    case ROLLCALL_FOLLOWER_CONNECTING:
    case ROLLCALL_FOLLOWER_AWAY:
      return _ ("Read-only: the service is not reached");
    case ROLLCALL_FOLLOWER_REFUSED:
      return _ ("Read-only: the service does not accept your token");
    case ROLLCALL_FOLLOWER_ONLINE:
      break;
    }
  return rollcall_follower_get_role (rollcall_session_get_follower (self->session)) == ROLLCALL_ROLE_VIEWER
             ? _ ("Read-only: your role is viewer")
             : NULL;
}

static void
menu_closed_cb (RollcallDecider *self)
{
  rollcall_report_list_set_held (self->list, ROLLCALL_HOLD_MENU, FALSE);
  rollcall_report_view_grab_focus (self->view);
}

typedef struct
{
  RollcallDecider *decider; /* (owned) */
  GdkRectangle at;
} MenuRequest;

/* Returns: (transfer full) (nullable): what the menu is about, where it is one row alone */
static RollcallRegistration *
get_only_row (RollcallDecider *self)
{
  if (self->facts->len != 1)
    return NULL;
  return rollcall_cache_get_row (rollcall_session_get_cache (self->session),
                                 g_array_index (self->facts, RollcallDecisionFacts, 0).id);
}

static void
open_menu (RollcallDecider *self, GArray *facts, const GdkRectangle *at)
{
  guint n_selected = rollcall_report_model_get_n_selected (rollcall_report_list_get_model (self->list));
  g_autoptr (GMenuModel) menu = NULL;

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->facts, g_array_unref);
  g_clear_pointer (&self->name, g_free);
  self->facts = g_array_ref (facts);
  g_autoptr (RollcallRegistration) row = get_only_row (self);
  self->name = row != NULL ? rollcall_text_make_plain (row->computer.name) : NULL;
  menu = rollcall_menu_new (facts, n_selected, row != NULL && row->duplicate_of != 0, get_obstacle (self));
  self->menu = gtk_popover_menu_new_from_model (menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->menu), GTK_POS_BOTTOM);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), at);
  /* A child of what has a layout manager, which presents it anew when its size changes: its separators come late. */
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self->view));
  rollcall_menu_name_items (GTK_POPOVER_MENU (self->menu));
  g_signal_connect_object (self->menu, "closed", G_CALLBACK (menu_closed_cb), self, G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
facts_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  MenuRequest *request = user_data;
  g_autoptr (RollcallDecider) self = request->decider;
  GdkRectangle at = request->at;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) facts = rollcall_cache_list_decision_facts_finish (ROLLCALL_CACHE (object), result, &error);

  g_free (request);
  if (facts != NULL && !g_cancellable_is_cancelled (self->cancellable))
    open_menu (self, facts, &at);
  else
    rollcall_report_list_set_held (self->list, ROLLCALL_HOLD_MENU, FALSE);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("the selected rows cannot be read: %s", error->message);
}

void
rollcall_decider_open_menu (RollcallDecider *self, double x, double y)
{
  g_return_if_fail (ROLLCALL_IS_DECIDER (self));
  g_autoptr (GArray) ids = rollcall_report_model_list_selected (rollcall_report_list_get_model (self->list));
  MenuRequest *request;

  if (ids->len == 0)
    return;
  request = g_new0 (MenuRequest, 1);
  request->decider = g_object_ref (self);
  request->at = (GdkRectangle) { (int) x, (int) y, 1, 1 };
  rollcall_report_list_set_held (self->list, ROLLCALL_HOLD_MENU, TRUE);
  rollcall_cache_list_decision_facts_async (rollcall_session_get_cache (self->session), ids, self->cancellable,
                                            facts_cb, request);
}

static void
progress_cb (guint done, guint total, gpointer user_data)
{
  RollcallDecider *self = user_data;

  if (!g_cancellable_is_cancelled (self->cancellable))
    rollcall_work_bar_tell (done, total, self->bar);
}

static void
decided_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallDecider) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) results = rollcall_client_decide_finish (ROLLCALL_CLIENT (object), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  rollcall_work_bar_end (self->bar);
  if (results != NULL)
    rollcall_decision_tell (self->parent, rollcall_session_get_cache (self->session), self->action, self->name,
                            results);
  else
    rollcall_decision_tell_error (self->parent, error);
}

static void
decide (RollcallDecider *self, const char *note)
{
  g_autoptr (RollcallDecisionBatch) batch = rollcall_decision_make_batch (self->action, self->facts, note);

  GCancellable *cancellable = rollcall_work_bar_begin (self->bar);
  rollcall_client_decide_async (rollcall_session_get_client (self->session), batch, progress_cb, self, cancellable,
                                decided_cb, g_object_ref (self));
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RollcallDecider) self = user_data;
  g_autofree char *note = rollcall_decision_ask_finish (result);

  if (note != NULL && !g_cancellable_is_cancelled (self->cancellable) && !rollcall_work_bar_is_busy (self->bar))
    decide (self, note);
}

/* Nobody allows a duplicate without having seen which computer it may be. Returns: (nullable) */
static GtkWidget *
compare_first (RollcallDecider *self)
{
  g_autoptr (RollcallRegistration) row = self->action == ROLLCALL_ACTION_ALLOW ? get_only_row (self) : NULL;
  g_autoptr (RollcallRegistration)
      known = row != NULL && row->duplicate_of != 0
                  ? rollcall_cache_get_row (rollcall_session_get_cache (self->session), row->duplicate_of)
                  : NULL;

  return known != NULL ? rollcall_comparison_new (row, known) : NULL;
}

void
rollcall_decider_decide (RollcallDecider *self, RollcallAction action)
{
  g_autoptr (RollcallDecisionBatch) batch = NULL;

  g_return_if_fail (ROLLCALL_IS_DECIDER (self));
  if (self->facts == NULL || get_obstacle (self) != NULL)
    return;
  self->action = action;
  batch = rollcall_decision_make_batch (action, self->facts, "");
  if (batch->items->len == 0)
    return;
  GtkWidget *comparison = compare_first (self);
  if (comparison != NULL || rollcall_decision_asks (action, batch->items->len))
    rollcall_decision_ask_async (self->parent, action, self->name, batch->items->len, self->facts->len, comparison,
                                 asked_cb, g_object_ref (self));
  else
    decide (self, "");
}

void
rollcall_decider_close (RollcallDecider *self)
{
  g_return_if_fail (ROLLCALL_IS_DECIDER (self));
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
}

static void
rollcall_decider_finalize (GObject *object)
{
  RollcallDecider *self = ROLLCALL_DECIDER (object);

  g_clear_pointer (&self->facts, g_array_unref);
  g_free (self->name);
  g_object_unref (self->list);
  g_object_unref (self->session);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (rollcall_decider_parent_class)->finalize (object);
}

static void
rollcall_decider_class_init (RollcallDeciderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_decider_finalize;
}

static void
rollcall_decider_init (RollcallDecider *self)
{
  self->cancellable = g_cancellable_new ();
}

RollcallDecider *
rollcall_decider_new (GtkWidget *parent, RollcallReportView *view, RollcallSession *session, RollcallReportList *list,
                      RollcallWorkBar *bar)
{
  RollcallDecider *self = g_object_new (ROLLCALL_TYPE_DECIDER, NULL);

  self->parent = parent;
  self->view = view;
  self->bar = bar;
  self->session = g_object_ref (session);
  self->list = g_object_ref (list);
  return self;
}
