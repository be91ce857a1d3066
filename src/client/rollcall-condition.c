/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-condition.h"

#include <string.h>

#include "rollcall-cache-fields.h"

#define TEXT_LIMIT 4096
/* A million rows take about a second. */
#define SECONDS_LIMIT             20
#define OPERATIONS_PER_TIME_CHECK 5000
#define DAY_MS                    (24 * 60 * 60 * 1000.0)

struct _RollcallCondition
{
  sqlite3 *database;
  char *text;
  sqlite3_stmt *holds; /* (owned) of one row */
  sqlite3_stmt *list;  /* (owned) of all */
};

static void
days_ago (sqlite3_context *context, int n, sqlite3_value **values)
{
  double days = sqlite3_value_double (values[0]);
  sqlite3_result_int64 (context, (gint64) ((double) g_get_real_time () / 1000 - days * DAY_MS));
}

/* A column of the view as a person writes it: words for enumerations, NULL for nothing. */
static void
append_column (GString *sql, const RollcallField *field)
{
  if (field->words == NULL && (field->type == ROLLCALL_FIELD_INTEGER && !field->counts))
    g_string_append_printf (sql, "nullif (%s, 0) AS %s", field->name, field->name);
  else if (field->words == NULL)
    g_string_append (sql, field->name);
  else
    {
      g_string_append_printf (sql, "CASE %s", field->name);
      for (int value = 0; value < field->limit; value++)
        if (field->words (value) != NULL)
          g_string_append_printf (sql, " WHEN %d THEN '%s'", value, field->words (value));
      g_string_append_printf (sql, " END AS %s", field->name);
    }
}

int
rollcall_condition_set_up (sqlite3 *database)
{
  g_autoptr (GString) sql = g_string_new ("CREATE TEMP VIEW registration AS SELECT ");

  for (guint i = 0; i < rollcall_n_fields; i++)
    {
      g_string_append (sql, i > 0 ? ", " : "");
      append_column (sql, &rollcall_fields[i]);
    }
  g_string_append (sql, " FROM main.row");
  int rc = sqlite3_create_function_v2 (database, "days_ago", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, days_ago, NULL,
                                       NULL, NULL);
  return rc == SQLITE_OK ? sqlite3_exec (database, sql->str, NULL, NULL, NULL) : rc;
}

/* What the text may do: read rows, and compute with them. */
static int
authorize (gpointer user_data, int action, const char *first, const char *second, const char *database,
           const char *inside)
{
  static const char *const functions[] = { "abs",   "coalesce", "days_ago", "glob",  "ifnull", "iif",
                                           "instr", "length",   "like",     "lower", "ltrim",  "max",
                                           "min",   "nullif",   "round",    "rtrim", "substr", "substring",
                                           "trim",  "unicode",  "upper",    NULL };

  switch (action)
    {
    case SQLITE_SELECT:
      return SQLITE_OK;
    case SQLITE_READ:
      return g_strcmp0 (first, "registration") == 0 || g_strcmp0 (first, "row") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return g_strv_contains (functions, second) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
    }
}

static sqlite3_stmt *
prepare (RollcallCondition *condition, const char *before, int *offset, GError **error)
{
  /* the line ends keep a comment at the end of the text from taking the bracket with it */
  g_autofree char *sql = g_strconcat (before, condition->text, "\n)", NULL);
  sqlite3_stmt *statement = NULL;
  const char *rest = NULL;

  sqlite3_set_authorizer (condition->database, authorize, NULL);
  int rc = sqlite3_prepare_v3 (condition->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  int at = sqlite3_error_offset (condition->database);
  sqlite3_set_authorizer (condition->database, NULL, NULL);
  if (rc == SQLITE_OK && *rest == '\0' && sqlite3_stmt_readonly (statement))
    return statement;

  if (offset != NULL)
    *offset = rc != SQLITE_OK && rc != SQLITE_AUTH && at >= (int) strlen (before)
                  ? MIN (at - (int) strlen (before), (int) strlen (condition->text))
                  : -1;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s",
               rc == SQLITE_AUTH ? "only the fields of registrations and plain functions can be used"
               : rc != SQLITE_OK ? sqlite3_errmsg (condition->database)
                                 : "a bracket or a semicolon too many");
  sqlite3_finalize (statement);
  return NULL;
}

RollcallCondition *
rollcall_condition_new (sqlite3 *database, const char *text, int *offset, GError **error)
{
  g_autoptr (RollcallCondition) condition = g_new0 (RollcallCondition, 1);

  g_return_val_if_fail (database != NULL && text != NULL, NULL);
  if (offset != NULL)
    *offset = -1;
  if (strlen (text) > TEXT_LIMIT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "longer than %d bytes", TEXT_LIMIT);
      return NULL;
    }
  condition->database = database;
  condition->text = g_strdup (text);
  condition->list = prepare (condition, "SELECT id FROM registration WHERE (\n", offset, error);
  if (condition->list != NULL)
    condition->holds = prepare (condition, "SELECT id FROM registration WHERE id = ?1 AND (\n", offset, error);
  return condition->holds != NULL ? g_steal_pointer (&condition) : NULL;
}

void
rollcall_condition_free (RollcallCondition *condition)
{
  if (condition == NULL)
    return;
  sqlite3_finalize (condition->holds);
  sqlite3_finalize (condition->list);
  g_free (condition->text);
  g_free (condition);
}

const char *
rollcall_condition_get_text (RollcallCondition *condition)
{
  g_return_val_if_fail (condition != NULL, NULL);
  return condition->text;
}

typedef struct
{
  GCancellable *cancellable;
  gint64 deadline;
} Limits;

static int
is_over (gpointer user_data)
{
  Limits *limits = user_data;
  return g_cancellable_is_cancelled (limits->cancellable) || g_get_monotonic_time () > limits->deadline;
}

static gboolean
check (RollcallCondition *condition, int rc, const Limits *limits, GError **error)
{
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  if ((rc & 0xff) == SQLITE_INTERRUPT && limits != NULL && !g_cancellable_is_cancelled (limits->cancellable))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the condition takes longer than %d seconds", SECONDS_LIMIT);
  else if ((rc & 0xff) == SQLITE_INTERRUPT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  else
    g_set_error (error, G_IO_ERROR,
                 (rc & 0xff) == SQLITE_CORRUPT ? G_IO_ERROR_INVALID_DATA : G_IO_ERROR_INVALID_ARGUMENT, "%s",
                 sqlite3_errmsg (condition->database));
  return FALSE;
}

gboolean
rollcall_condition_holds (RollcallCondition *condition, gint64 id, gboolean *holds, GError **error)
{
  sqlite3_bind_int64 (condition->holds, 1, id);
  int rc = sqlite3_step (condition->holds);
  gboolean known = check (condition, rc, NULL, error);

  *holds = rc == SQLITE_ROW;
  sqlite3_reset (condition->holds);
  return known;
}

GArray *
rollcall_condition_list (RollcallCondition *condition, GCancellable *cancellable, GError **error)
{
  Limits limits = { cancellable, g_get_monotonic_time () + SECONDS_LIMIT * G_USEC_PER_SEC };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int rc;

  sqlite3_progress_handler (condition->database, OPERATIONS_PER_TIME_CHECK, is_over, &limits);
  while ((rc = sqlite3_step (condition->list)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (condition->list, 0);
      g_array_append_val (ids, id);
    }
  gboolean listed = check (condition, rc, &limits, error);
  sqlite3_reset (condition->list);
  sqlite3_progress_handler (condition->database, 0, NULL, NULL);
  return listed ? g_steal_pointer (&ids) : NULL;
}
