/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report-model.h"
#include "rollcall-words.h"

static GArray *
make_ids (guint n, gboolean descending)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);

  for (guint i = 0; i < n; i++)
    {
      gint64 id = descending ? n - i : i + 1;
      g_array_append_val (ids, id);
    }
  return ids;
}

static void
test_by_id (void)
{
  g_autoptr (RollcallReportModel) model = rollcall_report_model_new (NULL);
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (model);
  g_autoptr (GArray) up = make_ids (1000, FALSE), down = make_ids (1000, TRUE), more = make_ids (1500, FALSE),
                     few = make_ids (2, FALSE);
  g_autoptr (GtkBitset) range = NULL;

  rollcall_report_model_set_ids (model, up, TRUE);
  gtk_selection_model_select_item (selection, 2, TRUE);
  rollcall_report_model_set_ids (model, down, TRUE);
  g_assert_true (gtk_selection_model_is_selected (selection, 997));
  g_assert_cmpuint (rollcall_report_model_get_n_selected (model), ==, 1);
  rollcall_report_model_set_ids (model, more, TRUE);
  range = gtk_selection_model_get_selection_in_range (selection, 0, 10);
  g_assert_cmpuint (gtk_bitset_get_size (range), ==, 1);
  g_assert_cmpuint (gtk_bitset_get_minimum (range), ==, 2);
  rollcall_report_model_set_ids (model, few, TRUE);
  g_assert_cmpuint (rollcall_report_model_get_n_selected (model), ==, 0);
}

static void
test_all (void)
{
  g_autoptr (RollcallReportModel) model = rollcall_report_model_new (NULL);
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (model);
  g_autoptr (GArray) ids = make_ids (1000, FALSE), more = make_ids (1001, FALSE), chosen = NULL;

  rollcall_report_model_set_ids (model, ids, TRUE);
  gtk_selection_model_select_all (selection);
  gtk_selection_model_unselect_item (selection, 0);
  g_assert_cmpuint (rollcall_report_model_get_n_selected (model), ==, 999);
  rollcall_report_model_set_ids (model, more, TRUE); /* a newcomer was not chosen */
  g_assert_cmpuint (rollcall_report_model_get_n_selected (model), ==, 999);
  rollcall_report_model_invert_selection (model);
  chosen = rollcall_report_model_list_selected (model);
  g_assert_cmpuint (chosen->len, ==, 2);
  g_assert_cmpint (g_array_index (chosen, gint64, 1), ==, 1001);
}

static void
test_slots (void)
{
  g_autoptr (RollcallReportModel) model = rollcall_report_model_new (NULL);
  g_autoptr (GArray) up = make_ids (10, FALSE), down = make_ids (10, TRUE);
  g_autoptr (RollcallRowSlot) slot = NULL, again = NULL;

  rollcall_report_model_set_ids (model, up, TRUE);
  slot = g_list_model_get_item (G_LIST_MODEL (model), 0);
  again = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_true (slot == again);
  g_assert_cmpint (rollcall_row_slot_get_id (slot), ==, 1);
  rollcall_report_model_set_ids (model, down, TRUE);
  g_assert_cmpint (rollcall_row_slot_get_id (slot), ==, 10);
}

static void
count (RollcallRowSlot *slot, guint *n)
{
  ++*n;
}

static void
test_time_passes (void)
{
  g_autoptr (RollcallReportModel) model = rollcall_report_model_new (NULL);
  g_autoptr (GArray) ids = make_ids (10, FALSE);
  g_autoptr (RollcallRowSlot) slot = NULL;
  guint changed = 0, passed = 0;

  rollcall_report_model_set_ids (model, ids, TRUE);
  slot = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_signal_connect (slot, "changed", G_CALLBACK (count), &changed);
  g_signal_connect (slot, "time-passed", G_CALLBACK (count), &passed);
  rollcall_report_model_time_passed (model);
  g_assert_cmpuint (passed, ==, 1);
  g_assert_cmpuint (changed, ==, 0); /* the row is not read anew */
}

static void
test_ages (void)
{
  static const struct
  {
    gint64 minutes;
    const char *age;
  } cases[] = {
    { 0, "just now" },         { 1, "1 minute ago" }, { 59, "59 minutes ago" },         { 60, "1 hour ago" },
    { 48 * 60, "2 days ago" }, { -1, "in 1 minute" }, { -47 * 60 - 59, "in 47 hours" }, { -49 * 60, "in 2 days" },
  };
  gint64 now = 1767605400000;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *age = rollcall_words_age (now - cases[i].minutes * 60 * 1000, now);
      g_assert_cmpstr (age, ==, cases[i].age);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/console/C6-selection-by-id", test_by_id);
  g_test_add_func ("/console/C2-select-all-invert", test_all);
  g_test_add_func ("/console/slots", test_slots);
  g_test_add_func ("/console/C2-time-passes", test_time_passes);
  g_test_add_func ("/console/C2-ages", test_ages);
  return g_test_run ();
}
