# SPDX-License-Identifier: GPL-3.0-or-later
"""How a person comes to a service: the first dialog, a certificate of an unknown authority, the keyring, several services,
signing out. One story, in order."""
import datetime
import re

import pytest
from cryptography.hazmat.primitives import serialization

from support import Service, wait_for
from support.certificates import Authority
from support.desk import Desk, watch
from support.programs import run
from support.window import Atspi, is_in


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

    def choose_token_file(self, file):
        self.window.click(self.window.wait('button', re.compile('Take the Token from a File')))
        self.window.wait(None, 'The File That Holds Your Token')
        # without a window manager the keys go where the pointer is
        self.window.move(400, 200)
        self.window.type(str(file))
        self.window.key('Return')
        self.window.wait_until_gone(None, 'The File That Holds Your Token')

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
    assert not list(desk.config.glob('rollcall/*')), 'nothing is kept of a failure'


def fingerprint(file):
    """As the console shows it: four lines."""
    said = run('openssl', 'x509', '-noout', '-fingerprint', '-sha256', '-in', file).stdout
    pairs = said.strip().split('=', 1)[1].split(':')
    return '\n'.join(':'.join(pairs[each:each + 8]) for each in range(0, 32, 8))


def test_an_unknown_authority_is_shown_and_pinned_before_the_token_is_sent(desk):
    desk.connect(desk.service.url, 'not-the-token')
    desk.window.wait('label', 'Do You Know This Service?')
    desk.window.wait(None, fingerprint(desk.service.ca))
    desk.window.wait(None, fingerprint(desk.service.data / 'server.pem'))
    desk.window.screenshot('connections-unknown-authority')
    assert '/v1/whoami' not in desk.service.log_text(), 'nobody was asked yet'
    assert not list(desk.config.glob('rollcall/pin-*'))
    desk.window.click(desk.window.wait('button', 'Trust This Service'))
    desk.problem('does not accept this token: A valid token is needed')
    desk.window.screenshot('connections-wrong-token')
    [pin] = desk.config.glob('rollcall/pin-*')
    assert pin.read_text().strip() == desk.service.ca.read_text().strip(), 'the authority is pinned, not the certificate'


def test_an_expired_token_is_said_to_be_one(desk):
    brief = desk.service.person('brief', 'viewer', expires='2000-01-01T00:00:00.000Z')
    desk.connect(desk.service.url, brief.token)
    desk.problem('does not accept this token: The token has expired')


def test_a_token_file_that_others_can_read_is_refused(desk):
    open_file = desk.folder / 'open.token'
    open_file.write_text(desk.service.admin.token)
    open_file.chmod(0o644)
    desk.choose_token_file(open_file)
    desk.problem('others can reach this token file')
    desk.window.screenshot('connections-open-token-file')


def test_with_the_right_token_the_report_shows_and_the_keyring_has_the_token(desk):
    desk.enter(desk.service.url.removeprefix('https://'), 'another')
    desk.choose_token_file(desk.service.token_file)
    desk.window.wait_until_gone('label', re.compile('others can reach'))
    desk.window.key('Return')
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    desk.window.screenshot('connections-connected')
    wait_for(desk.keyring.exists, 10, 'the keyring is written')
    kept = [path for folder in (desk.config, desk.cache) for path in folder.rglob('*') if path.is_file()]
    assert kept and not [path for path in kept + [desk.keyring] if desk.service.admin.token.encode() in path.read_bytes()]


def test_C5_the_last_service_opens_at_once_and_by_itself(desk):
    assert desk.console.end() == 0
    desk.service.stop()
    desk.open_console()
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report as it was')
    desk.window.wait(None, re.compile('The service is not reached'))
    desk.service.start()
    desk.window.wait_until_gone(None, re.compile('The service is not reached'), seconds=30)
    assert not desk.window.find('label', 'Connect to a Service')


def test_a_certificate_renewed_by_the_pinned_authority_is_nobodys_business(desk):
    desk.service.stop()
    before = fingerprint(desk.service.data / 'server.pem')
    key = serialization.load_pem_private_key((desk.service.data / 'server.key').read_bytes(), None)
    (desk.service.data / 'server.pem').write_bytes(Authority(desk.service.data).make(key, datetime.timedelta(days=99)))
    desk.window.wait(None, re.compile('The service is not reached'))
    desk.service.start()
    desk.window.wait_until_gone(None, re.compile('^The service'), seconds=30)
    assert fingerprint(desk.service.data / 'server.pem') != before


def test_another_authority_at_the_address_is_refused_loudly_until_it_is_trusted(desk):
    desk.service.stop()
    before = fingerprint(desk.service.ca)
    for name in ('ca.pem', 'ca.key', 'server.pem', 'server.key'):
        (desk.service.data / name).unlink()
    desk.service.start()
    desk.window.wait(None, re.compile('certificate is not trusted'), seconds=30)
    desk.window.screenshot('connections-banner-certificate')
    desk.window.click(desk.window.wait('button', 'Look at It…'))
    desk.window.wait('label', 'The Certificate Has Changed')
    desk.window.wait(None, fingerprint(desk.service.ca))
    trust = desk.window.wait('button', 'Trust This Service')
    assert not is_in(trust, Atspi.StateType.SENSITIVE)
    desk.window.screenshot('connections-changed')
    [pin] = desk.config.glob('rollcall/pin-*')
    assert fingerprint(pin) == before, 'nothing was taken silently'
    desk.window.click(desk.window.wait('label', 'I Have Compared the New Fingerprint'))
    wait_for(lambda: is_in(trust, Atspi.StateType.SENSITIVE), 5, 'now it can be trusted')
    desk.window.click(trust)
    desk.window.wait_until_gone(None, re.compile('^The service’s certificate'), seconds=30)
    [pin] = desk.config.glob('rollcall/pin-*')
    assert fingerprint(pin) == fingerprint(desk.service.ca)


def test_a_second_service_opens_in_a_window_of_its_own(desk):
    first = desk.window.frame
    desk.choose_in_main_menu('Connections')
    desk.window.click(desk.window.wait('button', 'Add a Connection'))
    desk.connect(desk.other.url, desk.other.admin.token)
    desk.window.click(desk.window.wait('button', 'Trust This Service'))
    second = wait_for(lambda: next((each for each in desk.window.all('frame') if each != first), None), 20, 'a second window')
    desk.window.step_into(second)
    wait_for(lambda: len(desk.rows()) == 12, 20, "the other service's report")
    assert desk.other.url.removeprefix('https://') in second.get_name()
    desk.choose_in_main_menu('Connections')
    for service in (desk.service, desk.other):
        desk.window.wait(None, service.url.removeprefix('https://'))
    desk.window.screenshot('connections-list')
    desk.window.key('Escape')


def test_signing_out_asks_first_and_leaves_nothing_of_that_service(desk):
    assert len({name.split('.')[0] for name in desk.copies()}) == 4, desk.copies()
    desk.choose_in_main_menu('Sign Out')
    dialog = desk.window.wait('alert', re.compile('Sign Out of'))
    desk.window.screenshot('connections-sign-out')
    desk.window.key('Escape')
    desk.window.wait_until_gone('alert')
    assert len(list(desk.config.glob('rollcall/pin-*'))) == 2
    desk.choose_in_main_menu('Sign Out')
    dialog = desk.window.wait('alert', re.compile('Sign Out of'))
    desk.window.click(desk.window.wait('button', re.compile('Sign Out'), within=dialog))
    desk.window.step_back()
    wait_for(lambda: len(desk.window.all('frame')) == 1, 10, 'its window is closed')
    wait_for(lambda: len({name.split('.')[0] for name in desk.copies()}) == 2, 10, 'its copies are deleted')
    wait_for(lambda: len(list(desk.config.glob('rollcall/pin-*'))) == 1, 10, 'its pin is deleted')
    known = (desk.config / 'rollcall' / 'connections.ini').read_text()
    assert desk.other.url not in known and desk.service.url in known
    assert desk.rows(), 'the other window goes on'


def test_after_the_last_one_the_first_page_is_back(desk):
    desk.choose_in_main_menu('Sign Out')
    dialog = desk.window.wait('alert', re.compile('Sign Out of'))
    desk.window.click(desk.window.wait('button', re.compile('Sign Out'), within=dialog))
    wait_for(lambda: not desk.copies(), 10, 'nothing is kept')
    wait_for(lambda: not list(desk.config.glob('rollcall/pin-*')), 10, 'no pin is kept')
    desk.window.frame = desk.window.wait('frame', 'Rollcall')
    desk.window.wait('button', 'Connect to a Service…')
    desk.window.screenshot('connections-signed-out')
    assert desk.console.end() == 0
    desk.open_console()
    desk.window.wait('label', 'Connect to a Service')


def test_in_a_narrow_and_dark_window_it_is_all_there(desk):
    assert desk.console.end() == 0
    desk.environment['ADW_DEBUG_COLOR_SCHEME'] = 'prefer-dark'
    desk.open_console()
    desk.window.wait('label', 'Connect to a Service')
    desk.window.resize(360, 640)
    desk.connect(desk.service.url, 'not-the-token')
    desk.window.wait('label', 'Do You Know This Service?')
    desk.window.screenshot('connections-narrow-dark')
    left, _, width, _ = desk.window.box(desk.window.wait('button', 'Trust This Service'))
    assert left >= 0 and left + width <= 360
    del desk.environment['ADW_DEBUG_COLOR_SCHEME']


def test_without_a_keyring_it_is_said_and_the_token_lasts_until_the_end(desk):
    assert desk.console.end() == 0
    desk.environment['SECRET_BACKEND'] = 'service'
    desk.open_console()
    desk.connect(desk.service.url, desk.service.admin.token)
    desk.window.click(desk.window.wait('button', 'Trust This Service'))
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    desk.window.wait(None, re.compile('No keyring on this computer keeps your token'))
    desk.window.screenshot('connections-no-keyring')
    assert desk.console.end() == 0
    desk.open_console()
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report as it was')
    desk.window.wait(None, re.compile('You are not signed in'))
    desk.window.screenshot('connections-not-signed-in')
    desk.window.click(desk.window.wait('button', 'Sign In…'))
    token = desk.window.wait(None, re.compile('^Token'))
    desk.window.click(token)
    desk.window.type(desk.service.admin.token)
    desk.window.key('Return')
    desk.window.wait_until_gone(None, re.compile('You are not signed in'), seconds=30)
