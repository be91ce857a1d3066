# SPDX-License-Identifier: GPL-3.0-or-later
"""R28: every endpoint is checked for every role."""
import datetime
import json
import re
import urllib.parse
import uuid

import pytest

from support import Agent, Computer, Person, Service, wait_for
from support.connection import Connection, tls_context
from support.schema import SOURCE, operations

ROLES = ['nobody', 'viewer', 'operator', 'administrator']
OPERATIONS = sorted(((method, path, operation['x-role']) for method, path, operation in operations()), key=str)

# A body that is right in its shape, so that only the role decides; ids that are not there, so that nothing changes.
COMPUTER = Computer(name='role-test').body()
BODIES = {
    ('POST', '/v1/agent/registration'): COMPUTER,
    ('POST', '/v1/agent/tasks/{id}/result'): {'outcome': 'done', 'output': ''},
    ('POST', '/v1/decisions'): {'action': 'allow', 'items': [{'id': 999999}], 'note': ''},
    ('POST', '/v1/push-installations'): {**COMPUTER, 'key': 'no key'},
    ('POST', '/v1/registration-policies'): {'name': 'x', 'enabled': False, 'result': 'allow', 'masks': []},
    ('PUT', '/v1/registration-policies/{id}'): {'name': 'x', 'enabled': False, 'result': 'allow',
                                               'masks': [{'type': 'name', 'mask': 'x'}]},
    ('POST', '/v1/registration-policies/preview'): {'name': 'x', 'enabled': True, 'result': 'allow',
                                                   'masks': [{'type': 'name', 'mask': 'x'}]},
    ('POST', '/v1/agent-policies'): {'name': '', 'body': {}},
    ('PUT', '/v1/agent-policies/{id}'): {'name': 'x', 'body': {}},
    ('POST', '/v1/tasks'): {'registration': 999999, 'kind': 'refresh-policies', 'parameters': {}},
    ('PUT', '/v1/settings/registration'): {'duplicate_observation_s': -1, 'retry_after_s': 900, 'matching_keys': [],
                                          'ignored_values': []},
    ('PUT', '/v1/settings/purging'): {'enabled': True, 'blocked_after': 'forever'},
    ('POST', '/v1/tokens'): {'name': '', 'role': 'viewer', 'expires': None},
}


@pytest.fixture(scope='module')
def callers(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp('roles')).start()
    try:
        callers = {role: service.person(role, role) for role in ROLES[1:]}
        callers['nobody'] = Connection(service.url, tls_context(service.ca))
        callers['agent'] = Agent(service)
        callers['service'] = service
        yield callers
        service.stop()
    finally:
        if service.process:
            service.kill()


def ask(caller, method, path):
    """The status and the problem's name, if it is one."""
    real = path.replace('{id}', '999999').replace('{name}', 'nobody-has-this-name')
    real += '?blocked_after=P3M' if path.endswith('/purging/preview') else ''
    if path == '/v1/changes/stream':
        return ask_stream(caller, real)
    answer = caller.call(method, real, BODIES.get((method, path)), headers={'Idempotency-Key': str(uuid.uuid4())})
    return answer.status, (answer.json or {}).get('type', '').rpartition(':')[2] if answer.status >= 400 else ''


def ask_stream(caller, path):
    """It never ends: only its first line is read, on a connection of its own."""
    if isinstance(caller, Person):
        own = Person(caller.service, caller.name, caller.token)
        headers = {'Authorization': f'Bearer {caller.token}'}
    else:
        own, headers = caller, {}
    response = own.send('GET', path, headers=headers)
    if response.status == 200:
        own.close()
        return 200, ''
    problem = json.loads(response.read())
    return response.status, problem['type'].rpartition(':')[2]


@pytest.mark.parametrize('method, path, least', OPERATIONS, ids=lambda value: str(value))
@pytest.mark.parametrize('role', ROLES)
def test_R28_a_role_does_what_it_may_and_nothing_else(callers, role, method, path, least):
    status, problem = ask(callers[role], method, path)
    if least == 'nobody':
        assert status == 200
    elif least == 'agent' or role == 'nobody':
        assert (status, problem) == (401, 'unauthenticated')
    elif ROLES.index(role) < ROLES.index(least):
        assert (status, problem) == (403, 'forbidden')
    else:
        # What the role allows gets as far as the body or the id, which are wrong on purpose where they would change something.
        assert status not in (401, 403), problem
        assert (status, problem) in ((200, ''), (204, ''), (400, 'invalid'), (404, 'not-found'))


@pytest.mark.parametrize('method, path, least', [each for each in OPERATIONS if each[2] not in ('agent', 'nobody')],
                         ids=lambda value: str(value))
def test_R28_an_agents_certificate_is_no_persons_token(callers, method, path, least):
    assert ask(callers['agent'], method, path) == (401, 'unauthenticated')


# What may stand where a token should, beside the right ones; {token} is one that an administrator has.
MALFORMED = ['', 'Bearer', 'Bearer ', 'Bearer  {token}', 'Bearer {token}x', 'Bearer {half}', 'Basic {token}', '{token}',
             'Bearer\t{token}', 'Bearer "{token}"', 'Bearer {token}, Bearer {token}', 'Bearer \xff\xfe', 'Bearer ' + 'x' * 20_000]
KINDS = ['none', 'malformed', 'unknown', 'expired', 'removed']


@pytest.fixture(scope='module')
def refused_headers(callers):
    """The Authorization headers of each kind, for each role where that makes a difference; None: none is sent."""
    service, admin = callers['service'], callers['administrator']
    expired = [service.person(f'expired {role}', role, expires=soon()) for role in ROLES[1:]]
    removed = [service.person(f'removed {role}', role) for role in ROLES[1:]]
    for each in removed:
        assert each.call('GET', '/v1/whoami').status == 200
        admin.delete(f'/v1/tokens/{urllib.parse.quote(each.name)}')
    wait_for(lambda: all(each.call('GET', '/v1/whoami').status == 401 for each in expired), 10, 'they expire')
    fill = {'token': admin.token, 'half': admin.token[:-4]}
    return {'none': [None], 'malformed': [each.format(**fill) for each in MALFORMED],
            'unknown': [f'Bearer rct_{"x" * 43}', f'Bearer {service.admin.token.swapcase()}'],
            'expired': [f'Bearer {each.token}' for each in expired], 'removed': [f'Bearer {each.token}' for each in removed]}


def soon():
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)).strftime('%Y-%m-%dT%H:%M:%S.000Z')


@pytest.mark.parametrize('method, path, least', OPERATIONS, ids=lambda value: str(value))
@pytest.mark.parametrize('kind', KINDS)
def test_R28_without_a_valid_token_nothing_is_done_or_told(callers, refused_headers, kind, method, path, least):
    nobody = callers['nobody']
    for header in refused_headers[kind]:
        real = path.replace('{id}', '999999').replace('{name}', 'nobody-has-this-name')
        headers = {'Idempotency-Key': str(uuid.uuid4()), **({} if header is None else {'Authorization': header.encode('latin-1')})}
        answer = nobody.call(method, real, BODIES.get((method, path)), headers=headers)
        if least == 'nobody':
            assert answer.status == 200
            continue
        assert (answer.status, answer.json['type']) == (401, 'urn:rollcall:problem:unauthenticated'), header
        assert (answer.headers['WWW-Authenticate'] == 'Bearer') == (least != 'agent')
        assert 'nobody-has' not in answer.json['detail'] and set(answer.json) == {'type', 'title', 'status', 'detail'}


def test_R28_each_endpoint_of_the_service_is_in_the_document():
    """The routes' own table, read from its source: a new one cannot be forgotten, nor be there for somebody else."""
    source = (SOURCE / 'src/service/rollcall-routes.c').read_text()
    table = re.findall(r'^  \{ "(\w+)", "(\S+)", (\w+), ', source, re.M)
    assert sorted((method, path, role.lower()) for method, path, role in table) == sorted(OPERATIONS)


def test_R28_a_viewer_sees_no_tokens(callers):
    assert ask(callers['viewer'], 'GET', '/v1/tokens') == (403, 'forbidden')
    assert ask(callers['operator'], 'GET', '/v1/tokens') == (403, 'forbidden')


def test_methods_that_no_endpoint_has_are_refused(callers):
    for method, path in (('PATCH', '/v1/registrations'), ('DELETE', '/v1/registrations'), ('POST', '/v1/whoami'),
                         ('TRACE', '/v1/whoami'), ('PUT', '/v1/decisions')):
        answer = callers['administrator'].call(method, path, check=False)
        assert answer.status in (400, 404, 405, 501), (method, path, answer.status)
