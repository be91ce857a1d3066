# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates as an administrator may bring them, and the one that a service shows."""
import datetime
import ipaddress
import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1')), x509.DNSName('localhost')])

SIGNS = x509.KeyUsage(digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                      key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)


def key_to_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


class Authority:
    """One of a service's own folder, or a new one."""

    def __init__(self, folder=None):
        if folder is not None:
            self.certificate = x509.load_pem_x509_certificate((folder / 'ca.pem').read_bytes())
            self.key = serialization.load_pem_private_key((folder / 'ca.key').read_bytes(), None)
            return
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'an authority')])
        self.certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
                            .serial_number(x509.random_serial_number()).not_valid_before(now() - datetime.timedelta(days=1))
                            .not_valid_after(now() + datetime.timedelta(days=99))
                            .add_extension(x509.BasicConstraints(True, None), True)
                            .add_extension(SIGNS, True)
                            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False).sign(self.key, hashes.SHA256()))

    def to_pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def make(self, key, lasts):
        """A server's certificate for a key, in PEM."""
        key_id = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'a server')])
        made = (x509.CertificateBuilder().subject_name(name).issuer_name(self.certificate.subject)
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now() - datetime.timedelta(days=1)).not_valid_after(now() + lasts)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), False)
                .add_extension(LOOPBACK, False).sign(self.key, hashes.SHA256()))
        return made.public_bytes(serialization.Encoding.PEM)


def get_shown(port, ca=None):
    """The certificate that a new connection gets; checked where an authority is given."""
    context = ssl.create_default_context(cafile=ca and str(ca))
    if ca is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(('127.0.0.1', port), 20) as plain, \
            context.wrap_socket(plain, server_hostname='127.0.0.1') as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(True))
