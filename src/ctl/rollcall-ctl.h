/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gi18n.h>

#include "rollcall-client.h"

G_BEGIN_DECLS

/* API.md, 'Programs'. */
typedef enum
{
  ROLLCALL_CTL_DONE = 0,
  ROLLCALL_CTL_REFUSED = 1,
  ROLLCALL_CTL_USAGE = 2,
  ROLLCALL_CTL_NOT_REACHED = 3,
} RollcallCtlExit;

/* One run of the program. */
typedef struct
{
  RollcallClient *client; /* (nullable): NULL for a verb that needs none */
  const char *ca_file;    /* (nullable): the system's authorities */
  gboolean yes;           /* do not ask before what cannot be undone */
  gboolean json;          /* print what the service answered */
  RollcallCtlExit exit;   /* REFUSED where the verb did its work, and part of it was refused */
} RollcallCtl;

/* A verb. Its errors become the exit status: ROLLCALL_PROBLEM_ERROR: REFUSED; G_OPTION_ERROR and G_FILE_ERROR (the
 * person's files): USAGE; what rollcall_client_error_is_unreachable() says: NOT_REACHED. */
typedef struct
{
  const char *name;            /* "policy add" */
  const char *arguments;       /* (nullable) for its help: "ID..." */
  const char *summary;         /* untranslated */
  const GOptionEntry *entries; /* (nullable) its own options */
  int minimum;                 /* of arguments */
  int maximum;                 /* -1: any number */
  gboolean (*run) (RollcallCtl *ctl, char **arguments, GError **error);
  gboolean needs_no_service; /* where it has an argument */
} RollcallCtlVerb;

/* Each group's verbs end with an empty one. */
extern const RollcallCtlVerb rollcall_ctl_agent_verbs[];
extern const RollcallCtlVerb rollcall_ctl_audit_verbs[];
extern const RollcallCtlVerb rollcall_ctl_backup_verbs[];
extern const RollcallCtlVerb rollcall_ctl_decision_verbs[];
extern const RollcallCtlVerb rollcall_ctl_export_verbs[];
extern const RollcallCtlVerb rollcall_ctl_policy_verbs[];
extern const RollcallCtlVerb rollcall_ctl_purging_verbs[];
extern const RollcallCtlVerb rollcall_ctl_push_verbs[];
extern const RollcallCtlVerb rollcall_ctl_registration_verbs[];
extern const RollcallCtlVerb rollcall_ctl_settings_verbs[];
extern const RollcallCtlVerb rollcall_ctl_site_server_verbs[];
extern const RollcallCtlVerb rollcall_ctl_token_verbs[];

/* All of them, group by group, and the options that any verb takes. */
extern const RollcallCtlVerb *const rollcall_ctl_groups[];
extern const GOptionEntry rollcall_ctl_common_entries[];
/* The verb that @words begin with: the one of more words first. (nullable) */
const RollcallCtlVerb *rollcall_ctl_find_verb (char **words, guint *n_words);

/* For the shells' completion: prints what may stand in place of the last of @words, which begins with it: a line each,
 * with a tab and a description after it; ":file" and ":host" stand for what the shell itself knows. */
void rollcall_ctl_complete (char **words);

/* Tells the person what went wrong, and whether it was about one thing of several: @about (nullable). Returns: the exit
 * status that it means */
RollcallCtlExit rollcall_ctl_tell_error (const char *about, const GError *error);

/* A GAsyncReadyCallback that puts the result where @user_data points, and the wait for it. */
void rollcall_ctl_take_result (GObject *source, GAsyncResult *result, gpointer user_data);
void rollcall_ctl_wait (GAsyncResult **result);

/* Calls and waits. @body: (transfer full) (nullable). @answer (out) (optional) (nullable): what came, NULL for 204. */
gboolean rollcall_ctl_call (RollcallCtl *ctl, const char *method, const char *path, JsonNode *body, JsonNode **answer,
                            GError **error);
/* GET of an object; an answer of another kind is an error. Returns: (transfer full): holds an object */
JsonNode *rollcall_ctl_get (RollcallCtl *ctl, const char *path, GError **error);
/* As rollcall_ctl_call(), and prints the answer if the person asked for JSON. */
gboolean rollcall_ctl_ask (RollcallCtl *ctl, const char *method, const char *path, JsonNode *body, JsonNode **answer,
                           GError **error);

/* GETs a list (API.md, 'Lists') page by page. @func gets each page's items, all of them objects. */
typedef gboolean (*RollcallCtlPageFunc) (JsonArray *items, gpointer user_data, GError **error);
gboolean rollcall_ctl_each_page (RollcallCtl *ctl, const char *path, RollcallCtlPageFunc func, gpointer user_data,
                                 GError **error);

/* Asks the person before what cannot be undone; nobody is asked who is no terminal, or said --yes. FALSE, which the
 * exit status tells, where the answer is not yes. */
gboolean rollcall_ctl_confirm (RollcallCtl *ctl, const char *question);
/* Whether there is somebody to ask. */
gboolean rollcall_ctl_asks (RollcallCtl *ctl);

/* An id, 1 or more, as a person wrote it. G_OPTION_ERROR where it is none. */
gboolean rollcall_ctl_parse_id (const char *text, gint64 *id, GError **error);
/* "/v1/THINGS/ID" + @rest. Returns: (transfer full): NULL and G_OPTION_ERROR where @text is no id */
char *rollcall_ctl_path_of_id (const char *things, const char *text, const char *rest, GError **error);
/* (transfer full): a node of @object (transfer full) */
JsonNode *rollcall_ctl_node_new (JsonObject *object);
/* What may be sent back of @node, an object that came from the service, which may say more. Returns: (transfer full) */
JsonNode *rollcall_ctl_node_with (JsonNode *node, const char *const *members);

/* Prints @node as JSON in which no character acts on the terminal. */
void rollcall_ctl_print_json (JsonNode *node);
/* The same, in one line, not ended. Returns: (transfer full) */
char *rollcall_ctl_json_to_line (JsonNode *node);

/* What a column or a line shows of an object. */
typedef struct
{
  const char *title; /* untranslated */
  const char *path;  /* of the member: "name", "decided_by.name" */
  gboolean whole;    /* not cut where the terminal is narrow */
} RollcallCtlColumn;

/* The member at @path as text; "" where it is null or not there; not made plain. Returns: (transfer full) */
char *rollcall_ctl_get_text (JsonObject *object, const char *path);

/* A table that fits the terminal. Titles are printed before the first rows. */
typedef struct _RollcallCtlTable RollcallCtlTable;
RollcallCtlTable *rollcall_ctl_table_new (const RollcallCtlColumn *columns, guint n_columns);
void rollcall_ctl_table_free (RollcallCtlTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallCtlTable, rollcall_ctl_table_free)
void rollcall_ctl_table_add (RollcallCtlTable *table, JsonObject *object);
/* Prints the rows added since the last time; the first time settles the columns' widths. */
void rollcall_ctl_table_print (RollcallCtlTable *table);

/* Prints the objects of the array @member of @object as a table after an empty line, if it has any. */
void rollcall_ctl_print_objects (JsonObject *object, const char *member, const RollcallCtlColumn *columns,
                                 guint n_columns);
/* The rows of a preview's sample. */
void rollcall_ctl_print_sample (JsonObject *object);

/* Lists @path as a table, or as JSON if the person asked for it. */
gboolean rollcall_ctl_list (RollcallCtl *ctl, const char *path, const RollcallCtlColumn *columns, guint n_columns,
                            GError **error);
/* A file being written that takes @path's place once it is whole, and only then. @private: for its owner alone. */
typedef struct _RollcallCtlFile RollcallCtlFile;
RollcallCtlFile *rollcall_ctl_file_new (const char *path, gboolean private, GError **error);
GOutputStream *rollcall_ctl_file_get_stream (RollcallCtlFile *file); /* (transfer none) */
gboolean rollcall_ctl_file_write (RollcallCtlFile *file, const char *text, GError **error);
gboolean rollcall_ctl_file_finish (RollcallCtlFile *file, GError **error);
void rollcall_ctl_file_free (RollcallCtlFile *file); /* leaves @path as it was unless it was finished */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RollcallCtlFile, rollcall_ctl_file_free)

/* Prints "TITLE: TEXT" lines of @object, without those that are empty. */
void rollcall_ctl_print_facts (JsonObject *object, const RollcallCtlColumn *facts, guint n_facts);

G_END_DECLS
