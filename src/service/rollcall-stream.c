/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/changes/stream: Server-Sent Events (WHATWG HTML, 9.2). A stream sleeps as a suspended connection. */
#include "rollcall-service-private.h"

#define QUIET (G_USEC_PER_SEC * 10) /* a comment line after that; API.md: at least every 15 s */

typedef struct
{
  RollcallService *service;
  struct MHD_Connection *connection;
  char *person;
  gint64 expires; /* the person's token, or 0 */
  gboolean asleep;
  gboolean ended; /* the token was removed */
  gint64 sent;    /* revision; -1: nothing yet */
  gint64 sent_at; /* monotonic microseconds */
} Stream;

static void
wake (Stream *stream)
{
  if (!stream->asleep)
    return;
  stream->asleep = FALSE;
  MHD_resume_connection (stream->connection);
}

void
rollcall_streams_wake (RollcallService *service, gboolean all)
{
  gint64 now = g_get_monotonic_time ();

  for (GList *link = service->streams; link != NULL; link = link->next)
    if (all || now - ((Stream *) link->data)->sent_at >= QUIET)
      wake (link->data);
}

void
rollcall_streams_end_person (RollcallService *service, const char *person)
{
  for (GList *link = service->streams; link != NULL; link = link->next)
    {
      Stream *stream = link->data;

      if (g_strcmp0 (stream->person, person) != 0)
        continue;
      stream->ended = TRUE;
      wake (stream);
    }
}

static gboolean
is_over (const Stream *stream)
{
  return stream->service->closing || stream->ended ||
         (stream->expires != 0 && stream->expires <= rollcall_clock_now ());
}

static ssize_t
read_stream (void *data, uint64_t position, char *buffer, size_t size)
{
  Stream *stream = data;
  RollcallService *service = stream->service;
  gint64 now = g_get_monotonic_time ();
  ssize_t length = 0;

  g_mutex_lock (&service->lock);
  if (is_over (stream))
    length = MHD_CONTENT_READER_END_OF_STREAM;
  else if (stream->sent != service->latest)
    {
      stream->sent = service->latest;
      length = g_snprintf (buffer, size,
                           "event: change\nid: %" G_GINT64_FORMAT "\ndata: {\"latest\":%" G_GINT64_FORMAT "}\n\n",
                           stream->sent, stream->sent);
    }
  else if (now - stream->sent_at >= QUIET)
    length = g_snprintf (buffer, size, ":\n\n");
  else
    {
      stream->asleep = TRUE;
      MHD_suspend_connection (stream->connection);
    }
  if (length > 0)
    stream->sent_at = now;
  g_mutex_unlock (&service->lock);
  return length;
}

static void
free_stream (void *data)
{
  Stream *stream = data;

  g_mutex_lock (&stream->service->lock);
  stream->service->streams = g_list_remove (stream->service->streams, stream);
  g_mutex_unlock (&stream->service->lock);
  g_free (stream->person);
  g_free (stream);
}

struct MHD_Response *
rollcall_stream_respond (RollcallCall *call)
{
  Stream *stream = g_new0 (Stream, 1);

  stream->service = call->service;
  stream->connection = call->connection;
  stream->person = g_strdup (call->person);
  stream->expires = call->expires;
  stream->sent = -1;
  g_mutex_lock (&call->service->lock);
  call->service->streams = g_list_prepend (call->service->streams, stream);
  g_mutex_unlock (&call->service->lock);
  return MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, 1024, read_stream, stream, free_stream);
}
