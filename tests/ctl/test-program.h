/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "test-service.h"

G_BEGIN_DECLS

/* rollcallctl, run against a service whose answers a test gives. */
typedef struct
{
  TestService *service;
  char *directory;
  char *token_file; /* holds "secret" */
  GPtrArray *said;  /* (element-type utf8) "METHOD PATH?QUERY BODY" as the service heard it */

  /* what the last run left */
  char *output;
  char *errors;
  int exit;
} Program;

/* g_test_init(), and where the program is: the first argument. */
void program_init (int *argc, char ***argv);

Program *program_new (SoupServerCallback handler, gpointer data);
void program_free (Program *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Program, program_free)

/* Runs it with @arguments, parted by spaces ("~" stands for a space inside one), after the options that name the
 * service; with @bare nothing stands before them. */
void program_run (Program *program, const char *arguments);
void program_run_bare (Program *program, const char *arguments);

/* As program_run(), on a terminal of @columns; what it shows there is the output, errors are not told. */
void program_run_in_terminal (Program *program, const char *arguments, int columns);

/* Called by a handler: notes what was said, body included. */
void program_note (Program *program, SoupServerMessage *message);
char *program_get_path (Program *program, const char *name); /* (transfer full) in its directory */

G_END_DECLS
