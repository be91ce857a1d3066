# SPDX-License-Identifier: GPL-3.0-or-later
"""rollcallctl push over a real sshd (R6): the agent gets there, makes its key there, is registered and runs."""
import base64
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization

from support import wait_for
from support.programs import RealAgent, ctl, run
from support.sshd import Sshd, make_key
from support.terminal import Terminal

ME = '127.0.0.1'
AGENT = pathlib.Path(shutil.which('rollcall-agent'))


class There:
    """The other computer: its sshd, and where the agent is to live."""

    def __init__(self, service, folder):
        self.service, self.sshd = service, Sshd(folder / 'there').start()
        self.state, self.programs = self.sshd.home / "it's state", self.sshd.home / 'programs'
        self.agent = RealAgent(service, self.state)

    def words(self, *words):
        return ['push', *self.sshd.options(), '--state-dir', self.state, '--agent-dir', self.programs, *words]

    def push(self, *words, **options):
        return ctl(self.service, *self.words(*(words or (ME,))), **options)

    def has_agent(self):
        self.sshd.install('rollcall-agent', f'#!/bin/sh\nexec {AGENT} "$@"\n')

    def private_key(self):
        return (self.state / 'agent.key').read_text()

    def is_running(self):
        """Whether an agent holds the directory."""
        return 'another agent' in run(AGENT, '--state-dir', self.state, '--once', status=None).stderr

    def stop(self):
        if (self.state / 'ca.pem').exists():  # whoever runs there ends
            run(AGENT, '--state-dir', self.state, '--once', '--replace', status=None)
        self.sshd.stop()


@pytest.fixture
def there(service, tmp_path):
    there = There(service, tmp_path)
    yield there
    there.stop()


def test_R6_a_push_installs_registers_and_starts_the_agent(admin, there):
    done = there.push('--agent', AGENT, ME)
    [row] = admin.rows()
    assert (row['status'], row['trust'], row['origin']) == ('allowed', 'granted', 'push')
    assert done.stdout == (f'{ME}: registration {row["id"]} ({row["name"]}): allowed; the agent is started, until that '
                           'computer restarts\n')
    assert row['fingerprint'] == there.agent.identity()['fingerprint']
    copy = there.programs / 'rollcall-agent'
    assert copy.read_bytes() == AGENT.read_bytes() and stat.S_IMODE(copy.stat().st_mode) == 0o755
    assert (there.state / 'server').read_text() == there.service.url + '\n'
    assert (there.state / 'ca.pem').read_text().strip() == there.service.ca.read_text().strip()
    assert stat.S_IMODE(there.state.stat().st_mode) == 0o700
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {}})
    assert there.is_running(), 'it goes on after ssh has ended'
    assert not [path for path in (*there.state.iterdir(), *there.programs.iterdir()) if path.name.startswith('.')]


def test_R6_the_private_key_never_leaves_that_computer(service, there, tmp_path):
    """All that goes through ssh in either direction is kept and searched, and all files of this side."""
    wire, bin = tmp_path / 'wire', tmp_path / 'bin'
    wire.mkdir()
    bin.mkdir()
    (bin / 'ssh').write_text(f'#!/bin/sh\ntee {wire}/in | {shutil.which("ssh")} "$@" 2>{wire}/err | tee {wire}/out\n')
    (bin / 'ssh').chmod(0o755)
    there.push('--agent', AGENT, ME, env={**os.environ, 'PATH': f'{bin}:{os.environ["PATH"]}'})
    pem = there.private_key()
    value = serialization.load_pem_private_key(pem.encode(), None).private_numbers().private_value.to_bytes(32)
    secrets = [value, value.hex().encode(), base64.b64encode(value)[4:36], pem.splitlines()[1].encode()]
    assert (wire / 'in').stat().st_size > AGENT.stat().st_size and b'PUBLIC KEY' in (wire / 'out').read_bytes()
    here = [path for path in tmp_path.rglob('*') if path.is_file() and there.state not in path.parents]
    assert wire / 'in' in here and service.data / 'ca.pem' in here
    for path in here:
        content = path.read_bytes()
        assert not any(secret in content for secret in secrets), f'the private key is in {path}'


def test_R6_an_agent_that_is_there_is_found_on_its_path(admin, there):
    done = there.push(status=1)
    assert 'there is no rollcall-agent on that computer; --agent FILE copies one' in done.stderr
    assert admin.rows() == []
    there.has_agent()
    there.push('--no-start', ME)
    assert admin.rows()[0]['status'] == 'allowed'
    assert not there.programs.exists()
    assert not there.is_running()
    assert there.push('--no-start', ME).stdout.endswith('the agent is not started\n')
    assert len(admin.rows()) == 1, 'once more is the same'


@pytest.mark.parametrize('decision', ['block', 'revoke'])
def test_R6_a_computer_that_is_blocked_or_revoked_is_refused_and_nothing_is_started(admin, there, tmp_path, decision):
    local = RealAgent(there.service, tmp_path / 'local')  # this computer, known by another key
    local.once(status=0)
    id = admin.rows()[0]['id']
    admin.decide_one('allow', id)
    admin.decide_one('revoke', id)
    if decision == 'block':
        admin.decide_one('block', id)
    done = there.push('--agent', AGENT, ME, status=1)
    assert done.stdout == ''
    assert f'rollcallctl: {ME}: Conflict: This computer is Blocked or Revoked' in done.stderr
    assert len(admin.rows()) == 1 and admin.row(id)['fingerprint'] == local.identity()['fingerprint']
    assert not (there.state / 'server').exists() and not (there.state / 'ca.pem').exists()
    assert not there.is_running()
    admin.decide_one('allow', id)
    there.push('--agent', AGENT, ME)
    assert admin.row(id)['fingerprint'] == there.agent.identity()['fingerprint']


def test_R6_a_running_agent_is_replaced_and_keeps_its_key(admin, there):
    there.push('--agent', AGENT, ME)
    before = there.agent.identity()['fingerprint']
    there.push('--agent', AGENT, ME)
    [row] = admin.rows()
    assert (row['fingerprint'], row['key_changes']) == (before, 0)
    assert there.is_running()


def test_a_host_key_is_never_accepted_silently(admin, there, tmp_path):
    for believed in (None, make_key(tmp_path / 'other').with_suffix('.pub')):
        there.sshd.know(believed)
        before = there.sshd.known.read_text()
        done = there.push('--agent', AGENT, ME, status=3)
        assert f'{ME}: Host key verification failed.\n' in done.stderr
        assert f'rollcallctl: {ME}: ssh did not get there' in done.stderr
        assert there.sshd.known.read_text() == before
    assert admin.rows() == [] and not there.state.exists() and not there.programs.exists()


def test_a_person_is_asked_by_ssh_itself_about_a_new_host_key(service, admin, there):
    there.has_agent()
    there.sshd.asks = True
    for answer, status in (('no', 3), ('yes', 0)):
        there.sshd.know(None)
        terminal = Terminal('rollcallctl', *service.as_person(), *there.words('--no-start', ME))
        terminal.wait_for('continue connecting (yes/no/[fingerprint])?')
        terminal.type(f'{answer}\n')
        shown = terminal.finish()
        assert terminal.status == status, shown
        assert bool(there.sshd.known.read_text()) == (answer == 'yes')
        assert len(admin.rows()) == (answer == 'yes')


def test_a_connection_that_ssh_shares_and_keeps_does_not_keep_the_push(admin, there, tmp_path):
    there.has_agent()
    shared = [f'ControlPath={tmp_path}/shared', 'ControlMaster=auto', 'ControlPersist=600']
    options = [word for option in shared for word in ('--ssh-option', option)]
    try:
        for _ in range(2):
            there.push('--no-start', *options, ME, timeout=30)
    finally:
        subprocess.run(['ssh', '-o', shared[0], '-O', 'exit', ME], capture_output=True, timeout=30)
    assert len(admin.rows()) == 1


def test_each_of_several_computers_has_a_line_of_its_own(admin, there):
    there.has_agent()
    done = there.push('--no-start', 'nobody-at-all@127.0.0.1', ME, 'localhost.invalid', f'ssh://{ME}', status=3)
    assert [line.split(': ')[0] for line in done.stdout.splitlines()] == [ME, f'ssh://{ME}']
    assert 'rollcallctl: nobody-at-all@127.0.0.1: ssh did not get there' in done.stderr
    assert 'rollcallctl: localhost.invalid: ssh did not get there' in done.stderr
    assert len(admin.rows()) == 1


def test_json_is_what_the_service_answered(service, admin, there):
    there.has_agent()
    done = ctl(service, '--json', *there.words('--no-start', ME))
    assert json.loads(done.stdout) == {name: value for name, value in admin.row(1).items()
                                       if name not in ('resource_keys', 'keys', 'duplicates')}


@pytest.mark.parametrize('words, message', [
    (['--', '-oProxyCommand=touch /tmp/x'], 'USER@HOST'), (['a b'], 'USER@HOST'), (['a\x1b'], 'USER@HOST'), ([''], 'USER@HOST'),
    (['--port', '70000', ME], '--port'), (['--agent', '/nowhere', ME], '/nowhere'), (['--agent', '/tmp', ME], '--agent'),
    (['--agent', '/dev/null', ME], '--agent'), (['--agent-server', 'http://x', ME], 'https://')])
def test_what_makes_no_sense_is_wrong_usage_and_reaches_nobody(admin, there, words, message):
    done = ctl(there.service, 'push', *words, status=2)
    assert message in done.stderr
    assert not there.state.exists() and admin.rows() == []


def test_only_an_administrator_pushes_and_nobody_else_gets_as_far_as_ssh(service, there, tmp_path):
    file = tmp_path / 'operator.token'
    file.write_text(service.person('operator', 'operator').token)
    file.chmod(0o600)
    done = there.push('--agent', AGENT, ME, token_file=file, status=1)
    assert 'Not permitted' in done.stderr
    assert not there.programs.exists()


@pytest.fixture
def between(tmp_path):
    """Puts a filter before ssh's standard input: the environment for rollcallctl."""
    def put(filter):
        bin = tmp_path / 'between'
        bin.mkdir()
        (bin / 'ssh').write_text(f'#!/bin/sh\n{filter} | {shutil.which("ssh")} "$@"\n')
        (bin / 'ssh').chmod(0o755)
        return {**os.environ, 'PATH': f'{bin}:{os.environ["PATH"]}'}
    return put


def complete(admin, there):
    there.push('--agent', AGENT, ME)
    [row] = admin.rows()
    assert (row['status'], row['fingerprint']) == ('allowed', there.agent.identity()['fingerprint'])
    assert there.is_running()


def test_a_push_that_ends_in_the_middle_of_the_copy_leaves_nothing_half_and_can_be_repeated(admin, there, between):
    done = there.push('--agent', AGENT, ME, env=between('head -c 50000'), status=1)
    assert 'the agent did not come whole' in done.stderr
    assert list(there.programs.iterdir()) == [] and admin.rows() == []
    complete(admin, there)


def test_a_push_that_is_interrupted_after_its_registration_starts_nothing_and_can_be_repeated(admin, there, between):
    there.has_agent()
    held = between('sed -u "/^[0-9a-f-]* go$/d"')  # all but the word to go on
    process = subprocess.Popen([str(word) for word in ('rollcallctl', *there.service.as_person(), *there.words(ME))],
                               env=held, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(admin.rows, 30, 'it is registered')
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert not (there.state / 'server').exists() and not there.is_running()
    complete(admin, there)


@pytest.mark.parametrize('says, message', [
    ('exit 9', 'the agent there makes no key'), ('kill -9 $PPID', 'it ended before all was done'),
    ('yes | head -c 3000000', 'it ended before all was done'),
    ('echo "no json"', 'rollcallctl: 127.0.0.1: '), ('printf "{}"', 'rollcallctl: 127.0.0.1: '),
    ('echo \'{"key": "-----BEGIN PRIVATE KEY-----"}\'', 'This is no public key'),
    ('printf "\\033[31mred\\n" >&2; exit 1', 'the agent there makes no key')])
def test_nonsense_from_that_computer_registers_nothing(admin, there, says, message):
    there.sshd.install('rollcall-agent', f'#!/bin/sh\n{says}\n')
    done = there.push(status=1)
    assert message in done.stderr and '\x1b' not in done.stderr
    assert admin.rows() == []


def test_login_files_that_talk_do_not_get_in_the_way(admin, there):
    there.sshd.install('rollcall-agent', f'#!/bin/sh\necho welcome >&2\nexec {AGENT} "$@"\n')
    there.sshd.install('dd', '#!/bin/sh\n/usr/bin/dd "$@"; echo welcome >&2\n')
    assert 'allowed' in there.push('--no-start', ME).stdout


def test_a_computer_that_does_not_get_through_to_the_service_says_so(admin, there):
    there.has_agent()
    done = there.push('--agent-server', 'https://127.0.0.1:9', ME, status=1)
    assert 'the agent there does not get through to the service' in done.stderr
    there.push()
    assert there.is_running() and len(admin.rows()) == 1


def test_the_systems_unit_starts_it_where_there_is_one(admin, there):
    there.has_agent()
    agent, log = there.sshd.bin / 'rollcall-agent', there.sshd.home / 'systemctl.log'
    link = there.sshd.home / 'same-agent'
    link.symlink_to(agent)
    show = f'ExecStart={{ path={link} ; argv[]={link} --state-dir {there.state} --replace ; ignore_errors=no }}'
    there.sshd.install('systemctl', f'#!/bin/sh\necho "$*" >>{log}\ncase $* in *ExecStart*) echo "{show}";; esac\n')
    assert there.push().stdout.endswith('the agent is started by rollcall-agent.service\n')
    assert log.read_text().splitlines()[-2:] == ['enable rollcall-agent.service', 'restart rollcall-agent.service']
    assert not there.is_running(), 'that is the unit\'s'
    done = there.push('--agent', AGENT, ME, status=1)
    assert f'rollcall-agent.service runs {link} there: leave --agent out' in done.stderr and not there.programs.exists()
    # a unit of another directory is not this one's
    there.state = there.sshd.home / 'other'
    assert 'until that computer restarts' in there.push().stdout


def test_sudo_becomes_root_there(admin, there):
    there.has_agent()
    there.sshd.install('sudo', f'#!/bin/sh\necho "$1 $2 $3" >{there.sshd.home}/sudo.log\nshift 2\nexec "$@"\n')
    there.push('--no-start', '--sudo', ME)
    assert (there.sshd.home / 'sudo.log').read_text() == '-n -- sh\n'
    assert len(admin.rows()) == 1
