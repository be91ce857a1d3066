/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <microhttpd.h>

#include "rollcall-clock.h"
#include "rollcall-service.h"
#include "rollcall-store.h"

G_BEGIN_DECLS

typedef struct _RollcallCall RollcallCall;
typedef struct _RollcallRoute RollcallRoute;

struct _RollcallService
{
  char *data_directory, *store_path;
  char *certificate, *key; /* PEM */
  GPtrArray *daemons;      /* (element-type MHD_Daemon) */

  /* the writer's own */
  GThread *writer;
  RollcallStore *store;
  RollcallSettings *settings; /* NULL: to be read anew */
  RollcallPolicySet *policies;

  GMutex lock; /* guards what follows */
  GCond queued;
  GQueue jobs; /* (element-type RollcallCall) */
  gboolean closing;
  gint64 latest; /* revision that is on disk */
  GList *streams;
  gint64 purged_day; /* the writer looked at this day of its clock */
  guint64 n_calls, n_errors;
};

/* One request over HTTP. Handlers fill the answer or set an error. */
struct _RollcallCall
{
  RollcallService *service;
  struct MHD_Connection *connection;
  const RollcallRoute *route;
  RollcallStore *store;
  gint64 started; /* monotonic microseconds */
  gboolean handled;
  char *method, *path;
  GByteArray *body;
  gboolean too_large;

  char *fingerprint; /* (nullable) the agent's */
  char *person;      /* (nullable) the token's name */
  RollcallRole role;
  gint64 id;  /* of the path */
  char *name; /* (nullable) of the path */

  guint status;
  char *answer; /* (nullable) */
  const char *type;
  char *etag;         /* (nullable) */
  char *file;         /* (nullable) sent and then removed, instead of @answer */
  gint64 retry_after; /* seconds; 0: none */
  gboolean is_stream;
};

typedef gboolean (*RollcallHandler) (RollcallCall *call, GError **error);
typedef enum
{
  ROLLCALL_CALLER_NOBODY,
  ROLLCALL_CALLER_AGENT,
  ROLLCALL_CALLER_VIEWER,
  ROLLCALL_CALLER_OPERATOR,
  ROLLCALL_CALLER_ADMINISTRATOR,
} RollcallCaller;
struct _RollcallRoute
{
  const char *method, *pattern; /* a segment {id} or {name} is taken from the path */
  RollcallCaller caller;
  gboolean writes;
  RollcallHandler handle;
};
extern const RollcallRoute rollcall_routes[];
extern const guint rollcall_n_routes;

/* Finds the route and who calls. FALSE with an error for what is refused. */
gboolean rollcall_call_route (RollcallCall *call, GError **error);
/* The identity of the client's certificate. Returns: (transfer full) (nullable) */
char *rollcall_connection_get_fingerprint (struct MHD_Connection *connection);
/* SHA-256 of a PEM public key's DER. Returns: (transfer full) */
char *rollcall_public_key_get_fingerprint (const char *pem, GError **error);
const char *rollcall_call_get_query (RollcallCall *call, const char *name); /* (nullable) */
gboolean rollcall_call_get_integer (RollcallCall *call, const char *name, gint64 absent, gint64 minimum, gint64 maximum,
                                    gint64 *value, GError **error);
JsonNode *rollcall_call_parse_body (RollcallCall *call, GError **error);
void rollcall_call_answer_node (RollcallCall *call, guint status, JsonNode *node);  /* (transfer full) */
void rollcall_call_answer_text (RollcallCall *call, guint status, char *text);      /* (transfer full) */
void rollcall_call_answer_items (RollcallCall *call, GPtrArray *nodes, char *next); /* both (transfer full) */
void rollcall_call_answer_error (RollcallCall *call, const GError *error);
void rollcall_call_free (RollcallCall *call);

/* The writer. FALSE: the service is closing. */
gboolean rollcall_writer_push (RollcallCall *call);
gpointer rollcall_writer_run (gpointer service);
/* For handlers that write. */
gboolean rollcall_writer_load_context (RollcallService *service, RollcallContext *context, GError **error);
gboolean rollcall_writer_apply (RollcallService *service, RollcallOutcome *outcome, const RollcallContext *context,
                                GError **error);
void rollcall_writer_forget_rules (RollcallService *service); /* settings or policies changed */
gboolean rollcall_writer_purge (RollcallService *service, gint64 *removed, GError **error);

/* The change stream. */
struct MHD_Response *rollcall_stream_respond (RollcallCall *call);
void rollcall_streams_wake (RollcallService *service, gboolean all); /* with the lock held */

/* First start. */
gboolean rollcall_certificates_ensure (const char *directory, GError **error);
char *rollcall_private_file_read (const char *path, GError **error);
gboolean rollcall_private_file_write (const char *path, const char *text, int mode, GError **error);
char *rollcall_token_make (void); /* (transfer full): text of a new token */
char *rollcall_token_hash (const char *text);

/* Handlers (API.md). */
#define ROLLCALL_DECLARE_HANDLER(name) gboolean rollcall_handle_##name (RollcallCall *call, GError **error);
ROLLCALL_DECLARE_HANDLER (agent_registration)
ROLLCALL_DECLARE_HANDLER (agent_policies)
ROLLCALL_DECLARE_HANDLER (agent_tasks)
ROLLCALL_DECLARE_HANDLER (agent_task_result)
ROLLCALL_DECLARE_HANDLER (whoami)
ROLLCALL_DECLARE_HANDLER (list)
ROLLCALL_DECLARE_HANDLER (show)
ROLLCALL_DECLARE_HANDLER (row_audit)
ROLLCALL_DECLARE_HANDLER (audit)
ROLLCALL_DECLARE_HANDLER (changes)
ROLLCALL_DECLARE_HANDLER (stream)
ROLLCALL_DECLARE_HANDLER (summary)
ROLLCALL_DECLARE_HANDLER (site_servers)
ROLLCALL_DECLARE_HANDLER (decisions)
ROLLCALL_DECLARE_HANDLER (site_server_add)
ROLLCALL_DECLARE_HANDLER (site_server_remove)
ROLLCALL_DECLARE_HANDLER (push)
ROLLCALL_DECLARE_HANDLER (policies)
ROLLCALL_DECLARE_HANDLER (policy_show)
ROLLCALL_DECLARE_HANDLER (policy_add)
ROLLCALL_DECLARE_HANDLER (policy_set)
ROLLCALL_DECLARE_HANDLER (policy_remove)
ROLLCALL_DECLARE_HANDLER (policy_preview)
ROLLCALL_DECLARE_HANDLER (purging)
ROLLCALL_DECLARE_HANDLER (purging_set)
ROLLCALL_DECLARE_HANDLER (purging_preview)
ROLLCALL_DECLARE_HANDLER (purge)
ROLLCALL_DECLARE_HANDLER (settings)
ROLLCALL_DECLARE_HANDLER (settings_set)
ROLLCALL_DECLARE_HANDLER (agent_policy_list)
ROLLCALL_DECLARE_HANDLER (agent_policy_add)
ROLLCALL_DECLARE_HANDLER (agent_policy_set)
ROLLCALL_DECLARE_HANDLER (agent_policy_remove)
ROLLCALL_DECLARE_HANDLER (task_add)
ROLLCALL_DECLARE_HANDLER (tokens)
ROLLCALL_DECLARE_HANDLER (token_add)
ROLLCALL_DECLARE_HANDLER (token_remove)
ROLLCALL_DECLARE_HANDLER (backup)
ROLLCALL_DECLARE_HANDLER (healthz)
ROLLCALL_DECLARE_HANDLER (readyz)
ROLLCALL_DECLARE_HANDLER (metrics)

G_END_DECLS
