# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev run, the main job: the console on a service with 500 simulated computers; ended, it leaves nothing behind."""
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.request

import pytest

from support import wait_for
from support.programs import Running
from support.window import Window, start_accessibility

DEV = pathlib.Path(os.environ['ROLLCALL_SOURCE']) / 'dev'


class Home:
    """A user's home of its own, and what runs for it."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {name: str(folder / name) for name in ('HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME')}
        self.data = folder / 'XDG_DATA_HOME' / 'rollcall' / 'dev-run'

    def run(self, log, *options, **environment):
        return Running(self.folder / log, DEV, 'run', *options, **self.environment, **environment)

    def processes(self):
        """The command lines that have to do with this home."""
        found = []
        for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
            try:
                line = path.read_bytes().replace(b'\0', b' ').decode(errors='replace')
                around = (path.parent / 'environ').read_bytes()
            except OSError:
                continue
            if str(self.data) in line or f'XDG_DATA_HOME={self.folder}'.encode() in around:
                found.append(line)
        return found

    def ctl(self, *words):
        port = (self.data / 'port').read_text()
        return subprocess.run(['rollcallctl', '--server', f'https://127.0.0.1:{port}', '--ca', self.data / 'service/ca.pem',
                               '--token-file', self.data / 'service/admin.token', '--json', *words], check=True,
                              capture_output=True, text=True, timeout=60).stdout

    def rows(self):
        return {row['id']: row for row in json.loads(self.ctl('list'))['items']}


@pytest.fixture(scope='module')
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp('home'))
    (home.folder / 'HOME').mkdir()
    yield home
    assert not home.processes()


def ended(running):
    """Its exit status, once it has ended by itself."""
    return wait_for(lambda: running.process.poll() is not None, 60, 'it ends') and running.process.returncode


def test_a_first_run_has_500_computers_with_a_history_and_closing_the_window_ends_all(home):
    start_accessibility()
    running = home.run('first.log', '--fresh')
    try:
        wait_for(lambda: 'running on https://' in running.log_text() or not running.is_alive(), 240, 'it runs')
        window = Window('rollcall', pathlib.Path(os.environ['ROLLCALL_BUILD']) / 'screenshots')
        wait_for(lambda: len(window.all('table row')) > 20, 30, 'the report has rows')
        window.screenshot('dev-run')
        rows = home.rows().values()
        assert len(rows) > 500
        assert {row['status'] for row in rows} == {'pending', 'allowed', 'blocked', 'revoked'}
        assert {row['advice'] for row in rows} >= {None, 'reinstall', 'clone'}
        assert {row['decided_by']['kind'] for row in rows} >= {'policy', 'person', 'none'}
        assert len({row['first_requested'][:10] for row in rows}) >= 2
        assert any(row['origin'] == 'request' and row['os'].startswith('Debian GNU') for row in rows), 'this computer'
        window.key('ctrl+q')
        assert ended(running) == 0, running.log_text() + (home.data / 'logs' / 'rollcall.log').read_text(errors='replace')
        wait_for(lambda: not home.processes(), 10, 'nothing of it is left')
    finally:
        running.end(60)


def test_a_second_run_finds_the_data_and_without_a_display_serves_a_browser(home):
    before = home.data.stat().st_ino, (home.data / 'port').read_text()
    running = home.run('second.log', DISPLAY='')
    try:
        wait_for(lambda: 'running on https://' in running.log_text() or not running.is_alive(), 60, 'it runs')
        log = running.log_text()
        assert (home.data.stat().st_ino, (home.data / 'port').read_text()) == before
        assert 'a first run' not in log
        assert len(home.rows()) > 500
        page = re.findall(r'in a browser instead: (http://127\.0\.0\.1:\d+/)', log)[-1]
        with urllib.request.urlopen(page, timeout=20) as answer:
            assert b'broadway.js' in answer.read()
        running.process.send_signal(signal.SIGINT)
        assert ended(running) == 0, running.log_text()
        wait_for(lambda: not home.processes(), 10, 'nothing of it is left')
    finally:
        running.end(60)

