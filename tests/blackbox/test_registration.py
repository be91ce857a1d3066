# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and policies: R1-R8."""
import pytest

from support.connection import refused


def test_R2_a_new_computer_is_pending_where_no_policy_applies(admin, agent):
    new = agent(name='PC-1042', user='maria', os='Debian 13')
    answer = new.register()
    row = admin.row(answer['registration'])
    assert answer['status'] == 'pending'
    assert answer['retry_after_s'] == 900
    assert (row['status'], row['trust'], row['origin'], row['advice']) == ('pending', 'none', 'request', None)
    assert (row['name'], row['user'], row['os'], row['agent_version']) == ('PC-1042', 'maria', 'Debian 13', '1.0.0')
    assert row['fingerprint'] == new.fingerprint
    assert (row['request_count'], row['key_changes'], row['duplicates']) == (1, 0, [])
    assert row['decided_by'] == {'kind': 'none', 'name': ''} and row['decided_at'] is None
    assert row['first_requested'] == row['last_requested']
    assert [(key['fingerprint'], key['state']) for key in row['keys']] == [(new.fingerprint, 'current')]
    assert row['resource_id'] is not None
    assert new.access() == 'pending'


def test_R1_every_request_is_an_event(admin, agent):
    blocked = agent()
    id = blocked.register()['registration']
    admin.decide_one('block', id)
    blocked.register()
    blocked.register()
    kinds = [event['kind'] for event in admin.events(id)]
    assert kinds == ['request', 'decision', 'request', 'request']


def test_R5_a_new_installation_has_one_policy_that_is_off(admin, agent):
    [policy] = admin.pages('/v1/registration-policies')
    assert policy['name'] == 'Allow all computers'
    assert policy['enabled'] is False
    assert (policy['result'], policy['masks']) == ('allow', [{'type': 'name', 'mask': '*'}])
    assert agent().register()['status'] == 'pending'
    admin.put(f'/v1/registration-policies/{policy["id"]}', {**policy, 'enabled': True})
    other = agent()
    id = other.register()['registration']
    row = admin.row(id)
    assert (row['status'], row['trust']) == ('allowed', 'granted')
    assert row['decided_by'] == {'kind': 'policy', 'name': 'Allow all computers'}
    assert row['decided_at'] is not None
    assert other.access() == 'granted'
    [decided] = admin.events(id, 'policy-decision')
    assert decided['actor'] == {'kind': 'policy', 'name': 'Allow all computers'}
    assert decided['to'] == 'allowed'


@pytest.mark.parametrize('masks, fits, differs', [
    ({'name': ['lab-*', 'desk-?']}, [{'name': 'LAB-7'}, {'name': 'desk-1'}], [{'name': 'desk-12'}, {'name': 'a-lab-7'}]),
    ({'name': 'lab-*', 'domain': 'corp.example'}, [{'name': 'lab-1', 'domain': 'CORP.example'}],
     [{'name': 'lab-1', 'domain': 'other.example'}, {'name': 'x', 'domain': 'corp.example'}]),
    ({'ip': '10.20.0.0/16'}, [{'ips': ['192.0.2.1', '10.20.255.9']}], [{'ips': ['10.21.0.1']}, {'ips': []}]),
    ({'ip': ['10.0.0.5-10.0.0.9', '2001:db8::/32']}, [{'ips': ['10.0.0.9']}, {'ips': ['2001:DB8:1::5']}],
     [{'ips': ['10.0.0.10']}, {'ips': ['2001:db9::1']}]),
    ({'mac': '52:54:AA:*'}, [{'macs': ['00:11:22:33:44:55', '52:54:aa:00:00:01']}], [{'macs': ['52:54:ab:00:00:01']}]),
    ({'fqdn': '*.lab.example', 'user': 'm*'}, [{'fqdn': 'a.lab.example', 'user': 'Maria'}],
     [{'fqdn': 'a.lab.example', 'user': 'jonas'}]),
], ids=lambda value: '+'.join(value) if isinstance(value, dict) else '')
def test_R3_masks_of_one_type_are_alternatives_and_types_must_all_hold(admin, agent, masks, fits, differs):
    admin.add_policy('allow', **masks)
    for facts in fits:
        assert agent(**facts).register()['status'] == 'allowed', facts
    for facts in differs:
        assert agent(**facts).register()['status'] == 'pending', facts


@pytest.mark.parametrize('masks, field', [
    ([], '/masks'),
    ([{'type': 'ip', 'mask': '10.0.0.0/33'}], '/masks/0/mask'),
    ([{'type': 'name', 'mask': 'a'}, {'type': 'ip', 'mask': '10.0.0.9-10.0.0.5'}], '/masks/1/mask'),
    ([{'type': 'ip', 'mask': 'ten'}], '/masks/0/mask'),
    ([{'type': 'name', 'mask': ''}], '/masks/0/mask'),
    ([{'type': 'colour', 'mask': '*'}], '/masks/0/type'),
])
def test_R3_a_policy_without_a_valid_mask_is_refused(admin, masks, field):
    before = list(admin.pages('/v1/registration-policies'))
    with refused(400, 'invalid', field):
        admin.post('/v1/registration-policies', {'name': 'x', 'enabled': True, 'result': 'allow', 'masks': masks})
    assert list(admin.pages('/v1/registration-policies')) == before


def test_R4_a_policy_that_blocks_beats_any_that_allow(admin, agent):
    admin.add_policy('allow', domain='*')
    admin.add_policy('block', enabled=False, user='*')
    block = admin.add_policy('block', user='guest')
    assert agent(user='maria').register()['status'] == 'allowed'
    guest = agent(user='guest')
    answer = guest.register()
    assert answer['status'] == 'blocked'
    assert admin.row(answer['registration'])['decided_by'] == {'kind': 'policy', 'name': block['name']}
    assert admin.row(answer['registration'])['purge_after'] is not None
    assert guest.access() == 'blocked'


def test_R7_a_repeat_updates_the_row_and_never_makes_a_second(admin, agent):
    one = agent(name='OLD')
    id = one.register()['registration']
    before = admin.row(id)
    assert one.register(name='NEW', os='Debian 14', ips=['10.1.1.1', '2001:db8::1'])['registration'] == id
    [row] = admin.rows()
    assert (row['name'], row['os'], row['ips']) == ('NEW', 'Debian 14', ['10.1.1.1', '2001:db8::1'])
    assert (row['request_count'], row['key_changes']) == (2, 0)
    assert row['first_requested'] == before['first_requested']
    assert row['last_requested'] >= before['last_requested']
    assert row['revision'] > before['revision']


def test_R7_pending_is_judged_again_by_the_policies(admin, agent):
    one = agent()
    assert one.register()['status'] == 'pending'
    policy = admin.add_policy('allow', domain='corp.example')
    assert admin.rows()[0]['status'] == 'pending', 'a policy decides on a request only'
    assert one.register()['status'] == 'allowed'
    admin.delete(f'/v1/registration-policies/{policy["id"]}')
    admin.add_policy('block', domain='*')
    assert one.register()['status'] == 'allowed', 'Allowed stays Allowed'


def test_R7_a_policys_blocked_becomes_allowed_only_where_a_policy_now_allows(admin, agent):
    policy = admin.add_policy('block', domain='*')
    one = agent()
    assert one.register()['status'] == 'blocked'
    admin.delete(f'/v1/registration-policies/{policy["id"]}')
    assert one.register()['status'] == 'blocked'
    admin.add_policy('allow', domain='*')
    assert one.register()['status'] == 'allowed'
    [row] = admin.rows()
    assert (row['trust'], row['purge_after']) == ('granted', None)


def test_R7_a_persons_blocked_stays(admin, agent):
    one = agent()
    id = one.register()['registration']
    admin.decide_one('block', id)
    admin.add_policy('allow', domain='*')
    assert one.register()['status'] == 'blocked'
    assert admin.row(id)['decided_by'] == {'kind': 'person', 'name': 'admin'}


def test_R8_revoked_stays_revoked_whatever_the_policies_say(admin, agent):
    admin.add_policy('allow', domain='*')
    one = agent()
    id = one.register()['registration']
    admin.decide_one('revoke', id)
    for _ in range(3):
        assert one.register()['status'] == 'revoked'
    assert admin.row(id)['status'] == 'revoked'


def push_body(agent):
    return {**agent.computer.body(), 'key': agent.public_pem}


def test_R6_a_pushed_key_is_allowed_at_once_without_a_request(admin, agent):
    one = agent()
    row = admin.post('/v1/push-installations', push_body(one))
    assert (row['status'], row['trust'], row['origin']) == ('allowed', 'granted', 'push')
    assert row['decided_by'] == {'kind': 'push', 'name': 'admin'}
    assert (row['fingerprint'], row['request_count']) == (one.fingerprint, 0)
    assert one.access() == 'granted'
    assert one.register() == {'registration': row['id'], 'status': 'allowed', 'retry_after_s': 900}
    assert [event['kind'] for event in admin.events(row['id'])] == ['push', 'request']


def test_R6_a_known_pending_or_allowed_computer_takes_the_pushed_key(admin, agent):
    one = agent()
    id = one.register()['registration']
    second = one.with_new_key()
    row = admin.post('/v1/push-installations', push_body(second))
    assert (row['id'], row['status'], row['trust'], row['fingerprint']) == (id, 'allowed', 'granted', second.fingerprint)
    third = one.with_new_key()
    row = admin.post('/v1/push-installations', push_body(third))
    assert (row['id'], row['fingerprint']) == (id, third.fingerprint)
    assert len(admin.rows()) == 1
    assert (one.access(), second.access(), third.access()) == ('not-registered', 'not-registered', 'granted')


def test_R6_R11_a_push_goes_to_the_resource_beside_a_pending_duplicate(admin, agent):
    """Also where what is pushed only has a resource key that the duplicate brought."""
    name, mac = ('fqdn', 'pc.example'), ('macaddress', '52:54:00:00:00:01')
    one = agent(resource_keys=[name])
    id = one.register()['registration']
    admin.decide_one('allow', id)
    duplicate = agent(resource_keys=[name, mac]).register()['registration']
    for keys in ([name, mac], [mac]):
        pushed = agent(resource_keys=keys)
        row = admin.post('/v1/push-installations', push_body(pushed))
        assert (row['id'], row['fingerprint'], row['trust']) == (id, pushed.fingerprint, 'granted')
        row = admin.row(duplicate)
        assert (row['status'], row['duplicate_of']) == ('pending', id)
    assert one.access() == 'not-registered'
    assert len(admin.rows()) == 2


def test_R6_a_blocked_or_revoked_computer_is_not_pushed(admin, agent):
    blocked, revoked = agent(), agent()
    admin.decide_one('block', blocked.register()['registration'])
    id = revoked.register()['registration']
    admin.decide_one('allow', id)
    admin.decide_one('revoke', id)
    before = admin.rows(sort='id')
    for known in (blocked, blocked.with_new_key(), revoked, revoked.with_new_key()):
        with refused(409, 'conflict'):
            admin.post('/v1/push-installations', push_body(known))
    assert admin.rows(sort='id') == before
