/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-cache.h"

G_BEGIN_DECLS

/**
 * SECTION: a report as others read it (C7): what is written, by formats, and the work of writing it.
 *
 * What an agent said about itself is data in each of them. CSV, HTML and TEXT say what the report shows: control and
 * direction-changing characters are replaced, and what a spreadsheet would take for a formula has a ' before it. XML
 * and JSON have API.md's members and values of the same columns, and the id: such characters are written as numbers.
 */
typedef enum
{
  ROLLCALL_EXPORT_CSV,  /* RFC 4180 */
  ROLLCALL_EXPORT_HTML, /* a page; without a title, as a clipboard has it, the table alone */
  ROLLCALL_EXPORT_XML,
  ROLLCALL_EXPORT_JSON, /* an array of rows, as `rollcallctl export` writes it */
  ROLLCALL_EXPORT_TEXT, /* a line a row, a tab between columns */
} RollcallExportFormat;

typedef struct
{
  const char *field; /* of a row (API.md) */
  const char *title;
  char *(*get_text) (const RollcallRegistration *row, gsize limit); /* (transfer full): plain; any thread. (nullable):
                                                                     * the member's own value */
} RollcallExportColumn;

typedef struct
{
  RollcallExportFormat format;
  char *title;     /* (owned) (nullable) the report's */
  char *made;      /* (owned) (nullable) when, and whose */
  char *language;  /* (owned) (nullable) of the titles: "en" */
  GArray *columns; /* (owned) (element-type RollcallExportColumn) whose strings live on */
  guint n_rows;    /* appended so far */
} RollcallExport;

RollcallExport *rollcall_export_new (RollcallExportFormat format, const char *title, const char *made,
                                     const char *language, GArray *columns);
void rollcall_export_free (RollcallExport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallExport, rollcall_export_free)

void rollcall_export_append_head (RollcallExport *self, GString *out);
void rollcall_export_append_row (RollcallExport *self, const RollcallRegistration *row, GString *out);
void rollcall_export_append_foot (RollcallExport *self, GString *out);

typedef void (*RollcallExportProgress) (guint done, guint total, gpointer user_data);

/* Writes the rows of @ids (element-type gint64), in their order, to @file, in a thread with a connection of its own:
 * whole, or not at all: a cancelled or failed save leaves what stood there. Rows that are gone by then are left out.
 * @progress is called in this thread. finish: how many rows; -1 with @error (G_IO_ERROR) */
void rollcall_export_save_async (RollcallCache *cache, RollcallExport *export, GArray *ids, GFile *file,
                                 RollcallExportProgress progress, gpointer progress_data, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data); /* @export: (transfer full) */
gssize rollcall_export_save_finish (RollcallCache *cache, GAsyncResult *result, GError **error);

/* The same as two texts in memory, for a clipboard: TEXT and HTML of the same rows, of at most @limit bytes each or not
 * many more. finish: how many rows fit. */
void rollcall_export_copy_async (RollcallCache *cache, GArray *columns, GArray *ids, gsize limit,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gssize rollcall_export_copy_finish (RollcallCache *cache, GAsyncResult *result, GBytes **text, GBytes **html,
                                    GError **error);

G_END_DECLS
