/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "rollcall-client.h"

G_BEGIN_DECLS

/* A service of the test's own: HTTPS on a port of 127.0.0.1 with a certificate made for it. Runs in the main context.
 */
typedef struct
{
  char *directory;
  char *ca_file;
  char *address; /* https://127.0.0.1:PORT */
  guint port;
  SoupServer *server; /* (nullable) NULL while it is away */
  GTlsCertificate *certificate;
  GPtrArray *requests; /* (element-type utf8) "METHOD PATH?QUERY [IDEMPOTENCY-KEY]" as they came */
  GPtrArray *sockets;  /* (element-type GSocket) of what is under way */
  SoupServerCallback handler;
  gpointer handler_data;
} TestService;

TestService *test_service_new (SoupServerCallback handler, gpointer handler_data);
void test_service_free (TestService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestService, test_service_free)

/* Ends at once, as a killed process does; comes back on the same port. */
void test_service_stop (TestService *service);
void test_service_start (TestService *service);

/* A client of it, with the token "secret". */
RollcallClient *test_service_new_client (TestService *service);

void test_service_answer (SoupServerMessage *message, guint status, const char *body);
/* Closes the connection of @message without an answer. */
void test_service_break (SoupServerMessage *message);

G_END_DECLS
