# SPDX-License-Identifier: GPL-3.0-or-later
"""R22-R25, by the service's clock."""
import time

import pytest

from support import wait_for

PURGING = '/v1/settings/purging'


def blocked(admin, agent, **facts):
    one = agent(**facts)
    id = one.register()['registration']
    admin.decide_one('block', id)
    return one, id


def test_R22_three_calendar_months_counted_forward_and_clamped(service, admin, agent):
    settings = admin.get(PURGING)
    assert (settings['enabled'], settings['blocked_after']) == (True, 'P3M')
    service.restart('2040-11-30T10:00:00Z')
    _, id = blocked(admin, agent)
    assert admin.row(id)['purge_after'].startswith('2041-02-28T10:00:')
    admin.put(PURGING, {'enabled': True, 'blocked_after': 'P1M'})
    assert admin.row(id)['purge_after'].startswith('2040-12-30T10:00:')
    admin.put(PURGING, {'enabled': False, 'blocked_after': 'P1M'})
    assert admin.row(id)['purge_after'] is None


def test_R22_a_blocked_row_leaves_the_list_when_its_period_is_over(service, admin, agent):
    service.restart('2040-01-31T12:00:00Z')
    pending, (one, id) = agent(), blocked(admin, agent)
    pending.register()
    service.restart('2040-04-30T11:59:00Z')
    assert admin.post('/v1/maintenance/purge') == {'removed': 0}
    service.restart('2040-04-30T12:02:00Z')
    removed = admin.post('/v1/maintenance/purge')['removed']
    last_run = admin.get(PURGING)['last_run']
    assert removed == 1 or last_run['removed'] == 1, 'or the daily run was first'
    assert [row['name'] for row in admin.rows()] == [pending.computer.name], 'only Blocked rows are purged'
    assert admin.call('GET', f'/v1/registrations/{id}').status == 404
    assert last_run['at'].startswith('2040-04-30T12:0')


def test_R22_a_request_from_the_same_computer_however_it_is_keyed_starts_the_period_anew(service, admin, agent):
    service.restart('2040-01-01T00:00:00Z')
    one, id = blocked(admin, agent)
    service.restart('2040-03-01T00:00:00Z')
    one.with_new_key().register()
    assert admin.row(id)['purge_after'].startswith('2040-06-01T00:00:')
    service.restart('2040-04-02T00:00:00Z')
    admin.post('/v1/maintenance/purge')
    assert admin.row(id)['status'] == 'blocked'


def test_R22_a_resources_own_requests_do_not_keep_its_duplicates(service, admin, agent):
    service.restart('2040-01-01T00:00:00Z')
    one = agent()
    resource = one.register()['registration']
    admin.decide_one('allow', resource)
    duplicate = one.with_new_key().register()['registration']
    admin.decide_one('block', duplicate)
    before = admin.row(duplicate)['purge_after']
    service.restart('2040-03-01T00:00:00Z')
    one.register()
    assert admin.row(duplicate)['purge_after'] == before
    service.restart('2040-04-02T00:00:00Z')
    admin.post('/v1/maintenance/purge')
    assert [row['id'] for row in admin.rows()] == [resource]
    assert admin.row(resource)['duplicates'] == []


def test_R22_purging_runs_by_itself(service, admin, agent):
    service.restart('2040-01-01T00:00:00Z')
    blocked(admin, agent)
    service.restart('2040-04-02T00:00:00Z')
    agent().register()  # at the latest when something is written next
    wait_for(lambda: admin.rows(status='blocked') == [], 20, 'the service purges by itself')
    assert admin.get(PURGING)['last_run']['removed'] == 1


def last_run(admin):
    return admin.get(PURGING)['last_run']


def test_R22_the_daily_run_survives_restarts_and_a_clock_that_is_set(service, admin, agent):
    """A day after the last run, which the store knows; a clock that went back is no reason to wait for it."""
    def ran_at(day):
        return wait_for(lambda: (last_run(admin) or {'at': ''})['at'].startswith(day) and last_run(admin), 20,
                        f'the service purges on {day}')

    service.restart('2040-01-01T12:00:00Z')
    first = ran_at('2040-01-01')
    for soon in ('2040-01-01T13:00:00Z', '2040-01-02T11:00:00Z'):
        service.restart(soon)
        agent().register()
        time.sleep(1.5)  # the service looks every second
        assert last_run(admin) == first
    blocked(admin, agent)
    service.restart('2040-01-02T12:01:00Z')
    assert ran_at('2040-01-02')['removed'] == 0
    service.restart('2040-09-01T00:00:00Z')
    assert ran_at('2040-09-01')['removed'] == 1
    service.restart('2040-03-01T00:00:00Z')
    ran_at('2040-03-01')


def test_R23_the_history_stays_with_one_purge_event_per_row(service, admin, agent):
    _, id = blocked(admin, agent)
    _, other = blocked(admin, agent)
    service.restart('+P100D')
    admin.post('/v1/maintenance/purge')
    assert sorted(event['registration'] for event in admin.events(kind='purge')) == [id, other]
    assert [event['kind'] for event in admin.events(id)] == ['request', 'decision', 'purge']
    assert admin.events(id)[-1]['actor']['kind'] in ('service', 'person')


@pytest.mark.parametrize('from_revoked', [False, True])
def test_R24_a_persons_never_again_is_remembered(service, admin, agent, from_revoked):
    one = agent()
    id = one.register()['registration']
    for action in ['allow', 'revoke'] if from_revoked else []:
        admin.decide_one(action, id)
    admin.decide_one('block', id, 'never again')
    answered = 'revoked' if from_revoked else 'blocked'
    admin.add_policy('allow', domain='*')
    service.restart('+P100D')
    admin.post('/v1/maintenance/purge')
    assert admin.rows() == []
    assert one.access() == answered
    answer = one.with_new_key().register()
    assert answer['status'] == answered and answer['registration'] > id, 'ids are never used again'
    [row] = admin.rows()
    assert (row['status'], row['note'], row['trust']) == ('blocked', 'never again', 'revoked' if from_revoked else 'none')
    assert row['decided_by'] == {'kind': 'person', 'name': 'admin'}
    assert row['purge_after'] is not None


def test_R24_a_policys_blocked_is_judged_anew(service, admin, agent):
    policy = admin.add_policy('block', domain='*')
    one = agent()
    one.register()
    admin.delete(f'/v1/registration-policies/{policy["id"]}')
    service.restart('+P100D')
    admin.post('/v1/maintenance/purge')
    assert admin.rows() == []
    assert one.access() == 'not-registered'
    assert one.register()['status'] == 'pending'


def test_R25_the_preview_says_how_many_and_which(service, admin, agent):
    service.restart('2040-01-01T00:00:00Z')
    _, old = blocked(admin, agent)
    service.restart('2040-02-01T00:00:00Z')
    _, young = blocked(admin, agent)
    service.restart('2040-02-15T00:00:00Z')
    for period, wanted in (('P1M', [old]), ('P10D', [old, young]), ('P3M', [])):
        preview = admin.get(f'{PURGING}/preview?blocked_after={period}')
        assert preview['would_remove'] == len(wanted)
        assert sorted(row['id'] for row in preview['sample']) == wanted
    assert len(admin.rows()) == 2, 'a preview changes nothing'
    for wrong in ('', 'x', 'P0D'):
        assert admin.call('GET', f'{PURGING}/preview?blocked_after={wrong}').status == 400


def ids(rows):
    return {row['id'] for row in rows}


def test_R25_a_run_removes_what_the_preview_said(service, admin, agent):
    service.restart('2040-01-31T00:00:00Z')
    admin.put(PURGING, {'enabled': False, 'blocked_after': 'P3M'})  # the daily run finds nothing
    policy = admin.add_policy('block', user='lab')
    for day in ('2040-01-31', '2040-02-10', '2040-02-28', '2040-02-29', '2040-03-01', '2040-05-20'):
        service.restart(f'{day}T12:00:00Z')
        blocked(admin, agent)
        agent(user='lab').register()
    one = agent()
    admin.decide_one('allow', one.register()['registration'])
    duplicate = one.with_new_key().register()['registration']
    admin.decide_one('block', duplicate)
    admin.delete(f'/v1/registration-policies/{policy["id"]}')
    service.restart('2040-05-31T12:30:00Z')
    for period in ('P4M', 'P3M2D', 'P3M', 'P1M', 'P11D', 'P1D'):
        said = admin.get(f'{PURGING}/preview?blocked_after={period}')
        admin.put(PURGING, {'enabled': True, 'blocked_after': period})
        again = admin.get(f'{PURGING}/preview')
        assert (again['would_remove'], ids(again['sample'])) == (said['would_remove'], ids(said['sample']))
        before = ids(admin.rows())
        assert admin.post('/v1/maintenance/purge')['removed'] == said['would_remove'], period
        assert before - ids(admin.rows()) == ids(said['sample']), period
    assert admin.rows(status='blocked') == []


def test_R25_a_preview_of_no_period_is_what_the_settings_remove(service, admin, agent):
    blocked(admin, agent)
    admin.put(PURGING, {'enabled': False, 'blocked_after': 'P1M'})
    service.restart('+P100D')
    assert admin.get(f'{PURGING}/preview')['would_remove'] == 0
    assert admin.get(f'{PURGING}/preview?blocked_after=P1M')['would_remove'] == 1
    assert admin.post('/v1/maintenance/purge')['removed'] == 0


def test_preview_of_a_policy_changes_nothing(admin, agent):
    for user in ('lab', 'lab', 'maria'):
        agent(user=user).register()
    person = agent(user='lab')
    admin.decide_one('block', person.register()['registration'])
    draft = {'name': 'draft', 'enabled': True, 'result': 'allow', 'masks': [{'type': 'user', 'mask': 'lab'}]}
    before = admin.rows(), list(admin.pages('/v1/registration-policies')), admin.events()
    preview = admin.post('/v1/registration-policies/preview', draft)
    assert preview['matching'] == 3
    assert preview['would_become'] == {'allowed': 2, 'blocked': 0}, "a person's Blocked stays"
    assert {row['user'] for row in preview['sample']} == {'lab'}
    assert admin.post('/v1/registration-policies/preview', {**draft, 'result': 'block'})['would_become']['blocked'] == 2
    [initial] = admin.pages('/v1/registration-policies')
    assert admin.post('/v1/registration-policies/preview', {**draft, 'id': initial['id']})['matching'] == 3
    assert (admin.rows(), list(admin.pages('/v1/registration-policies')), admin.events()) == before
