/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-mask-private.h"
#include "rollcall-text-private.h"

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

  self->is_range = TRUE;
  if ((separator = strchr (mask, '/')) != NULL)
    return init_network (self, mask, separator, error);
  if ((separator = strchr (mask, '-')) != NULL)
    return init_range (self, mask, separator, error);
  if (!parse_address (mask, self->first, &is_ipv4))
    return refuse (error, "“%s” is neither an address nor a network, a range or a pattern", mask);
  memcpy (self->last, self->first, sizeof self->last);
  return TRUE;
}

static gboolean
init_macs (RollcallPreparedMask *self, const char *folded, GError **error)
{
  g_autofree char *pattern = rollcall_mac_pattern_normalise (folded);

  if (pattern == NULL)
    return refuse (error, "“%s” is neither a MAC address nor a pattern of some", folded);
  self->pattern = g_pattern_spec_new (pattern);
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

  folded = rollcall_fold (stripped);
  if (type == ROLLCALL_MASK_MAC)
    return init_macs (self, folded, error);
  if (type != ROLLCALL_MASK_IP)
    rollcall_needed_grams_init (&self->needed, folded);
  self->pattern = g_pattern_spec_new (folded);
  return TRUE;
}

void
rollcall_prepared_mask_clear (RollcallPreparedMask *self)
{
  if (!self->is_range)
    g_clear_pointer (&self->pattern, g_pattern_spec_free);
}

static char *
fold_mac (const char *mac)
{
  g_autofree char *folded = rollcall_fold (mac);

  return rollcall_mac_normalise (folded) ?: g_steal_pointer (&folded);
}

static gboolean
is_mapped (const guint8 address[16])
{
  return memcmp (address, mapped_prefix, sizeof mapped_prefix) == 0;
}

/* Patterns see an IPv4-mapped address as the IPv4 address that it is, and other IPv6 addresses as RFC 5952 has them,
 * with all eight fields, and with all zeros: whoever wrote the pattern need not know which. */
static void
present_address (const guint8 address[16], GPtrArray *texts)
{
  char text[INET6_ADDRSTRLEN];
  GString *fields = g_string_new (NULL), *zeros = g_string_new (NULL);

  if (is_mapped (address))
    inet_ntop (AF_INET, address + sizeof mapped_prefix, text, sizeof text);
  else
    inet_ntop (AF_INET6, address, text, sizeof text);
  g_ptr_array_add (texts, g_strdup (text));
  for (guint i = 0; !is_mapped (address) && i < 16; i += 2)
    {
      guint field = (guint) address[i] << 8 | address[i + 1];

      g_string_append_printf (fields, "%s%x", i > 0 ? ":" : "", field);
      g_string_append_printf (zeros, "%s%04x", i > 0 ? ":" : "", field);
    }
  if (fields->len > 0 && !g_str_equal (fields->str, text))
    g_ptr_array_add (texts, g_strdup (fields->str));
  if (zeros->len > 0)
    g_ptr_array_add (texts, g_strdup (zeros->str));
  g_string_free (fields, TRUE);
  g_string_free (zeros, TRUE);
}

/* A computer may name the zone of a link-local address (RFC 4007, 11.2): which interface is its own affair. */
static gboolean
parse_own_address (const char *text, guint8 address[16])
{
  const char *zone = strchr (text, '%');
  g_autofree char *bare = NULL;
  gboolean is_ipv4;

  if (zone == NULL)
    return parse_address (text, address, &is_ipv4);
  bare = g_strndup (text, zone - text);
  for (const char *c = zone + 1; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("._-~", *c) == NULL)
      return FALSE;
  return zone[1] != '\0' && inet_pton (AF_INET6, bare, address) == 1;
}

gboolean
rollcall_address_is_valid (const char *text)
{
  guint8 address[16];

  g_return_val_if_fail (text != NULL, FALSE);

  return parse_own_address (text, address);
}

void
rollcall_prepared_computer_init (RollcallPreparedComputer *self, const RollcallComputer *computer)
{
  guint n_ips = g_strv_length (computer->ips);
  guint n_macs = g_strv_length (computer->macs);
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  *self = (RollcallPreparedComputer) { 0 };
  self->texts[ROLLCALL_MASK_NAME] = rollcall_fold (computer->name);
  self->texts[ROLLCALL_MASK_FQDN] = rollcall_fold (computer->fqdn);
  self->texts[ROLLCALL_MASK_DOMAIN] = rollcall_fold (computer->domain);
  self->texts[ROLLCALL_MASK_USER] = rollcall_fold (computer->user);

  for (guint i = 0; i < ROLLCALL_N_MASK_TYPES; i++)
    if (self->texts[i] != NULL)
      rollcall_grams_init (&self->grams[i], self->texts[i]);

  self->macs = g_new0 (char *, n_macs + 1);
  for (guint i = 0; i < n_macs; i++)
    self->macs[i] = fold_mac (computer->macs[i]);

  self->addresses = g_malloc0_n (n_ips + 1, sizeof *self->addresses);
  for (guint i = 0; i < n_ips; i++)
    if (parse_own_address (computer->ips[i], self->addresses[self->n_addresses]))
      present_address (self->addresses[self->n_addresses++], texts);
  g_ptr_array_add (texts, NULL);
  self->ips = (char **) g_ptr_array_steal (texts, NULL);
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
  /* ::/0 is all of IPv6, and no computer that has IPv4 alone. */
  gboolean mapped = is_mapped (self->first);

  for (guint i = 0; i < computer->n_addresses; i++)
    if (is_mapped (computer->addresses[i]) == mapped && memcmp (computer->addresses[i], self->first, 16) >= 0 &&
        memcmp (computer->addresses[i], self->last, 16) <= 0)
      return TRUE;
  return FALSE;
}

gboolean
rollcall_prepared_mask_matches (const RollcallPreparedMask *self, const RollcallPreparedComputer *computer)
{
  if (self->type == ROLLCALL_MASK_IP)
    return self->is_range ? range_matches_any (self, computer) : pattern_matches_any (self->pattern, computer->ips);
  if (self->type == ROLLCALL_MASK_MAC)
    return pattern_matches_any (self->pattern, computer->macs);
  return rollcall_grams_hold (&computer->grams[self->type], &self->needed) &&
         g_pattern_spec_match_string (self->pattern, computer->texts[self->type]);
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
