# SPDX-License-Identifier: GPL-3.0-or-later
"""A real systemd, booted in namespaces, with what `meson install` installs."""
import os
import pathlib
import subprocess

from .schema import SOURCE
from .waiting import wait_for

NAMESPACES = ('--pid', '--mount', '--cgroup', '--ipc', '--uts', '--net')


def can_boot():
    if os.getuid() != 0:
        return 'only root boots a systemd of its own here'
    done = subprocess.run(['unshare', *NAMESPACES, '--fork', 'sh', '-c', 'mount -t cgroup2 cgroup2 /sys/fs/cgroup'],
                          capture_output=True, text=True, timeout=20)
    return done.stderr.strip() or None


class Machine:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        subprocess.run(['meson', 'install', '-C', os.environ['ROLLCALL_BUILD'], '--no-rebuild', '--quiet',
                        '--destdir', self.folder / 'installed'], check=True, timeout=120, stdout=subprocess.DEVNULL)
        self.console = open(self.folder / 'console', 'wb')
        self.process = subprocess.Popen(['unshare', *NAMESPACES, '--fork', '--kill-child', SOURCE / 'tests/support/boot', self.folder],
                                        stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console, start_new_session=True)
        wait_for(self.find_init, 20, 'there is a process 1')
        wait_for(lambda: self.run('systemctl', 'is-active', 'basic.target', check=False).stdout == 'active\n', 60, 'systemd is up')

    def find_init(self):
        assert self.process.poll() is None, (self.folder / 'console').read_text(errors='replace')
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read_text().split()
        self.init = children[0] if children else None
        return self.init and os.readlink(f'/proc/{self.init}/exe').endswith('/systemd')

    def run(self, *command, check=True, **options):
        done = subprocess.run(['nsenter', '-a', '-t', self.init, '--', *map(str, command)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, **options)
        assert not check or done.returncode == 0, f'{command}: {done.returncode}\n{done.stdout}{done.stderr}'
        return done

    def tell(self, *command):
        return self.run(*command).stdout.strip()

    def journal(self, unit):
        return self.run('journalctl', '--no-pager', '-o', 'cat', '-u', unit).stdout

    def end(self):
        self.process.kill()  # and with it its child, process 1, and with that everything in there
        self.process.wait(20)
        self.console.close()
