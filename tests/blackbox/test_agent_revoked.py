# SPDX-License-Identifier: GPL-3.0-or-later
"""R19-R21 with the real agent and the real service: what an agent that is revoked learns, when, and what it then drops."""
import subprocess

import pytest

from support import Agent, Computer, wait_for
from support.programs import RealAgent, Running
from support.relay import Relay

REGISTRATION, POLICIES, TASKS = '/v1/agent/registration', '/v1/agent/policies', '/v1/agent/tasks'


@pytest.fixture
def trusted(service, admin, tmp_path):
    """rollcall-agent, allowed, with a policy on its disk; it talks through a relay."""
    state = tmp_path / 'agent'
    relay = Relay(service, state, tmp_path)
    agent = RealAgent(relay, state)
    agent.once(status=0)
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {'channel': 'stable'}})
    [row] = admin.rows()
    admin.decide_one('allow', row)
    agent.once(status=0)
    assert agent.policies() == ['Updates']
    agent.id, agent.relay = row['id'], relay
    relay.passed.clear()
    yield agent
    relay.stop()
    if agent.running:
        agent.running.end()


def give_tasks(admin, trusted, count):
    return [admin.post('/v1/tasks', {'registration': trusted.id, 'kind': 'collect-inventory', 'parameters': {}})['id']
            for _ in range(count)]


def start_and_hold(trusted, method, ending):
    trusted.relay.hold(method, ending)
    process = subprocess.Popen([str(word) for word in trusted.command('--once')], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    assert trusted.relay.reached.wait(30)
    return process


def let_go(trusted, process, status=0):
    trusted.relay.let_go()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    return output


def test_R19_an_agent_is_told_at_its_next_access_and_not_before(admin, trusted, tmp_path):
    running = Running(tmp_path / 'agent.log', *trusted.command())  # asks again in 15 minutes
    trusted.running = running
    wait_for(lambda: ('GET', TASKS, 200) in trusted.relay.passed, 20, 'its round is over')
    passed = list(trusted.relay.passed)
    admin.decide_one('revoke', trusted.id)
    wait_for(lambda: admin.row(trusted.id)['status'] == 'revoked', 20)
    assert trusted.relay.passed == passed, 'the service does not call agents'
    assert admin.row(trusted.id)['revocation_seen_at'] is None and trusted.policies() == ['Updates']
    assert running.end() == 0
    assert trusted.policies() == ['Updates'], 'ending is no access'
    trusted.relay.passed.clear()
    assert trusted.once(status=0).stdout == f'registration {trusted.id}: revoked\n'
    assert trusted.relay.passed[0] == ('GET', POLICIES, 403)
    assert admin.row(trusted.id)['revocation_seen_at'] is not None
    assert not trusted.stored.exists()


def test_R20_a_running_tasks_result_is_refused_and_the_waiting_ones_are_dropped(admin, trusted):
    first, second = give_tasks(admin, trusted, 2)
    process = start_and_hold(trusted, 'POST', f'{TASKS}/{first}/result')
    admin.decide_one('revoke', trusted.id)
    assert admin.row(trusted.id)['revocation_seen_at'] is None and trusted.policies() == ['Updates'], 'not told yet'
    output = let_go(trusted, process)
    calls = [call for call in trusted.relay.passed if call[0] == 'POST']
    assert calls == [('POST', REGISTRATION, 200), ('POST', f'{TASKS}/{first}/result', 403), ('POST', REGISTRATION, 200)]
    assert not trusted.stored.exists() and output == f'registration {trusted.id}: revoked\n'
    kinds = [event['kind'] for event in admin.events(trusted.id)]
    assert kinds[-3:] == ['decision', 'revocation-seen', 'request']
    row = admin.row(trusted.id)
    assert (row['key_changes'], row['fingerprint']) == (0, trusted.identity()['fingerprint'])
    admin.decide_one('allow', trusted.id)
    trusted.relay.passed.clear()
    trusted.once(status=0)
    assert not [path for _, path, _ in trusted.relay.passed if path.endswith('/result')], 'tasks of before are gone'
    assert trusted.policies() == ['Updates']


@pytest.mark.parametrize('moment', [('GET', POLICIES), ('POST', REGISTRATION), ('GET', TASKS)], ids=lambda moment: moment[1])
@pytest.mark.parametrize('decision', ['revoke', 'block'])
def test_R21_it_clears_wherever_in_its_round_it_is_told(admin, trusted, moment, decision):
    process = start_and_hold(trusted, *moment)
    admin.decide_one('revoke', trusted.id)
    if decision == 'block':
        admin.decide_one('block', trusted.id)
    output = let_go(trusted, process)
    assert not trusted.stored.exists() and output == f'registration {trusted.id}: revoked\n', 'R17: it is told revoked'
    assert trusted.relay.passed[-1] == ('POST', REGISTRATION, 200), 'it starts registration over'
    assert admin.row(trusted.id)['key_changes'] == 0


@pytest.mark.parametrize('moment', [('GET', POLICIES), ('GET', TASKS)], ids=lambda moment: moment[1])
def test_R21_it_clears_when_its_key_was_replaced_in_the_middle(admin, service, trusted, moment):
    keys = [(key['type'], key['value']) for key in trusted.identity()['resource_keys']]
    process = start_and_hold(trusted, *moment)
    other = Agent(service, Computer(resource_keys=keys))
    admin.send_decision('allow', [{'id': other.register()['registration']}])
    assert admin.row(trusted.id)['fingerprint'] == other.fingerprint
    let_go(trusted, process)
    assert not trusted.stored.exists()
    assert (moment[0], moment[1], 403) in trusted.relay.passed
    assert other.access() == 'granted'


def test_R20_a_site_server_that_is_revoked_is_none_any_longer_and_the_others_are_told_so(admin, agent, trusted):
    admin.put(f'/v1/registrations/{trusted.id}/site-server')
    other = agent()
    admin.decide_one('allow', other.register()['registration'])
    assert len(other.ask_for_policies().json['site_servers']) == 1
    admin.decide_one('revoke', trusted.id)
    assert other.ask_for_policies().json['site_servers'] == []
    assert not admin.row(trusted.id)['site_server']
