# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer and its agent: mutual TLS with a key and a self-signed certificate of its own."""
import copy
import dataclasses
import datetime
import hashlib
import itertools
import pathlib
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .connection import Connection, tls_context

numbers = itertools.count(1)


@dataclasses.dataclass
class Computer:
    """What an agent says about its computer. Each one differs from all before it unless told otherwise."""
    name: str = None
    domain: str = 'corp.example'
    fqdn: str = None
    os: str = 'Debian 13'
    user: str = 'maria'
    ips: list = None
    macs: list = None
    version: str = '1.0.0'
    resource_keys: list = None

    def __post_init__(self):
        number = next(numbers)
        self.name = f'PC-{number}' if self.name is None else self.name
        self.fqdn = f'pc-{number}.{self.domain}' if self.fqdn is None else self.fqdn
        self.ips = [f'10.20.{number // 250}.{number % 250 + 1}'] if self.ips is None else self.ips
        mac = f'52:54:00:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}'
        self.macs = [mac] if self.macs is None else self.macs
        if self.resource_keys is None:
            self.resource_keys = [('uniqueid', f'4c4c4544-0042-4a10-8058-{number:012x}/BOARD{number:06}/{mac}'),
                                  ('fqdn', self.fqdn), ('macaddress', mac)]

    def with_facts(self, **facts):
        return dataclasses.replace(copy.deepcopy(self), **facts)

    def body(self):
        return {'computer': {'name': self.name, 'domain': self.domain, 'fqdn': self.fqdn, 'os': self.os, 'user': self.user,
                             'ips': self.ips, 'macs': self.macs},
                'agent': {'version': self.version},
                'resource_keys': [{'type': type, 'value': value} for type, value in self.resource_keys]}


def self_signed(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'agent')])
    start = datetime.datetime(2020, 1, 1)
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(start)
            .not_valid_after(start.replace(year=2120)).sign(key, hashes.SHA256()))


class Agent(Connection):
    def __init__(self, service, computer=None, key=None):
        self.service, self.computer = service, computer or Computer()
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        public = self.key.public_key()
        self.fingerprint = hashlib.sha256(public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        self.public_pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        with tempfile.NamedTemporaryFile(suffix='.pem') as file:
            file.write(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()))
            file.write(self_signed(self.key).public_bytes(serialization.Encoding.PEM))
            file.flush()
            self.context = tls_context(service.ca, pathlib.Path(file.name))
        super().__init__(service.url, self.context)

    def with_new_key(self, **facts):
        """The same computer after its agent was installed anew, or something that says that it is this computer."""
        return Agent(self.service, self.computer.with_facts(**facts))

    def register(self, **facts):
        """A request; the answer's JSON. facts: what changed about the computer."""
        self.computer = self.computer.with_facts(**facts) if facts else self.computer
        return self.ask('POST', '/v1/agent/registration', self.computer.body())

    def ask_for_policies(self, etag=None):
        """Access to secured data; the answer as it is."""
        return self.call('GET', '/v1/agent/policies', headers={'If-None-Match': etag} if etag else None)

    def access(self):
        """What access to secured data says: 'granted', or the problem's name."""
        answer = self.ask_for_policies()
        if answer.status == 200:
            return 'granted'
        assert answer.status == 403, answer
        return answer.json['type'].removeprefix('urn:rollcall:problem:')
