/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Defines the to_string and from_string that ROLLCALL_DECLARE_WORDS declares. */
#define ROLLCALL_DEFINE_WORDS(Type, name, ...)                                                                         \
  static const char *const name##_words[] = { __VA_ARGS__ };                                                           \
  const char *rollcall_##name##_to_string (Type value)                                                                 \
  {                                                                                                                    \
    g_return_val_if_fail ((guint) value < G_N_ELEMENTS (name##_words), "");                                            \
    return name##_words[value];                                                                                        \
  }                                                                                                                    \
  gboolean rollcall_##name##_from_string (const char *word, Type *value)                                               \
  {                                                                                                                    \
    for (guint i = 0; word != NULL && i < G_N_ELEMENTS (name##_words); i++)                                            \
      if (g_strcmp0 (word, name##_words[i]) == 0)                                                                      \
        {                                                                                                              \
          *value = (Type) i;                                                                                           \
          return TRUE;                                                                                                 \
        }                                                                                                              \
    return FALSE;                                                                                                      \
  }
