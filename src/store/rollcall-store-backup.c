/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups, and how a store goes on that was one. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "rollcall-store-private.h"

#define MARK         "backup-made-at" /* a counter: when this file was made as a backup */
#define KEPT_AFTER   "changes-kept-after"
#define EPOCH        (G_GINT64_CONSTANT (1) << 32) /* more revisions than a store uses up between a backup and its use */
#define EPOCH_LENGTH "4294967296"

static int
mark (sqlite3 *target, gint64 at)
{
  g_autofree char *sql = g_strdup_printf ("INSERT OR REPLACE INTO counters VALUES ('" MARK "', %" G_GINT64_FORMAT ")",
                                          at);

  return sqlite3_exec (target, sql, NULL, NULL, NULL);
}

gboolean
rollcall_store_backup (RollcallStore *self, const char *path, gint64 at, GError **error)
{
  sqlite3 *target = NULL;
  sqlite3_backup *backup;
  int file = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), result = SQLITE_ERROR;

  if (file < 0)
    {
      rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The backup %s cannot be made: %s", path,
                            g_strerror (errno));
      return FALSE;
    }
  close (file);
  if (sqlite3_open_v2 (path, &target, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
      (backup = sqlite3_backup_init (target, "main", self->database, "main")) != NULL)
    {
      /* In one step: this connection's read transaction makes it one consistent state while others write. */
      sqlite3_backup_step (backup, -1);
      result = sqlite3_backup_finish (backup);
    }
  if (result == SQLITE_OK)
    result = sqlite3_exec (target, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
  if (result == SQLITE_OK && at > 0)
    result = mark (target, at);
  sqlite3_close (target);
  if (result == SQLITE_OK)
    return TRUE;
  g_unlink (path);
  rollcall_problem_set (error, ROLLCALL_PROBLEM_UNAVAILABLE, NULL, "The backup failed: %s", sqlite3_errstr (result));
  return FALSE;
}

/* Every revision moves up by a whole number of epochs, beyond all that were ever given out from this store: those that
 * a console holds of what came after the backup name nothing any longer, and so do those from before, whose rows it may
 * have seen change. */
static gboolean
move_revisions (RollcallStore *self, gint64 *latest, GError **error)
{
  gint64 before = rollcall_store_get_latest_revision (self, error), by = (before / EPOCH + 1) * EPOCH;
  static const char *const statements[] = {
    "UPDATE registrations SET revision = revision + ?1, matching_revision = matching_revision + ?1",
    "UPDATE removed SET revision = revision + ?1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      sqlite3_stmt *statement = rollcall_store_prepare (self, statements[i], error);

      if (statement == NULL)
        return FALSE;
      sqlite3_bind_int64 (statement, 1, by);
      if (!rollcall_store_run (self, statement, error))
        return FALSE;
    }
  *latest = before + by;
  return rollcall_store_set_counter (self, "latest-revision", *latest, error) &&
         rollcall_store_set_counter (self, KEPT_AFTER, by - 1, error);
}

static gboolean
note_restore (RollcallStore *self, gint64 made_at, gint64 now, GError **error)
{
  g_autofree char *time = rollcall_time_format (made_at);
  g_autoptr (RollcallEvent)
      event = rollcall_event_new (ROLLCALL_EVENT_SETTINGS_CHANGE, now, ROLLCALL_ACTOR_SERVICE, "");

  g_free (event->note);
  event->note = g_strdup_printf ("restored from the backup of %s", time);
  return rollcall_store_append_event (self, event, error) && rollcall_store_set_counter (self, MARK, 0, error);
}

gboolean
rollcall_store_take_up_backup (RollcallStore *self, gint64 now, gint64 *made_at, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gint64 latest = 0;

  *made_at = rollcall_store_get_counter (self, MARK, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (*made_at == 0)
    return TRUE;
  if (!rollcall_store_begin (self, error))
    return FALSE;
  if (move_revisions (self, &latest, error) && note_restore (self, *made_at, now, error))
    return rollcall_store_commit (self, error);
  rollcall_store_rollback (self);
  return FALSE;
}

gboolean
rollcall_store_is_kept (RollcallStore *self, gint64 since, GError **error)
{
  return since == 0 || since > rollcall_store_get_counter (self, KEPT_AFTER, error);
}
