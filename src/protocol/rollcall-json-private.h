/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-json.h"

G_BEGIN_DECLS

/* Appends @string as a JSON string with the escapes of RFC 8785. */
void rollcall_json_append_string (GString *text, const char *string);

/* Appends "/@name" to a JSON pointer (RFC 6901). */
void rollcall_json_pointer_append (GString *pointer, const char *name);

G_END_DECLS
