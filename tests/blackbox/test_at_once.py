# SPDX-License-Identifier: GPL-3.0-or-later
"""Many at the same time, and where rollcalld listens."""
import concurrent.futures
import datetime
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support import Agent, Computer, Person, Service
from support.audit import check_chain
from support.connection import Connection, tls_context
from support.programs import run


def at_once(jobs):
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as threads:
        return [each.result(timeout=60) for each in [threads.submit(job) for job in jobs]]


def test_R10_of_many_decisions_on_one_state_just_one_is_applied(service, admin, agent):
    seen = admin.row(agent().register()['registration'])
    people = [Person(service, 'admin', admin.token) for _ in range(16)]
    actions = ['allow', 'block'] * 8
    answers = at_once([lambda person=person, action=action: person.decide(action, [seen])
                       for person, action in zip(people, actions)])
    assert sum(len(answer['applied']) for answer in answers) == 1
    assert {refused['reason'] for answer in answers for refused in answer['refused']} == {'changed'}
    assert len(admin.events(seen['id'], 'decision')) == 1


def test_R18_one_idempotency_key_sent_at_once_is_done_once(service, admin, agent):
    id = agent().register()['registration']
    people = [Person(service, 'admin', admin.token) for _ in range(12)]
    answers = at_once([lambda person=person: person.send_decision('allow', [{'id': id}], key='once').json
                       for person in people])
    assert all(answer == answers[0] for answer in answers) and answers[0]['applied']
    assert len(admin.events(id, 'decision')) == 1


def test_R10_a_computer_that_asks_with_many_keys_at_once_has_one_row(service, admin):
    computer = Computer()
    answers = at_once([Agent(service, computer).register for _ in range(16)])
    assert len({answer['registration'] for answer in answers}) == 1
    [row] = admin.rows()
    assert (row['request_count'], row['key_changes']) == (16, 15)
    check_chain(admin.events())


def test_everything_at_once_leaves_a_whole_history(service, admin):
    people = [service.person(f'person-{number}', 'operator') for number in range(4)]

    def ask():
        one = Agent(service)
        for _ in range(5):
            one.register()
            one.access()

    def decide(person):
        for action in ('allow', 'revoke', 'block', 'allow'):
            person.send_decision(action, [{'id': row['id']} for row in person.rows(limit=1000)])

    at_once([ask] * 20 + [lambda person=person: decide(person) for person in people])
    rows, events = admin.rows(limit=1000), admin.events()
    assert len(rows) == 20
    check_chain(events)
    standing = {}
    for event in events:
        if event['to'] is not None:
            assert event['kind'] == 'request' or standing.get(event['registration'], 'pending') == (event['from'] or 'pending')
            standing[event['registration']] = event['to']
    assert {row['id']: row['status'] for row in rows} == {**{row['id']: 'pending' for row in rows}, **standing}


def test_it_listens_on_every_address_that_it_is_given(tmp_path):
    service = Service(tmp_path)
    try:
        service.start(options=['--listen', '[::1]:0', '--listen', '127.0.0.1:0'])
        urls = re.findall(r'^listening on (\S+)$', service.output.read_text(), re.M)
        assert len(urls) == len(set(urls)) == 3 and sum('[::1]' in url for url in urls) == 1
        for url in urls:
            assert Connection(url, tls_context(service.ca)).call('GET', '/healthz').status == 200
        service.stop()
    finally:
        if service.process:
            service.kill()


@pytest.fixture
def own_certificate(tmp_path):
    """A key and a certificate that an administrator brings."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'brought')])
    start = datetime.datetime(2020, 1, 1)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(7).not_valid_before(start).not_valid_after(start.replace(year=2120))
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName('brought.example')]), False)
                   .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    (tmp_path / 'own.pem').write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / 'own.key').write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (tmp_path / 'own.key').chmod(0o600)
    return tmp_path / 'own.pem', tmp_path / 'own.key'


def test_it_serves_the_certificate_that_it_is_given(tmp_path, own_certificate):
    service = Service(tmp_path / 'service')
    try:
        service.start(options=['--tls-certificate', own_certificate[0], '--tls-key', own_certificate[1]])
        context = tls_context(own_certificate[0])
        context.check_hostname = False  # it names another computer than 127.0.0.1
        assert Connection(service.url, context).call('GET', '/healthz').status == 200
        service.stop()
    finally:
        if service.process:
            service.kill()


def test_a_key_that_others_can_read_is_refused(tmp_path, own_certificate):
    own_certificate[1].chmod(0o644)
    done = run('rollcalld', '--data-dir', tmp_path / 'data', '--listen', '127.0.0.1:0', '--tls-certificate', own_certificate[0],
               '--tls-key', own_certificate[1], status=1, timeout=5)
    assert 'own.key' in done.stderr and 'listening' not in done.stdout
