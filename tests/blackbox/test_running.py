# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service manager and an administrator do to a running service: readiness, watchdog, reload, renewal."""
import contextlib
import datetime
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support import Agent, Person, Service, wait_for
from support.certificates import Authority, get_shown, key_to_pem
from support.programs import run

MONTH = datetime.timedelta(days=30)


class Manager:
    """The other end of sd_notify(3): what was said, and when."""

    def __init__(self, folder):
        self.path = str(folder / 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.said = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        with contextlib.suppress(OSError):
            while text := self.socket.recv(4096).decode():
                self.said.append((time.monotonic(), dict(line.split('=', 1) for line in text.splitlines())))

    def count(self, name, value='1', since=0):
        return sum(words.get(name) == value for at, words in self.said if at > since)


@pytest.fixture
def manager(tmp_path, monkeypatch):
    manager = Manager(tmp_path)
    monkeypatch.setenv('NOTIFY_SOCKET', manager.path)
    yield manager
    manager.socket.close()


@pytest.fixture
def place(tmp_path):
    """A service that the test starts itself."""
    service = Service(tmp_path)
    try:
        yield service
        service.stop()
    finally:
        if service.process:
            service.kill()


def test_the_manager_is_told_of_start_reload_and_stop(manager, place):
    place.start()
    wait_for(lambda: manager.count('READY') == 1, 10, 'it is ready')
    assert Agent(place).register()['status'] == 'pending', 'ready means that it serves'
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    place.process.send_signal(signal.SIGHUP)
    wait_for(lambda: manager.count('READY') == 2, 10, 'it was reloaded')
    reloading = [words for _, words in manager.said if words.get('RELOADING') == '1']
    assert len(reloading) == 1 and before <= int(reloading[0]['MONOTONIC_USEC']) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    place.stop()
    wait_for(lambda: manager.count('STOPPING') == 1, 5, 'it is about to stop')
    assert manager.count('WATCHDOG') == 0, 'nobody asked for it'


def test_the_watchdog_is_fed_only_while_writing_gets_on(manager, place, monkeypatch):
    monkeypatch.setenv('WATCHDOG_USEC', '4000000')
    place.start()
    wait_for(lambda: manager.count('WATCHDOG') >= 2, 10, 'signs of life, with nothing to do')
    agent = Agent(place)
    assert agent.call('GET', '/healthz').status == 200
    # Another process holds the store: the writer waits for it (5 s), and the service is not alive for that long.
    with contextlib.closing(sqlite3.connect(place.data / 'rollcall.sqlite', isolation_level=None)) as store:
        store.execute('BEGIN IMMEDIATE')
        asking = threading.Thread(target=agent.call, args=('POST', '/v1/agent/registration', agent.computer.body()))
        asking.start()
        wait_for(lambda: time.monotonic() - manager.said[-1][0] > 1.8, 8, 'no sign of life')
        store.execute('ROLLBACK')
    asking.join(20)
    last = time.monotonic()
    wait_for(lambda: manager.count('WATCHDOG', since=last) >= 2, 10, 'it goes on')
    place.expected = r'nothing could be written'


@pytest.fixture
def brought(tmp_path):
    """A certificate and its key, brought by an administrator, and their authority."""
    class Brought:
        authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
        certificate_file, key_file, ca_file = tmp_path / 'own.pem', tmp_path / 'own.key', tmp_path / 'own-ca.pem'
        options = ('--tls-certificate', certificate_file, '--tls-key', key_file)

        def write(self, key=None):
            self.key = key or self.key
            self.certificate_file.write_bytes(self.authority.make(self.key, MONTH))
            self.key_file.write_bytes(key_to_pem(self.key))
            self.key_file.chmod(0o600)
            return self
    brought = Brought().write()
    brought.ca_file.write_bytes(brought.authority.to_pem())
    return brought


def test_a_reload_takes_a_new_certificate_and_lets_connections_be(place, brought):
    place.ca = brought.ca_file
    place.start(options=brought.options)
    first = get_shown(place.port, place.ca)
    assert place.admin.get('/v1/whoami')['name'] == 'admin'
    kept = place.admin.http.sock
    stream = Person(place, 'admin', place.admin.token)
    events = stream.send('GET', '/v1/changes/stream', headers={'Authorization': f'Bearer {stream.token}'})
    assert events.readline() == b'event: change\n'
    for new_key in (None, ec.generate_private_key(ec.SECP256R1())):
        brought.write(new_key)
        place.process.send_signal(signal.SIGHUP)
        wait_for(lambda: get_shown(place.port, place.ca).serial_number != first.serial_number, 10, 'the new one is shown')
        second = get_shown(place.port, place.ca)
        assert second.public_key() == brought.key.public_key()
        first = second
    assert place.admin.get('/v1/whoami')['name'] == 'admin' and place.admin.http.sock is kept
    assert events.readline().startswith(b'id: '), 'the stream was not cut'
    Agent(place).register()
    stream.close()


@pytest.mark.parametrize('fault', ['no PEM', 'another key', 'readable key', 'writable certificate', 'gone'])
def test_a_reload_of_files_that_are_wrong_keeps_what_is_there_and_says_so(place, brought, fault):
    place.ca = brought.ca_file
    place.start(options=brought.options)
    first = get_shown(place.port, place.ca)
    if fault == 'no PEM':
        brought.certificate_file.write_text('-----BEGIN CERTIFICATE-----\nnothing\n')
    elif fault == 'another key':
        brought.key_file.write_bytes(key_to_pem(ec.generate_private_key(ec.SECP256R1())))
    elif fault == 'readable key':
        brought.write().key_file.chmod(0o640)
    elif fault == 'writable certificate':
        brought.write().certificate_file.chmod(0o666)
    else:
        brought.key_file.unlink()
    place.process.send_signal(signal.SIGHUP)
    wait_for(lambda: 'warning: the old certificate and key stay in use: ' in place.log_text(), 10, 'it says so')
    place.expected = 'the old certificate and key stay in use'
    assert 'own.' in place.log_text().rsplit('stay in use', 1)[1], 'it names the file'
    assert get_shown(place.port, place.ca) == first
    brought.write().certificate_file.chmod(0o644)
    place.process.send_signal(signal.SIGHUP)
    wait_for(lambda: get_shown(place.port, place.ca) != first, 10, 'then the right ones are taken')


def make_short(place, lasts):
    key = serialization.load_pem_private_key((place.data / 'server.key').read_bytes(), None)
    (place.data / 'server.pem').write_bytes(Authority(place.data).make(key, lasts))


def test_its_own_certificate_is_renewed_before_it_expires(place):
    place.start()
    place.stop()
    make_short(place, MONTH + datetime.timedelta(seconds=6))
    place.start()
    first = get_shown(place.port, place.ca)
    assert first.subject.rfc4514_string() == 'CN=a server', 'a month is left'
    assert place.admin.get('/v1/whoami')['name'] == 'admin'
    kept = place.admin.http.sock
    wait_for(lambda: get_shown(place.port, place.ca) != first, 15, 'less than a month is left: there is a new one')
    second = get_shown(place.port, place.ca)
    assert second.public_key() == first.public_key() and second.issuer == first.issuer
    assert second.not_valid_after_utc - first.not_valid_after_utc > datetime.timedelta(days=300)
    assert place.admin.get('/v1/whoami')['name'] == 'admin' and place.admin.http.sock is kept
    assert "the server's certificate was renewed" in place.log_text()
    assert run('openssl', 'verify', '-CAfile', place.ca, place.data / 'server.pem').stdout.endswith('OK\n')


def test_its_authority_is_in_the_handshake(place):
    """Who has to trust the service on first sight can trust what outlives the certificate."""
    place.start()
    shown = run('openssl', 's_client', '-connect', f'127.0.0.1:{place.port}', '-showcerts').stdout
    assert shown.count('BEGIN CERTIFICATE') == 2 and place.ca.read_text().strip() in shown


@pytest.mark.parametrize('lasts', [datetime.timedelta(days=3), datetime.timedelta(hours=-1)], ids=str)
def test_its_own_certificate_is_renewed_at_a_start(place, lasts):
    place.start()
    place.stop()
    make_short(place, lasts)
    place.start()
    assert Agent(place).register()['status'] == 'pending'
    assert get_shown(place.port, place.ca).subject.rfc4514_string() == 'CN=rollcalld'


def test_without_the_authoritys_key_a_certificate_that_cannot_be_renewed_goes_on(place):
    place.start()
    place.stop()
    make_short(place, datetime.timedelta(days=3))
    (place.data / 'ca.key').rename(place.folder / 'ca.key, in a safe')
    place.start()
    assert get_shown(place.port, place.ca).subject.rfc4514_string() == 'CN=a server'
    assert "warning: the server's certificate could not be renewed: " in place.log_text()
    place.expected = 'could not be renewed'


@pytest.mark.parametrize('file, mode', [
    ('admin.token', 0o640), ('admin.token', 0o604), ('server.key', 0o620), ('server.key', 0o644), ('ca.key', 0o660),
    ('server.pem', 0o664), ('server.pem', 0o646), ('own.key', 0o640), ('own.pem', 0o666)])
def test_a_file_that_others_can_get_at_is_refused_with_its_remedy(place, brought, file, mode):
    place.start()
    place.stop()
    path = brought.key_file.with_name(file) if file.startswith('own') else place.data / file
    options = brought.options if file.startswith('own') else ()
    path.chmod(mode)
    done = run('rollcalld', '--data-dir', place.data, '--listen', '127.0.0.1:0', *options, status=1, timeout=20)
    assert str(path) in done.stderr and f'{mode:04o}' in done.stderr and 'by others' in done.stderr
    remedy = done.stderr.strip().rsplit('please run: ', 1)[1].split(' ')
    subprocess.run(remedy, check=True)
    assert not path.stat().st_mode & (0o022 if file.endswith('.pem') else 0o077)
    place.start(options=options if file.startswith('own') else ())
    assert os.path.exists(place.data / 'rollcall.sqlite')
