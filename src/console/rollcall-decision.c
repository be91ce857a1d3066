/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-decision.h"

#include <glib/gi18n.h>

#include "rollcall-plain-text.h"
#include "rollcall-toast.h"
#include "rollcall-words.h"

/* A result's list shows no more than this; the report itself shows the rest. */
#define REFUSED_SHOWN 200

RollcallDecisionBatch *
rollcall_decision_make_batch (RollcallAction action, GArray *facts, const char *note)
{
  RollcallDecisionBatch *batch = rollcall_decision_batch_new (action, note);

  for (guint i = 0; i < facts->len; i++)
    {
      RollcallDecisionFacts *each = &g_array_index (facts, RollcallDecisionFacts, i);
      RollcallDecisionItem item = { .id = each->id, .revision = each->revision };

      if (rollcall_decision_applies (each->status, action))
        g_array_append_val (batch->items, item);
    }
  return batch;
}

gboolean
rollcall_decision_asks (RollcallAction action, guint n)
{
  return action == ROLLCALL_ACTION_REVOKE || n > 1;
}

static char *
make_heading (RollcallAction action, const char *name, guint n)
{
  if (name != NULL)
    /* Translators: %1$s is 'Allow', 'Block' or 'Revoke', %2$s the name of a computer */
    return g_strdup_printf (_ ("%1$s “%2$s”?"), rollcall_words_action (action), name);
  switch (action)
    {
    case ROLLCALL_ACTION_ALLOW:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Allow %'u Computer?", "Allow %'u Computers?", n), n);
    case ROLLCALL_ACTION_BLOCK:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Block %'u Computer?", "Block %'u Computers?", n), n);
    case ROLLCALL_ACTION_REVOKE:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Revoke %'u Computer?", "Revoke %'u Computers?", n), n);
    }
  g_return_val_if_reached (NULL);
}

static const char *
get_meaning (RollcallAction action)
{
  switch (action)
    {
    case ROLLCALL_ACTION_ALLOW:
      return _ ("Their agents receive policies and tasks. What was Blocked waits for its next request.");
    case ROLLCALL_ACTION_BLOCK:
      return _ ("Their agents receive nothing, and go on asking.");
    case ROLLCALL_ACTION_REVOKE:
      return _ ("Trust is taken back: at its next access the agent deletes its policies and tasks. "
                "A site server loses that role.");
    }
  g_return_val_if_reached ("");
}

/* R11, R16 */
static const char *
get_meaning_for_duplicate (void)
{
  return _ ("Both become one computer, with the key that asks now. The known key is trusted no longer then.");
}

static char *
make_body (RollcallAction action, guint n, guint n_selected)
{
  guint left = n_selected - n;

  if (left == 0)
    return g_strdup (get_meaning (action));
  g_autofree char *rest = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u selected computer is left as it is: its status does not take this decision.",
                   "%u selected computers are left as they are: their status does not take this "
                   "decision.",
                   left),
      left);
  return g_strdup_printf ("%s\n\n%s", get_meaning (action), rest);
}

static void
answered_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GtkEditable *note = g_object_get_data (G_OBJECT (dialog), "note");

  g_task_return_pointer (task, g_str_equal (response, "decide") ? g_strdup (gtk_editable_get_text (note)) : NULL,
                         g_free);
}

void
rollcall_decision_ask_async (GtkWidget *parent, RollcallAction action, const char *name, guint n, guint n_selected,
                             GtkWidget *shown, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *heading = make_heading (action, name, n);
  g_autofree char *body = shown != NULL ? g_strdup (get_meaning_for_duplicate ()) : make_body (action, n, n_selected);
  AdwDialog *dialog = adw_alert_dialog_new (heading, body);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);
  GtkWidget *list = gtk_list_box_new (), *note = adw_entry_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GTask *task = g_task_new (parent, NULL, callback, user_data);

  g_task_set_source_tag (task, rollcall_decision_ask_async);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (note), C_ ("decision", "Note for the audit history"));
  adw_entry_row_set_max_length (ADW_ENTRY_ROW (note), ROLLCALL_STRING_LIMIT);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (note), TRUE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), note);
  if (shown != NULL)
    {
      gtk_box_append (GTK_BOX (box), shown);
      adw_alert_dialog_set_prefer_wide_layout (alert, TRUE);
    }
  gtk_box_append (GTK_BOX (box), list);
  adw_alert_dialog_set_extra_child (alert, box);
  g_object_set_data (G_OBJECT (dialog), "note", note);

  adw_alert_dialog_add_responses (alert, "cancel", _ ("_Cancel"), "decide", rollcall_words_action (action), NULL);
  adw_alert_dialog_set_response_appearance (
      alert, "decide", action == ROLLCALL_ACTION_ALLOW ? ADW_RESPONSE_SUGGESTED : ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "decide");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (answered_cb), task);
  adw_dialog_present (dialog, parent);
}

char *
rollcall_decision_ask_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, rollcall_decision_ask_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static char *
describe_applied (RollcallAction action, const char *name, const RollcallDecisionResult *first, guint n)
{
  const char *status = rollcall_words_status (first->status);

  if (n == 1 && name != NULL && first->trust == ROLLCALL_TRUST_AWAITING_REQUEST)
    /* Translators: %s is the name of a computer */
    return g_strdup_printf (_ ("“%s” is Allowed, from its next request on"), name);
  if (n == 1 && name != NULL)
    /* Translators: %1$s is the name of a computer, %2$s a status */
    return g_strdup_printf (_ ("“%1$s” is %2$s"), name, status);
  /* Translators: %2$s is a status */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%1$u computer is %2$s", "%1$u computers are %2$s", n), n,
                          rollcall_words_status (rollcall_words_action_result (action)));
}

static GtkWidget *
make_refused_row (RollcallCache *cache, const RollcallDecisionResult *result)
{
  g_autoptr (RollcallRegistration) row = rollcall_cache_get_row (cache, result->id);
  g_autofree char *name = row != NULL ? rollcall_text_make_plain (row->computer.name) : NULL;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, result->id);
  GtkWidget *made = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (made), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (made), name != NULL ? name : number);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (made), 1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (made), rollcall_words_refusal (result->refusal));
  return made;
}

static void
show_refused (GtkWidget *parent, RollcallCache *cache, const char *applied, GArray *refused)
{
  AdwDialog *dialog;
  GtkWidget *list = gtk_list_box_new (), *scroller = gtk_scrolled_window_new ();
  g_autofree char *heading = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u Computer Was Not Changed", "%u Computers Were Not Changed", refused->len),
      refused->len);
  g_autoptr (GString) body = g_string_new (applied);

  if (refused->len > REFUSED_SHOWN)
    g_string_append_printf (body, "%s%s", body->len > 0 ? "\n" : "", _ ("The first ones are listed."));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < refused->len && i < REFUSED_SHOWN; i++)
    gtk_list_box_append (GTK_LIST_BOX (list),
                         make_refused_row (cache, &g_array_index (refused, RollcallDecisionResult, i)));
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  dialog = adw_alert_dialog_new (heading, body->str);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), scroller);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, parent);
}

void
rollcall_decision_tell (GtkWidget *parent, RollcallCache *cache, RollcallAction action, const char *name,
                        GArray *results)
{
  g_autoptr (GArray) refused = g_array_new (FALSE, FALSE, sizeof (RollcallDecisionResult));
  const RollcallDecisionResult *first = NULL;
  g_autofree char *applied = NULL;

  for (guint i = 0; i < results->len; i++)
    {
      RollcallDecisionResult *result = &g_array_index (results, RollcallDecisionResult, i);

      if (result->refusal != ROLLCALL_REFUSAL_NONE)
        g_array_append_val (refused, *result);
      else if (first == NULL)
        first = result;
    }
  if (first != NULL)
    applied = describe_applied (action, name, first, results->len - refused->len);
  if (refused->len > 0)
    show_refused (parent, cache, applied != NULL ? applied : "", refused);
  else if (applied != NULL)
    rollcall_toast_show (parent, applied);
}

void
rollcall_decision_tell_error (GtkWidget *parent, const GError *error)
{
  AdwDialog *dialog;
  g_autofree char *what = rollcall_text_make_plain (error->message);
  g_autofree char *body = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    body = g_strdup (_ ("It was stopped. What was decided before stays decided; the report shows what did change."));
  else if (rollcall_client_error_is_unreachable (error))
    body = g_strdup_printf (_ ("The service was not reached: %s\n\nThe report shows what did change as soon as the "
                               "service is back."),
                            what);
  else
    body = g_strdup_printf (_ ("The service refused: %s"), what);
  dialog = adw_alert_dialog_new (_ ("The Decision Was Not Completed"), body);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, parent);
}
