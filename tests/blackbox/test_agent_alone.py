# SPDX-License-Identifier: GPL-3.0-or-later
"""rollcall-agent against a service that says what no good service would: R21, and what a hostile one could try."""
import json

import pytest

from support.fake_service import FakeService
from support.programs import RealAgent

REGISTRATION, POLICIES, TASKS = '/v1/agent/registration', '/v1/agent/policies', '/v1/agent/tasks'
POLICY = {'id': 1, 'name': 'Updates', 'revision': 1, 'body': {'channel': 'stable'}}


@pytest.fixture
def fake(tmp_path):
    fake = FakeService(tmp_path)
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': 'allowed', 'retry_after_s': 900})
    fake.say('GET', POLICIES, {'items': [POLICY], 'site_servers': []})
    fake.say('GET', TASKS, {'items': []})
    yield fake
    fake.stop()


@pytest.fixture
def trusted(fake, tmp_path):
    """An agent that holds a policy."""
    agent = RealAgent(fake, tmp_path / 'agent')
    agent.once(status=0)
    assert agent.policies() == ['Updates']
    fake.asked.clear()
    return agent


@pytest.mark.parametrize('name', ['revoked', 'blocked', 'not-registered'])
def test_R21_an_agent_that_is_refused_at_its_access_clears_and_starts_registration_over(fake, trusted, name):
    fake.refuse('GET', POLICIES, 403, name)
    trusted.once()
    assert trusted.policies() == []
    assert [each for each in fake.asked if each[0] == 'POST'] == [('POST', REGISTRATION)] * 2
    assert fake.asked[-1] == ('POST', REGISTRATION)


@pytest.mark.parametrize('status', ['revoked', 'blocked'])
def test_R21_an_agent_that_learns_it_from_its_request_clears_too(fake, trusted, status):
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': status, 'retry_after_s': 900})
    trusted.once()
    assert trusted.policies() == []


@pytest.mark.parametrize('status, name', [(503, 'unavailable'), (429, 'too-many'), (401, 'unauthenticated'), (404, 'not-found'),
                                          (400, 'invalid')])
def test_R21_no_other_refusal_makes_it_clear(fake, trusted, status, name):
    for method, path in (('GET', POLICIES), ('POST', REGISTRATION)):
        before = dict(fake.answers)
        fake.refuse(method, path, status, name)
        trusted.once()
        assert trusted.policies() == ['Updates']
        fake.answers = before


NONSENSE = [b'', b'no json', b'null', b'[]', b'{', b'{"items": 7}', b'{"items": [7], "site_servers": []}', b'\xff\xfe',
            b'{"items": [{"id": "x"}], "site_servers": []}', b'[' * 100_000, b' ' * (40 * 1024 * 1024),
            b'{"items": [{"id": 1, "name": "\\u0000", "revision": 1, "body": {}}], "site_servers": []}']


@pytest.mark.parametrize('body', NONSENSE, ids=lambda body: repr(body[:30]))
@pytest.mark.parametrize('method, path', [('POST', REGISTRATION), ('GET', POLICIES), ('GET', TASKS)])
def test_nonsense_from_a_service_changes_nothing(fake, trusted, method, path, body):
    fake.say(method, path, body)
    done = trusted.once()
    assert done.returncode >= 0, f'it ended by signal {-done.returncode}'
    assert trusted.policies() == ['Updates']


def test_a_redirection_is_not_followed(fake, trusted):
    fake.answers['GET', POLICIES] = (302, 'text/html', b'')
    trusted.once()
    assert trusted.policies() == ['Updates']
    assert {path for _, path in fake.asked} <= {REGISTRATION, POLICIES, TASKS}


def test_a_task_of_a_kind_that_is_not_known_fails_and_the_others_are_done(fake, trusted):
    kinds = ['collect-inventory', 'format-the-disk', 'refresh-policies']
    fake.say('GET', TASKS, {'items': [{'id': number, 'kind': kind, 'parameters': {}}
                                      for number, kind in enumerate(kinds, 1)]})
    for number in (1, 2, 3):
        fake.say('POST', f'{TASKS}/{number}/result', b'', status=204)
    trusted.once(status=0)
    outcomes = [json.loads(body)['outcome'] for path, body in fake.bodies if path.endswith('/result')]
    assert outcomes == ['done', 'failed', 'done']


def test_the_agent_tells_of_itself_what_the_interface_allows(fake, trusted):
    trusted.once(status=0)
    body = next(json.loads(body) for path, body in fake.bodies if path == REGISTRATION)
    assert set(body) == {'computer', 'agent', 'resource_keys'}
    identity = trusted.identity()
    assert identity['computer']['name'] == body['computer']['name'] != ''
    for key in body['resource_keys']:
        assert key['value'] and key['type'] in ('uniqueid', 'fqdn', 'name.domain', 'macaddress')
        assert not set(key['value']) <= set('0f:-./ '), f'junk is left out: {key}'
