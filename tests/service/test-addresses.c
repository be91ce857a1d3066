/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered of each address, and that it is forgotten. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "rollcall-addresses.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static RollcallAddress
make (const char *text)
{
  struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons (1234) };
  struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons (1234) };

  if (inet_pton (AF_INET, text, &four.sin_addr) == 1)
    return rollcall_address_from_socket ((struct sockaddr *) &four);
  g_assert_cmpint (inet_pton (AF_INET6, text, &six.sin6_addr), ==, 1);
  return rollcall_address_from_socket ((struct sockaddr *) &six);
}

static const struct
{
  const char *one, *two;
  gboolean same;
} pairs[] = {
  { "10.0.0.1", "10.0.0.1", TRUE },
  { "10.0.0.1", "10.0.0.2", FALSE },
  { "10.0.0.1", "::ffff:10.0.0.1", TRUE },
  { "::ffff:10.0.0.1", "::ffff:10.0.0.2", FALSE },
  { "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", TRUE },
  { "2001:db8:0:1::1", "2001:db8:0:2::1", FALSE },
  { "::1", "127.0.0.1", FALSE },
};

static void
test_callers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      RollcallAddress one = make (pairs[i].one), two = make (pairs[i].two);

      g_test_message ("%s, %s", pairs[i].one, pairs[i].two);
      g_assert_cmpint (memcmp (&one, &two, sizeof one) == 0, ==, pairs[i].same);
    }
}

static void
test_under_way (void)
{
  g_autoptr (RollcallAddresses) addresses = rollcall_addresses_new ();
  RollcallAddress one = make ("10.0.0.1"), two = make ("10.0.0.2");

  g_assert_true (rollcall_addresses_enter (addresses, &one, 2));
  g_assert_true (rollcall_addresses_enter (addresses, &one, 2));
  g_assert_false (rollcall_addresses_enter (addresses, &one, 2)); /* it counts all the same until it leaves */
  g_assert_true (rollcall_addresses_enter (addresses, &two, 2));
  rollcall_addresses_leave (addresses, &one, 0);
  g_assert_false (rollcall_addresses_enter (addresses, &one, 2));
  rollcall_addresses_leave (addresses, &one, 0);
  rollcall_addresses_leave (addresses, &one, 0);
  g_assert_true (rollcall_addresses_enter (addresses, &one, 2));
  for (guint i = 0; i < 1000; i++)
    g_assert_true (rollcall_addresses_enter (addresses, &two, 0));
}

static void
test_failures (void)
{
  g_autoptr (RollcallAddresses) addresses = rollcall_addresses_new ();
  RollcallAddress one = make ("10.0.0.1"), two = make ("10.0.0.2");
  gint64 now = 5000 * SECOND;

  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, now), ==, 0);
      rollcall_addresses_note_failure (addresses, &one, 6, now);
    }
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, now), ==, 10 * SECOND);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &two, 6, now), ==, 0);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 0, now), ==, 0);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, now + 4 * SECOND), ==, 6 * SECOND);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, now + 10 * SECOND), ==, 0);
  rollcall_addresses_note_failure (addresses, &one, 6, now + 10 * SECOND);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, now + 10 * SECOND), ==, 10 * SECOND);

  /* A long quiet time fills the bucket, but no more than that. */
  now += 3600 * SECOND;
  for (guint i = 0; i < 6; i++)
    rollcall_addresses_note_failure (addresses, &one, 6, now);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, now), ==, 10 * SECOND);
}

/* Many threads may fail at once, after each was told that it may try: that must not shut an address out for long. */
static void
test_overdrawn (void)
{
  g_autoptr (RollcallAddresses) addresses = rollcall_addresses_new ();
  RollcallAddress one = make ("10.0.0.1");

  for (guint i = 0; i < 1000; i++)
    rollcall_addresses_note_failure (addresses, &one, 6, SECOND);
  g_assert_cmpint (rollcall_addresses_get_wait (addresses, &one, 6, SECOND), ==, 10 * SECOND);
}

static void
test_forgetting (void)
{
  g_autoptr (RollcallAddresses) addresses = rollcall_addresses_new ();
  RollcallAddress one = make ("10.0.0.1"), two = make ("10.0.0.2");

  rollcall_addresses_enter (addresses, &one, 1);
  rollcall_addresses_note_failure (addresses, &two, 60, SECOND);
  g_assert_cmpuint (rollcall_addresses_get_size (addresses), ==, 2);
  rollcall_addresses_tidy (addresses, SECOND);
  g_assert_cmpuint (rollcall_addresses_get_size (addresses), ==, 2);
  rollcall_addresses_tidy (addresses, 2 * SECOND);
  g_assert_cmpuint (rollcall_addresses_get_size (addresses), ==, 1);
  rollcall_addresses_leave (addresses, &one, 2 * SECOND);
  g_assert_cmpuint (rollcall_addresses_get_size (addresses), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/addresses/one-caller-has-one-address", test_callers);
  g_test_add_func ("/addresses/requests-under-way-are-counted-by-address", test_under_way);
  g_test_add_func ("/addresses/failures-take-from-a-bucket-that-fills-in-a-minute", test_failures);
  g_test_add_func ("/addresses/a-bucket-is-never-more-than-empty", test_overdrawn);
  g_test_add_func ("/addresses/what-no-longer-matters-is-forgotten", test_forgetting);
  return g_test_run ();
}
