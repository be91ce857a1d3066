/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TEST_CAP_S 20

/* Runs the main context until @condition holds; a test that waits longer than the cap fails. */
#define test_wait_until(condition)                                                                                     \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    gint64 test_end = g_get_monotonic_time () + TEST_CAP_S * G_USEC_PER_SEC;                                           \
    guint test_tick = g_timeout_add (10, test_go_on, NULL);                                                            \
    while (!(condition))                                                                                               \
      {                                                                                                                \
        g_assert_cmpint (g_get_monotonic_time (), <, test_end);                                                        \
        g_main_context_iteration (NULL, TRUE);                                                                         \
      }                                                                                                                \
    g_source_remove (test_tick);                                                                                       \
  }                                                                                                                    \
  G_STMT_END

static inline gboolean
test_go_on (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A GAsyncReadyCallback: @user_data is where the result goes. */
static inline void
test_take_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

G_END_DECLS
