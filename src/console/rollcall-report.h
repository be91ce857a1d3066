/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RollcallReport: what a report is: where it hangs in the tree, its title, which rows it has (RollcallCondition). One
 * is an XML file: those of the program are in data/reports/, a person's own in the user's data folder. Never changes.
 */
#define ROLLCALL_TYPE_REPORT (rollcall_report_get_type ())
G_DECLARE_FINAL_TYPE (RollcallReport, rollcall_report, ROLLCALL, REPORT, GObject)

/* @id: the file's name without .xml. @own: a person's own, whose words are not translated. Errors: G_MARKUP_ERROR; what
 * the file says is bounded. Returns: (transfer full) */
RollcallReport *rollcall_report_new_from_xml (const char *id, gboolean own, const char *text, gsize length,
                                              GError **error);
/* A person's own. @folders: (array zero-terminated=1); @condition (nullable) */
RollcallReport *rollcall_report_new (const char *id, const char *const *folders, const char *title,
                                     const char *description, const char *condition);
/* Returns: (transfer full): the file's text */
char *rollcall_report_to_xml (RollcallReport *self);

const char *rollcall_report_get_id (RollcallReport *self);
gboolean rollcall_report_is_own (RollcallReport *self);
const char *const *rollcall_report_get_folders (RollcallReport *self); /* as the file has them, the highest first */
const char *rollcall_report_get_title (RollcallReport *self);          /* translated */
const char *rollcall_report_get_description (RollcallReport *self);    /* translated; "" for none */
const char *rollcall_report_get_condition (RollcallReport *self);      /* (nullable): every row */
const char *rollcall_report_get_sort (RollcallReport *self);           /* (nullable): a field of a row */
const char *rollcall_report_translate_folder (const char *folder);

G_END_DECLS
