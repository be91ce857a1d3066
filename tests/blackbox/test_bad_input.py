# SPDX-License-Identifier: GPL-3.0-or-later
"""What no client should send: API.md's conventions at each POST and PUT."""
import copy
import json
import socket
import ssl
import uuid

import pytest

from support import Agent, Computer, Service, wait_for
from support.connection import Connection, tls_context
from support.schema import document, operations, resolve

GOOD = {
    ('POST', '/v1/agent/registration'): Computer(name='bad-input').body(),
    ('POST', '/v1/agent/tasks/1/result'): {'outcome': 'done', 'output': 'x'},
    ('POST', '/v1/decisions'): {'action': 'allow', 'items': [{'id': 999999, 'revision': 5, 'resource_id': 7}], 'note': 'x'},
    ('POST', '/v1/push-installations'): {**Computer().body(), 'key': 'PEM'},
    ('POST', '/v1/registration-policies'): {'name': 'x', 'enabled': False, 'result': 'allow',
                                            'masks': [{'type': 'name', 'mask': 'x'}]},
    ('PUT', '/v1/registration-policies/1'): {'name': 'x', 'enabled': False, 'result': 'allow',
                                             'masks': [{'type': 'name', 'mask': 'x'}], 'revision': 1},
    ('POST', '/v1/registration-policies/preview'): {'name': 'x', 'enabled': True, 'result': 'block',
                                                    'masks': [{'type': 'name', 'mask': 'x'}]},
    ('POST', '/v1/agent-policies'): {'name': 'x', 'body': {'a': 1}},
    ('PUT', '/v1/agent-policies/1'): {'name': 'x', 'body': {'a': 1}, 'revision': 1},
    ('POST', '/v1/tasks'): {'registration': 1, 'kind': 'refresh-policies', 'parameters': {}},
    ('PUT', '/v1/settings/registration'): {'duplicate_observation_s': 1800, 'retry_after_s': 900, 'matching_keys': ['fqdn'],
                                           'ignored_values': ['x']},
    ('PUT', '/v1/settings/purging'): {'enabled': True, 'blocked_after': 'P3M'},
    ('POST', '/v1/tokens'): {'name': 'bad-input', 'role': 'viewer', 'expires': '2030-01-01T00:00:00.000Z'},
}
# What API.md leaves open: an agent policy's body and a task's parameters are any JSON object.
OPEN = ('/body', '/parameters')
# What may be absent or null.
NULLABLE = ('/expires', '/revision', '/items/0/revision', '/items/0/resource_id')


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp('bad-input')).start()
    try:
        service.agent = Agent(service)
        id = service.agent.register()['registration']
        service.admin.decide_one('allow', id)
        service.admin.post('/v1/agent-policies', {'name': 'there', 'body': {}})
        service.admin.post('/v1/tasks', {'registration': id, 'kind': 'refresh-policies', 'parameters': {}})
        yield service
        service.stop()
    finally:
        if service.process:
            service.kill()


def send(place, method, path, value=None, body=None):
    caller = place.agent if path.startswith('/v1/agent/') else place.admin
    return caller.call(method, path, value, body=body, headers={'Idempotency-Key': str(uuid.uuid4())})


def assert_invalid(answer, what, field=None):
    assert (answer.status, answer.json and answer.json['type']) == (400, 'urn:rollcall:problem:invalid'), what
    if field is not None:
        assert answer.json.get('field') == field, f'{what}: {answer.json}'


def walk(value, pointer=''):
    """Every (pointer, value) of a body."""
    yield pointer, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not pointer.endswith(OPEN):
        for name, member in members:
            yield from walk(member, f'{pointer}/{name}')


def changed(value, pointer, change):
    """A copy of a body with the value at a pointer replaced by change(value)."""
    value = copy.deepcopy(value)
    if not pointer:
        return change(value)
    *path, last = pointer[1:].split('/')
    place = value
    for part in path:
        place = place[int(part) if isinstance(place, list) else part]
    last = int(last) if isinstance(place, list) else last
    place[last] = change(place[last])
    return value


@pytest.fixture(params=GOOD, ids=lambda operation: ' '.join(operation))
def operation(request):
    return request.param


def test_every_operation_with_a_body_is_here():
    there = {(method, path.replace('{id}', '1')) for method, path, each in operations() if 'requestBody' in each}
    assert there == set(GOOD)


def test_wrong_types_are_invalid_and_named(place, operation):
    for pointer, value in walk(GOOD[operation]):
        for wrong in ('x', 7, True, [], {}, None, 1.5):
            if type(wrong) is type(value) or pointer in NULLABLE and wrong is None:
                continue
            if pointer == '/items/0' and wrong == {} or isinstance(value, str) and wrong == 'x':
                continue
            answer = send(place, *operation, body=json.dumps(changed(GOOD[operation], pointer, lambda _: wrong)).encode())
            assert_invalid(answer, f'{pointer} = {wrong!r}', pointer if pointer else None)


def test_missing_members_are_invalid_and_named(place, operation):
    optional = {'/revision', '/items/0/revision', '/items/0/resource_id', '/id'}
    for pointer, value in walk(GOOD[operation]):
        parent, _, name = pointer.rpartition('/')
        if not pointer or name.isdigit() or pointer in optional:
            continue
        body = changed(GOOD[operation], parent, lambda object: {k: v for k, v in object.items() if k != name})
        assert_invalid(send(place, *operation, body), f'without {pointer}', pointer)


def test_unknown_members_are_invalid_and_named(place, operation):
    for pointer, value in walk(GOOD[operation]):
        if isinstance(value, dict) and not pointer.endswith(OPEN):
            body = changed(GOOD[operation], pointer, lambda object: {**object, 'surprise': 1})
            assert_invalid(send(place, *operation, body), f'{pointer}/surprise', f'{pointer}/surprise')


def test_duplicate_members_are_invalid(place, operation):
    text = json.dumps(GOOD[operation])
    name = next(iter(GOOD[operation]))
    double = '{' + f'{json.dumps(name)}: {json.dumps(GOOD[operation][name])}, ' + text[1:]
    assert_invalid(send(place, *operation, body=double.encode()), 'a member twice')


@pytest.mark.parametrize('bad', [b'', b' ', b'{', b'[]', b'null', b'"x"', b"{'a': 1}", b'{"a": 1} x', b'/* */ {}', b'\xef\xbb\xbf{}',
                                 b'{"a": NaN}', b'{"a": 01}', b'\xff\xfe{}', b'{"a":1,}', b'\0'], ids=repr)
def test_what_is_no_json_object_is_invalid(place, operation, bad):
    assert_invalid(send(place, *operation, body=bad), bad)


def test_texts_with_nul_or_bad_utf8_or_too_long_are_invalid(place, operation):
    texts = [(pointer, value) for pointer, value in walk(GOOD[operation]) if isinstance(value, str)]
    for pointer, value in texts:
        mark = '@@mark@@'
        body = json.dumps(changed(GOOD[operation], pointer, lambda _: mark)).encode()
        for bad in (b'\\u0000', b'a\\u0000b', b'\0', b'\xff', b'\xc0\xaf', b'\xed\xa0\x80', b'\\ud800', b'\\udc00x', b'\n'):
            assert_invalid(send(place, *operation, body=body.replace(mark.encode(), bad)), f'{pointer} = {bad!r}')
        if pointer not in ('/key', '/output'):
            assert_invalid(send(place, *operation, body=body.replace(mark.encode(), b'x' * 1025)), f'{pointer}: 1,025 bytes')


def test_deep_json_is_invalid(place, operation):
    deep = b'[' * 17 + b']' * 17
    very_deep = b'[' * 400_000
    name = json.dumps(next(iter(GOOD[operation]))).encode()
    for bad in (deep, very_deep, b'{"body": ' * 17 + b'{}' + b'}' * 17, b'{' + name + b': ' + deep + b'}'):
        assert_invalid(send(place, *operation, body=bad), bad[:40])


def test_more_than_a_mebibyte_is_too_large(place, operation):
    answer = send(place, *operation, body=b' ' * (1024 * 1024) + b'{}')
    assert (answer.status, answer.json['type']) == (413, 'urn:rollcall:problem:too-large')


def test_a_body_that_says_it_is_huge_is_refused_before_it_comes(place):
    for length, wanted in ((10 ** 12, 413), (100 * 1024 * 1024, 413)):
        answer = raw(place, 'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\n'
                            f'Authorization: Bearer {place.admin.token}\r\nContent-Length: {length}\r\n\r\n{{')
        assert status_of(answer) == wanted


def raw(place, text, wait=True, seconds=3):
    """Sends text as it is and returns what comes until the service closes or has answered."""
    context = tls_context(place.ca)
    with socket.create_connection(('127.0.0.1', place.port), seconds) as plain, \
            context.wrap_socket(plain, server_hostname='127.0.0.1') as secure:
        answer = b''
        try:
            secure.sendall(text.encode('latin-1'))
        except (ConnectionError, ssl.SSLError):
            return answer  # refused while it was sent
        while wait and b'\r\n\r\n' not in answer:
            try:
                part = secure.recv(65536)
            except (ConnectionError, TimeoutError, ssl.SSLError):
                break
            if not part:
                break
            answer += part
        return answer


def status_of(answer):
    return int(answer.split(b' ')[1]) if answer.startswith(b'HTTP/1.1 ') else None


@pytest.mark.parametrize('text', [
    'nonsense\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 'GET /v1/whoami HTTP/1.1\r\n\r\n',
    'GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /v1/registrations/%ff HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
    'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345',
    'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'GET /v1/whoami HTTP/1.1\r\nHost: x\r\nX: ' + 'a' * 200_000 + '\r\n\r\n',
    'GET /' + 'a' * 200_000 + ' HTTP/1.1\r\nHost: x\r\n\r\n',
], ids=lambda text: text[:40].strip())
def test_broken_http_is_refused_and_the_service_goes_on(place, text):
    answer = status_of(raw(place, text))
    assert answer is None or 400 <= answer < 600
    assert place.admin.call('GET', '/healthz').status == 200


def test_clients_that_leave_in_the_middle_do_no_harm(place):
    for text in ('POST /v1/agent/registration HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"computer"', 'GE', ''):
        raw(place, text, wait=False)
    with socket.create_connection(('127.0.0.1', place.port), 10) as plain:
        plain.sendall(b'\x16\x03\x01\x02\x00\x01garbage')
    with socket.create_connection(('127.0.0.1', place.port), 10) as plain:
        plain.sendall(b'GET / HTTP/1.0\r\n\r\n')  # it speaks HTTPS only
        plain.settimeout(10)
        try:
            assert not plain.recv(100).startswith(b'HTTP/1.1 2')
        except ConnectionError:
            pass
    assert place.admin.get('/v1/whoami')['name'] == 'admin'


def test_addresses_must_parse(place):
    body = Computer().body()
    for name, wrong in (('ips', '10.0.0'), ('ips', 'host.example'), ('ips', ''), ('ips', '10.0.0.1/8'), ('macs', '52:54:00:12:34'),
                        ('macs', 'x'), ('macs', '52:54:00:12:34:5g')):
        bad = changed(body, f'/computer/{name}/0', lambda _: wrong)
        assert_invalid(send(place, 'POST', '/v1/agent/registration', bad), f'{name}: {wrong}', f'/computer/{name}/0')


def test_sixty_four_of_a_kind_and_no_more(place):
    body = Computer(ips=[f'10.0.0.{n}' for n in range(64)], macs=[f'52:54:00:77:00:{n:02x}' for n in range(64)],
                    resource_keys=[('fqdn', f'{n}.example') for n in range(64)]).body()
    one = Agent(place)
    assert one.call('POST', '/v1/agent/registration', body).status == 200
    for pointer in ('/computer/ips', '/computer/macs', '/resource_keys'):
        answer = one.call('POST', '/v1/agent/registration', changed(body, pointer, lambda some: some + some[:1]))
        assert_invalid(answer, pointer, pointer)


def test_a_name_has_1_to_1024_bytes(place):
    one = Agent(place)
    for name, good in (('x', True), ('\N{SNOWMAN}' * 341 + 'x', True), ('\N{SNOWMAN}' * 342, False), ('', False)):
        answer = one.call('POST', '/v1/agent/registration', changed(one.computer.body(), '/computer/name', lambda _: name))
        assert (answer.status == 200) == good, name
    assert place.admin.rows(q='\N{SNOWMAN}')[0]['name'] == '\N{SNOWMAN}' * 341 + 'x'


def test_an_unknown_resource_key_type_is_invalid(place):
    bad = changed(Computer().body(), '/resource_keys/0/type', lambda _: 'serial')
    assert_invalid(send(place, 'POST', '/v1/agent/registration', bad), 'serial', '/resource_keys/0/type')


@pytest.mark.parametrize('period', ['', 'P', '3 months', 'P0D', 'P11Y', 'P121M', 'P3660D', 'PT1H', 'P-1D', 'P1.5M', 'p3m', 'P99999999999D', 'P1M\n'])
def test_a_period_that_is_none_is_invalid(place, period):
    assert_invalid(send(place, 'PUT', '/v1/settings/purging', {'enabled': True, 'blocked_after': period}), period)


@pytest.mark.parametrize('key', ['', 'no pem', 'truncated'])
def test_a_push_needs_a_public_key(place, key):
    pem = Agent(place).public_pem
    bad = {**Computer().body(), 'key': pem[:60] if key == 'truncated' else key}
    assert_invalid(send(place, 'POST', '/v1/push-installations', bad), key, '/key')


def test_a_stale_revision_of_a_policy_is_a_conflict_and_an_absent_one_is_accepted(place):
    made = place.admin.add_policy('allow', name='x')
    path = f'/v1/registration-policies/{made["id"]}'
    second = place.admin.put(path, {**made, 'name': 'second', 'id': 999})
    assert (second['id'], second['name'], second['revision'] > made['revision']) == (made['id'], 'second', True)
    assert place.admin.call('PUT', path, {**made, 'name': 'third'}).status == 409
    del made['revision']
    assert place.admin.put(path, {**made, 'name': 'third'})['name'] == 'third'
    place.admin.delete(path)
    assert place.admin.call('DELETE', path).status == 404


def test_an_openapi_document_that_says_what_it_needs():
    for method, path, operation in operations():
        assert operation['operationId'] and operation['summary'] and operation['x-role'], path
        for response in operation['responses'].values():
            for media_type, content in resolve(response).get('content', {}).items():
                assert resolve(content.get('schema', {})) is not None, (path, media_type)
    names = [operation['operationId'] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    assert document()['openapi'].startswith('3.1')


def test_nothing_of_this_changed_anything(place):
    assert Connection(place.url, tls_context(place.ca)).call('GET', '/readyz').status == 200
    wait_for(lambda: place.admin.get('/v1/summary')['by_status']['allowed'] == 1, 1, 'one row is Allowed')
