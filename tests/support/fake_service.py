# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that says whatever a test wants: for what agents must bear."""
import datetime
import http.server
import ipaddress
import json
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_certificate(file):
    """A key and a certificate for 127.0.0.1 that signed itself, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'fake')])
    start = datetime.datetime(2020, 1, 1)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(7).not_valid_before(start).not_valid_after(start.replace(year=2120))
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), False)
                   .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return file


def problem(status, name):
    return status, 'application/problem+json', {'type': f'urn:rollcall:problem:{name}', 'title': name, 'status': status,
                                                'detail': name}


class FakeService:
    """answers: what (method, path) gets: (status, media type, bytes or a value as JSON or
    what makes one from the request's body, pairs of headers). asked, bodies: what came."""

    def __init__(self, folder):
        self.answers, self.asked, self.bodies = {}, [], []
        self.ca = write_certificate(folder / 'fake.pem')
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def answer(self):
                received = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                fake.bodies.append((self.path, received))
                fake.asked.append((self.command, self.path))
                status, media_type, body, *headers = fake.answers.get((self.command, self.path), problem(404, 'not-found'))
                body = body(received) if callable(body) else body
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header('Content-Type', media_type)
                self.send_header('Content-Length', str(len(body)))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca)
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f'https://127.0.0.1:{self.server.server_port}'
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True)
        self.thread.start()

    def say(self, method, path, value, status=200, media_type='application/json'):
        self.answers[method, path] = (status, media_type, value)

    def refuse(self, method, path, status, name, *headers):
        """headers: pairs of name and value"""
        self.answers[method, path] = (*problem(status, name), *headers)

    def as_agent(self):
        return ['--server', self.url, '--ca', self.ca]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
