# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sshd on loopback, run as this user, with keys and a home of its own: the other computer of a push (R6)."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess

from .waiting import wait_for


def make_key(file):
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file], check=True)
    return file


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Sshd:
    """home: that computer's HOME. bin: the first folder of its PATH, empty; the programs under test are not in its PATH."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.home, self.bin = self.folder / 'home', self.folder / 'bin'
        self.home.mkdir(parents=True)
        self.bin.mkdir()
        self.host_key, self.key = make_key(self.folder / 'host'), make_key(self.folder / 'person')
        shutil.copy(self.folder / 'person.pub', self.folder / 'authorized')
        self.known, self.log = self.folder / 'known_hosts', self.folder / 'sshd.log'
        self.port, self.process = free_port(), None
        self.asks = False  # whether ssh may ask the person
        self.know(self.folder / 'host.pub')

    def know(self, public_key):
        """What this side believes to be that computer's key; None: nothing."""
        self.known.write_text(f'[127.0.0.1]:{self.port} {public_key.read_text()}' if public_key else '')

    def start(self):
        passed = {name: os.environ[name] for name in ('LSAN_OPTIONS', 'UBSAN_OPTIONS', 'ASAN_OPTIONS') if name in os.environ}
        there = {'HOME': self.home, 'PATH': f'{self.bin}:/usr/bin:/bin', 'LC_ALL': 'C.UTF-8', **passed}
        (self.folder / 'sshd_config').write_text('\n'.join([
            f'Port {self.port}', 'ListenAddress 127.0.0.1', f'HostKey {self.host_key}', 'PidFile none', 'UsePAM no',
            f'AuthorizedKeysFile {self.folder}/authorized', 'StrictModes no', 'PasswordAuthentication no',
            'KbdInteractiveAuthentication no', 'PermitRootLogin yes',
            'SetEnv ' + ' '.join(f'"{name}={value}"' for name, value in there.items()), '']))
        command = ['/usr/sbin/sshd', '-D', '-e', '-f', str(self.folder / 'sshd_config')]
        if os.getuid() == 0:
            command = self.as_root(command)
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.is_listening, 20, 'sshd listens')
        return self

    def as_root(self, command):
        """sshd's unprivileged half has a user of its own, which is here only where sshd is installed as a service; and
        this user's home must not be the real one (login files)."""
        me = pwd.getpwuid(0)
        lines = [line for line in pathlib.Path('/etc/passwd').read_text().splitlines()
                 if line.split(':')[0] not in ('sshd', me.pw_name)]
        lines += [f'{me.pw_name}:x:0:0::{self.home}:/bin/sh', 'sshd:x:65530:65534::/run/sshd:/usr/sbin/nologin']
        users = self.folder / 'passwd'
        users.write_text('\n'.join(lines) + '\n')
        users.chmod(0o644)
        pathlib.Path('/run/sshd').mkdir(mode=0o755, exist_ok=True)
        return ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c',
                'mount --bind "$0" /etc/passwd && exec "$@"', str(users), *command]

    def is_listening(self):
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(('127.0.0.1', self.port)) == 0

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def install(self, name, text):
        """A program there."""
        file = self.bin / name
        file.write_text(text)
        file.chmod(0o755)
        return file

    def options(self):
        """rollcallctl push's, to get there without any file of this user's."""
        return ['--port', self.port, '--identity', self.key,
                *(word for option in (f'UserKnownHostsFile={self.known}', 'GlobalKnownHostsFile=/dev/null', 'IdentitiesOnly=yes',
                                      'IdentityAgent=none', f'BatchMode={"no" if self.asks else "yes"}')
                  for word in ('--ssh-option', option))]
