/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "rollcall-cache.h"

G_BEGIN_DECLS

/* The fields of a row as columns of the cache: the one list that its schema, its statements and its sort orders come
 * from. */
typedef enum
{
  ROLLCALL_FIELD_INTEGER,
  ROLLCALL_FIELD_WORD, /* an enumeration, by its number */
  ROLLCALL_FIELD_BOOLEAN,
  ROLLCALL_FIELD_TEXT,
  ROLLCALL_FIELD_TEXTS, /* a list, a line each */
} RollcallFieldType;

typedef struct
{
  const char *name;
  RollcallFieldType type;
  gsize offset;                     /* in RollcallRegistration */
  int limit;                        /* WORD: how many there are */
  gboolean unsorted;                /* no field of API.md by itself, so no index */
  gboolean counts;                  /* INTEGER: 0 is a number; else it is nothing */
  const char *(*words) (int value); /* (nullable) WORD: as API.md says it; NULL for nothing */
} RollcallField;

extern const RollcallField rollcall_fields[];
extern const guint rollcall_n_fields;

/* (nullable): NULL for what no report sorts by */
const RollcallField *rollcall_field_find_sortable (const char *name);

/* "INTEGER NOT NULL", "TEXT NOT NULL COLLATE NOCASE" */
const char *rollcall_field_get_declaration (const RollcallField *field);

/* Binds @registration's fields to the parameters 1.. of @statement. */
int rollcall_fields_bind (sqlite3_stmt *statement, const RollcallRegistration *registration);
/* The row that @statement stands on, whose columns 0.. are the fields. Returns: (transfer full) */
RollcallRegistration *rollcall_fields_read (sqlite3_stmt *statement);

/* What a text filter looks into, folded. Returns: (transfer full) */
char *rollcall_registration_get_search_text (const RollcallRegistration *registration);

G_END_DECLS
