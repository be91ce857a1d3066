# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's directory: one agent at a time, and what a push installation leaves in it (R6)."""
import os
import signal
import subprocess

import pytest

from support import wait_for
from support.programs import RealAgent, Running, run


@pytest.fixture
def real(service, tmp_path):
    agent = RealAgent(service, tmp_path / 'agent')
    yield agent
    if agent.running:
        agent.running.end()


def stay(admin, real, tmp_path):
    running = real.stay(tmp_path / 'agent.log')
    wait_for(admin.rows, 20, 'the agent asks')
    return running


def test_two_agents_never_use_one_directory(admin, real, tmp_path):
    running = stay(admin, real, tmp_path)
    for options in ([], ['--once']):
        done = run(*real.command(*options), status=2)
        assert f'process {running.process.pid}' in done.stderr and '--replace' in done.stderr
    assert admin.rows()[0]['request_count'] == 1
    assert real.identity()['fingerprint'] == admin.rows()[0]['fingerprint'], 'who it is may be asked meanwhile'
    assert running.is_alive()


def test_replace_ends_the_agent_that_runs_and_takes_its_place(admin, real, tmp_path):
    running = stay(admin, real, tmp_path)
    other = Running(tmp_path / 'other.log', *real.command('--replace'))
    wait_for(lambda: admin.rows()[0]['request_count'] == 2, 20, 'the other asks')
    assert running.process.wait(5) == 0, 'it was asked to end, not killed'
    assert admin.rows()[0]['key_changes'] == 0
    assert other.end() == 0
    assert run(*real.command('--once', '--replace')).stdout == 'registration 1: pending\n', 'nobody to replace is no error'


def test_replace_says_so_where_the_other_does_not_end(admin, real, tmp_path):
    """A killed agent leaves no lock behind; one that is only stopped keeps it."""
    running = stay(admin, real, tmp_path)
    os.kill(running.process.pid, signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        run(*real.command('--once', '--replace'), timeout=2)
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    real.once(status=0)


def test_two_first_starts_at_once_make_one_key(service, tmp_path):
    state = tmp_path / 'new'
    first, second = (subprocess.Popen(['rollcall-agent', '--state-dir', state, '--identity-only'], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True) for _ in range(2))
    shown = [process.communicate(timeout=30)[0] for process in (first, second) if process.wait(30) == 0]
    assert len(shown) >= 1 and len(set(shown)) == 1


def test_R6_an_agent_finds_the_service_where_the_installation_left_it(service, admin, tmp_path):
    state = tmp_path / 'agent'
    agent = ['rollcall-agent', '--state-dir', state, '--once']
    assert 'server' in run(*agent, status=2).stderr
    state.mkdir(0o700)
    (state / 'server').write_text(service.url + '\n')
    assert 'ca.pem' in run(*agent, status=2).stderr
    (state / 'ca.pem').write_bytes(service.ca.read_bytes())
    assert run(*agent).stdout == 'registration 1: pending\n'
    (state / 'server').write_text('http://127.0.0.1:1\n')
    assert 'https://' in run(*agent, status=2).stderr
    assert len(admin.rows()) == 1
