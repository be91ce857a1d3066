/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names of API.md's problem documents (RFC 9457), as the codes of a GError domain. */
typedef enum
{
  ROLLCALL_PROBLEM_INVALID,
  ROLLCALL_PROBLEM_UNAUTHENTICATED,
  ROLLCALL_PROBLEM_FORBIDDEN,
  ROLLCALL_PROBLEM_NOT_REGISTERED,
  ROLLCALL_PROBLEM_PENDING,
  ROLLCALL_PROBLEM_BLOCKED,
  ROLLCALL_PROBLEM_REVOKED,
  ROLLCALL_PROBLEM_NOT_FOUND,
  ROLLCALL_PROBLEM_CONFLICT,
  ROLLCALL_PROBLEM_GONE,
  ROLLCALL_PROBLEM_TOO_LARGE,
  ROLLCALL_PROBLEM_TOO_MANY,
  ROLLCALL_PROBLEM_UNAVAILABLE,
} RollcallProblem;

/* An extended GError domain: message is the problem's detail; a field (JSON pointer) may be attached. */
#define ROLLCALL_PROBLEM_ERROR (rollcall_problem_error_quark ())
GQuark rollcall_problem_error_quark (void);

const char *rollcall_problem_to_string (RollcallProblem problem); /* "not-found" */
const char *rollcall_problem_get_title (RollcallProblem problem); /* "Not found" */
guint rollcall_problem_get_http_status (RollcallProblem problem); /* 404 */
gboolean rollcall_problem_from_string (const char *name, RollcallProblem *problem);

/* Sets a GError of this domain with the JSON pointer of the member that is wrong; @field may be NULL or "" (the whole
 * body). */
void rollcall_problem_set (GError **error, RollcallProblem problem, const char *field, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* The pointer, or NULL. Returns: (transfer none) (nullable) */
const char *rollcall_problem_get_field (const GError *error);

/* The problem document of @error; an error of another domain is 'unavailable' with a detail that tells nothing of the
 * inside. Returns: (transfer full): JSON text */
char *rollcall_problem_to_json (const GError *error);
/* Reads a problem document that a service answered, bounded and as text; what is none becomes one made from
 * @http_status. Returns: (transfer full) */
GError *rollcall_problem_from_json (guint http_status, const char *text, gsize length);

G_END_DECLS
