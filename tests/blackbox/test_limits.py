# SPDX-License-Identifier: GPL-3.0-or-later
"""What one caller can take of the service, and what it is told where that ends."""
import concurrent.futures
import contextlib
import json
import select
import socket
import sqlite3
import ssl
import struct
import time

import pytest

from support import Agent, Person, Service, wait_for
from support.connection import Connection, tls_context
from support.metrics import Metrics
from support.programs import run

MEBIBYTE = 1024 * 1024


@contextlib.contextmanager
def tls(service, context=None):
    with socket.create_connection(('127.0.0.1', service.port), 20) as plain, \
            (context or tls_context(service.ca)).wrap_socket(plain, server_hostname='127.0.0.1') as secure:
        secure.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        yield secure


def read_answer(secure):
    """The status, the headers in lower case and the body of the one answer that a connection gets before it ends."""
    got = b''
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := secure.recv(65536):
            got += part
    head, _, body = got.partition(b'\r\n\r\n')
    if not head:
        return None, {}, b''
    first, *lines = head.decode().split('\r\n')
    return int(first.split()[1]), dict(line.lower().split(': ', 1) for line in lines), body


def send_until_answered(secure, head, part, at_most):
    """Sends a part again and again until something comes back; how much was sent of it."""
    sent = 0
    secure.sendall(head)
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while sent < at_most and not select.select([secure], [], [], 0)[0]:
            secure.sendall(part)
            sent += len(part)
    return sent


CHUNK = b'10000\r\n' + b' ' * 65536 + b'\r\n'
SMALL_CHUNKS = b'1\r\n \r\n' * 4096


@pytest.mark.parametrize('part', [CHUNK, SMALL_CHUNKS], ids=['chunks of 64 KiB', 'chunks of a byte'])
@pytest.mark.parametrize('caller', ['person', 'agent', 'nobody'])
def test_a_chunked_body_without_end_is_refused_soon_after_the_limit(service, caller, part):
    path, headers, context, wanted = {
        'person': ('/v1/decisions', f'Authorization: Bearer {service.admin.token}\r\nIdempotency-Key: k\r\n', None,
                   (413, 'too-large')),
        'agent': ('/v1/agent/registration', '', Agent(service).context, (413, 'too-large')),
        'nobody': ('/v1/decisions', 'Idempotency-Key: k\r\n', None, (401, 'unauthenticated')),
    }[caller]
    head = f'POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Transfer-Encoding: chunked\r\n\r\n'.encode()
    with tls(service, context) as secure:
        # Two limits' worth is read, each byte of it may cost a chunk's six, and the sockets hold some more.
        assert send_until_answered(secure, head, part, 64 * MEBIBYTE) < 32 * MEBIBYTE
        status, headers, body = read_answer(secure)
    assert (status, headers['content-type'], headers['connection']) == (wanted[0], 'application/problem+json', 'close')
    assert len(body) == int(headers['content-length'])
    problem = json.loads(body)
    assert (problem['status'], problem['type']) == (wanted[0], f'urn:rollcall:problem:{wanted[1]}')
    assert service.admin.get('/v1/whoami')['name'] == 'admin', 'the service goes on'


@pytest.mark.parametrize('size, wanted', [(MEBIBYTE, 400), (MEBIBYTE + 1, 413), (2 * MEBIBYTE, 413)])
@pytest.mark.parametrize('chunked', [True, False], ids=['chunked', 'with its length'])
def test_a_body_around_the_limit_is_read_to_its_end(service, admin, size, wanted, chunked):
    chunks = (b' ' * min(10_000, size - start) for start in range(0, size, 10_000))
    answer = admin.call('POST', '/v1/decisions', body=chunks if chunked else b''.join(chunks),
                        headers={'Idempotency-Key': 'k'})
    assert answer.status == wanted
    assert answer.json['type'] == f'urn:rollcall:problem:{"invalid" if wanted == 400 else "too-large"}'
    assert 'Connection' not in answer.headers


@pytest.fixture
def start(tmp_path):
    """Starts a service with options of the test's own."""
    service = Service(tmp_path)
    try:
        yield lambda *options: service.start(options=options)
        service.stop()
    finally:
        if service.process:
            service.kill()


def hold(stack, service):
    """A request that has begun: its body is waited for until the connection is closed."""
    secure = stack.enter_context(tls(service))
    secure.sendall(f'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.admin.token}\r\n'
                   'Idempotency-Key: k\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n'.encode())
    answer = secure.recv(1000)
    assert answer.startswith(b'HTTP/1.1 100 '), answer
    return secure


def assert_told_to_wait(answer, status, name, seconds=range(1, 61)):
    assert (answer.status, answer.json['type']) == (status, f'urn:rollcall:problem:{name}'), answer
    assert answer.headers.get_content_type() == 'application/problem+json'
    assert int(answer.headers['Retry-After']) in seconds


def test_requests_of_one_address_that_are_under_way_have_a_limit(start):
    service = start('--address-requests', '3')
    admin, agent = service.admin, Agent(service)
    with contextlib.ExitStack() as stack:
        held = [hold(stack, service) for _ in range(3)]
        assert_told_to_wait(admin.call('GET', '/v1/whoami'), 429, 'too-many')
        assert_told_to_wait(agent.call('POST', '/v1/agent/registration', agent.computer.body()), 429, 'too-many')
        assert admin.call('GET', '/healthz').status == 200, 'whether it is alive is told to everybody'
        held[0].close()
        wait_for(lambda: admin.call('GET', '/v1/whoami').status == 200, 10, 'one of three has ended')
    assert wait_for(lambda: agent.call('POST', '/v1/agent/registration', agent.computer.body()).status == 200, 10)


def test_tokens_cannot_be_guessed_fast_and_nobody_is_locked_out(start):
    service = start('--address-failures', '12')
    guess = Person(service, 'nobody', 'x' * 43)
    answers = [guess.call('GET', '/v1/whoami')]
    while answers[-1].status == 401 and len(answers) < 100:
        answers.append(guess.call('GET', '/v1/whoami'))
    assert 12 <= len(answers) - 1 < 20, 'twelve in a minute, and one more every five seconds'
    assert_told_to_wait(answers[-1], 429, 'too-many', range(1, 7))
    # Many people may share an address: who knows a token is not meant, nor who guesses nothing.
    for _ in range(50):
        assert service.admin.call('GET', '/v1/whoami').status == 200
        assert guess.call('GET', '/v1/whoami').status in (401, 429)
    assert Person(service, 'admin', service.admin.token).get('/v1/whoami')['name'] == 'admin', 'on a new connection'
    nobody = Connection(service.url, tls_context(service.ca))
    assert nobody.call('GET', '/v1/whoami').status == 401
    assert nobody.call('GET', '/readyz').status == 200
    assert Agent(service).register()['status'] == 'pending'
    wait_for(lambda: guess.call('GET', '/v1/whoami').status == 401, 10, 'a token may be tried again')


def test_requests_that_wait_have_a_limit(start):
    service = start('--waiting', '3')
    agents = [Agent(service) for _ in range(12)]
    for one in agents:
        assert one.call('GET', '/healthz').status == 200  # its connection is open
    answers = []

    def ask(one):
        answers.append(one.call('POST', '/v1/agent/registration', one.computer.body()))

    # While another process writes, the service's writer waits: with three at most, and three at most wait for it.
    with contextlib.closing(sqlite3.connect(service.data / 'rollcall.sqlite', isolation_level=None)) as store, \
            concurrent.futures.ThreadPoolExecutor(len(agents)) as threads:
        store.execute('BEGIN IMMEDIATE')
        jobs = [threads.submit(ask, one) for one in agents]
        wait_for(lambda: len(answers) >= 6, 4, 'those for whom there is no room are told at once')
        for answer in list(answers):
            assert_told_to_wait(answer, 503, 'unavailable')
        store.execute('ROLLBACK')
        for job in jobs:
            job.result(timeout=20)
    kept = [answer for answer in answers if answer.status != 503]
    assert {answer.status for answer in kept} == {200} and len(kept) == len(service.admin.rows())


def test_the_usual_limits_leave_room_for_many_agents_at_one_address(service, admin):
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            hold(stack, service)
        assert Agent(service).register()['status'] == 'pending'
    wrong = Person(service, 'nobody', 'wrong')
    assert {wrong.call('GET', '/v1/whoami').status for _ in range(200)} == {401}
    assert admin.get('/v1/whoami')['name'] == 'admin'


def test_the_limits_are_options_that_its_help_names(tmp_path):
    told = run('rollcalld', '--help', status=0).stdout
    for option, wrong in (('--address-requests', '-1'), ('--address-failures', '-1'), ('--waiting', '0'), ('--waiting', 'x')):
        assert option in told
        done = run('rollcalld', '--data-dir', tmp_path / 'data', '--listen', '127.0.0.1:0', option, wrong, status=2, timeout=10)
        assert option in done.stderr
        assert not (tmp_path / 'data').exists()
    assert '429' in told and '503' in told


# What docs/openapi.yaml says of it: the HTTP library's own answers, which no program can shape.
@pytest.mark.parametrize('text, wanted', [
    ('GET /v1/whoami HTTP/1.1\r\n\r\n', 400),  # no Host
    ('GET /v1/whoami HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400),
    ('POST /v1/decisions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400),
    (f'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: {2 ** 64}\r\n\r\n', 413),
    (f'GET /{"a" * 33_000} HTTP/1.1\r\nHost: x\r\n\r\n', 414),
    (f'GET /v1/whoami HTTP/1.1\r\nHost: x\r\nX: {"a" * 33_000}\r\n\r\n', 431),
    ('GET /v1/whoami HTTP/9.9\r\nHost: x\r\n\r\n', 505),
    ('nonsense\r\n\r\n', None),
], ids=lambda value: str(value)[:40].strip())
def test_what_is_no_http_is_answered_by_its_status_alone(service, text, wanted):
    with tls(service) as secure:
        secure.sendall(text.encode())
        status, headers, body = read_answer(secure)
    assert status == wanted
    if status is not None:
        assert headers['connection'] == 'close' and 'content-type' not in headers and len(body) < 1000
    assert service.admin.get('/v1/whoami')['name'] == 'admin'


def test_headers_of_many_kibibytes_are_taken(service):
    with tls(service) as secure:
        secure.sendall(f'GET /healthz HTTP/1.0\r\nX: {"a" * 28_000}\r\n\r\n'.encode())
        assert read_answer(secure)[0] == 200


def test_slow_and_broken_connections_hold_up_nobody(service, admin):
    """Hundreds that never finish what they began, each in another way: others are answered as ever, and nothing stays."""
    head = f'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin.token}\r\nIdempotency-Key: k\r\n'
    begun = [b'', b'P', head.encode(), f'{head}Content-Length: 500\r\n\r\n{{"action"'.encode(),
             f'{head}Transfer-Encoding: chunked\r\n\r\n5\r\n{{"a'.encode()]
    with contextlib.ExitStack() as stack:
        plain = [stack.enter_context(socket.create_connection(('127.0.0.1', service.port), 20)) for _ in range(200)]
        for number, one in enumerate(plain):
            one.sendall([b'', b'\x16\x03\x01\x02\x00\x01', b'GET / HTTP/1.1\r\n'][number % 3])  # TLS that never begins
        secured = [stack.enter_context(tls(service)) for _ in range(150)]
        for number, one in enumerate(secured):
            one.sendall(begun[number % len(begun)])
        agents = [Agent(service) for _ in range(5)]
        for number in range(30):
            for one in secured[number::30]:
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    one.sendall(b' ')
            started = time.monotonic()
            assert admin.call('GET', '/v1/whoami').status == 200
            assert agents[number % 5].register()['status'] == 'pending'
            assert time.monotonic() - started < 2
        # What a client leaves behind: the middle of a record, the middle of a request, a reset.
        for number, one in enumerate(plain + secured):
            if number % 2:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            one.close()
    open_now = lambda: Metrics(admin.call('GET', '/metrics').body.decode()).get('rollcall_http_requests_open')
    wait_for(lambda: open_now() == 1, 20, 'all of them are over, but for the one that asks')
    assert len(admin.rows()) == 5 and admin.events(kind='decision') == []
