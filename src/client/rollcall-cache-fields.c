/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-cache-fields.h"

#define WORDS(name)                                                                                                    \
  static const char *name##_word (int value)                                                                           \
  {                                                                                                                    \
    return rollcall_##name##_to_string (value);                                                                        \
  }
WORDS (status)
WORDS (trust)
WORDS (origin)
WORDS (advice)
WORDS (decider_kind)

#define FIELD(field_name, field_type, member)                                                                          \
  { .name = field_name, .type = ROLLCALL_FIELD_##field_type, .offset = G_STRUCT_OFFSET (RollcallRegistration, member) }
#define COUNT(field_name, member)                                                                                      \
  { .name = field_name,                                                                                                \
    .type = ROLLCALL_FIELD_INTEGER,                                                                                    \
    .offset = G_STRUCT_OFFSET (RollcallRegistration, member),                                                          \
    .counts = TRUE }
#define WORD(field_name, member, last)                                                                                 \
  { .name = field_name,                                                                                                \
    .type = ROLLCALL_FIELD_WORD,                                                                                       \
    .offset = G_STRUCT_OFFSET (RollcallRegistration, member),                                                          \
    .limit = last + 1,                                                                                                 \
    .words = member##_word }

const RollcallField rollcall_fields[] = {
  COUNT ("id", id),
  COUNT ("revision", revision),
  WORD ("status", status, ROLLCALL_STATUS_REVOKED),
  WORD ("trust", trust, ROLLCALL_TRUST_REVOKED),
  WORD ("origin", origin, ROLLCALL_ORIGIN_PUSH),
  FIELD ("name", TEXT, computer.name),
  FIELD ("domain", TEXT, computer.domain),
  FIELD ("fqdn", TEXT, computer.fqdn),
  FIELD ("os", TEXT, computer.os),
  FIELD ("user", TEXT, computer.user),
  FIELD ("ips", TEXTS, computer.ips),
  FIELD ("macs", TEXTS, computer.macs),
  FIELD ("agent_version", TEXT, agent_version),
  FIELD ("fingerprint", TEXT, fingerprint),
  COUNT ("key_changes", key_changes),
  FIELD ("resource_id", INTEGER, resource_id),
  FIELD ("duplicate_of", INTEGER, duplicate_of),
  WORD ("advice", advice, ROLLCALL_ADVICE_CONFLICT),
  FIELD ("site_server", BOOLEAN, site_server),
  FIELD ("decided_by", TEXT, decided_by_name),
  { .name = "decided_by_kind",
    .type = ROLLCALL_FIELD_WORD,
    .offset = G_STRUCT_OFFSET (RollcallRegistration, decided_by),
    .limit = ROLLCALL_DECIDER_PUSH + 1,
    .words = decider_kind_word,
    .unsorted = TRUE },
  FIELD ("decided_at", INTEGER, decided_at),
  FIELD ("note", TEXT, note),
  FIELD ("first_requested", INTEGER, first_requested),
  FIELD ("last_requested", INTEGER, last_requested),
  COUNT ("request_count", request_count),
  FIELD ("last_contact", INTEGER, last_contact),
  FIELD ("revocation_seen_at", INTEGER, revocation_seen_at),
  FIELD ("purge_after", INTEGER, purge_after),
};
const guint rollcall_n_fields = G_N_ELEMENTS (rollcall_fields);

const RollcallField *
rollcall_field_find_sortable (const char *name)
{
  for (guint i = 0; i < rollcall_n_fields; i++)
    if (!rollcall_fields[i].unsorted && g_strcmp0 (rollcall_fields[i].name, name) == 0)
      return &rollcall_fields[i];
  return NULL;
}

const char *
rollcall_field_get_declaration (const RollcallField *field)
{
  switch (field->type)
    {
    case ROLLCALL_FIELD_TEXT:
    case ROLLCALL_FIELD_TEXTS:
      return "TEXT NOT NULL COLLATE NOCASE";
    case ROLLCALL_FIELD_INTEGER:
    case ROLLCALL_FIELD_WORD:
    case ROLLCALL_FIELD_BOOLEAN:
      return "INTEGER NOT NULL";
    default:
      g_return_val_if_reached (NULL);
    }
}

static int
bind_field (sqlite3_stmt *statement, int parameter, const RollcallField *field,
            const RollcallRegistration *registration)
{
  gconstpointer member = G_STRUCT_MEMBER_P (registration, field->offset);

  switch (field->type)
    {
    case ROLLCALL_FIELD_INTEGER:
      return sqlite3_bind_int64 (statement, parameter, *(const gint64 *) member);
    case ROLLCALL_FIELD_WORD:
    case ROLLCALL_FIELD_BOOLEAN:
      return sqlite3_bind_int (statement, parameter, *(const int *) member);
    case ROLLCALL_FIELD_TEXT:
      return sqlite3_bind_text (statement, parameter, *(char *const *) member, -1, SQLITE_STATIC);
    case ROLLCALL_FIELD_TEXTS:
      return sqlite3_bind_text (statement, parameter, g_strjoinv ("\n", *(char **const *) member), -1, g_free);
    default:
      g_return_val_if_reached (SQLITE_MISUSE);
    }
}

int
rollcall_fields_bind (sqlite3_stmt *statement, const RollcallRegistration *registration)
{
  int rc = SQLITE_OK;
  for (guint i = 0; i < rollcall_n_fields && rc == SQLITE_OK; i++)
    rc = bind_field (statement, (int) i + 1, &rollcall_fields[i], registration);
  return rc;
}

static char *
read_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);
  /* The file lies on a disk that others may have written to; what is shown must be UTF-8. */
  return g_utf8_make_valid (text != NULL ? text : "", -1);
}

static void
read_field (sqlite3_stmt *statement, int column, const RollcallField *field, RollcallRegistration *registration)
{
  gpointer member = G_STRUCT_MEMBER_P (registration, field->offset);

  switch (field->type)
    {
    case ROLLCALL_FIELD_INTEGER:
      *(gint64 *) member = sqlite3_column_int64 (statement, column);
      break;
    case ROLLCALL_FIELD_WORD:
      {
        int value = sqlite3_column_int (statement, column);
        *(int *) member = value >= 0 && value < field->limit ? value : 0;
        break;
      }
    case ROLLCALL_FIELD_BOOLEAN:
      *(gboolean *) member = sqlite3_column_int (statement, column) != 0;
      break;
    case ROLLCALL_FIELD_TEXT:
      g_free (*(char **) member);
      *(char **) member = read_text (statement, column);
      break;
    case ROLLCALL_FIELD_TEXTS:
      {
        g_autofree char *text = read_text (statement, column);
        g_strfreev (*(char ***) member);
        *(char ***) member = g_strsplit (text, "\n", -1);
        break;
      }
    default:
      g_return_if_reached ();
    }
}

RollcallRegistration *
rollcall_fields_read (sqlite3_stmt *statement)
{
  RollcallRegistration *registration = rollcall_registration_new ();
  for (guint i = 0; i < rollcall_n_fields; i++)
    read_field (statement, (int) i, &rollcall_fields[i], registration);
  return registration;
}

char *
rollcall_registration_get_search_text (const RollcallRegistration *registration)
{
  const RollcallComputer *computer = &registration->computer;
  g_autofree char *ips = g_strjoinv ("\n", computer->ips);
  g_autofree char *macs = g_strjoinv ("\n", computer->macs);
  g_autofree char *text = g_strjoin ("\n", computer->name, computer->fqdn, computer->domain, computer->user, ips, macs,
                                     registration->fingerprint, NULL);
  return g_utf8_casefold (text, -1);
}
