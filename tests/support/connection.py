# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTPS connection to a service, kept open; what it answers is held against docs/openapi.yaml."""
import contextlib
import dataclasses
import http.client
import json as jsonlib
import ssl
import urllib.parse

from .schema import check_answer


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    json: object = None


class Refused(Exception):
    """A problem document (RFC 9457)."""

    def __init__(self, status, problem):
        super().__init__(f'{status} {problem}')
        self.status = status
        self.name = problem['type'].removeprefix('urn:rollcall:problem:')
        self.detail = problem['detail']
        self.field = problem.get('field')


@contextlib.contextmanager
def refused(status, name, field=None):
    """Inside, a call must be refused by just this problem."""
    try:
        yield
    except Refused as problem:
        assert (problem.status, problem.name) == (status, name), str(problem)
        assert field is None or problem.field == field, f'{problem}: the field should be {field}'
    else:
        raise AssertionError(f'not refused; {status} {name} was expected')


def tls_context(ca, certificate=None):
    context = ssl.create_default_context(cafile=str(ca))
    if certificate:
        context.load_cert_chain(str(certificate))
    return context


class Connection:
    def __init__(self, url, context, timeout=30):
        address = urllib.parse.urlsplit(url)
        self.http = http.client.HTTPSConnection(address.hostname, address.port, context=context, timeout=timeout)

    def close(self):
        self.http.close()

    def send(self, method, path, body=None, headers=None):
        """One exchange. A connection that the service closed while it was idle is opened anew, once."""
        fresh = self.http.sock is None
        try:
            self.http.request(method, path, body, headers or {})
            return self.http.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
            self.http.close()
            if fresh:
                raise
        self.http.request(method, path, body, headers or {})
        return self.http.getresponse()

    def call(self, method, path, json=None, body=None, headers=None, check=True):
        """json: a value to send; body: bytes to send as they are."""
        sent = dict(headers or {})
        if json is not None:
            body = jsonlib.dumps(json).encode()
        if body is not None:
            sent.setdefault('Content-Type', 'application/json')
        response = self.send(method, path, body, sent)
        content = response.read()
        media_type = response.headers.get_content_type()
        answer = Answer(response.status, response.headers, content)
        if content and media_type in ('application/json', 'application/problem+json'):
            answer.json = jsonlib.loads(content)
        if check:
            check_answer(method, path, answer.status, response.headers, content, answer.json)
        if response.headers.get('Connection', '').lower() == 'close':
            self.http.close()
        return answer

    def ask(self, method, path, json=None, **options):
        """As call(), and the JSON that came; a problem is raised as Refused."""
        answer = self.call(method, path, json, **options)
        if answer.status >= 400:
            raise Refused(answer.status, answer.json)
        return answer.json
