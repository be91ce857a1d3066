# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the disk: durability, secrets, file modes, backup, copies."""
import concurrent.futures
import http.client
import re
import sqlite3
import stat
import subprocess

import pytest

from support import Agent, Service
from support.audit import check_chain
from support.programs import ctl, run


@pytest.mark.parametrize('round', range(2))
def test_every_answered_request_is_there_after_a_kill(service, admin, round):
    admin.post('/v1/agent-policies', {'name': 'x', 'body': {}})
    agents = [Agent(service) for _ in range(40)]
    answered = {}

    def keep_asking(one):
        try:
            while True:
                id = one.register()['registration']
                answered.setdefault(one.fingerprint, []).append(id)
        except (OSError, http.client.HTTPException):
            return

    with concurrent.futures.ThreadPoolExecutor(len(agents)) as threads:
        work = [threads.submit(keep_asking, one) for one in agents]
        while sum(map(len, list(answered.values()))) < 150 * (round + 1):
            concurrent.futures.wait(work, timeout=0.01)
        service.kill()
        for each in work:
            each.result(timeout=30)
    service.start()
    rows = {row['fingerprint']: row for row in admin.rows(limit=1000)}
    for fingerprint, ids in answered.items():
        assert set(ids) == {rows[fingerprint]['id']}
        assert rows[fingerprint]['request_count'] >= len(ids)
    events = admin.events()
    check_chain(events)
    for row in rows.values():
        requests = [event for event in events if event['kind'] == 'request' and event['registration'] == row['id']]
        assert row['request_count'] == len(requests)


def test_a_decision_that_was_answered_is_there_after_a_kill(service, admin, agent):
    ids = [agent().register()['registration'] for _ in range(5)]
    admin.send_decision('allow', [{'id': id} for id in ids], key='batch')
    service.kill()
    service.start()
    assert [row['status'] for row in admin.rows()] == ['allowed'] * 5
    assert len(admin.send_decision('allow', [{'id': id} for id in ids], key='batch').json['applied']) == 5


def files(service):
    return [path for path in service.data.rglob('*') if path.is_file()]


def test_tokens_are_stored_as_hashes_and_never_logged(service, admin):
    maria = service.person('maria', 'operator')
    maria.get('/v1/whoami')
    service.stop()
    for path in files(service):
        content = path.read_bytes()
        assert maria.token.encode() not in content, f'the token is in {path.name}'
        if path != service.token_file:
            assert admin.token.encode() not in content, f"the administrator's token is in {path.name}"
    service.start()
    assert maria.get('/v1/whoami')['name'] == 'maria'
    assert re.fullmatch(r'\S{32,}', maria.token)


def test_the_data_folder_is_its_owners_alone(service, agent):
    agent().register()
    assert stat.S_IMODE(service.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(service.token_file.stat().st_mode) == 0o600
    for path in files(service):
        readable = stat.S_IMODE(path.stat().st_mode) & 0o077
        assert not readable or path.name.endswith(('.pem', '.crt')) and b'PRIVATE' not in path.read_bytes(), path
    keys = [path for path in files(service) if b'PRIVATE KEY' in path.read_bytes()]
    assert keys and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in keys)


def test_a_restart_keeps_the_certificate_the_token_and_the_rows(service, admin, agent):
    ca, token = service.ca.read_bytes(), service.token_file.read_bytes()
    one = agent()
    id = one.register()['registration']
    service.restart()
    assert (service.ca.read_bytes(), service.token_file.read_bytes()) == (ca, token)
    assert one.register()['registration'] == id
    check_chain(admin.events())


def test_the_certificate_names_this_computer_alone_and_the_authority_signed_it(service):
    from cryptography import x509
    for host in ('127.0.0.1', 'localhost'):
        done = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{service.port}', '-CAfile', service.ca,
                               '-verify_return_error', '-verify_hostname' if host == 'localhost' else '-verify_ip', host],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        assert 'Verify return code: 0 (ok)' in done.stdout, done.stdout + done.stderr
    certificate = x509.load_pem_x509_certificate(re.search(r'-----BEGIN.*?END CERTIFICATE-----', done.stdout, re.S)[0].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert 'localhost' in names.get_values_for_type(x509.DNSName)
    assert {str(ip) for ip in names.get_values_for_type(x509.IPAddress)} >= {'127.0.0.1', '::1'}


@pytest.mark.parametrize('version', ['-tls1_1', '-tls1'])
def test_old_tls_is_refused(service, version):
    done = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{service.port}', version, '-cipher', 'ALL:@SECLEVEL=0'],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0


def test_a_backup_while_serving_is_a_whole_store(service, admin, agent, tmp_path):
    ids = [agent().register()['registration'] for _ in range(20)]
    answer = admin.call('GET', '/v1/backup')
    file = tmp_path / 'backup.sqlite'
    file.write_bytes(answer.body)
    with sqlite3.connect(file) as store:
        assert store.execute('PRAGMA integrity_check').fetchone() == ('ok',)
    ctl(service, 'backup', tmp_path / 'second.sqlite')
    assert stat.S_IMODE((tmp_path / 'second.sqlite').stat().st_mode) == 0o600
    other = Service(tmp_path / 'other')
    other.data.mkdir()
    [store] = [path for path in files(service) if path.read_bytes()[:15] == b'SQLite format 3']
    (other.data / store.name).write_bytes(answer.body)
    other.token_file.write_text(admin.token)  # made with a new store only; the tokens are in the backup too
    other.token_file.chmod(0o600)
    try:
        other.start()
        assert sorted(row['id'] for row in other.admin.rows()) == ids
        check_chain(other.admin.events())
        other.stop()
    finally:
        if other.process:
            other.kill()


def test_store_copy_keeps_everything(service, admin, agent, tmp_path):
    [agent().register() for _ in range(3)]
    rows, events = admin.rows(sort='id'), admin.events()
    service.stop()
    [store] = [path for path in files(service) if path.read_bytes()[:15] == b'SQLite format 3']
    copy = tmp_path / 'copy.sqlite'
    run('rollcalld', 'store', 'copy', store, copy)
    store.unlink()
    for beside in service.data.glob(store.name + '-*'):
        beside.unlink()
    store.write_bytes(copy.read_bytes())
    store.chmod(0o600)
    service.start()
    assert (admin.rows(sort='id'), admin.events()) == (rows, events)


@pytest.mark.parametrize('words', [['--nonsense'], ['--listen', 'nowhere'], ['--listen', '127.0.0.1:99999'], ['extra'],
                                   ['store', 'copy', 'a'], ['--store', 'postgresql://x'],
                                   ['--store', 'mysql://x']])
def test_rollcalld_tells_wrong_usage(tmp_path, words):
    done = run('rollcalld', '--data-dir', tmp_path / 'data', *words, status=None, timeout=10)
    assert done.returncode not in (0, None) and done.stderr.strip()
    assert 'listening' not in done.stdout


def test_a_port_that_is_taken_is_told(service, tmp_path):
    done = run('rollcalld', '--data-dir', tmp_path / 'second', '--listen', f'127.0.0.1:{service.port}', status=None, timeout=5)
    assert done.returncode != 0 and str(service.port) in done.stderr


def test_a_wrong_ROLLCALL_NOW_is_told(tmp_path):
    import os
    done = run('rollcalld', '--data-dir', tmp_path / 'data', '--listen', '127.0.0.1:0', status=None, timeout=20,
               env={**os.environ, 'ROLLCALL_NOW': 'tomorrow'})
    assert done.returncode != 0 and 'ROLLCALL_NOW' in done.stderr
