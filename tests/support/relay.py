# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands between a real agent and a real service, TLS on both sides, and can hold one call until a test lets it go on."""
import http.server
import ssl
import threading

from .connection import Connection, tls_context
from .fake_service import write_certificate


class Relay:
    """Towards the service it is the agent: it uses the key in the agent's folder. passed: (method, path, status) of each call."""

    def __init__(self, service, state, folder):
        self.service, self.state, self.passed = service, state, []
        self.ca = write_certificate(folder / 'relay.pem')
        self.held, self.reached, self.released = None, threading.Event(), threading.Event()
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def answer(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0)) or None
                relay.wait(self.command, self.path)
                answer = relay.forward(self.command, self.path, body, self.headers)
                relay.passed.append((self.command, self.path, answer.status))
                self.send_response(answer.status)
                for name in ('Content-Type', 'ETag'):
                    if answer.headers[name]:
                        self.send_header(name, answer.headers[name])
                self.send_header('Content-Length', str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

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

    def hold(self, method, ending):
        """The next call of such a path does not go on before let_go()."""
        self.reached.clear()
        self.released.clear()
        self.held = (method, ending)

    def wait(self, method, path):
        if self.held and method == self.held[0] and path.endswith(self.held[1]):
            self.held = None
            self.reached.set()
            assert self.released.wait(60), 'nobody let the call go on'

    def let_go(self):
        self.released.set()

    def forward(self, method, path, body, headers):
        context = tls_context(self.service.ca)
        context.load_cert_chain(self.state / 'agent.pem', self.state / 'agent.key')
        connection = Connection(self.service.url, context)
        kept = {name: headers[name] for name in ('Content-Type', 'If-None-Match') if headers[name]}
        try:
            return connection.call(method, path, body=body, headers=kept)
        finally:
            connection.close()

    def as_agent(self):
        return ['--server', self.url, '--ca', self.ca]

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
