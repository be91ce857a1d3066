/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-report.h"

#include <glib/gi18n.h>

#define FILE_LIMIT  (64 * 1024)
#define TEXT_LIMIT  4096
#define DEPTH_LIMIT 6

struct _RollcallReport
{
  GObject parent_instance;
  char *id;
  gboolean own;
  char **folders;
  char *title;
  char *description;
  char *condition; /* (nullable) */
  char *sort;      /* (nullable) */
};

G_DEFINE_FINAL_TYPE (RollcallReport, rollcall_report, G_TYPE_OBJECT)

/* While a file is read. */
typedef struct
{
  RollcallReport *report;
  GStrvBuilder *folders;
  guint n_folders;
  GString *text; /* (nullable) of the element that is open */
} Reading;

static void
start_element (GMarkupParseContext *context, const char *name, const char **attributes, const char **values,
               gpointer user_data, GError **error)
{
  static const char *const names[] = { "folder", "title", "description", "condition", "sort", NULL };
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  guint depth = g_slist_length ((GSList *) stack);
  Reading *reading = user_data;

  if (depth == 1 && g_str_equal (name, "report"))
    return;
  if (depth == 2 && g_strv_contains (names, name))
    reading->text = g_string_new (NULL);
  else
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_UNKNOWN_ELEMENT, "a report has no element ‘%s’ there", name);
}

static void
take_text (Reading *reading, const char *name, char *text)
{
  RollcallReport *report = reading->report;

  if (g_str_equal (name, "folder") && reading->n_folders < DEPTH_LIMIT)
    {
      g_strv_builder_add (reading->folders, text);
      reading->n_folders++;
    }
  else if (g_str_equal (name, "title"))
    g_set_str (&report->title, text);
  else if (g_str_equal (name, "description"))
    g_set_str (&report->description, text);
  else if (g_str_equal (name, "condition") && *text != '\0')
    g_set_str (&report->condition, text);
  else if (g_str_equal (name, "sort") && *text != '\0')
    g_set_str (&report->sort, text);
}

static void
end_element (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  if (reading->text == NULL)
    return;
  g_autoptr (GString) text = g_steal_pointer (&reading->text);
  if (text->len > TEXT_LIMIT)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "‘%s’ is longer than %d bytes", name,
                 TEXT_LIMIT);
  else
    take_text (reading, name, g_strstrip (text->str));
}

static void
add_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  if (reading->text != NULL)
    g_string_append_len (reading->text, text, (gssize) length);
}

RollcallReport *
rollcall_report_new_from_xml (const char *id, gboolean own, const char *text, gsize length, GError **error)
{
  static const GMarkupParser parser = { .start_element = start_element, .end_element = end_element, .text = add_text };
  g_autoptr (RollcallReport) report = g_object_new (ROLLCALL_TYPE_REPORT, NULL);
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  Reading reading = { .report = report, .folders = folders };

  g_return_val_if_fail (id != NULL && text != NULL, NULL);
  if (length > FILE_LIMIT)
    {
      g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "longer than %d bytes", FILE_LIMIT);
      return NULL;
    }
  report->id = g_strdup (id);
  report->own = own;
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &reading, NULL);
  gboolean read = g_markup_parse_context_parse (context, text, (gssize) length, error) &&
                  g_markup_parse_context_end_parse (context, error);
  if (reading.text != NULL)
    g_string_free (reading.text, TRUE);
  if (!read)
    return NULL;
  if (report->title == NULL || *report->title == '\0' || reading.n_folders == 0)
    {
      g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_MISSING_ATTRIBUTE, "it has no title or no folder");
      return NULL;
    }
  report->folders = g_strv_builder_end (folders);
  return g_steal_pointer (&report);
}

RollcallReport *
rollcall_report_new (const char *id, const char *const *folders, const char *title, const char *description,
                     const char *condition)
{
  RollcallReport *report = g_object_new (ROLLCALL_TYPE_REPORT, NULL);

  report->id = g_strdup (id);
  report->own = TRUE;
  report->folders = g_strdupv ((char **) folders);
  report->title = g_strdup (title);
  report->description = g_strdup (description);
  report->condition = condition != NULL && *condition != '\0' ? g_strdup (condition) : NULL;
  return report;
}

static void
append_element (GString *xml, const char *name, const char *text)
{
  g_autofree char *element = NULL;

  if (text == NULL || *text == '\0')
    return;
  element = g_markup_printf_escaped ("  <%s>%s</%s>\n", name, text, name);
  g_string_append (xml, element);
}

char *
rollcall_report_to_xml (RollcallReport *self)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<report>\n");

  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  for (guint i = 0; self->folders[i] != NULL; i++)
    append_element (xml, "folder", self->folders[i]);
  append_element (xml, "title", self->title);
  append_element (xml, "description", self->description);
  append_element (xml, "condition", self->condition);
  append_element (xml, "sort", self->sort);
  g_string_append (xml, "</report>\n");
  return g_string_free_and_steal (xml);
}

const char *
rollcall_report_get_id (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  return self->id;
}

gboolean
rollcall_report_is_own (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), FALSE);
  return self->own;
}

const char *const *
rollcall_report_get_folders (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  return (const char *const *) self->folders;
}

const char *
rollcall_report_get_title (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  return self->own ? self->title : g_dpgettext2 (GETTEXT_PACKAGE, "report", self->title);
}

const char *
rollcall_report_get_description (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  if (self->description == NULL || *self->description == '\0')
    return "";
  return self->own ? self->description : g_dpgettext2 (GETTEXT_PACKAGE, "report", self->description);
}

const char *
rollcall_report_get_condition (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  return self->condition;
}

const char *
rollcall_report_get_sort (RollcallReport *self)
{
  g_return_val_if_fail (ROLLCALL_IS_REPORT (self), NULL);
  return self->sort;
}

const char *
rollcall_report_translate_folder (const char *folder)
{
  /* a folder of a person's own is most likely not known, and stays as it is */
  return *folder != '\0' ? g_dpgettext2 (GETTEXT_PACKAGE, "report", folder) : folder;
}

static void
rollcall_report_finalize (GObject *object)
{
  RollcallReport *self = ROLLCALL_REPORT (object);

  g_free (self->id);
  g_strfreev (self->folders);
  g_free (self->title);
  g_free (self->description);
  g_free (self->condition);
  g_free (self->sort);
  G_OBJECT_CLASS (rollcall_report_parent_class)->finalize (object);
}

static void
rollcall_report_class_init (RollcallReportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rollcall_report_finalize;
}

static void
rollcall_report_init (RollcallReport *self)
{
}
