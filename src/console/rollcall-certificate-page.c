/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-certificate-page.h"

#include <glib/gi18n.h>

#include "rollcall-certificate.h"
#include "rollcall-plain-text.h"

/* Eight bytes as "AA:". */
#define FINGERPRINT_LINE (8 * 3)

struct _RollcallCertificatePage
{
  AdwNavigationPage parent_instance;

  GtkWidget *icon;
  GtkLabel *heading;
  GtkLabel *explanation;
  GtkWidget *sure_group;
  AdwSwitchRow *sure;
  AdwPreferencesGroup *authority_group;
  AdwPreferencesGroup *certificate_group;
  AdwPreferencesGroup *before_group;
  GtkWidget *trust;

  GTlsCertificate *anchor; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (RollcallCertificatePage, rollcall_certificate_page, ADW_TYPE_NAVIGATION_PAGE)

static guint trusted_signal;

static void
trust_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, trusted_signal, 0);
}

static void
sure_cb (RollcallCertificatePage *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "certificate.trust", adw_switch_row_get_active (self->sure));
}

static void
add_plain_row (AdwPreferencesGroup *group, const char *title, const char *plain)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), plain);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (group, row);
}

/* @value: whatever the service wrote into its certificate; shown as text. */
static void
add_row (AdwPreferencesGroup *group, const char *title, const char *value)
{
  g_autofree char *plain = rollcall_text_make_plain (value);

  if (*plain != '\0')
    add_plain_row (group, title, plain);
}

/* In lines that a person compares one after the other. */
static void
add_fingerprint (AdwPreferencesGroup *group, GTlsCertificate *certificate)
{
  g_autofree char *fingerprint = rollcall_certificate_get_fingerprint (certificate);

  for (gsize i = FINGERPRINT_LINE - 1; i < strlen (fingerprint); i += FINGERPRINT_LINE)
    fingerprint[i] = '\n';
  add_plain_row (group, C_ ("certificate", "SHA-256 fingerprint"), fingerprint);
}

static char *
format_date (GDateTime *time)
{
  g_autoptr (GDateTime) local = time != NULL ? g_date_time_to_local (time) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static void
add_certificate (AdwPreferencesGroup *group, GTlsCertificate *certificate)
{
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);
  g_autofree char *issuer = g_tls_certificate_get_issuer_name (certificate);
  g_autofree char *short_subject = rollcall_certificate_shorten_name (subject);
  g_autofree char *short_issuer = rollcall_certificate_shorten_name (issuer);
  g_autofree char *names = rollcall_certificate_list_names (certificate);
  g_autoptr (GDateTime) from = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) until = g_tls_certificate_get_not_valid_after (certificate);
  g_autofree char *from_text = format_date (from), *until_text = format_date (until);
  /* Translators: two dates */
  g_autofree char *validity = g_strdup_printf (C_ ("certificate", "%1$s to %2$s"), from_text, until_text);

  add_row (group, C_ ("certificate", "Name"), short_subject);
  add_row (group, C_ ("certificate", "For the addresses"), names);
  if (g_strcmp0 (subject, issuer) != 0)
    add_row (group, C_ ("certificate", "Issued by"), short_issuer);
  add_row (group, C_ ("certificate", "Valid"), validity);
  add_fingerprint (group, certificate);
}

/* Why no trust in it helps. Returns: (transfer full) */
static char *
explain_wrong (GTlsCertificate *certificate, const char *host, GTlsCertificateFlags wrong)
{
  g_autoptr (GDateTime) from = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) until = g_tls_certificate_get_not_valid_after (certificate);
  g_autofree char *from_text = format_date (from), *until_text = format_date (until);

  if ((wrong & G_TLS_CERTIFICATE_EXPIRED) != 0)
    /* Translators: %1$s is an address, %2$s a date */
    return g_strdup_printf (_ ("The certificate of %1$s ended on %2$s. Ask who operates the service to renew it."),
                            host, until_text);
  if ((wrong & G_TLS_CERTIFICATE_NOT_ACTIVATED) != 0)
    /* Translators: %1$s is an address, %2$s a date */
    return g_strdup_printf (_ ("The certificate of %1$s begins on %2$s only. Is this computer’s clock right?"), host,
                            from_text);
  if ((wrong & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0)
    /* Translators: %s is an address */
    return g_strdup_printf (
        _ ("The certificate that was shown is not for %s. Go back, and use one of the addresses that it is for."),
        host);
  /* Translators: %s is an address */
  return g_strdup_printf (_ ("The certificate of %s is not in order. Ask who operates the service."), host);
}

static char *
explain_question (const char *host, RollcallTrustQuestion question)
{
  if (question == ROLLCALL_TRUST_FIXED)
    /* Translators: %s is an address */
    return g_strdup_printf (
        _ ("The authority that this console was started with (--ca) does not vouch for the certificate of %s. Your "
           "token was not sent."),
        host);
  if (question == ROLLCALL_TRUST_CHANGED)
    /* Translators: %s is an address */
    return g_strdup_printf (
        _ ("%s shows another certificate than the one that it was trusted by. Somebody may pretend to be this service. "
           "Your token was not sent. Ask who operates it whether its authority was replaced, and compare the "
           "fingerprint, before you trust the new one."),
        host);
  /* Translators: %s is an address */
  return g_strdup_printf (
      _ ("No authority that this computer knows vouches for %s. Your token was not sent. Ask who operates the service "
         "for the fingerprint, and compare it, before you trust it: openssl x509 -noout -fingerprint -sha256 -in "
         "ca.pem"),
      host);
}

static void
show_before (RollcallCertificatePage *self, const char *file)
{
  g_autoptr (GTlsCertificate) before = file != NULL ? g_tls_certificate_new_from_file (file, NULL) : NULL;

  if (before == NULL)
    return;
  add_certificate (self->before_group, before);
  gtk_widget_set_visible (GTK_WIDGET (self->before_group), TRUE);
}

static void
show_question (RollcallCertificatePage *self, RollcallTrustQuestion question, const char *host)
{
  g_autofree char *explanation = explain_question (host, question);
  gboolean changed = question == ROLLCALL_TRUST_CHANGED;

  gtk_label_set_label (self->heading, question == ROLLCALL_TRUST_FIRST ? _ ("Do You Know This Service?")
                                      : changed                        ? _ ("The Certificate Has Changed")
                                                                       : _ ("Not the Certificate to Trust"));
  gtk_label_set_label (self->explanation, explanation);
  gtk_widget_add_css_class (self->icon, question == ROLLCALL_TRUST_FIRST ? "warning" : "error");
  gtk_widget_add_css_class (self->trust, changed ? "destructive-action" : "suggested-action");
  gtk_widget_set_visible (self->sure_group, changed);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "certificate.trust", !changed);
}

static void
rollcall_certificate_page_dispose (GObject *object)
{
  RollcallCertificatePage *self = ROLLCALL_CERTIFICATE_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ROLLCALL_TYPE_CERTIFICATE_PAGE);
  g_clear_object (&self->anchor);
  G_OBJECT_CLASS (rollcall_certificate_page_parent_class)->dispose (object);
}

static void
rollcall_certificate_page_class_init (RollcallCertificatePageClass *klass)
{
  GtkWidgetClass *class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rollcall_certificate_page_dispose;
  trusted_signal = g_signal_new ("trusted", ROLLCALL_TYPE_CERTIFICATE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (class, "/org/rollcall/Console/ui/certificate-page.ui");
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, icon);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, heading);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, explanation);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, sure_group);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, sure);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, authority_group);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, certificate_group);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, before_group);
  gtk_widget_class_bind_template_child (class, RollcallCertificatePage, trust);
  gtk_widget_class_bind_template_callback (class, sure_cb);
  gtk_widget_class_install_action (class, "certificate.trust", NULL, trust_action);
}

static void
rollcall_certificate_page_init (RollcallCertificatePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

RollcallCertificatePage *
rollcall_certificate_page_new (GTlsCertificate *certificate, const char *server, RollcallTrustQuestion question,
                               const char *before_file)
{
  RollcallCertificatePage *self = g_object_new (ROLLCALL_TYPE_CERTIFICATE_PAGE, NULL);
  const char *host = server + strlen ("https://");
  GTlsCertificateFlags wrong;
  GTlsCertificate *anchor = rollcall_certificate_find_anchor (certificate, server, &wrong);

  show_question (self, question, host);
  add_certificate (self->certificate_group, certificate);
  show_before (self, before_file);
  gtk_widget_set_visible (GTK_WIDGET (self->authority_group), anchor != NULL && anchor != certificate);
  if (anchor != NULL && anchor != certificate)
    add_certificate (self->authority_group, anchor);
  if (anchor == NULL)
    {
      g_autofree char *explanation = explain_wrong (certificate, host, wrong);
      gtk_label_set_label (self->heading, _ ("This Certificate Cannot Be Trusted"));
      gtk_label_set_label (self->explanation, explanation);
    }
  if (anchor == NULL || question == ROLLCALL_TRUST_FIXED)
    {
      gtk_widget_set_visible (self->trust, FALSE);
      gtk_widget_set_visible (self->sure_group, FALSE);
      gtk_widget_action_set_enabled (GTK_WIDGET (self), "certificate.trust", FALSE);
    }
  else
    self->anchor = g_object_ref (anchor);
  return self;
}

GTlsCertificate *
rollcall_certificate_page_get_anchor (RollcallCertificatePage *self)
{
  g_return_val_if_fail (ROLLCALL_IS_CERTIFICATE_PAGE (self), NULL);
  return self->anchor;
}
