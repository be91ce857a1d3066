# SPDX-License-Identifier: GPL-3.0-or-later
"""The history: R26 with the chain computed anew, R27."""
import contextlib
import json
import re
import sqlite3

import pytest

from support import Agent, Computer
from support.audit import check_chain
from support.connection import refused
from support.programs import ctl


@pytest.fixture
def lived(admin, service, agent):
    """A service that has at least one event of each kind."""
    admin.set_registration(retry_after_s=60)
    maria = service.person('maria \N{GREEK SMALL LETTER ALPHA} \U0001f600 "\\', 'operator')
    policy = admin.add_policy('allow', user='auto', title='A "quoted"\ttab\u2028 \x7f \x01 name')
    agent(user='auto').register()
    admin.delete(f'/v1/registration-policies/{policy["id"]}')
    one = agent(name='\u202etxt.exe \N{SNOWMAN}')
    id = one.register()['registration']
    maria.decide_one('allow', id, '\x1b[31mred\n=1+1 \U0001f600')
    maria.put(f'/v1/registrations/{id}/site-server')
    two = one.with_new_key()
    maria.decide_one('allow', two.register()['registration'])
    maria.decide_one('revoke', id)
    two.access()
    pushed = agent()
    admin.post('/v1/push-installations', {**pushed.computer.body(), 'key': pushed.public_pem})
    blocked = agent()
    id = blocked.register()['registration']
    maria.decide_one('block', id)
    maria.decide_one('allow', id)
    blocked.register()
    gone = agent().register()['registration']
    maria.decide_one('block', gone)
    service.restart('+P100D')
    admin.post('/v1/maintenance/purge')
    return service


def test_R26_the_chain_holds_from_the_first_event(admin, lived):
    events = admin.events()
    kinds = {'request', 'policy-decision', 'decision', 'merge', 'push', 'trust-granted', 'revocation-seen', 'purge',
             'policy-change', 'settings-change', 'site-server', 'token-change'}
    assert {event['kind'] for event in events} == kinds
    check_chain(events)
    assert [event['at'] for event in events] == sorted(event['at'] for event in events)


def test_R26_paging_by_after_gives_the_same_events(admin, lived):
    every, after = [], 0
    while page := admin.get(f'/v1/audit?after={after}&limit=3')['items']:
        every += page
        after = page[-1]['number']
    assert every == admin.events()


def test_R26_export_and_verify_from_the_service_and_from_a_file(admin, lived, tmp_path):
    file = tmp_path / 'history'
    ctl(lived, 'audit', 'verify')
    ctl(lived, 'audit', '--export', file)
    lines = file.read_text().splitlines()
    check_chain([json.loads(line) for line in lines])
    assert len(lines) == len(admin.events())
    ctl(lived, 'audit', 'verify', file)


@pytest.mark.parametrize('change', [
    lambda lines: lines[:3] + [lines[3].replace('"note":"', '"note":"forged ')] + lines[4:],
    lambda lines: lines[:3] + [lines[3].replace('"actor":{"', '"actor":{"also":1,"')] + lines[4:],
    lambda lines: lines[:3] + lines[4:],
    lambda lines: lines[:3] + [lines[4], lines[3]] + lines[5:],
    lambda lines: lines[:3] + ['{}'] + lines[4:],
], ids=['changed', 'added to', 'left out', 'swapped', 'emptied'])
def test_R26_verify_names_the_first_broken_link_of_a_file(lived, tmp_path, change):
    file = tmp_path / 'history'
    ctl(lived, 'audit', '--export', file)
    file.write_text('\n'.join(change(file.read_text().splitlines())) + '\n')
    done = ctl(lived, 'audit', 'verify', file, status=1)
    assert re.search('event 4 |after event 3 is no event', done.stderr), done.stderr


def test_R26_an_event_that_comes_twice_is_named(lived, tmp_path):
    file = tmp_path / 'history'
    ctl(lived, 'audit', '--export', file)
    lines = file.read_text().splitlines()
    file.write_text('\n'.join(lines[:4] + lines[3:]) + '\n')
    assert 'event 4 comes again' in ctl(lived, 'audit', 'verify', file, status=1).stderr


@pytest.mark.parametrize('change', [
    "UPDATE events SET body = replace(body, '\"note\":\"', '\"note\":\"forged ') WHERE number = 4",
    'DELETE FROM events WHERE number = 4',
    'UPDATE events SET number = CASE number WHEN 4 THEN -4 WHEN 5 THEN 4 END WHERE number IN (4, 5); '
    'UPDATE events SET number = 5 WHERE number = -4',
    "UPDATE events SET (body, hash) = (SELECT body, hash FROM events WHERE number = 5) WHERE number = 4",
    "UPDATE events SET body = '{}' WHERE number = 4",
    "UPDATE events SET body = replace(body, '\"number\":4', '\"number\":5') WHERE number = 4",
], ids=['changed', 'left out', 'swapped', 'overwritten', 'emptied', 'renumbered'])
def test_R26_verify_names_what_was_done_to_the_services_own_store(lived, tmp_path, change):
    """By somebody who can write the file; the service goes on, and so does its chain."""
    lived.stop()
    with contextlib.closing(sqlite3.connect(lived.data / 'rollcall.sqlite')) as store, store:
        store.executescript(change)
    lived.start()
    Agent(lived, Computer()).register()
    done = ctl(lived, 'audit', 'verify', status=1)
    assert re.search(r'event 4\b', done.stderr), done.stderr
    file = tmp_path / 'history'
    exported = ctl(lived, 'audit', '--export', file, status=None)
    if exported.returncode == 0:
        exported = ctl(lived, 'audit', 'verify', file, status=1)
    assert re.search(r'event 4\b', exported.stderr), exported.stderr


def test_R26_events_of_a_merged_row_are_in_its_survivors_history(admin, lived):
    [merge] = admin.events(kind='merge')
    survivor, merged = merge['registration'], merge['details']['merged']
    numbers = [event['number'] for event in admin.events(survivor)]
    assert numbers == sorted(numbers)
    assert {event['registration'] for event in admin.events(survivor)} == {survivor, merged}


def test_R27_no_method_changes_or_deletes_an_event(admin, lived):
    before = admin.events()
    for path in ('/v1/audit', f'/v1/audit/{before[0]["number"]}', f'/v1/registrations/{before[-1]["registration"]}/audit'):
        for method in ('DELETE', 'PUT', 'POST', 'PATCH'):
            answer = admin.call(method, path, {}, check=False)
            assert 400 <= answer.status < 500, (method, path, answer.status)
    assert admin.events() == before


def test_after_is_a_number(admin):
    for wrong in ('x', '-1', ''):
        with refused(400, 'invalid'):
            admin.get(f'/v1/audit?after={wrong}')
