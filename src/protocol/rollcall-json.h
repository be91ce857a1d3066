/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "rollcall-problem.h"
#include "rollcall-time.h"

G_BEGIN_DECLS

#define ROLLCALL_BODY_LIMIT           (1024 * 1024)
#define ROLLCALL_JSON_DEPTH_LIMIT     16
#define ROLLCALL_STRING_LIMIT         1024
#define ROLLCALL_LIST_LIMIT           64
#define ROLLCALL_DECISION_ITEMS_LIMIT 10000

/* Parses untrusted JSON after a bounded scan: at most 16 levels, no duplicate members, valid UTF-8, no NUL (raw or
 * \u0000), no lone surrogates, integers within gint64. Errors: ROLLCALL_PROBLEM_INVALID with the pointer where it is
 * known. Returns: (transfer full) */
JsonNode *rollcall_json_parse (const char *text, gsize length, GError **error);

/* RFC 8785 (JCS); numbers are integers. Returns: (transfer full) */
char *rollcall_json_canonical (JsonNode *node);

/* A strict reader of one JSON object: each member is asked for by name and type; finish() refuses any member that was
 * not asked for. The first error sticks; later calls give zero values. Used for every body the service accepts; a
 * client reads answers with
 * @lenient, which ignores unknown members (API.md, Conventions). */
typedef struct _RollcallReader RollcallReader;
RollcallReader *rollcall_reader_new (JsonNode *node, gboolean lenient);
void rollcall_reader_free (RollcallReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallReader, rollcall_reader_free)
gboolean rollcall_reader_has (RollcallReader *reader, const char *member);
const char *rollcall_reader_string (RollcallReader *reader, const char *member, gsize minimum,
                                    gsize maximum); /* bytes */
const char *rollcall_reader_string_or_null (RollcallReader *reader, const char *member, gsize maximum);
gint64 rollcall_reader_integer (RollcallReader *reader, const char *member, gint64 minimum, gint64 maximum);
gint64 rollcall_reader_integer_or_null (RollcallReader *reader, const char *member, gint64 minimum,
                                        gint64 maximum); /* null -> 0 */
gboolean rollcall_reader_boolean (RollcallReader *reader, const char *member);
gint64 rollcall_reader_time_or_null (RollcallReader *reader, const char *member); /* null -> 0 */
char **rollcall_reader_strings (RollcallReader *reader, const char *member, guint limit,
                                gsize maximum);                                             /* (transfer full) */
JsonArray *rollcall_reader_array (RollcallReader *reader, const char *member, guint limit); /* (transfer none) */
JsonNode *rollcall_reader_object (RollcallReader *reader, const char *member);              /* (transfer none) */
void rollcall_reader_ignore (RollcallReader *reader, const char *member); /* read-only members in a PUT */
/* A nested reader whose pointers continue this one's; its error sticks to this one at its finish(). */
RollcallReader *rollcall_reader_enter (RollcallReader *reader, JsonNode *node, const char *member, int index);
/* Marks @member as wrong in a way that only the caller can tell. */
void rollcall_reader_fail (RollcallReader *reader, const char *member, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean rollcall_reader_finish (RollcallReader *reader, GError **error);

G_END_DECLS
