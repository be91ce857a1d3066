# SPDX-License-Identifier: GPL-3.0-or-later
"""rollcalld, started, stopped and killed."""
import os
import pathlib
import re
import signal
import subprocess

from .person import Person
from .waiting import wait_for

# What no log may hold: GLib's complaints, and a sanitizer's report.
COMPLAINT = re.compile(r'(CRITICAL|WARNING|ERROR) \*\*|rollcalld: warning: |Sanitizer|runtime error:')


def check_log(text, secrets=(), expected=None):
    """expected: a pattern of lines that this test provokes."""
    if expected:
        text = ''.join(line for line in text.splitlines(True) if not re.search(expected, line))
    found = COMPLAINT.search(text)
    assert not found, f'the log complains:\n{text[max(0, found.start() - 500):found.end() + 1500]}'
    for secret in secrets:
        assert secret not in text, 'a token is in the log'


class Service:
    """start() finds a free port, later starts take the same one. stop() also holds its log to what it may say."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / 'data'
        self.log = self.folder / 'rollcalld.log'
        self.output = self.folder / 'rollcalld.out'
        self.ca, self.token_file = self.data / 'ca.pem', self.data / 'admin.token'
        self.port, self.process, self.secrets = 0, None, []
        self.now, self.expected = None, None

    def start(self, now=None, options=()):
        """now: what ROLLCALL_NOW says, from this start on."""
        self.now = now or self.now
        environment = {name: value for name, value in os.environ.items() if name != 'ROLLCALL_NOW'}
        if self.now:
            environment['ROLLCALL_NOW'] = self.now
        self.output.write_bytes(b'')
        with open(self.log, 'ab') as log, open(self.output, 'ab') as output:
            self.process = subprocess.Popen(
                ['rollcalld', '--data-dir', self.data, '--listen', f'127.0.0.1:{self.port}', *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=log, env=environment)
        self.url = wait_for(self.find_address, 20, 'rollcalld says where it listens')
        self.port = int(self.url.rsplit(':', 1)[1])
        self.admin = Person(self, 'admin', self.token_file.read_text().strip())
        if self.admin.token not in self.secrets:
            self.secrets.append(self.admin.token)
        return self

    def find_address(self):
        found = re.search(r'^listening on (https://\S+:[1-9]\d*)$', self.output.read_text(), re.M)
        assert found or self.process.poll() is None, f'rollcalld ended with {self.process.poll()}:\n{self.log_text()}'
        return found and found[1]

    def log_text(self):
        return self.log.read_text(errors='replace') if self.log.exists() else ''

    def wait(self, seconds=30):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f'rollcalld did not stop within {seconds} s') from None

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        status = self.wait()
        self.process = None
        assert status == 0, f'rollcalld ended with {status}:\n{self.log_text()}'
        self.check_log()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.wait()
        self.process = None

    def restart(self, now=None):
        self.stop()
        return self.start(now)

    def check_log(self):
        check_log(self.log_text(), self.secrets, self.expected)

    def person(self, name, role, expires=None):
        made = self.admin.post('/v1/tokens', {'name': name, 'role': role, 'expires': expires})
        self.secrets.append(made['token'])
        return Person(self, name, made['token'])

    def as_person(self, token_file=None):
        """The options by which rollcallctl and rollcall find this service."""
        return ['--server', self.url, '--ca', self.ca, '--token-file', token_file or self.token_file]

    def as_agent(self):
        """The same for rollcall-agent and rollcall-fleet."""
        return ['--server', self.url, '--ca', self.ca]
