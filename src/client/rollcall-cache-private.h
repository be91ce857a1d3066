/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rollcall-cache-file.h"

G_BEGIN_DECLS

/* What another thread needs to open a cache's file for itself. */
typedef struct _RollcallCacheOpener RollcallCacheOpener;
RollcallCacheOpener *rollcall_cache_get_opener (RollcallCache *self); /* (transfer full) */
void rollcall_cache_opener_free (RollcallCacheOpener *opener);
RollcallCacheFile *rollcall_cache_opener_open (const RollcallCacheOpener *opener, GError **error); /* (transfer full) */

G_END_DECLS
