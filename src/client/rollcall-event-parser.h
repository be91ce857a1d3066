/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RollcallEventParser: reads Server-Sent Events (WHATWG HTML, 9.2.6) from pieces of any size, with bounds: a line and
 * an event's data are 64 KiB at most. Ids and retry times are not of interest here: the cache's revision says where to
 * go on.
 */
typedef struct _RollcallEventParser RollcallEventParser;

/* @type: "message" where the stream names none; @data: its data lines. Both last until the function returns. */
typedef void (*RollcallEventFunc) (const char *type, const char *data, gpointer user_data);

RollcallEventParser *rollcall_event_parser_new (RollcallEventFunc func, gpointer user_data); /* (transfer full) */
void rollcall_event_parser_free (RollcallEventParser *parser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallEventParser, rollcall_event_parser_free)

/* Calls the function for each event that ends in @bytes. Errors: G_IO_ERROR_INVALID_DATA beyond a bound or without
 * valid UTF-8. */
gboolean rollcall_event_parser_feed (RollcallEventParser *parser, const char *bytes, gsize length, GError **error);

G_END_DECLS
