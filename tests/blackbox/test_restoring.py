# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup while serving, and the way back that README.md shows."""
import concurrent.futures
import contextlib
import sqlite3
import stat
import subprocess
import threading

import pytest

from support import Agent
from support.audit import check_chain
from support.connection import refused
from support.programs import ctl
from support.readme import restore_lines


def restore(service, backup, folder):
    """What README.md tells, line by line; what systemd does, the test does."""
    for line in restore_lines():
        if line == 'systemctl stop rollcalld':
            service.stop()
        elif line == 'systemctl start rollcalld':
            service.start()
        else:
            for there, here in (('/srv/backup/rollcall.sqlite', backup), ('/var/lib/rollcall', service.data), ('/srv/lost', folder / 'lost'),
                                ('chown rollcall:', 'true'), ('rollcallctl', ' '.join(map(str, ['rollcallctl', *service.as_person()])))):
                line = line.replace(there, str(here))
            subprocess.run(['sh', '-euc', line], check=True)


def test_a_backup_amid_writes_is_one_consistent_state(service, admin, tmp_path):
    over = threading.Event()

    def write():
        while not over.is_set():
            agent = Agent(service)
            agent.register()
            agent.register()

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(write) for _ in range(4)]
        try:
            files = [tmp_path / f'{number}.sqlite' for number in range(6)]
            for file in files:
                ctl(service, 'backup', file)
        finally:
            over.set()
        for job in jobs:
            job.result()
    sizes = []
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with contextlib.closing(sqlite3.connect(file)) as store:
            ask = lambda sql: store.execute(sql).fetchone()[0]
            assert ask('PRAGMA integrity_check') == 'ok'
            assert ask('SELECT sum(request_count) FROM registrations') == ask('SELECT count(*) FROM events WHERE kind = 0')
            assert ask('SELECT count(*) FROM registrations') == ask('SELECT sum(count) FROM status_counts')
            assert ask('SELECT count(*) FROM events') == ask('SELECT max(number) FROM events')
            sizes.append(ask('SELECT count(*) FROM events'))
    assert sizes == sorted(sizes) and sizes[-1] > sizes[0], 'it was written all the while'
    assert not list(service.data.glob('backup-*')), 'nothing is left'


def test_a_backup_that_is_refused_leaves_the_file_that_was_there(service, tmp_path):
    viewer = service.person('v', 'viewer')
    token, file = tmp_path / 'token', tmp_path / 'backup.sqlite'
    token.write_text(viewer.token)
    token.chmod(0o600)
    file.write_text('yesterday')
    ctl(service, 'backup', file, token_file=token, status=1)
    assert file.read_text() == 'yesterday'
    assert {each.name for each in tmp_path.iterdir()} <= {'token', 'backup.sqlite', 'data', 'rollcalld.log', 'rollcalld.out'}


@pytest.mark.parametrize('later', [1, 40], ids=['behind the console', 'beyond what the console knew'])
def test_a_restored_service_goes_on_and_no_console_takes_it_for_what_it_was(service, admin, agent, tmp_path, later):
    agents = [agent() for _ in range(3)]
    ids = [each.register()['registration'] for each in agents]
    admin.decide_one('allow', ids[0])
    rows, events = admin.rows(sort='id'), admin.events()
    ctl(service, 'backup', tmp_path / 'backup.sqlite')
    known_then = admin.get('/v1/changes?since=0')['latest']
    admin.decide_one('revoke', ids[0])
    lost = [agent().register()['registration'] for _ in range(20)]
    known = admin.get(f'/v1/changes?since={known_then}')['latest']
    last = admin.events()[-1]['number']

    restore(service, tmp_path / 'backup.sqlite', tmp_path)
    admin = service.admin
    ignore = {'revision'}
    assert [{k: v for k, v in row.items() if k not in ignore} for row in admin.rows(sort='id')] == \
        [{k: v for k, v in row.items() if k not in ignore} for row in rows]
    after = admin.events()
    check_chain(after)
    assert after[:-1] == events and after[-1]['note'].startswith('restored from the backup of 20')
    assert 'the store was restored from the backup of ' in service.log_text()

    for _ in range(later):
        agent().register()
    # A console from before the restore, whether it knows what was lost or not, is told to start over; the stream tells it so.
    for since in (known, known_then, 1):
        with refused(410, 'gone'):
            admin.get(f'/v1/changes?since={since}')
    if later == 1:
        with refused(410, 'gone'):
            admin.get(f'/v1/audit?after={last}')
    # Starting over works page by page, and a console that did so goes on.
    since, seen = 0, []
    while True:
        page = admin.get(f'/v1/changes?since={since}&limit=2')
        seen += [item['registration']['id'] for item in page['items']]
        since = page['latest']
        if not page['more']:
            break
    assert sorted(seen) == [row['id'] for row in admin.rows(sort='id')] and since > known
    assert admin.get(f'/v1/changes?since={since}')['items'] == []
    # A decision on what a console saw before is no decision on what is there now (R10).
    assert admin.decide('revoke', [rows[0]])['refused'] == [{'id': ids[0], 'reason': 'changed'}]
    assert agents[0].access() == 'granted'
    service.restart()
    assert len(service.admin.events(kind='settings-change')) == 1, 'it is restored once'
    assert service.admin.get(f'/v1/changes?since={since}')['items'] is not None
    assert lost
