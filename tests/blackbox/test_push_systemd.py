# SPDX-License-Identifier: GPL-3.0-or-later
"""A push (R6) onto a computer that has the agent's unit: real sshd, real systemd."""
import json

import pytest

from support import wait_for
from support.machine import Machine, can_boot

DATA, STATE = '/var/lib/rollcall', '/var/lib/rollcall-agent'
# The unit's sshd would want host keys and PAM.
CTL = ('rollcallctl', '--server', 'https://127.0.0.1:8443', '--ca', f'{DATA}/ca.pem', '--token-file', f'{DATA}/admin.token')
SSH = """
echo "sshd:x:65530:65534::/run/sshd:/usr/sbin/nologin" >>/etc/passwd
mkdir -p /run/sshd /root/.ssh && chmod 700 /root/.ssh && cd /root/.ssh
ssh-keygen -q -t ed25519 -N "" -f id_ed25519 && cp id_ed25519.pub authorized_keys
ssh-keygen -q -t ed25519 -N "" -f host && echo "127.0.0.1 $(cat host.pub)" >known_hosts
printf "%s\\n" "ListenAddress 127.0.0.1" "HostKey /root/.ssh/host" "UsePAM no" "PidFile none" "StrictModes no" >sshd_config
systemd-run --quiet --unit=sshd-of-the-test /usr/sbin/sshd -D -e -f /root/.ssh/sshd_config
"""


@pytest.fixture
def machine(tmp_path):
    if reason := can_boot():
        pytest.skip(reason)
    machine = Machine(tmp_path)
    try:
        machine.run('systemd-sysusers')
        machine.run('systemctl', 'start', 'rollcalld')
        machine.run('sh', '-ec', SSH)
        home = machine.tell('sh', '-c', 'getent passwd root | cut -d: -f6')
        assert home == '/root', 'ssh looks for its files there'
        wait_for(lambda: machine.run('sh', '-c', 'ssh-keyscan -T 1 127.0.0.1 2>/dev/null', check=False).stdout, 20, 'sshd listens')
        yield machine
    finally:
        machine.end()


def show(machine, *properties):
    return [machine.tell('systemctl', 'show', '--value', '-p', each, 'rollcall-agent') for each in properties]


def test_R6_the_unit_runs_the_pushed_agent_as_its_own_user(machine):
    said = machine.tell(*CTL, 'push', 'root@127.0.0.1')
    assert said.endswith(': allowed; the agent is started by rollcall-agent.service'), said
    [row] = wait_for(lambda: [each for each in json.loads(machine.tell(*CTL, '--json', 'list'))['items'] if each['request_count']],
                     20, 'the agent has asked')
    assert (row['status'], row['origin'], row['key_changes']) == ('allowed', 'push', 0)
    assert show(machine, 'ActiveState', 'UnitFileState', 'NRestarts') == ['active', 'enabled', '0']
    assert machine.tell('sh', '-c', f'stat -c "%U %a" {STATE} {STATE}/*').splitlines() == \
        ['rollcall-agent 700', *['rollcall-agent 600'] * len(machine.tell('ls', STATE).split())]
    machine.run(*CTL, 'agent-policy', 'add', 'Updates')
    before = show(machine, 'MainPID')
    machine.run(*CTL, 'push', 'root@127.0.0.1')
    assert show(machine, 'MainPID') != before and show(machine, 'ActiveState') == ['active'], 'once more: it is started anew'
    wait_for(lambda: 'policies.json' in machine.tell('ls', STATE), 20, 'it holds what the Allowed receive')
    assert [each['key_changes'] for each in json.loads(machine.tell(*CTL, '--json', 'list'))['items']] == [0]


def test_R6_an_agent_that_the_unit_does_not_run_is_started_beside_it(machine):
    said = machine.tell(*CTL, 'push', '--agent', '/usr/local/bin/rollcall-agent', '--agent-dir', '/root/bin', '--state-dir', '/root/state',
                        'root@127.0.0.1')
    assert 'until that computer restarts' in said
    assert show(machine, 'ActiveState') == ['inactive']
