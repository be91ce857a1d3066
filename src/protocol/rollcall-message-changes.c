/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-messages-private.h"

void
rollcall_change_free (RollcallChange *change)
{
  g_clear_pointer (&change->registration, rollcall_registration_free);
  g_free (change);
}

void
rollcall_changes_free (RollcallChanges *changes)
{
  g_ptr_array_unref (changes->items);
  g_free (changes);
}

static void
append_change (GString *text, const RollcallChange *change)
{
  g_string_append_printf (text, "{\"op\":\"%s\",\"revision\":%" G_GINT64_FORMAT ",",
                          change->registration != NULL ? "put" : "remove", change->revision);
  if (change->registration != NULL)
    {
      g_string_append (text, "\"registration\":");
      rollcall_registration_append_json (change->registration, text);
    }
  else
    {
      g_string_append_printf (text, "\"id\":%" G_GINT64_FORMAT ",\"into\":", change->id);
      if (change->into != 0)
        g_string_append_printf (text, "%" G_GINT64_FORMAT, change->into);
      else
        g_string_append (text, "null");
    }
  g_string_append_c (text, '}');
}

char *
rollcall_changes_to_json (const RollcallChanges *changes)
{
  g_autoptr (GString) text = g_string_new ("{\"items\":[");

  for (guint i = 0; i < changes->items->len; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_change (text, g_ptr_array_index (changes->items, i));
    }
  g_string_append_printf (text, "],\"latest\":%" G_GINT64_FORMAT ",\"more\":%s}", changes->latest,
                          changes->more ? "true" : "false");
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
read_put (RollcallReader *reader, RollcallChange *change)
{
  JsonNode *node = rollcall_reader_object (reader, "registration");
  g_autoptr (GError) error = NULL;

  if (node == NULL)
    return;
  change->registration = rollcall_registration_from_json (node, &error);
  if (change->registration == NULL)
    rollcall_reader_fail (reader, "registration", "A row is not valid: %s", error->message);
  else
    change->id = change->registration->id;
}

static RollcallChange *
read_change (RollcallReader *reader)
{
  RollcallChange *change = g_new0 (RollcallChange, 1);
  const char *op = rollcall_reader_string (reader, "op", 1, ROLLCALL_STRING_LIMIT);

  change->revision = rollcall_reader_integer (reader, "revision", 1, G_MAXINT64);
  if (g_str_equal (op, "put"))
    read_put (reader, change);
  else if (g_str_equal (op, "remove"))
    {
      change->id = rollcall_reader_integer (reader, "id", 1, G_MAXINT64);
      change->into = rollcall_reader_integer_or_null (reader, "into", 1, G_MAXINT64);
    }
  else
    rollcall_reader_fail (reader, "op", "This word is not known here.");
  return change;
}

RollcallChanges *
rollcall_changes_from_json (JsonNode *node, GError **error)
{
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);
  g_autoptr (RollcallChanges) changes = g_new0 (RollcallChanges, 1);
  JsonArray *array = rollcall_reader_array (reader, "items", G_MAXUINT);
  gint64 newest = 0;

  changes->items = g_ptr_array_new_with_free_func ((GDestroyNotify) rollcall_change_free);
  changes->latest = rollcall_reader_integer (reader, "latest", 0, G_MAXINT64);
  changes->more = rollcall_reader_boolean (reader, "more");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (RollcallReader) item = rollcall_reader_enter (reader, json_array_get_element (array, i), "items", i);
      RollcallChange *change = read_change (item);

      g_ptr_array_add (changes->items, change);
      /* whoever goes on from 'latest' would lose what came out of order */
      if (change->revision <= newest || change->revision > changes->latest)
        rollcall_reader_fail (item, "revision", "The changes are not in order of revision.");
      newest = change->revision;
      if (!rollcall_reader_finish (item, NULL))
        break;
    }
  return rollcall_reader_finish (reader, error) ? g_steal_pointer (&changes) : NULL;
}
