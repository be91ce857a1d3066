/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

/* Histories that differed once, shrunk. */

static const Step copied_key_is_evidence[] = {
  { STEP_POLICIES, .value = 5 },
  { STEP_REQUEST, .key = 3, .name = 1, .resource_keys = 0x1 },
  { STEP_REQUEST, .key = 0, .name = 0, .resource_keys = 0x1 },
  { STEP_REQUEST, .key = 3, .name = 0, .resource_keys = 0x0 },
};

static const Step merged_at_once_is_evidence[] = {
  { STEP_REQUEST, .key = 5, .resource_keys = 0x5 },
  { STEP_DECISION, .key = 5, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_OBSERVATION, .value = 0 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x4 },
  { STEP_POLICIES, .value = 4 },
  { STEP_REQUEST, .key = 0, .resource_keys = 0x1 },
};

static const Step copy_of_a_purged_row[] = {
  { STEP_REQUEST, .key = 3, .resource_keys = 0x8 },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x0 },
};

static const Step back_in_its_own_computer[] = {
  { STEP_REQUEST, .key = 4, .resource_keys = 0x20 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x20 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 4, .resource_keys = 0x2 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_REVOKE, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_REQUEST, .key = 4, .resource_keys = 0x2 },
};

static const Step conflict_with_a_row_that_came_back[] = {
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x8 },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 2, .resource_keys = 0xa },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x8 },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = 3 },
};

static const Step awaited_and_forgotten[] = {
  { STEP_REQUEST, .key = 2, .resource_keys = 0x10 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_POLICIES, .value = 7 },
  { STEP_REQUEST, .key = 4, .resource_keys = 0x12 },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 4, .name = 1, .resource_keys = 0x10 },
  { STEP_DECISION, .key = 4, .action = ROLLCALL_ACTION_ALLOW, .resource = 1 },
};

static const Step awaited_without_a_resource[] = {
  { STEP_REQUEST, .key = 0, .resource_keys = 0x1 },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x3 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = 1 },
  { STEP_POLICIES, .value = 2 },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x3 },
};

static const Step copied_from_two_rows[] = {
  { STEP_REQUEST, .key = 5, .resource_keys = 0x10 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x10 },
  { STEP_REQUEST, .key = 5, .resource_keys = 0x1 },
  { STEP_REQUEST, .key = 0, .resource_keys = 0x1 },
  { STEP_DECISION, .key = 0, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 0, .action = ROLLCALL_ACTION_REVOKE, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 4, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_REVOKE, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 5, .resource_keys = 0x0 },
};

static const Step conflict_with_a_row_that_is_gone[] = {
  { STEP_REQUEST, .key = 0, .resource_keys = 0x1 },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x3 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = 1 },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x3 },
  { STEP_POLICIES, .value = 2 },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x3 },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_ALLOW, .resource = 2 },
};

static const Step forgotten_by_another_computer[] = {
  { STEP_REQUEST, .key = 1, .resource_keys = 0x0 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x1 },
  { STEP_DECISION, .key = 1, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x3 },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 0, .resource_keys = 0x0 },
  { STEP_REQUEST, .key = 0, .resource_keys = 0x2 },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x1 },
  { STEP_DECISION, .key = 0, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_ALLOW, .resource = 0 },
};

static const Step forgotten_by_what_is_merged_into[] = {
  { STEP_REQUEST, .key = 0, .resource_keys = 0x8 },
  { STEP_REQUEST, .key = 4, .resource_keys = 0x0 },
  { STEP_REQUEST, .key = 4, .resource_keys = 0xa },
  { STEP_REQUEST, .key = 5, .resource_keys = 0x4 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x6 },
  { STEP_DECISION, .key = 4, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x8 },
  { STEP_DECISION, .key = 1, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_DECISION, .key = 1, .action = ROLLCALL_ACTION_ALLOW, .resource = 0 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = 0 },
};

/* What only a store can leave out: rows around the resource of the row that is asked for. */

static const Step pushed_to_a_duplicate[] = {
  { STEP_REQUEST, .key = 3, .resource_keys = 0x18 },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x2 },
  { STEP_REQUEST, .key = 0, .resource_keys = 0x8 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x12 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_PUSH, .key = 0, .resource_keys = 0x0 },
};

static const Step remembered_beside_the_resource[] = {
  { STEP_REQUEST, .key = 3, .resource_keys = 0x0 },
  { STEP_DECISION, .key = 3, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x1 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x9 },
  { STEP_CLOCK, .value = 6 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x8 },
  { STEP_DECISION, .key = 1, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
};

static const Step remembered_beside_what_was_named[] = {
  { STEP_REQUEST, .key = 2, .resource_keys = 0x21 },
  { STEP_REQUEST, .key = 4, .resource_keys = 0x12 },
  { STEP_REQUEST, .key = 3, .resource_keys = 0x20 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x11 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_PERIOD, .value = 2 },
  { STEP_CLOCK, .value = 5 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 5, .resource_keys = 0x22 },
  { STEP_DECISION, .key = 5, .action = ROLLCALL_ACTION_ALLOW, .resource = 3 },
};

static const Step remembered_beside_a_pushed_resource[] = {
  { STEP_REQUEST, .key = 4, .resource_keys = 0x2 },
  { STEP_PUSH, .key = 1, .resource_keys = 0x20 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x20 },
  { STEP_DECISION, .key = 4, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x22 },
  { STEP_PERIOD, .value = 2 },
  { STEP_CLOCK, .value = 5 },
  { STEP_PURGE },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
};

static const Step remembered_beside_a_merged_conflict[] = {
  { STEP_REQUEST, .key = 0, .resource_keys = 0x8 },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x10 },
  { STEP_REQUEST, .key = 1, .resource_keys = 0x18 },
  { STEP_DECISION, .key = 1, .action = ROLLCALL_ACTION_ALLOW, .resource = 2 },
  { STEP_PERIOD, .value = 2 },
  { STEP_DECISION, .key = 0, .action = ROLLCALL_ACTION_BLOCK, .resource = MODEL_NOBODY },
  { STEP_CLOCK, .value = 5 },
  { STEP_PURGE },
  { STEP_REQUEST, .key = 2, .resource_keys = 0x10 },
  { STEP_DECISION, .key = 2, .action = ROLLCALL_ACTION_ALLOW, .resource = MODEL_NOBODY },
};

const KnownHistory known_histories[N_KNOWN_HISTORIES] = {
  { "/registration/R12-a-trusted-key-on-a-copied-disk-is-evidence", copied_key_is_evidence,
    G_N_ELEMENTS (copied_key_is_evidence) },
  { "/registration/R12-a-duplicate-merged-at-its-first-request-is-evidence", merged_at_once_is_evidence,
    G_N_ELEMENTS (merged_at_once_is_evidence) },
  { "/registration/R22-a-row-that-a-copied-disk-brings-back-is-purged-again", copy_of_a_purged_row,
    G_N_ELEMENTS (copy_of_a_purged_row) },
  { "/registration/R10-a-replaced-key-is-no-copy-on-a-computer-that-had-it", back_in_its_own_computer,
    G_N_ELEMENTS (back_in_its_own_computer) },
  { "/registration/R13-a-conflict-may-name-a-row-that-came-back", conflict_with_a_row_that_came_back,
    G_N_ELEMENTS (conflict_with_a_row_that_came_back) },
  { "/registration/R24-allow-on-a-blocked-duplicate-forgets-what-was-remembered", awaited_and_forgotten,
    G_N_ELEMENTS (awaited_and_forgotten) },
  { "/registration/R16-an-awaited-key-is-granted-when-its-resource-was-purged", awaited_without_a_resource,
    G_N_ELEMENTS (awaited_without_a_resource) },
  { "/registration/R12-the-oldest-of-two-revoked-rows-is-told-of-a-copy", copied_from_two_rows,
    G_N_ELEMENTS (copied_from_two_rows) },
  { "/registration/R13-R16-a-conflict-does-not-match-what-stands-for-a-row-that-is-gone",
    conflict_with_a_row_that_is_gone, G_N_ELEMENTS (conflict_with_a_row_that_is_gone) },
  { "/registration/R13-R24-a-conflict-does-not-match-what-stands-for-a-memory-under-another-resource",
    forgotten_by_another_computer, G_N_ELEMENTS (forgotten_by_another_computer) },
  { "/registration/R13-R16-a-conflict-does-not-match-what-it-is-merged-into-for-a-memory",
    forgotten_by_what_is_merged_into, G_N_ELEMENTS (forgotten_by_what_is_merged_into) },
  { "/registration/R6-R14-a-push-on-a-duplicate-sees-who-was-blocked-for-its-resource", pushed_to_a_duplicate,
    G_N_ELEMENTS (pushed_to_a_duplicate) },
  { "/registration/R24-allow-on-a-duplicate-forgets-what-shares-a-key-with-its-resource",
    remembered_beside_the_resource, G_N_ELEMENTS (remembered_beside_the_resource) },
  { "/registration/R13-R24-allow-on-a-conflict-forgets-what-shares-a-key-with-what-it-names",
    remembered_beside_what_was_named, G_N_ELEMENTS (remembered_beside_what_was_named) },
  { "/registration/R6-R24-allow-on-a-duplicate-of-a-pushed-computer-forgets-what-shares-a-key",
    remembered_beside_a_pushed_resource, G_N_ELEMENTS (remembered_beside_a_pushed_resource) },
  { "/registration/R13-R24-allow-forgets-what-shares-a-key-with-a-merged-conflict", remembered_beside_a_merged_conflict,
    G_N_ELEMENTS (remembered_beside_a_merged_conflict) },
};
