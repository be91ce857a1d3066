/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <microhttpd.h>

#include "rollcall-addresses.h"
#include "rollcall-clock.h"
#include "rollcall-metrics.h"
#include "rollcall-service.h"
#include "rollcall-store.h"
#include "rollcall-tls.h"

G_BEGIN_DECLS

#define ROLLCALL_LIST_DEFAULT  200
#define ROLLCALL_LIST_MAXIMUM  1000
#define ROLLCALL_BACKUP_PREFIX "backup-" /* of a file in the data directory that is about to be sent */

typedef struct _RollcallCall RollcallCall;
typedef struct _RollcallRoute RollcallRoute;

struct _RollcallService
{
  char *data_directory, *store_path;
  int lock_file;  /* held while this process serves from the directory */
  gint64 started; /* seconds since 1970 */
  RollcallMetrics *metrics;
  RollcallTls *tls;
  gboolean own_certificate; /* and so renewed here */
  gint64 renew_at;          /* when to try that again; monotonic microseconds */
  GPtrArray *daemons;       /* (element-type MHD_Daemon) */
  RollcallLimits limits;
  RollcallAddresses *addresses;
  GThreadPool *readers; /* long reads, away from the threads that serve connections */

  /* the writer's own */
  GThread *writer;
  RollcallStore *store;
  RollcallSettings *settings; /* NULL: to be read anew */
  RollcallPolicySet *policies;
  char *secured, *secured_etag; /* what trusted agents are given; NULL: to be made anew */
  GHashTable *site_servers;     /* (element-type gint64) the registrations that @secured names */
  gboolean forgot;              /* the present job changed what is kept above */
  gint64 purge_at;              /* when the daily purge is due, by the service's clock */
  gint64 progress;              /* (atomic) when it last got on with something; monotonic microseconds */

  GMutex lock;    /* guards what follows */
  GCond queued;   /* a job came, or closing */
  GCond answered; /* n_open fell */
  GQueue jobs;    /* (element-type RollcallCall) */
  gboolean closing;
  gint64 latest;     /* revision that is on disk */
  GPtrArray *stores; /* (element-type RollcallStore) those that read */
  GList *streams;
  guint n_open; /* calls that are not yet answered */
};

/* One request over HTTP. Handlers fill the answer or set an error. */
struct _RollcallCall
{
  RollcallService *service;
  struct MHD_Connection *connection;
  const RollcallRoute *route; /* (nullable): none was found */
  RollcallStore *store;       /* of the thread that handles it */
  RollcallAddress address;
  gboolean crowded; /* its address has more requests under way than it may */
  gint64 started;   /* monotonic microseconds */
  gboolean handled;
  char *method; /* (nullable): the headers are not here yet */
  char *path;   /* as it was sent */
  GByteArray *body;
  gsize n_received; /* bytes of the body, of which @body has none that nobody will read */
  gboolean ends_connection;
  GError *refusal; /* (nullable) known before the body came */

  char *fingerprint; /* (nullable) the agent's */
  char *person;      /* (nullable) the token's name */
  gint64 expires;    /* the token's, or 0 */
  gboolean guessed;  /* its token is none */
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
  char *ended_person; /* (nullable) whose streams end once this call is on disk */
  char *note;         /* (nullable) for the log: what came of it; may hold what an agent said */
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
/* Where a handler runs. */
typedef enum
{
  ROLLCALL_WORK_QUICK, /* in the connection's thread, which others wait for */
  ROLLCALL_WORK_LONG,  /* in a reader's: its time grows with the store */
  ROLLCALL_WORK_WRITE, /* in the writer's */
} RollcallWorkKind;
struct _RollcallRoute
{
  const char *method, *pattern; /* a segment {id} or {name} is taken from the path */
  RollcallCaller caller;
  RollcallWorkKind work;
  RollcallHandler handle;
};
extern const RollcallRoute rollcall_routes[];
extern const guint rollcall_n_routes;

/* Finds the route and who calls. FALSE with an error for what is refused. */
gboolean rollcall_call_route (RollcallCall *call, GError **error);

/* Who calls. */
gboolean rollcall_call_identify_agent (RollcallCall *call, GError **error);
gboolean rollcall_call_identify_person (RollcallCall *call, GError **error);
/* SHA-256 of a PEM public key's DER. Returns: (transfer full) */
char *rollcall_public_key_get_fingerprint (const char *pem, GError **error);

/* A call and its answer. */
RollcallCall *rollcall_call_new (RollcallService *service, struct MHD_Connection *connection, const char *target);
void rollcall_call_free (RollcallCall *call);
/* Sets @store to the present thread's own, which reads. */
gboolean rollcall_call_open_store (RollcallCall *call, GError **error);
const char *rollcall_call_get_query (RollcallCall *call, const char *name); /* (nullable); UTF-8 */
gboolean rollcall_call_get_integer (RollcallCall *call, const char *name, gint64 absent, gint64 minimum, gint64 maximum,
                                    gint64 *value, GError **error);
gboolean rollcall_call_get_limit (RollcallCall *call, guint *limit, GError **error);
JsonNode *rollcall_call_parse_body (RollcallCall *call, GError **error);
void rollcall_call_answer_node (RollcallCall *call, guint status, JsonNode *node); /* (transfer full) */
void rollcall_call_answer_text (RollcallCall *call, guint status, char *text);     /* (transfer full) */
/* {"items", "next"}. @nodes: (element-type JsonNode); @next: (nullable) */
void rollcall_call_answer_items (RollcallCall *call, GPtrArray *nodes, const char *next);
/* The page that was asked for of a list that is here whole, each item with an id or else a name; cuts @nodes. */
gboolean rollcall_call_answer_page (RollcallCall *call, GPtrArray *nodes, GError **error);
void rollcall_call_answer_error (RollcallCall *call, const GError *error);
/* Cursors go into addresses: base64 with the letters of RFC 4648, 5. Both change @text. Returns: @text */
char *rollcall_cursor_to_address (char *text);
char *rollcall_cursor_from_address (char *text);

/* Threads for reads that take long. FALSE: the service is busy or closing. */
GThreadPool *rollcall_readers_new (GError **error);
gboolean rollcall_readers_push (RollcallCall *call);

/* The writer. FALSE: the service is busy or closing. */
gboolean rollcall_writer_push (RollcallCall *call);
gpointer rollcall_writer_run (gpointer service);
void rollcall_writer_note_progress (RollcallService *service);
/* For handlers that write. */
gboolean rollcall_writer_load_context (RollcallService *service, RollcallContext *context, GError **error);
gboolean rollcall_writer_apply (RollcallService *service, RollcallOutcome *outcome, const RollcallContext *context,
                                GError **error);
void rollcall_writer_forget (RollcallService *service); /* what is kept of settings and policies */
gboolean rollcall_writer_purge (RollcallService *service, gint64 *removed, GError **error);

/* The change stream. */
struct MHD_Response *rollcall_stream_respond (RollcallCall *call);
void rollcall_streams_wake (RollcallService *service, gboolean all);             /* with the lock held */
void rollcall_streams_end_person (RollcallService *service, const char *person); /* likewise */

/* Makes what a first start needs in @directory, and renews the server's certificate when it is about to expire; where
 * that fails it says so in the log and the old one goes on. */
gboolean rollcall_certificates_ensure (const char *directory, GError **error);
#define ROLLCALL_CERTIFICATE_RENEWED_BEFORE (30 * G_GINT64_CONSTANT (86400)) /* s before it expires */
gboolean rollcall_certificate_is_due (gint64 expiry);
/* Refuses a file that others than its owner can read or write; one that is absent is fine. */
gboolean rollcall_private_file_check (const char *path, GError **error);
/* The same for one that all may read. */
gboolean rollcall_public_file_check (const char *path, GError **error);
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
