# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed Flatpak, in its sandbox, on a service outside of it. ./dev flatpak builds and installs it first."""
import pathlib
import re
import shutil
import subprocess

import pytest

from support import Service, wait_for
from support.desk import Desk
from support.programs import run

ID = 'org.rollcall.Console'


def instances():
    listed = run('flatpak', 'ps', '--columns=application').stdout
    return listed.split().count(ID)


@pytest.fixture
def desk(tmp_path):
    service = Service(tmp_path).start()
    service.admin.set_registration(retry_after_s=1)
    run('rollcall-fleet', *service.as_agent(), '--count', 40, '--seed', 7, '--keep', tmp_path / 'fleet', '--once', timeout=120)
    desk = Desk(tmp_path, service)
    desk.agent.once()
    # The sandbox sees no home folder: what the console reads lies in the application's own.
    own = pathlib.Path.home() / '.var' / 'app' / ID / 'config'
    own.mkdir(parents=True)
    for file in (service.ca, service.token_file):
        shutil.copy(file, own)
    desk.command = ['flatpak', '--user', 'run', ID, '--server', service.url, '--ca', own / service.ca.name,
                    '--token-file', own / service.token_file.name]
    try:
        yield desk
        service.stop()
    finally:
        subprocess.run(['flatpak', 'kill', ID], capture_output=True, timeout=20)
        if service.process:
            service.kill()


def test_C3_a_right_click_in_the_sandbox_allows_a_computer(desk):
    desk.open_console()
    row = desk.look_for_own_row()
    assert instances() == 1, 'the window is the sandbox\'s'
    desk.choose('Allow', row)
    desk.window.wait(None, re.compile('is Allowed'))
    desk.wait_for_status('allowed')
    wait_for(lambda: 'Allowed' in desk.text(desk.rows()[0]), 10, 'the row says Allowed')
    desk.window.screenshot('flatpak')
    desk.window.key('ctrl+q')
    wait_for(lambda: not desk.console.is_alive(), 20, 'the console ends')
    assert desk.console.process.returncode == 0, desk.console.log_text()


def test_the_sandbox_has_no_more_than_it_needs():
    """No home folder, no host's files, no name on the session bus beyond its own but the keyring's."""
    shown = run('flatpak', '--user', 'info', '--show-permissions', ID).stdout
    assert 'filesystems' not in shown, shown
    assert re.findall('^org.*=.*$', shown, re.M) == ['org.freedesktop.secrets=talk'], shown
    assert sorted(re.search('^shared=(.*)$', shown, re.M)[1].strip(';').split(';')) == ['ipc', 'network']
    secret = pathlib.Path.home() / 'not-for-the-sandbox'
    secret.write_text('secret')
    assert run('flatpak', '--user', 'run', '--command=cat', ID, secret, status=None).returncode != 0
