/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-certificate.h"

/* No chain is longer; what a stranger sends could lead in a circle. */
#define LONGEST_CHAIN 16

char *
rollcall_certificate_get_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);
  g_object_get (certificate, "certificate", &bytes, NULL);
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
  for (guint i = 0; digest[i] != '\0'; i += 2)
    g_string_append_printf (text, "%s%c%c", i == 0 ? "" : ":", g_ascii_toupper (digest[i]),
                            g_ascii_toupper (digest[i + 1]));
  return g_string_free_and_steal (g_steal_pointer (&text));
}

char *
rollcall_certificate_list_names (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_tls_certificate_get_dns_names (certificate);
  g_autoptr (GPtrArray) addresses = g_tls_certificate_get_ip_addresses (certificate);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      gsize length;
      const char *name = g_bytes_get_data (names->pdata[i], &length);
      g_autofree char *valid = g_utf8_make_valid (name, (gssize) length);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", valid);
    }
  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      g_autofree char *address = g_inet_address_to_string (addresses->pdata[i]);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", address);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

char *
rollcall_certificate_shorten_name (const char *text)
{
  gboolean alone = text != NULL && g_str_has_prefix (text, "CN=") && strpbrk (text, ",+\\") == NULL;

  return g_utf8_make_valid (text == NULL ? "" : alone ? text + strlen ("CN=") : text, -1);
}

GTlsCertificate *
rollcall_certificate_find_anchor (GTlsCertificate *certificate, const char *server, GTlsCertificateFlags *wrong)
{
  GTlsCertificate *top = certificate, *issuer;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate) && server != NULL && wrong != NULL, NULL);

  *wrong = G_TLS_CERTIFICATE_GENERIC_ERROR;
  g_autoptr (GSocketConnectable) identity = g_network_address_parse_uri (server, 443, NULL);
  if (identity == NULL)
    return NULL;
  for (guint i = 0; i < LONGEST_CHAIN && (issuer = g_tls_certificate_get_issuer (top)) != NULL; i++)
    top = issuer;
  *wrong = g_tls_certificate_verify (certificate, identity, top);
  if (*wrong == G_TLS_CERTIFICATE_NO_FLAGS)
    return top;
  *wrong = g_tls_certificate_verify (certificate, identity, certificate);
  return *wrong == G_TLS_CERTIFICATE_NO_FLAGS ? certificate : NULL;
}
