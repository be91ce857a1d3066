# SPDX-License-Identifier: GPL-3.0-or-later
"""What agents may fetch, and who they are: mutual TLS, policies with their ETag, tasks."""
import urllib.parse

import pytest

from support import Person, wait_for
from support.connection import Connection, refused, tls_context
from support.programs import RealAgent


@pytest.fixture
def allowed(admin, agent):
    one = agent()
    one.id = one.register()['registration']
    admin.decide_one('allow', one.id)
    return one


@pytest.fixture
def trusted(admin, service, tmp_path):
    """rollcall-agent, allowed, with a policy on its disk."""
    real = RealAgent(service, tmp_path / 'agent')
    real.once(status=0)
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {'channel': 'stable'}})
    [row] = admin.rows()
    real.id, real.fingerprint = row['id'], row['fingerprint']
    admin.decide_one('allow', row)
    real.once(status=0)
    assert real.policies() == ['Updates']
    yield real
    if real.running:
        real.running.end()


def replace_key(admin, agent, real):
    """Another key of the same computer asks and is allowed by a person: the first is trusted no longer (R11)."""
    keys = [(key['type'], key['value']) for key in real.identity()['resource_keys']]
    other = agent(resource_keys=keys)
    # Without a revision: an access of the first key meanwhile changes the advice (R12).
    answer = admin.send_decision('allow', [{'id': other.register()['registration']}]).json
    assert [each['into'] for each in answer['applied']] == [real.id], answer
    assert admin.row(real.id)['fingerprint'] == other.fingerprint
    return other


def test_without_a_certificate_an_agent_is_unauthenticated(service):
    stranger = Connection(service.url, tls_context(service.ca))
    for method, path in (('POST', '/v1/agent/registration'), ('GET', '/v1/agent/policies'), ('GET', '/v1/agent/tasks')):
        with refused(401, 'unauthenticated'):
            stranger.ask(method, path, {} if method == 'POST' else None)


def test_a_token_is_no_agent_and_a_certificate_no_person(service, agent):
    one = agent()
    one.register()
    with refused(401, 'unauthenticated'):
        service.admin.get('/v1/agent/policies')
    with refused(401, 'unauthenticated'):
        one.ask('GET', '/v1/registrations')


def test_a_key_that_never_asked_is_not_registered(agent):
    assert agent().access() == 'not-registered'


def test_R20_policies_go_to_the_allowed_with_an_etag(admin, allowed):
    first = allowed.ask_for_policies()
    assert first.json == {'items': [], 'site_servers': []}
    made = admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {'channel': 'stable', 'days': [1, 2]}})
    second = allowed.ask_for_policies(first.headers['ETag'])
    assert second.status == 200
    assert second.json['items'] == [made]
    again = allowed.ask_for_policies(second.headers['ETag'])
    assert (again.status, again.body) == (304, b'')
    changed = admin.put(f'/v1/agent-policies/{made["id"]}', {'name': 'Updates', 'body': {'channel': 'testing'}})
    third = allowed.ask_for_policies(second.headers['ETag'])
    assert (third.status, third.json['items']) == (200, [changed])
    assert changed['revision'] > made['revision']
    admin.put(f'/v1/registrations/{allowed.id}/site-server')
    assert allowed.ask_for_policies(third.headers['ETag']).status == 200
    admin.delete(f'/v1/agent-policies/{made["id"]}')
    assert allowed.ask_for_policies().json['items'] == []


def test_R19_an_etag_never_hides_a_refusal(admin, allowed):
    etag = allowed.ask_for_policies().headers['ETag']
    admin.decide_one('revoke', allowed.id)
    assert allowed.ask_for_policies(etag).status == 403


def test_an_access_is_the_last_contact(admin, allowed):
    assert admin.row(allowed.id)['last_contact'] is None
    allowed.access()
    assert admin.row(allowed.id)['last_contact'] is not None


def test_a_task_waits_until_its_agent_tells_its_result(admin, allowed, agent):
    other = agent()
    admin.decide_one('allow', other.register()['registration'])
    task = admin.post('/v1/tasks', {'registration': allowed.id, 'kind': 'collect-inventory', 'parameters': {'deep': True}})
    assert allowed.ask('GET', '/v1/agent/tasks')['items'] == \
        [{'id': task['id'], 'kind': 'collect-inventory', 'parameters': {'deep': True}}]
    assert other.ask('GET', '/v1/agent/tasks')['items'] == []
    result = f'/v1/agent/tasks/{task["id"]}/result'
    with refused(404, 'not-found'):
        other.ask('POST', result, {'outcome': 'done', 'output': ''})
    with refused(400, 'invalid', '/outcome'):
        allowed.ask('POST', result, {'outcome': 'perhaps', 'output': ''})
    allowed.ask('POST', result, {'outcome': 'done', 'output': 'inventory collected'})
    assert allowed.ask('GET', '/v1/agent/tasks')['items'] == []
    with refused(404, 'not-found'):
        allowed.ask('POST', result, {'outcome': 'done', 'output': ''})


def test_a_task_needs_a_registration_that_is_there(admin):
    with refused(404, 'not-found'):
        admin.post('/v1/tasks', {'registration': 999, 'kind': 'refresh-policies', 'parameters': {}})


def test_R20_no_task_outlives_a_revocation(admin, allowed):
    admin.post('/v1/tasks', {'registration': allowed.id, 'kind': 'refresh-policies', 'parameters': {}})
    admin.decide_one('revoke', allowed.id)
    allowed.access()
    admin.decide_one('allow', allowed.id)
    assert allowed.ask('GET', '/v1/agent/tasks')['items'] == []


def test_R19_R20_a_revoked_agent_learns_it_at_its_access_and_its_tasks_are_gone(admin, trusted):
    admin.post('/v1/tasks', {'registration': trusted.id, 'kind': 'collect-inventory', 'parameters': {}})
    admin.decide_one('revoke', trusted.id)
    before = len(admin.events(trusted.id))
    trusted.once(status=0)
    assert not trusted.stored.exists()
    assert [event['kind'] for event in admin.events(trusted.id)[before:]] == ['revocation-seen', 'request']
    row = admin.row(trusted.id)
    assert (row['status'], row['fingerprint'], row['key_changes']) == ('revoked', trusted.fingerprint, 0)


def test_R21_an_agent_whose_key_was_replaced_clears_and_asks_anew_with_the_same_key(admin, agent, trusted):
    other = replace_key(admin, agent, trusted)
    trusted.once(status=0)
    assert not trusted.stored.exists()
    [attempt] = [row for row in admin.rows() if row['duplicate_of'] == trusted.id]
    assert (attempt['status'], attempt['fingerprint']) == ('pending', trusted.fingerprint)
    trusted.once(status=0)
    assert not trusted.stored.exists()
    assert other.access() == 'granted'


def test_R21_an_agent_that_stays_clears_when_its_key_was_replaced_until_it_is_allowed_again(admin, agent, trusted, tmp_path):
    admin.set_registration(retry_after_s=1)
    asked = admin.row(trusted.id)['request_count']
    running = trusted.stay(tmp_path / 'agent.log')
    wait_for(lambda: admin.row(trusted.id)['request_count'] > asked, 20, 'the agent asks')
    replace_key(admin, agent, trusted)
    wait_for(lambda: not trusted.stored.exists(), 20, 'it clears')
    attempt = wait_for(lambda: [row for row in admin.rows() if row['duplicate_of'] == trusted.id], 20, 'it asks anew')[0]
    admin.decide_one('allow', attempt['id'])
    trusted.wait_for_policies(['Updates'])
    assert admin.row(trusted.id)['fingerprint'] == trusted.fingerprint
    assert running.end() == 0


def test_tokens_expire_and_can_be_removed(service, admin):
    brief = service.person('brief', 'viewer', expires='2000-01-01T00:00:00.000Z')
    with refused(401, 'unauthenticated'):
        brief.get('/v1/whoami')
    maria = service.person('maria', 'viewer')
    assert maria.get('/v1/whoami') == {'name': 'maria', 'role': 'viewer', 'server_version': '0.1.0'}
    with refused(409, 'conflict'):
        service.person('maria', 'operator')
    admin.delete('/v1/tokens/maria')
    with refused(401, 'unauthenticated'):
        maria.get('/v1/whoami')
    with refused(404, 'not-found'):
        admin.delete('/v1/tokens/maria')


@pytest.mark.parametrize('name', ['a b', 'a/b', 'a%2Fb', '\N{SNOWMAN}', '..', 'x' * 300])
def test_a_token_of_any_name_can_be_removed(service, admin, name):
    person = service.person(name, 'viewer')
    assert person.get('/v1/whoami')['name'] == name
    admin.delete('/v1/tokens/' + urllib.parse.quote(name, safe=''))
    with refused(401, 'unauthenticated'):
        person.get('/v1/whoami')


@pytest.mark.parametrize('token', ['', 'x', 'a' * 64, '\N{LATIN SMALL LETTER E WITH ACUTE}' * 10, 'x' * 5000])
def test_a_wrong_token_is_unauthenticated(service, token):
    with refused(401, 'unauthenticated'):
        Person(service, 'nobody', token).get('/v1/whoami')
