# SPDX-License-Identifier: GPL-3.0-or-later
"""rollcall-agent, rollcall-fleet and rollcallctl against a real service."""
import stat

import pytest
from cryptography.hazmat.primitives import serialization

from support import Agent, Person, Service, wait_for
from support.programs import RealAgent, ctl, ctl_json, run


@pytest.fixture
def real(service, tmp_path):
    agent = RealAgent(service, tmp_path / 'agent')
    yield agent
    if agent.running:
        agent.running.end()


@pytest.fixture
def one(admin, agent):
    return admin.row(agent(name='PC-1', user='maria').register()['registration'])


def allow_it(admin):
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {'channel': 'stable'}})
    [row] = admin.rows()
    admin.decide_one('allow', row)
    return row['id']


def test_the_agents_key_is_made_once_and_kept_private(real):
    identity = real.identity()
    assert real.identity() == identity
    assert identity['fingerprint']
    keys = [path for path in real.state.iterdir() if b'PRIVATE KEY' in path.read_bytes()]
    assert keys and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in keys)


def test_one_round_registers_and_fetches_what_it_may(admin, real):
    real.once()
    [row] = admin.rows()
    assert (row['status'], row['fingerprint']) == ('pending', real.identity()['fingerprint'])
    assert row['name'] and row['os']
    assert real.policies() == []
    allow_it(admin)
    real.once()
    assert real.policies() == ['Updates']
    [row] = admin.rows()
    assert (row['status'], row['key_changes']) == ('allowed', 0)


def test_R21_a_revoked_agent_clears_its_policies_and_asks_again_with_the_same_key(admin, real):
    real.once()
    id = allow_it(admin)
    real.once()
    assert real.policies() == ['Updates']
    admin.decide_one('revoke', id)
    assert real.policies() == ['Updates'], 'the service tells the agent nothing then'
    before = admin.row(id)['request_count']
    real.once()
    assert real.policies() == []
    row = admin.row(id)
    assert (row['status'], row['key_changes']) == ('revoked', 0)
    assert row['revocation_seen_at'] and row['request_count'] > before


def test_R21_it_also_clears_when_it_is_blocked(admin, real):
    real.once()
    id = allow_it(admin)
    real.once()
    admin.decide_one('revoke', id)
    admin.decide_one('block', id)
    real.once()
    assert real.policies() == []


def test_R21_an_agent_that_stays_learns_of_its_revocation_and_keeps_asking(admin, service, real, tmp_path):
    admin.set_registration(retry_after_s=1)
    running = real.stay(tmp_path / 'agent.log')
    wait_for(admin.rows, 20, 'the agent asks')
    id = allow_it(admin)
    real.wait_for_policies(['Updates'])
    admin.decide_one('revoke', id)
    real.wait_for_policies([])
    asked = admin.row(id)['request_count']
    wait_for(lambda: admin.row(id)['request_count'] >= asked + 2, 20, 'the agent keeps asking')
    assert admin.row(id)['status'] == 'revoked'
    admin.decide_one('allow', id)
    real.wait_for_policies(['Updates'])
    assert running.is_alive()
    assert running.end() == 0


def test_an_agent_outlives_a_service_that_is_away(admin, service, real, tmp_path):
    admin.set_registration(retry_after_s=1)
    running = real.stay(tmp_path / 'agent.log')
    wait_for(admin.rows, 20, 'the agent asks')
    id = allow_it(admin)
    real.wait_for_policies(['Updates'])
    service.stop()
    wait_for(lambda: 'asks again in' in running.log_text(), 20, 'the agent finds nobody')
    assert real.policies() == ['Updates'], 'a service that is away revokes nobody'
    service.start()
    asked = admin.row(id)['request_count'], admin.row(id)['last_contact']
    wait_for(lambda: (admin.row(id)['request_count'], admin.row(id)['last_contact']) != asked, 30, 'the agent is back')
    assert running.is_alive()


def test_an_agent_trusts_no_service_of_another_authority(real, admin, service, tmp_path):
    other = Service(tmp_path / 'other').start()
    try:
        done = run('rollcall-agent', '--server', service.url, '--ca', other.ca, '--state-dir', real.state, '--once', status=None)
        assert done.returncode != 0
        assert admin.rows() == []
        other.stop()
    finally:
        if other.process:
            other.kill()


def test_a_task_is_done_by_the_agent(admin, service, real):
    real.once()
    id = allow_it(admin)
    for kind in ('collect-inventory', 'refresh-policies'):
        admin.post('/v1/tasks', {'registration': id, 'kind': kind, 'parameters': {}})
    real.once(status=0)
    assert real.policies() == ['Updates']
    [pem] = [path.read_bytes() for path in real.state.iterdir() if b'PRIVATE KEY' in path.read_bytes()]
    same = Agent(service, key=serialization.load_pem_private_key(pem[pem.index(b'-----BEGIN'):], None))
    assert same.fingerprint == real.identity()['fingerprint']
    assert same.ask('GET', '/v1/agent/tasks')['items'] == []


def test_a_fleet_of_500_registers_each_with_its_own_key(admin, service, tmp_path):
    fleet = ['rollcall-fleet', *service.as_agent(), '--count', '500', '--seed', '7', '--keep', tmp_path / 'fleet', '--once']
    run(*fleet, timeout=90)
    rows = admin.rows(limit=1000)
    assert len(rows) == len({row['fingerprint'] for row in rows}) == 500
    assert {row['status'] for row in rows} == {'pending'}
    assert len({row['name'] for row in rows}) > 400
    run(*fleet, timeout=90)
    again = admin.rows(limit=1000)
    assert {row['fingerprint'] for row in again} == {row['fingerprint'] for row in rows}, 'keys survive in --keep'
    assert {row['request_count'] for row in again} == {2}


def test_ctl_list_and_show(service, admin, agent, one):
    admin.decide_one('block', agent(name='PC-2', fqdn='two.example').register()['registration'])
    assert [row['id'] for row in ctl_json(service, 'list', '--query', 'PC-1')['items']] == [one['id']]
    listed = ctl_json(service, 'list', '--status', 'blocked')
    assert [row['name'] for row in listed['items']] == ['PC-2']
    text = ctl(service, 'list').stdout
    assert 'PC-1' in text and 'PC-2' in text
    assert ctl_json(service, 'show', one['id'])['fingerprint'] == one['fingerprint']
    assert 'maria' in ctl(service, 'show', one['id']).stdout


def test_ctl_decides_with_the_revision_that_it_read(service, admin, one):
    ctl(service, 'allow', one['id'], '--note', 'ticket 4711')
    row = admin.row(one['id'])
    assert (row['status'], row['note'], row['decided_by']['name']) == ('allowed', 'ticket 4711', 'admin')
    ctl(service, 'revoke', one['id'])
    ctl(service, 'block', one['id'], '--note', 'never again')
    assert admin.row(one['id'])['status'] == 'blocked'
    done = ctl(service, 'revoke', one['id'], status=1)
    assert str(one['id']) in done.stdout + done.stderr


def test_ctl_audit(service, one):
    assert [event['kind'] for event in ctl_json(service, 'audit', one['id'])['items']] == ['request']
    assert 'request' in ctl(service, 'audit').stdout


def test_ctl_policies(service, admin, agent):
    made = ctl_json(service, 'policy', 'add', 'Lab', '--result', 'allow', '--mask', 'user=lab', '--mask', 'ip=10.0.0.0/8')
    assert [mask['type'] for mask in made['masks']] == ['user', 'ip'] and made['enabled']
    assert len(ctl_json(service, 'policy', 'list')['items']) == 2
    ctl(service, 'policy', 'set', made['id'], '--disable', '--name', 'Laboratory')
    changed = admin.get(f'/v1/registration-policies/{made["id"]}')
    assert (changed['name'], changed['enabled']) == ('Laboratory', False)
    agent(user='lab', ips=['10.1.1.1']).register()
    preview = ctl_json(service, 'policy', 'preview', '--result', 'block', '--mask', 'user=lab')
    assert preview['would_become'] == {'allowed': 0, 'blocked': 1}
    ctl(service, 'policy', 'remove', made['id'])
    assert len(list(admin.pages('/v1/registration-policies'))) == 1


def test_ctl_purging(service, admin, one):
    ctl(service, 'purge', 'set', 'P1M')
    assert admin.get('/v1/settings/purging')['blocked_after'] == 'P1M'
    assert ctl_json(service, 'purge', 'preview', 'P1D') == {'would_remove': 0, 'sample': []}
    assert ctl_json(service, 'purge', 'run') == {'removed': 0}
    ctl(service, 'purge', 'set', 'never')
    assert admin.get('/v1/settings/purging')['enabled'] is False
    assert 'blocked_after' in ctl(service, 'purge', 'set', 'P3000Y', status=1).stderr


def test_ctl_site_servers_and_agent_policies_and_tasks(service, admin, one, tmp_path):
    ctl(service, 'site-server', 'add', one['id'], status=1)
    ctl(service, 'allow', one['id'])
    ctl(service, 'site-server', 'add', one['id'])
    assert admin.row(one['id'])['site_server']
    ctl(service, 'site-server', 'remove', one['id'])
    assert not admin.row(one['id'])['site_server']
    (tmp_path / 'body.json').write_text('{"channel": "stable"}')
    made = ctl_json(service, 'agent-policy', 'add', 'Updates', '--body', tmp_path / 'body.json')
    ctl(service, 'agent-policy', 'set', made['id'], '--name', 'Upgrades')
    [policy] = ctl_json(service, 'agent-policy', 'list')['items']
    assert (policy['name'], policy['body']) == ('Upgrades', {'channel': 'stable'})
    ctl(service, 'agent-policy', 'remove', made['id'])
    assert ctl_json(service, 'task', 'add', one['id'], 'refresh-policies')['registration'] == one['id']


def test_ctl_settings_and_tokens(service, admin, tmp_path):
    ctl(service, 'settings', 'set', '--retry-after', '60')
    assert ctl_json(service, 'settings', 'get')['retry_after_s'] == 60
    file = tmp_path / 'jonas.token'
    file.write_text(ctl(service, 'token', 'create', 'jonas', '--role', 'viewer').stdout)
    file.chmod(0o600)
    service.secrets.append(file.read_text().strip())
    ctl(service, 'list', token_file=file)
    refused = ctl(service, 'settings', 'set', '--retry-after', '50', token_file=file, status=1)
    problem = Person(service, 'jonas', file.read_text().strip()).call('POST', '/v1/maintenance/purge').json
    assert problem['title'] in refused.stderr and problem['detail'] in refused.stderr
    assert 'jonas' in ctl(service, 'token', 'list').stdout
    ctl(service, 'token', 'remove', 'jonas')
    ctl(service, 'list', token_file=file, status=1)


@pytest.mark.parametrize('format', ['csv', 'json'])
def test_ctl_exports_the_report(service, one, agent, tmp_path, format):
    agent(name='=HYPERLINK("http://x")').register()
    file = tmp_path / f'report.{format}'
    ctl(service, 'export', '--format', format, file)
    text = file.read_text()
    assert 'PC-1' in text
    if format == 'csv':
        assert not any(cell.strip('"').startswith('=') for line in text.splitlines() for cell in line.split(','))


def test_ctl_exit_statuses(service, one, tmp_path):
    for words in (['nonsense'], ['list', '--nonsense'], ['show'], ['show', 'x'], ['allow'], ['policy', 'add', 'x']):
        done = ctl(service, *words, status=2)
        assert done.stderr.startswith('rollcallctl: '), words
    missing = ctl(service, 'show', '4711', status=1)
    assert 'Not found' in missing.stderr
    service.stop()
    ctl(service, 'list', status=3)
    service.start()


def test_ctl_shows_what_an_agent_said_as_plain_text(service, agent):
    agent(name='\x1b[31mred\x07', user='\u202egnp.exe').register()
    for words in (['list'], ['show', '1'], ['audit'], ['--json', 'list']):
        text = ctl(service, *words).stdout
        assert '\x1b' not in text and '\x07' not in text and '\u202e' not in text, words


VERBS = ['list', 'show', 'allow', 'block', 'revoke', 'audit', 'audit verify', 'policy list', 'policy add', 'policy set',
         'policy remove', 'policy preview', 'purge preview', 'purge run', 'purge set', 'site-server add',
         'site-server remove', 'agent-policy list', 'agent-policy add', 'agent-policy set', 'agent-policy remove', 'task add',
         'settings get', 'settings set', 'token create', 'token list', 'token remove', 'export', 'backup']


@pytest.mark.parametrize('verb', VERBS)
def test_ctl_has_each_verb_of_the_interface(verb):
    assert 'Usage:' in run('rollcallctl', *verb.split(), '--help').stdout
