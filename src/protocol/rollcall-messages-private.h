/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-json-private.h"
#include "rollcall-messages.h"

G_BEGIN_DECLS

/* Bounds on what a server says: strings of up to 64 KiB, lists of up to what a body of its size can hold. */
#define ROLLCALL_ANSWER_STRING_LIMIT (64 * 1024)

/* Marks element @index of @member as wrong. */
void rollcall_reader_fail_element (RollcallReader *reader, const char *member, guint index, const char *detail);

void rollcall_reader_computer_addresses (RollcallReader *reader, RollcallComputer *computer);
void rollcall_reader_resource_keys (RollcallReader *reader, GPtrArray *keys, guint limit);

JsonNode *rollcall_json_node_take_object (JsonObject *object);
void rollcall_json_set_strings (JsonObject *object, const char *member, char **strings);
void rollcall_json_set_resource_keys (JsonObject *object, GPtrArray *keys);
/* 0 stands for null. */
void rollcall_json_set_id (JsonObject *object, const char *member, gint64 id);
void rollcall_json_set_time (JsonObject *object, const char *member, gint64 time);

/* Reads one of an enumeration's words; where it is none the reader fails. */
#define rollcall_reader_word(reader, member, name, value)                                                              \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    if (!rollcall_##name##_from_string (rollcall_reader_string (reader, member, 0, ROLLCALL_STRING_LIMIT), value))     \
      rollcall_reader_fail (reader, member, "This word is not known here.");                                           \
  }                                                                                                                    \
  G_STMT_END

G_END_DECLS
