/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "rollcall-cache-file.h"
#include "rollcall-condition.h"

G_BEGIN_DECLS

struct _RollcallCacheFile
{
  sqlite3 *database;
  sqlite3_stmt *get_row;
  sqlite3_stmt *get_facts;
  sqlite3_stmt *put_row;
  sqlite3_stmt *put_search;

  /* The report that was listed last: its rows, kept up to date with what is written. */
  RollcallCondition *condition; /* (owned) (nullable) */
  GByteArray *members;          /* (owned) (nullable) a bit an id */
};

typedef sqlite3_stmt Statement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Statement, sqlite3_finalize)

/* FALSE and @error for what is not SQLITE_OK, SQLITE_ROW or SQLITE_DONE. */
gboolean rollcall_cache_file_check (RollcallCacheFile *file, int rc, GError **error);
gboolean rollcall_cache_file_execute (RollcallCacheFile *file, const char *sql, GError **error);
sqlite3_stmt *rollcall_cache_file_prepare (RollcallCacheFile *file, const char *sql, GError **error);
/* From now on @cancellable (nullable) stops what runs on the connection. */
void rollcall_cache_file_watch (RollcallCacheFile *file, GCancellable *cancellable);

/* The rows @touched (element-type gint64) were written: whether they belong to the report is asked anew. */
gboolean rollcall_cache_file_update_members (RollcallCacheFile *file, const GArray *touched, GError **error);

void rollcall_cache_file_forget_members (RollcallCacheFile *file);

G_END_DECLS
