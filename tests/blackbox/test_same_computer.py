# SPDX-License-Identifier: GPL-3.0-or-later
"""The same computer, another key: R9-R14."""
import pytest

from support import Agent, Computer


def allowed(admin, agent, **facts):
    """An agent whose row a person allowed, and the row's id."""
    one = agent(**facts)
    id = one.register()['registration']
    admin.decide_one('allow', id)
    return one, id


@pytest.mark.parametrize('first, second', [
    (('macaddress', '52-54-00-AA-BB-CC'), ('macaddress', ' 52:54:00:aa:bb:cc ')),
    (('fqdn', 'PC-1.Corp.Example.'), ('fqdn', 'pc-1.corp.example')),
    (('name.domain', 'PC-1.CORP'), ('name.domain', 'pc-1.corp')),
    (('uniqueid', 'ABC-1/SER/52:54:00:aa:bb:cc'), ('uniqueid', ' abc-1/ser/52:54:00:AA:BB:CC')),
])
def test_R9_equal_values_are_the_same_computer_however_they_are_written(admin, agent, first, second):
    id = agent(resource_keys=[first]).register()['registration']
    assert agent(resource_keys=[('fqdn', 'other.example'), second]).register()['registration'] == id


def test_R9_a_row_matches_by_every_key_that_its_requests_ever_had(admin, agent):
    one = agent(resource_keys=[('fqdn', 'old.example'), ('macaddress', '52:54:00:aa:bb:cc')])
    id = one.register()['registration']
    one.register(resource_keys=[('fqdn', 'new.example'), ('macaddress', '52:54:00:aa:bb:cc')])
    assert agent(resource_keys=[('fqdn', 'old.example')]).register()['registration'] == id
    assert {key['value'] for key in admin.row(id)['resource_keys']} >= {'old.example', 'new.example', '52:54:00:aa:bb:cc'}


@pytest.mark.parametrize('junk', [
    ('uniqueid', ''), ('uniqueid', 'To be filled by O.E.M.'), ('uniqueid', 'Default string'), ('uniqueid', 'None'),
    ('uniqueid', 'System Serial Number'), ('uniqueid', '0000000'), ('uniqueid', 'FFFFFFFF'),
    ('uniqueid', '00000000-0000-0000-0000-000000000000'), ('uniqueid', '03000200-0400-0500-0006-000700080009'),
    ('macaddress', '00:00:00:00:00:00'), ('macaddress', 'ff-ff-ff-ff-ff-ff'), ('macaddress', '01:00:5e:00:00:fb'),
])
def test_R9_junk_never_matches(admin, agent, junk):
    first = agent(resource_keys=[junk]).register()['registration']
    assert agent(resource_keys=[junk]).register()['registration'] != first


def test_R9_facts_about_the_computer_do_not_count(admin, agent):
    one = agent(name='PC', fqdn='pc.example', macs=['52:54:00:aa:bb:cc'], resource_keys=[('fqdn', 'a.example')])
    two = agent(name='PC', fqdn='pc.example', macs=['52:54:00:aa:bb:cc'], resource_keys=[('fqdn', 'b.example')])
    assert one.register()['registration'] != two.register()['registration']


def test_R9_types_and_junk_are_settings(admin, agent):
    admin.set_registration(matching_keys=['macaddress'], ignored_values=['52:54:00:00:00:99'])
    shared = ('fqdn', 'same.example')
    first = agent(resource_keys=[shared, ('macaddress', '52:54:00:00:01:01')]).register()['registration']
    assert agent(resource_keys=[shared]).register()['registration'] != first
    assert agent(resource_keys=[('macaddress', '52:54:00:00:01:01')]).register()['registration'] == first
    ids = {agent(resource_keys=[('macaddress', '52:54:00:00:00:99')]).register()['registration'] for _ in range(2)}
    assert len(ids) == 2


def test_R10_a_new_key_of_a_pending_computer_is_merged_into_its_row(admin, agent):
    one = agent()
    id = one.register()['registration']
    two = one.with_new_key(name='REINSTALLED')
    assert two.register() == {'registration': id, 'status': 'pending', 'retry_after_s': 900}
    row = admin.row(id)
    assert (row['fingerprint'], row['key_changes'], row['name']) == (two.fingerprint, 1, 'REINSTALLED')
    assert {key['fingerprint']: key['state'] for key in row['keys']} == \
        {one.fingerprint: 'replaced', two.fingerprint: 'current'}
    assert len(admin.rows()) == 1
    assert one.access() == 'not-registered'


def test_R10_a_new_key_of_a_blocked_or_revoked_computer_keeps_its_status(admin, agent):
    blocked = agent()
    id = blocked.register()['registration']
    admin.decide_one('block', id)
    assert blocked.with_new_key().register() == {'registration': id, 'status': 'blocked', 'retry_after_s': 900}
    revoked, id = allowed(admin, agent)
    admin.decide_one('revoke', id)
    again = revoked.with_new_key()
    assert again.register()['status'] == 'revoked'
    assert (revoked.access(), again.access()) == ('revoked', 'revoked')


def test_R10_a_decision_on_what_changed_since_is_refused(admin, agent):
    one = agent()
    id = one.register()['registration']
    seen = admin.row(id)
    one.with_new_key().register()
    assert admin.refusal('allow', seen) == 'changed'
    assert admin.row(id)['status'] == 'pending'
    assert admin.decide_one('allow', id)['status'] == 'allowed'


def test_R10_counts_and_times_do_not_matter(admin, agent):
    one = agent()
    id = one.register()['registration']
    seen = admin.row(id)
    one.register(os='Debian 14')
    assert admin.row(id)['revision'] > seen['revision']
    assert admin.decide_one('allow', seen)['status'] == 'allowed'


def test_R10_advice_and_trust_that_changed_since_are_refused(admin, agent):
    one, id = allowed(admin, agent)
    seen = admin.row(one.with_new_key().register()['registration'])
    one.access()
    assert admin.row(seen['id'])['advice'] != seen['advice']
    assert admin.refusal('allow', seen) == 'changed'
    blocked = agent()
    id = blocked.register()['registration']
    admin.decide_one('block', id)
    admin.decide_one('allow', id)
    seen = admin.row(id)
    blocked.register()
    assert (seen['trust'], admin.row(id)['trust']) == ('awaiting_request', 'granted')
    assert admin.refusal('revoke', seen) == 'changed'


def test_R10_a_status_that_another_person_changed_is_refused(admin, service, agent):
    jonas = service.person('jonas', 'operator')
    seen = admin.row(agent().register()['registration'])
    jonas.decide_one('allow', seen)
    assert admin.refusal('revoke', seen) == 'changed'


def test_R10_allow_without_a_revision_on_a_changed_key_is_refused(admin, agent):
    one, other = agent(), agent()
    id, unchanged = one.register()['registration'], other.register()['registration']
    one.with_new_key().register()
    answer = admin.send_decision('allow', [{'id': id}, {'id': unchanged}]).json
    assert [each['id'] for each in answer['applied']] == [unchanged]
    assert answer['refused'] == [{'id': id, 'reason': 'changed'}]
    assert admin.send_decision('block', [{'id': id}]).json['refused'] == []


def test_R10_a_replaced_key_that_asks_again_is_a_clone_at_once(admin, agent):
    one = agent()
    id = one.register()['registration']
    two = one.with_new_key()
    two.register()
    one.register()
    row = admin.row(id)
    assert (row['fingerprint'], row['key_changes'], row['advice']) == (one.fingerprint, 2, 'clone')


def test_R11_a_new_key_of_an_allowed_computer_is_a_duplicate(admin, agent):
    one, id = allowed(admin, agent)
    two, three = one.with_new_key(name='TWO'), one.with_new_key(name='THREE')
    answer = two.register()
    assert answer['status'] == 'pending' and answer['registration'] != id
    row, resource = admin.row(answer['registration']), admin.row(id)
    assert (row['duplicate_of'], row['advice'], row['resource_id']) == (id, 'reinstall', None)
    assert three.register()['registration'] not in (id, row['id']), 'one row per further key'
    assert len(admin.row(id)['duplicates']) == 2
    assert (resource['status'], resource['fingerprint'], resource['name']) == ('allowed', one.fingerprint, one.computer.name)
    assert two.register()['registration'] == row['id']
    assert (one.access(), two.access()) == ('granted', 'pending')


def test_R11_a_duplicate_that_a_person_allows_is_merged_into_the_resource(admin, agent):
    one, id = allowed(admin, agent)
    admin.put(f'/v1/registrations/{id}/site-server')
    before = admin.row(id)
    two = one.with_new_key(name='REINSTALLED')
    two.register()
    duplicate = two.register()['registration']
    applied = admin.decide_one('allow', duplicate, 'reinstalled by maria')
    assert (applied['id'], applied['into'], applied['status'], applied['trust']) == (duplicate, id, 'allowed', 'granted')
    [row] = admin.rows()
    assert applied['revision'] == row['revision']
    assert (row['id'], row['resource_id'], row['first_requested']) == (id, before['resource_id'], before['first_requested'])
    assert (row['fingerprint'], row['name'], row['note']) == (two.fingerprint, 'REINSTALLED', 'reinstalled by maria')
    assert (row['request_count'], row['duplicate_of'], row['advice'], row['site_server']) == (3, None, None, True)
    assert (one.access(), two.access()) == ('not-registered', 'granted')
    assert admin.call('GET', f'/v1/registrations/{duplicate}').status == 404
    [merge] = admin.events(id, 'merge')
    assert (merge['registration'], merge['details']['merged']) == (id, duplicate)
    assert {event['registration'] for event in admin.events(id)} == {id, duplicate}
    assert admin.events(duplicate, 'request'), 'the history answers for every id that ever was'


def test_R11_a_duplicate_that_a_policy_allows_is_no_site_server(admin, agent):
    admin.set_registration(duplicate_observation_s=0)
    one, id = allowed(admin, agent)
    admin.put(f'/v1/registrations/{id}/site-server')
    admin.add_policy('allow', domain='*')
    two = one.with_new_key()
    assert two.register() == {'registration': id, 'status': 'allowed', 'retry_after_s': 900}
    [row] = admin.rows()
    assert (row['fingerprint'], row['site_server'], row['decided_by']['kind']) == (two.fingerprint, False, 'policy')
    assert (one.access(), two.access()) == ('not-registered', 'granted')


def test_R11_a_blocked_duplicate_leaves_the_resource_as_it_is(admin, agent):
    one, id = allowed(admin, agent)
    two = one.with_new_key()
    duplicate = two.register()['registration']
    admin.decide_one('block', duplicate)
    assert two.register() == {'registration': duplicate, 'status': 'blocked', 'retry_after_s': 900}
    assert (admin.row(id)['status'], admin.row(duplicate)['duplicate_of']) == ('allowed', id)
    assert (one.access(), two.access()) == ('granted', 'blocked')


def test_R12_a_policy_allows_a_duplicate_after_the_observation_time(admin, agent, service):
    one, id = allowed(admin, agent)
    admin.add_policy('allow', domain='*')
    two = one.with_new_key()
    assert two.register()['status'] == 'pending'
    service.restart('+PT29M')
    assert two.register()['status'] == 'pending'
    service.restart('+PT31M')
    assert two.register() == {'registration': id, 'status': 'allowed', 'retry_after_s': 900}


def test_R12_once_the_resources_key_was_used_a_duplicate_is_a_clone_that_no_policy_allows(admin, agent, service):
    one, id = allowed(admin, agent)
    admin.add_policy('allow', domain='*')
    two = one.with_new_key()
    duplicate = two.register()['registration']
    assert admin.row(duplicate)['advice'] == 'reinstall'
    assert one.access() == 'granted'
    assert admin.row(duplicate)['advice'] == 'clone'
    service.restart('+PT31M')
    assert two.register()['status'] == 'pending'
    assert admin.row(duplicate)['advice'] == 'clone'
    assert admin.decide_one('allow', duplicate)['into'] == id, 'a clone is left to a person'


def test_R12_the_advice_does_not_come_from_calls_before_the_duplicate(admin, agent):
    one, _ = allowed(admin, agent)
    one.access()
    one.register()
    assert admin.row(one.with_new_key().register()['registration'])['advice'] == 'reinstall'


def test_R12_a_copied_disk_leaves_the_rows_facts_and_status(admin, service, agent):
    one, id = allowed(admin, agent)
    before = admin.row(id)
    one.register(**{name: getattr(Computer(), name) for name in ('name', 'fqdn', 'macs', 'ips', 'resource_keys')})
    after = admin.row(id)
    assert (after['status'], after['trust'], after['advice']) == ('allowed', 'granted', 'clone')
    for name in ('name', 'fqdn', 'macs', 'ips', 'fingerprint', 'resource_keys'):
        assert after[name] == before[name], name
    assert admin.events(id, 'request')[-1]['details']['copied_key']
    assert len(admin.rows()) == 1


def test_R12_a_change_of_what_matches_makes_no_copied_disk(admin, agent):
    one, id = allowed(admin, agent)
    for types in (['uniqueid'], ['macaddress'], ['name.domain'], ['fqdn', 'uniqueid']):
        admin.set_registration(matching_keys=types)
        assert one.register(os=f'Debian of {types[0]}')['status'] == 'allowed'
        row = admin.row(id)
        assert (row['advice'], row['os']) == (None, f'Debian of {types[0]}')
        assert 'copied_key' not in admin.events(id, 'request')[-1]['details']


def conflict(admin, agent):
    """Two computers, and a third that has a key of each."""
    one, two = agent(), agent()
    first, second = one.register()['registration'], two.register()['registration']
    three = agent(resource_keys=[one.computer.resource_keys[0], two.computer.resource_keys[1]])
    return first, second, three


def test_R13_keys_that_match_several_rows_are_a_conflict(admin, agent):
    first, second, three = conflict(admin, agent)
    answer = three.register()
    assert answer['registration'] not in (first, second)
    row = admin.row(answer['registration'])
    assert (row['status'], row['advice'], row['resource_id']) == ('pending', 'conflict', None)
    admin.add_policy('allow', domain='*')
    assert three.register()['status'] == 'pending', 'no policy allows a conflict'
    admin.add_policy('block', domain='*')
    assert three.register()['status'] == 'blocked'


def test_R13_allowing_a_conflict_needs_the_resource_of_a_row_that_it_matched(admin, agent):
    first, second, three = conflict(admin, agent)
    stranger = admin.row(agent().register()['registration'])
    id = three.register()['registration']
    for row in (first, second):
        admin.decide_one('allow', row)
    assert admin.refusal('allow', id) == 'needs-resource'
    assert admin.refusal('allow', id, resource_id=stranger['resource_id']) == 'needs-resource'
    assert admin.row(id)['status'] == 'pending'
    applied = admin.decide_one('allow', id, resource_id=admin.row(second)['resource_id'])
    assert (applied['into'], applied['status']) == (second, 'allowed')
    assert admin.row(second)['fingerprint'] == three.fingerprint
    assert three.access() == 'granted'


def test_R13_a_blocked_or_revoked_resource_is_not_applicable(admin, agent):
    first, second, three = conflict(admin, agent)
    id = three.register()['registration']
    admin.decide_one('block', first)
    admin.decide_one('allow', second)
    admin.decide_one('revoke', second)
    for row in (first, second):
        assert admin.refusal('allow', id, resource_id=admin.row(row)['resource_id']) == 'not-applicable'


def test_R13_R24_a_conflict_is_allowed_alone_once_what_it_matched_is_gone(admin, agent, service):
    first, second, three = conflict(admin, agent)
    id = three.register()['registration']
    for row in (first, second):
        admin.decide_one('block', row)
    service.restart('+P100D')
    admin.post('/v1/maintenance/purge')
    assert [row['id'] for row in admin.rows()] == [id]
    applied = admin.decide_one('allow', id)
    assert (applied['id'], applied['into'], applied['status']) == (id, None, 'allowed')
    row = admin.row(id)
    assert (row['trust'], row['advice']) == ('granted', None) and row['resource_id']
    assert three.access() == 'granted'


def test_R14_R24_an_allow_on_a_duplicate_forgets_what_its_resource_was(admin, agent, service):
    """What is remembered shares a key with the resource, and none with the duplicate that a person allows."""
    old = agent(resource_keys=[('fqdn', 'old.example')])
    admin.decide_one('block', old.register()['registration'])
    one, id = allowed(admin, agent, resource_keys=[('macaddress', '52:54:00:00:00:01')])
    one.register(resource_keys=[('macaddress', '52:54:00:00:00:01'), ('fqdn', 'old.example')])
    service.restart('+P100D')
    admin.post('/v1/maintenance/purge')
    two = agent(resource_keys=[('macaddress', '52:54:00:00:00:01')])
    assert admin.decide_one('allow', two.register()['registration'])['into'] == id
    assert old.access() == 'not-registered'


def test_R14_a_persons_decision_holds_for_the_computer(admin, agent):
    admin.set_registration(duplicate_observation_s=0)
    one, id = allowed(admin, agent)
    two = one.with_new_key()
    admin.decide_one('block', two.register()['registration'])
    admin.add_policy('allow', domain='*')
    three = one.with_new_key()
    for _ in range(2):
        assert three.register()['status'] == 'pending'
    assert two.register()['status'] == 'blocked'
    assert one.register()['status'] == 'allowed'


def test_R14_no_policy_allows_what_shares_a_key_with_a_revoked_computer(admin, agent):
    revoked, id = allowed(admin, agent)
    admin.decide_one('revoke', id)
    other = agent()
    other.register()
    admin.add_policy('allow', domain='*')
    both = Agent(other.service, Computer(resource_keys=[revoked.computer.resource_keys[0], other.computer.resource_keys[1]]))
    assert both.register()['status'] == 'pending'
