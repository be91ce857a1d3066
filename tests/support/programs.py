# SPDX-License-Identifier: GPL-3.0-or-later
"""The other programs: run to their end, or kept running while a test goes on."""
import json
import os
import pathlib
import subprocess

from .service import check_log
from .waiting import wait_for


def built(path):
    """A program of the tests' own, of the build that is tested."""
    return pathlib.Path(next(folder for folder in os.environ['PATH'].split(':') if folder.endswith('src/console'))).parents[1] / path


def run(*command, status=0, timeout=60, **options):
    """Runs a program to its end and holds its exit status and its log to what they may say."""
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, **options)
    check_log(done.stderr)
    assert status is None or done.returncode == status, f'{command[0]} ended with {done.returncode}: {done.stderr}{done.stdout}'
    return done


def ctl(service, *words, token_file=None, status=0, **options):
    return run('rollcallctl', *service.as_person(token_file), *words, status=status, **options)


def ctl_json(service, *words, **options):
    return json.loads(ctl(service, '--json', *words, **options).stdout)


class Running:
    """A program that goes on running; its streams go to a file."""

    def __init__(self, log, *command, **environment):
        self.log = pathlib.Path(log)
        with open(self.log, 'ab') as output:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, env={**os.environ, **environment})

    def log_text(self):
        return self.log.read_text(errors='replace')

    def is_alive(self):
        return self.process.poll() is None

    def end(self, seconds=20):
        """SIGTERM; the exit status."""
        if self.is_alive():
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f'{self.process.args[0]} did not stop within {seconds} s') from None
        check_log(self.log_text())
        return self.process.returncode


class RealAgent:
    """rollcall-agent and its folder."""

    def __init__(self, service, state):
        self.service, self.state, self.running = service, pathlib.Path(state), None
        self.stored = self.state / 'policies.json'

    def command(self, *options):
        return ['rollcall-agent', *self.service.as_agent(), '--state-dir', self.state, *options]

    def once(self, status=None):
        return run(*self.command('--once'), status=status)

    def identity(self):
        return json.loads(run(*self.command('--identity-only')).stdout)

    def stay(self, log):
        self.running = Running(log, *self.command())
        return self.running

    def policies(self):
        """The names of the stored policies; none where nothing is stored."""
        if not self.stored.exists() or not self.stored.read_text().strip():
            return []
        return [policy['name'] for policy in json.loads(self.stored.read_text()).get('items', [])]

    def wait_for_policies(self, names, seconds=20):
        return wait_for(lambda: self.policies() == names, seconds, f'the agent holds the policies {names}')
