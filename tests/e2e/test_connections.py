# SPDX-License-Identifier: GPL-3.0-or-later
"""How a person comes to a service: the first dialog, a certificate of an unknown authority, the keyring, several services,
signing out. One story, in order."""
import os
import pathlib
import re
import subprocess

import pytest

from support import Service, wait_for
from support.desk import Desk, watch
from support.programs import run
from support.window import Window, xdotool

HERE = re.compile('^The service is not reached')


class Console(Desk):
    """A console without options: what it knows is in its own folders, its keyring is libsecret's file."""

    def __init__(self, folder, service):
        super().__init__(folder, service)
        self.command = ['rollcall']
        self.config, self.cache, self.keyring = folder / 'config', folder / 'cache', folder / 'keyring'
        self.environment = {'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': str(self.keyring),
                            'SECRET_FILE_TEST_PASSWORD': 'of the test', 'XDG_CACHE_HOME': str(self.cache)}

    def copies(self):
        return sorted(path.name for path in self.cache.glob('rollcall/*') if re.match('report|history', path.name))

    def enter(self, address, token):
        """Into the dialog's two entries, in place of what is there."""
        for title, text in (('Address', address), ('Token', token)):
            entry = self.window.wait(None, re.compile(f'^{title}'))
            self.window.click(entry)
            self.window.key('ctrl+a', 'Delete')
            self.window.type(text)

    def connect(self, address, token):
        self.enter(address, token)
        self.window.key('Return')

    def problem(self, pattern):
        return self.window.wait('label', re.compile(pattern))

    def choose_in_main_menu(self, entry):
        self.window.click(self.window.wait('toggle button', 'Main Menu'))
        self.window.click(self.window.wait('menu item', re.compile(entry)))


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp('connections')
    service, other = Service(folder / 'first').start(), Service(folder / 'second').start()
    desk = Console(folder, service)
    desk.other = other
    try:
        for each, count in ((service, 30), (other, 12)):
            run('rollcall-fleet', *each.as_agent(), '--count', count, '--seed', 7, '--keep', each.folder / 'fleet', '--once',
                timeout=120)
        desk.open_console()
        yield desk
        assert desk.console.end() == 0
        service.stop()
        other.stop()
    finally:
        if desk.console and desk.console.is_alive():
            desk.console.process.kill()
            desk.console.process.wait()
        for each in (service, other):
            if each.process:
                each.kill()


@pytest.fixture(autouse=True)
def alive(desk, request):
    yield from watch(desk, request)


def test_a_first_start_asks_for_a_service_and_says_what_is_wrong(desk):
    desk.window.wait('label', 'Connect to a Service')
    desk.window.screenshot('connections-first-run')
    desk.connect('http://127.0.0.1:1', 'secret')
    desk.problem('encrypted connections alone')
    desk.window.screenshot('connections-not-https')
    desk.connect('127.0.0.1:1', 'secret')
    desk.problem('127.0.0.1:1 is not reached')
    desk.window.screenshot('connections-not-reached')
    desk.connect('not an address', 'secret')
    desk.problem('This is not an address')
    desk.connect(desk.service.url, '')
    desk.problem('Enter your token')
    assert not desk.config.glob('rollcall/*') or not list(desk.config.glob('rollcall/*')), 'nothing is kept of a failure'
