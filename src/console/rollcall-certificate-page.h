/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * RollcallCertificatePage: the certificate of a service that is not trusted, with what a person needs to judge it, and
 * what may be trusted of it. Signal "trusted": they do.
 */
#define ROLLCALL_TYPE_CERTIFICATE_PAGE (rollcall_certificate_page_get_type ())
G_DECLARE_FINAL_TYPE (RollcallCertificatePage, rollcall_certificate_page, ROLLCALL, CERTIFICATE_PAGE, AdwNavigationPage)

typedef enum
{
  ROLLCALL_TRUST_FIRST,   /* the service was never connected to */
  ROLLCALL_TRUST_CHANGED, /* it was trusted before, by something else */
  ROLLCALL_TRUST_FIXED,   /* --ca says what to trust */
} RollcallTrustQuestion;

/* @server: its address. @before_file: (nullable): the certificate that it is trusted by now. */
RollcallCertificatePage *rollcall_certificate_page_new (GTlsCertificate *certificate, const char *server,
                                                        RollcallTrustQuestion question, const char *before_file);
/* What is to be trusted from now on. Returns: (transfer none) (nullable) */
GTlsCertificate *rollcall_certificate_page_get_anchor (RollcallCertificatePage *self);

G_END_DECLS
