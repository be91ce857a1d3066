# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /v1/registration-policies/preview promises what a repeat request of each computer then gets, and nothing more."""
import pytest


def promised(admin, result='allow', id=None, **masks):
    draft = {'name': 'draft', 'enabled': True, 'result': result,
             'masks': [{'type': type, 'mask': mask} for type, mask in masks.items()]}
    return admin.post('/v1/registration-policies/preview', draft if id is None else {**draft, 'id': id})['would_become']


def given(admin, agents, result='allow', **masks):
    """What the agents are told once the policy is there, and each has asked again."""
    policy = admin.add_policy(result, **masks)
    answers = [one.register()['status'] for one in agents]
    admin.delete(f'/v1/registration-policies/{policy["id"]}')
    return {status: answers.count(status) for status in ('allowed', 'blocked')}


@pytest.fixture
def duplicate(admin, agent):
    """The second key of a computer that a person allowed, and the computer's row."""
    resource = agent()
    id = resource.register()['registration']
    admin.decide_one('allow', id)
    second = resource.with_new_key()
    second.register()
    return second, id


def test_R12_a_duplicate_is_promised_only_after_its_observation_time(service, duplicate):
    second, _ = duplicate
    for now, allowed in ((None, 0), ('+PT29M', 0), ('+PT31M', 1)):
        if now:
            service.restart(now)
        assert promised(service.admin, name='*') == {'allowed': allowed, 'blocked': 0}, now
    assert given(service.admin, [second], name='*') == {'allowed': 1, 'blocked': 0}


def test_R12_a_clone_is_promised_to_nobody(admin, agent):
    admin.set_registration(duplicate_observation_s=0)
    resource = agent()
    admin.decide_one('allow', resource.register()['registration'])
    second = resource.with_new_key()
    second.register()
    assert promised(admin, name='*') == {'allowed': 1, 'blocked': 0}
    resource.access()
    assert promised(admin, name='*') == given(admin, [second], name='*') == {'allowed': 0, 'blocked': 0}


def test_R14_no_duplicate_of_a_revoked_computer_is_promised(admin, duplicate):
    admin.set_registration(duplicate_observation_s=0)
    second, id = duplicate
    assert promised(admin, name='*') == {'allowed': 1, 'blocked': 0}
    admin.decide_one('revoke', id)
    assert promised(admin, name='*') == given(admin, [second], name='*') == {'allowed': 0, 'blocked': 0}


@pytest.mark.parametrize('decision', ['block', 'revoke'])
def test_R14_a_row_that_shares_a_key_with_what_a_person_forbade_is_not_promised(admin, agent, decision):
    forbidden = agent(resource_keys=[('fqdn', 'shared.example')])
    id = forbidden.register()['registration']
    pending = agent(resource_keys=[('macaddress', '52:54:00:00:77:01')])
    pending.register()
    pending.register(resource_keys=[('macaddress', '52:54:00:00:77:01'), ('fqdn', 'shared.example')])
    if decision == 'revoke':
        admin.decide_one('allow', id)
    admin.decide_one(decision, id)
    assert promised(admin, name=pending.computer.name) == {'allowed': 0, 'blocked': 0}
    assert given(admin, [pending], name=pending.computer.name) == {'allowed': 0, 'blocked': 0}


def test_R13_a_conflict_is_promised_to_be_blocked_and_never_allowed(admin, agent):
    for value in ('a.example', 'b.example'):
        agent(resource_keys=[('fqdn', value)]).register()
    both = agent(name='both', resource_keys=[('fqdn', 'a.example'), ('fqdn', 'b.example')])
    both.register()
    assert promised(admin, name='both') == given(admin, [both], name='both') == {'allowed': 0, 'blocked': 0}
    assert promised(admin, 'block', name='both') == given(admin, [both], 'block', name='both') == {'allowed': 0, 'blocked': 1}


def test_R7_a_policys_blocked_is_promised_where_the_draft_replaces_that_policy(admin, agent):
    policy = admin.add_policy('block', user='lab')
    for _ in range(3):
        agent(user='lab').register()
    assert promised(admin, user='lab') == {'allowed': 0, 'blocked': 0}, 'R4: the blocking policy is still there'
    assert promised(admin, id=policy['id'], user='lab') == {'allowed': 3, 'blocked': 0}
    assert promised(admin, 'block', user='lab') == {'allowed': 0, 'blocked': 0}, 'they are Blocked already'


def test_R12_a_disk_that_was_copied_is_promised_to_nobody(admin, agent):
    one = agent(resource_keys=[('fqdn', 'first.example')])
    one.register()
    other = one.computer.resource_keys
    one.register(resource_keys=[('fqdn', 'copy.example')])
    assert promised(admin, name='*') == {'allowed': 0, 'blocked': 0}
    one.computer.resource_keys = other
    assert given(admin, [one], name='*') == {'allowed': 0, 'blocked': 0}
