/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-mask-private.h"

#include <arpa/inet.h>
#include <string.h>

/* An IPv4 address is kept as the IPv6 address that maps it (RFC 4291, 2.5.5.2), so that both are the same computer. */
static const guint8 mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static gboolean
parse_address (const char *text, guint8 address[16], gboolean *is_ipv4)
{
  *is_ipv4 = FALSE;
  if (inet_pton (AF_INET6, text, address) == 1)
    {
      *is_ipv4 = memcmp (address, mapped_prefix, sizeof mapped_prefix) == 0 && strchr (text, '.') != NULL;
      return TRUE;
    }

  memcpy (address, mapped_prefix, sizeof mapped_prefix);
  *is_ipv4 = inet_pton (AF_INET, text, address + sizeof mapped_prefix) == 1;
  return *is_ipv4;
}

static char *
fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);

  return normal != NULL ? g_utf8_casefold (normal, -1) : g_ascii_strdown (text, -1);
}

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE, message);
  return FALSE;
}

static gboolean
init_network (RollcallPreparedMask *self, const char *mask, const char *slash, GError **error)
{
  g_autofree char *base = g_strndup (mask, slash - mask);
  gboolean is_ipv4;
  guint64 bits;

  if (!parse_address (base, self->first, &is_ipv4))
    return refuse (error, "“%s” is not an address", base);
  if (!g_ascii_string_to_unsigned (slash + 1, 10, 0, is_ipv4 ? 32 : 128, &bits, NULL))
    return refuse (error, "“%s” is not a prefix length", slash + 1);

  bits += is_ipv4 ? 96 : 0;
  memcpy (self->last, self->first, sizeof self->last);
  for (guint bit = bits; bit < 128; bit++)
    {
      self->first[bit / 8] &= ~(0x80 >> (bit % 8));
      self->last[bit / 8] |= 0x80 >> (bit % 8);
    }
  return TRUE;
}

static gboolean
init_range (RollcallPreparedMask *self, const char *mask, const char *dash, GError **error)
{
  g_autofree char *first = g_strstrip (g_strndup (mask, dash - mask));
  g_autofree char *last = g_strstrip (g_strdup (dash + 1));
  gboolean first_is_ipv4, last_is_ipv4;

  if (!parse_address (first, self->first, &first_is_ipv4))
    return refuse (error, "“%s” is not an address", first);
  if (!parse_address (last, self->last, &last_is_ipv4))
    return refuse (error, "“%s” is not an address", last);
  if (first_is_ipv4 != last_is_ipv4)
    return refuse (error, "a range goes from IPv4 to IPv4 or from IPv6 to IPv6");
  if (memcmp (self->first, self->last, sizeof self->first) > 0)
    return refuse (error, "the range ends before it starts");
  return TRUE;
}

static gboolean
init_addresses (RollcallPreparedMask *self, const char *mask, GError **error)
{
  const char *separator;
  gboolean is_ipv4;

  if ((separator = strchr (mask, '/')) != NULL)
    return init_network (self, mask, separator, error);
  if ((separator = strchr (mask, '-')) != NULL)
    return init_range (self, mask, separator, error);
  if (!parse_address (mask, self->first, &is_ipv4))
    return refuse (error, "“%s” is neither an address nor a network, a range or a pattern", mask);
  memcpy (self->last, self->first, sizeof self->last);
  return TRUE;
}

gboolean
rollcall_prepared_mask_init (RollcallPreparedMask *self, RollcallMaskType type, const char *mask, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (mask));
  g_autofree char *folded = NULL;

  *self = (RollcallPreparedMask) { .type = type };
  if (*stripped == '\0')
    return refuse (error, "a mask needs at least one character");
  if (!g_utf8_validate (stripped, -1, NULL))
    return refuse (error, "a mask is UTF-8 text");
  if (type == ROLLCALL_MASK_IP && strpbrk (stripped, "*?") == NULL)
    return init_addresses (self, stripped, error);

  folded = fold (stripped);
  if (type == ROLLCALL_MASK_MAC)
    g_strdelimit (folded, "-", ':');
  self->pattern = g_pattern_spec_new (folded);
  return TRUE;
}

void
rollcall_prepared_mask_clear (RollcallPreparedMask *self)
{
  g_clear_pointer (&self->pattern, g_pattern_spec_free);
}

static char *
fold_mac (const char *mac)
{
  return g_strdelimit (fold (mac), "-", ':');
}

/* Patterns see an IPv4-mapped address as the IPv4 address that it is. */
static char *
present_address (const guint8 address[16])
{
  char text[INET6_ADDRSTRLEN];

  if (memcmp (address, mapped_prefix, sizeof mapped_prefix) == 0)
    inet_ntop (AF_INET, address + sizeof mapped_prefix, text, sizeof text);
  else
    inet_ntop (AF_INET6, address, text, sizeof text);
  return g_strdup (text);
}

void
rollcall_prepared_computer_init (RollcallPreparedComputer *self, const RollcallComputer *computer)
{
  guint n_ips = g_strv_length (computer->ips);
  guint n_macs = g_strv_length (computer->macs);
  gboolean is_ipv4;

  *self = (RollcallPreparedComputer) { 0 };
  self->texts[ROLLCALL_MASK_NAME] = fold (computer->name);
  self->texts[ROLLCALL_MASK_FQDN] = fold (computer->fqdn);
  self->texts[ROLLCALL_MASK_DOMAIN] = fold (computer->domain);
  self->texts[ROLLCALL_MASK_USER] = fold (computer->user);

  self->macs = g_new0 (char *, n_macs + 1);
  for (guint i = 0; i < n_macs; i++)
    self->macs[i] = fold_mac (computer->macs[i]);

  self->ips = g_new0 (char *, n_ips + 1);
  self->addresses = g_malloc0_n (n_ips + 1, sizeof *self->addresses);
  for (guint i = 0; i < n_ips; i++)
    if (parse_address (computer->ips[i], self->addresses[self->n_addresses], &is_ipv4))
      {
        self->ips[self->n_addresses] = present_address (self->addresses[self->n_addresses]);
        self->n_addresses++;
      }
}

void
rollcall_prepared_computer_clear (RollcallPreparedComputer *self)
{
  for (guint i = 0; i < ROLLCALL_N_MASK_TYPES; i++)
    g_clear_pointer (&self->texts[i], g_free);
  g_clear_pointer (&self->macs, g_strfreev);
  g_clear_pointer (&self->ips, g_strfreev);
  g_clear_pointer (&self->addresses, g_free);
}

static gboolean
pattern_matches_any (GPatternSpec *pattern, char **texts)
{
  for (char **text = texts; *text != NULL; text++)
    if (g_pattern_spec_match_string (pattern, *text))
      return TRUE;
  return FALSE;
}

static gboolean
range_matches_any (const RollcallPreparedMask *self, const RollcallPreparedComputer *computer)
{
  for (guint i = 0; i < computer->n_addresses; i++)
    if (memcmp (computer->addresses[i], self->first, 16) >= 0 && memcmp (computer->addresses[i], self->last, 16) <= 0)
      return TRUE;
  return FALSE;
}

gboolean
rollcall_prepared_mask_matches (const RollcallPreparedMask *self, const RollcallPreparedComputer *computer)
{
  if (self->type == ROLLCALL_MASK_IP)
    return self->pattern != NULL ? pattern_matches_any (self->pattern, computer->ips)
                                 : range_matches_any (self, computer);
  if (self->type == ROLLCALL_MASK_MAC)
    return pattern_matches_any (self->pattern, computer->macs);
  return g_pattern_spec_match_string (self->pattern, computer->texts[self->type]);
}

gboolean
rollcall_mask_validate (RollcallMaskType type, const char *mask, GError **error)
{
  RollcallPreparedMask prepared;
  gboolean valid;

  g_return_val_if_fail ((guint) type < ROLLCALL_N_MASK_TYPES && mask != NULL, FALSE);

  valid = rollcall_prepared_mask_init (&prepared, type, mask, error);
  rollcall_prepared_mask_clear (&prepared);
  return valid;
}
