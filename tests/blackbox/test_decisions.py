# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions and revocation: R15-R20, and POST /v1/decisions."""
import itertools

import pytest

from support.connection import refused

# from, action -> to, trust; what is not here is not applicable (R15).
TABLE = {
    ('pending', 'allow'): ('allowed', 'granted'),
    ('pending', 'block'): ('blocked', 'none'),
    ('allowed', 'revoke'): ('revoked', 'revoked'),
    ('blocked', 'allow'): ('allowed', 'awaiting_request'),
    ('revoked', 'allow'): ('allowed', 'granted'),
    ('revoked', 'block'): ('blocked', 'revoked'),
}
WAY = {'pending': [], 'allowed': ['allow'], 'blocked': ['block'], 'revoked': ['allow', 'revoke']}


def bring(admin, agent, status):
    one = agent()
    id = one.register()['registration']
    for action in WAY[status]:
        admin.decide_one(action, id)
    return one, id


@pytest.mark.parametrize('status, action', itertools.product(WAY, ('allow', 'block', 'revoke')))
def test_R15_just_the_offered_decisions_are_accepted(admin, service, agent, status, action):
    maria = service.person('maria', 'operator')
    _, id = bring(admin, agent, status)
    before, events = admin.row(id), admin.events(id)
    if (status, action) not in TABLE:
        assert maria.refusal(action, before) == 'not-applicable'
        assert admin.row(id) == before
        assert admin.events(id) == events
        return
    applied = maria.decide_one(action, before, 'ticket 4711')
    row = admin.row(id)
    to, trust = TABLE[status, action]
    assert (applied['status'], applied['trust'], applied['into']) == (to, trust, None)
    assert (row['status'], row['trust'], row['note']) == (to, trust, 'ticket 4711')
    assert applied['revision'] == row['revision'] > before['revision']
    assert row['decided_by'] == {'kind': 'person', 'name': 'maria'} and row['decided_at'] is not None
    assert (row['purge_after'] is not None) == (to == 'blocked')
    event = admin.events(id, 'decision')[-1]
    assert event['actor'] == {'kind': 'person', 'name': 'maria'}
    assert (event['from'], event['to'], event['note']) == (status, to, 'ticket 4711')
    assert (event['registration'], event['resource']) == (id, row['resource_id'])


def test_R15_a_row_that_is_not_there_is_not_found(admin):
    answer = admin.send_decision('allow', [{'id': 4711, 'revision': 1}]).json
    assert answer == {'applied': [], 'refused': [{'id': 4711, 'reason': 'not-found'}]}


def test_R16_allow_on_blocked_grants_at_the_next_request(admin, agent):
    one, id = bring(admin, agent, 'blocked')
    admin.decide_one('allow', id)
    assert one.access() == 'pending'
    assert admin.row(id)['trust'] == 'awaiting_request'
    assert one.register()['status'] == 'allowed'
    assert admin.row(id)['trust'] == 'granted'
    assert one.access() == 'granted'
    assert len(admin.events(id, 'trust-granted')) == 1


def test_R16_blocked_that_came_from_revoked_is_no_exception(admin, agent):
    one, id = bring(admin, agent, 'revoked')
    admin.decide_one('block', id)
    assert admin.decide_one('allow', id)['trust'] == 'awaiting_request'
    assert one.access() == 'pending'
    one.register()
    assert one.access() == 'granted'


def test_R16_another_key_asking_meanwhile_is_a_duplicate_that_no_policy_allows(admin, agent):
    admin.set_registration(duplicate_observation_s=0)
    admin.add_policy('allow', domain='*', enabled=True)
    one = agent(domain='elsewhere')
    two = one.with_new_key(domain='corp.example')
    admin.add_policy('block', user='nobody')
    id = one.register(user='nobody')['registration']
    admin.decide_one('allow', id)
    answer = two.register()
    assert (answer['registration'] != id, answer['status']) == (True, 'pending')
    assert admin.row(answer['registration'])['duplicate_of'] == id
    assert admin.row(id)['trust'] == 'awaiting_request'


def test_R16_allow_on_a_blocked_duplicate_merges_when_its_key_asks(admin, agent):
    one, id = bring(admin, agent, 'allowed')
    two = one.with_new_key()
    duplicate = two.register()['registration']
    admin.decide_one('block', duplicate)
    applied = admin.decide_one('allow', duplicate)
    assert (applied['into'], applied['status'], applied['trust']) == (None, 'allowed', 'awaiting_request')
    assert one.access() == 'granted' and len(admin.rows()) == 2
    assert two.register() == {'registration': id, 'status': 'allowed', 'retry_after_s': 900}
    [row] = admin.rows()
    assert (row['fingerprint'], row['trust']) == (two.fingerprint, 'granted')
    assert (one.access(), two.access()) == ('not-registered', 'granted')


def test_R17_block_on_revoked_changes_nothing_for_the_agent(admin, agent):
    one, id = bring(admin, agent, 'revoked')
    admin.decide_one('block', id, 'never again')
    assert one.register()['status'] == 'revoked'
    assert one.access() == 'revoked'
    row = admin.row(id)
    assert (row['status'], row['trust'], row['note']) == ('blocked', 'revoked', 'never again')


def test_R18_in_a_bulk_decision_each_row_is_by_itself(admin, agent):
    rows = [admin.row(bring(admin, agent, status)[1]) for status in ('pending', 'allowed', 'pending', 'revoked')]
    answer = admin.decide('block', rows + [{'id': 999, 'revision': 1}])
    assert [each['id'] for each in answer['applied']] == [rows[0]['id'], rows[2]['id'], rows[3]['id']]
    assert answer['refused'] == [{'id': rows[1]['id'], 'reason': 'not-applicable'}, {'id': 999, 'reason': 'not-found'}]


def test_R18_a_repeat_with_the_same_key_does_nothing_twice(admin, service, agent):
    _, id = bring(admin, agent, 'pending')
    first = admin.send_decision('allow', [{'id': id}], key='once')
    admin.decide_one('revoke', id)
    events = admin.events(id)
    assert admin.send_decision('allow', [{'id': id}], key='once').json == first.json
    assert admin.row(id)['status'] == 'revoked' and admin.events(id) == events
    service.restart()
    assert admin.send_decision('allow', [{'id': id}], key='once').json == first.json, 'kept over a restart'
    assert admin.send_decision('allow', [{'id': id}], 'another body', key='once').status == 409
    jonas = service.person('jonas', 'operator')
    assert jonas.send_decision('allow', [{'id': id}], key='once').json['applied'], 'a key is of one token'


def test_R18_a_key_is_forgotten_after_a_day(admin, service, agent):
    _, id = bring(admin, agent, 'pending')
    admin.send_decision('allow', [{'id': id}], key='once')
    service.restart('+PT25H')
    answer = admin.send_decision('allow', [{'id': id}], key='once').json
    assert answer['refused'] == [{'id': id, 'reason': 'not-applicable'}]


def test_R18_ten_thousand_items_and_no_more(admin, agent):
    _, id = bring(admin, agent, 'pending')
    items = [{'id': number} for number in range(1, 10001)]
    answer = admin.send_decision('block', items).json
    assert [each['id'] for each in answer['applied']] == [id] and len(answer['refused']) == 9999
    assert admin.send_decision('allow', items + [{'id': 10001}]).status == 400


def test_a_decision_needs_an_idempotency_key_and_each_id_once(admin, agent):
    _, id = bring(admin, agent, 'pending')
    with refused(400, 'invalid'):
        admin.post('/v1/decisions', {'action': 'allow', 'items': [{'id': id}], 'note': ''})
    twice = admin.send_decision('allow', [{'id': id}, {'id': id}])
    assert (twice.status, twice.json['field']) == (400, '/items/1/id')
    assert admin.row(id)['status'] == 'pending'


def test_R19_the_service_notes_when_the_agent_learns_of_its_revocation(admin, agent):
    one, id = bring(admin, agent, 'allowed')
    assert one.access() == 'granted'
    for ask in (one.access, lambda: one.register()['status']):
        admin.decide_one('revoke', id)
        assert admin.row(id)['revocation_seen_at'] is None
        assert ask() == 'revoked'
        seen = admin.row(id)['revocation_seen_at']
        assert seen is not None
        one.access()
        assert admin.row(id)['revocation_seen_at'] == seen
        admin.decide_one('allow', id)
        assert one.access() == 'granted'
    assert len(admin.events(id, 'revocation-seen')) == 2


def test_R19_every_key_that_a_revoked_row_had_is_answered_revoked(admin, agent):
    one, id = bring(admin, agent, 'allowed')
    two = one.with_new_key()
    admin.decide_one('allow', two.register()['registration'])
    assert one.access() == 'not-registered'
    admin.decide_one('revoke', id)
    assert (one.access(), two.access()) == ('revoked', 'revoked')


def test_R20_a_revoked_agent_gets_no_policies_and_no_tasks_and_is_no_site_server(admin, agent):
    one, id = bring(admin, agent, 'allowed')
    other, other_id = bring(admin, agent, 'allowed')
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {'channel': 'stable'}})
    admin.put(f'/v1/registrations/{id}/site-server')
    task = admin.post('/v1/tasks', {'registration': id, 'kind': 'refresh-policies', 'parameters': {}})
    assert other.ask_for_policies().json['site_servers'] == [{'name': one.computer.name, 'fqdn': one.computer.fqdn}]
    assert admin.decide_one('revoke', id)['status'] == 'revoked'
    assert admin.row(id)['site_server'] is False
    assert list(admin.pages('/v1/site-servers')) == []
    assert other.ask_for_policies().json['site_servers'] == []
    with refused(409, 'conflict'):
        admin.put(f'/v1/registrations/{id}/site-server')
    for method, path, body in (('GET', '/v1/agent/policies', None), ('GET', '/v1/agent/tasks', None),
                               ('POST', f'/v1/agent/tasks/{task["id"]}/result', {'outcome': 'done', 'output': ''})):
        with refused(403, 'revoked'):
            one.ask(method, path, body)


@pytest.mark.parametrize('status', ['pending', 'blocked', 'revoked'])
def test_R20_only_an_allowed_and_granted_row_is_a_site_server(admin, agent, status):
    _, id = bring(admin, agent, status)
    with refused(409, 'conflict'):
        admin.put(f'/v1/registrations/{id}/site-server')
    if status == 'blocked':
        admin.decide_one('allow', id)
        with refused(409, 'conflict'):
            admin.put(f'/v1/registrations/{id}/site-server')
