# SPDX-License-Identifier: GPL-3.0-or-later
"""The units as they are installed, under a systemd of their own."""
import json

import pytest

from support import wait_for
from support.machine import Machine, can_boot
from support.readme import restore_lines

DATA = '/var/lib/rollcall'
CTL = ('rollcallctl', '--server', 'https://127.0.0.1:8443', '--ca', f'{DATA}/ca.pem', '--token-file', f'{DATA}/admin.token', '--json')


@pytest.fixture(scope='module')
def machine(tmp_path_factory):
    if reason := can_boot():
        pytest.skip(reason)
    machine = Machine(tmp_path_factory.mktemp('machine'))
    try:
        machine.run('systemd-sysusers')
        yield machine
    finally:
        machine.end()


def show(machine, unit, *properties):
    return [machine.tell('systemctl', 'show', '--value', '-p', each, unit) for each in properties]


@pytest.fixture
def serving(machine):
    machine.run('systemctl', 'start', 'rollcalld')
    return machine


def test_the_service_serves_in_its_sandbox(serving):
    assert show(serving, 'rollcalld', 'ActiveState', 'StatusText', 'NRestarts') == ['active', 'Serving', '0']
    assert json.loads(serving.tell(*CTL, 'list'))['items'] == []
    pid = serving.tell('systemctl', 'show', '--value', '-p', 'MainPID', 'rollcalld')
    status = dict(line.split(':\t', 1) for line in serving.tell('cat', f'/proc/{pid}/status').splitlines() if ':\t' in line)
    assert (status['NoNewPrivs'], status['Seccomp'], int(status['CapEff'], 16), int(status['CapBnd'], 16)) == ('1', '2', 0, 0)
    assert serving.tell('stat', '-c', '%U %a', DATA, f'{DATA}/rollcall.sqlite', f'{DATA}/server.key') == 'rollcall 700\nrollcall 600\nrollcall 600'
    serving.run(*CTL, 'backup', '/root/backup.sqlite')
    serving.run(*CTL, 'token', 'create', 'maria', '--role', 'viewer')
    serving.run(*CTL, 'audit', 'verify')


def test_the_journal_has_fields_and_levels(serving):
    serving.run(*CTL, 'token', 'create', 'carl', '--role', 'viewer')
    serving.run('journalctl', '--sync')
    entries = [json.loads(line) for line in serving.tell('journalctl', '--no-pager', '-o', 'json', '-u', 'rollcalld').splitlines()]
    told = [each for each in entries if each.get('ROLLCALL_WHAT') == 'POST /v1/tokens']
    assert told and (told[-1]['ROLLCALL_WHO'], told[-1]['ROLLCALL_STATUS'], told[-1]['PRIORITY']) == ('admin', '201', '6')
    assert told[-1]['MESSAGE'].startswith('admin (127.0.0.1): POST /v1/tokens: 201, ')


def test_a_reload_is_waited_for_and_a_stop_is_clean(serving):
    before = serving.tell('systemctl', 'show', '-p', 'MainPID', 'rollcalld')
    serving.run('systemctl', 'reload', 'rollcalld')
    assert serving.tell('systemctl', 'show', '-p', 'MainPID', 'rollcalld') == before
    assert 'certificate and key were read again' in serving.journal('rollcalld')
    serving.run('systemctl', 'stop', 'rollcalld')
    assert show(serving, 'rollcalld', 'ActiveState', 'Result', 'ExecMainStatus') == ['inactive', 'success', '0']


def test_one_that_hangs_is_started_again(serving):
    """A stopped process feeds no watchdog."""
    serving.run('mkdir', '-p', '/run/systemd/system/rollcalld.service.d')
    serving.run('sh', '-c', 'printf "[Service]\nWatchdogSec=3\n" >/run/systemd/system/rollcalld.service.d/short.conf')
    serving.run('systemctl', 'daemon-reload')
    serving.run('systemctl', 'restart', 'rollcalld')
    serving.run('systemctl', 'kill', '--signal=STOP', 'rollcalld')
    wait_for(lambda: show(serving, 'rollcalld', 'NRestarts', 'ActiveState') == ['1', 'active'], 30, 'it was started again')
    assert json.loads(serving.tell(*CTL, 'list'))['items'] is not None


def test_a_restore_as_readme_shows_it(serving):
    serving.run('mkdir', '-p', '/srv/backup')
    serving.run(*CTL, 'backup', '/srv/backup/rollcall.sqlite')
    serving.run(*CTL, 'token', 'create', 'lost', '--role', 'viewer')
    for line in restore_lines():
        serving.run('sh', '-euc', line.replace('rollcallctl', ' '.join(CTL)))
    assert show(serving, 'rollcalld', 'ActiveState', 'NRestarts') == ['active', '0']
    assert 'lost' not in [token['name'] for token in json.loads(serving.tell(*CTL, 'token', 'list'))['items']]
    assert 'the store was restored from the backup of ' in serving.journal('rollcalld')


def test_the_agent_asks_in_its_sandbox(serving):
    state = '/var/lib/rollcall-agent'
    serving.run('systemctl', 'start', 'rollcall-agent')
    assert show(serving, 'rollcall-agent', 'ActiveState', 'ConditionResult') == ['inactive', 'no'], 'it knows no service yet'
    serving.run('install', '-d', '-m', '700', '-o', 'rollcall-agent', state)
    serving.run('sh', '-c', f'echo https://127.0.0.1:8443 >{state}/server && cp {DATA}/ca.pem {state}/ && chown rollcall-agent {state}/*')
    serving.run('systemctl', 'start', 'rollcall-agent')
    rows = wait_for(lambda: json.loads(serving.tell(*CTL, 'list'))['items'], 20, 'the agent has asked')
    assert [row['status'] for row in rows] == ['pending']
    assert show(serving, 'rollcall-agent', 'ActiveState', 'NRestarts') == ['active', '0']
    assert serving.tell('stat', '-c', '%U %a', state) == 'rollcall-agent 700'
    serving.run('systemctl', 'stop', 'rollcall-agent')
    assert show(serving, 'rollcall-agent', 'Result') == ['success']
