# SPDX-License-Identifier: GPL-3.0-or-later
"""The console as a person uses it: a service, this computer's agent, 500 simulated computers; by mouse and keyboard.

The tests are one story, in order; each leaves a picture of its steps in $ROLLCALL_BUILD/screenshots.
"""
import re

import pytest

from support import Service, wait_for
from support.desk import Desk, watch
from support.programs import ctl, run

FLEET = 500
REPORT = 'Agent Registration Status'
AWAY = re.compile('The service is not reached')


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp('desk')
    service = Service(folder).start()
    desk = Desk(folder, service)
    try:
        service.admin.set_registration(retry_after_s=1)
        service.admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {'channel': 'stable'}})
        run('rollcall-fleet', *service.as_agent(), '--count', FLEET, '--seed', 7, '--keep', folder / 'fleet', '--once',
            timeout=120)
        desk.agent.once()
        desk.agent.stay(folder / 'agent.log')
        desk.open_console()
        yield desk
        assert desk.console.is_alive(), f'the console ended:\n{desk.console.log_text()}'
        desk.console.end()
        assert desk.agent.running.end() == 0
        service.stop()
    finally:
        for running in (desk.console, desk.agent.running):
            if running and running.is_alive():
                running.process.kill()
                running.process.wait()
        if service.process:
            service.kill()


@pytest.fixture(autouse=True)
def alive(desk, request):
    yield from watch(desk, request)


def test_C1_the_tree_leads_to_the_report(desk):
    desk.header('Status')
    desk.window.screenshot('start')
    desk.window.click(desk.window.wait('toggle button', 'Reports'))
    desk.window.click(desk.window.wait('menu item', 'All Reports'))
    wait_for(lambda: not desk.window.all('table row'), 10, 'the report gives way to the page of all reports')
    desk.window.screenshot('all-reports')
    for folder in ('Reports', 'Notification Server Management', 'Registration'):
        assert desk.window.find('list item', folder), folder
    desk.window.click(desk.window.wait('list item', REPORT))
    desk.header('Status')
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    desk.window.screenshot('agent-registration-status')


def test_C3_right_click_allow_lets_this_computers_agent_have_its_policies(desk):
    row = desk.look_for_own_row()
    desk.window.click(row, button=3)
    desk.window.wait('menu item', re.compile('Allow'))
    entries = [desk.window.label(entry) for entry in desk.window.all('menu item')]
    assert any('Block' in entry for entry in entries) and not any('Revoke' in entry for entry in entries), entries
    desk.window.screenshot('menu-of-a-pending-row')
    desk.window.click(desk.window.wait('menu item', re.compile('Allow')))
    desk.window.wait(None, re.compile('is Allowed'))
    desk.wait_for_status('allowed')
    desk.agent.wait_for_policies(['Updates'])
    wait_for(lambda: 'Allowed' in desk.text(desk.rows()[0]), 10, 'the row says Allowed')
    desk.window.screenshot('allowed')


def test_C4_revoke_asks_first_and_the_agent_loses_its_policies(desk):
    desk.choose('Revoke', desk.rows()[0])
    dialog = desk.window.wait('alert', re.compile(r'\?$'))
    desk.window.screenshot('revoke-asks-first')
    assert desk.own_row()['status'] == 'allowed', 'nothing happens before it is confirmed'
    desk.window.click(desk.window.wait('button', re.compile('^_?Revoke'), within=dialog))
    desk.wait_for_status('revoked')
    desk.agent.wait_for_policies([])
    wait_for(lambda: 'Revoked' in desk.text(desk.rows()[0]), 10, 'the row says Revoked')
    desk.window.screenshot('revoked')


def test_R8_it_asks_again_and_stays_revoked_although_a_policy_allows_every_computer(desk):
    [policy] = desk.service.admin.pages('/v1/registration-policies')
    changed = desk.service.admin.put(f'/v1/registration-policies/{policy["id"]}', {**policy, 'enabled': True})
    asked = desk.own_row()['request_count']
    row = wait_for(lambda: (row := desk.own_row())['request_count'] >= asked + 2 and row, 20, 'the agent asks again')
    assert (row['status'], row['trust'], row['key_changes']) == ('revoked', 'revoked', 0)
    assert row['revocation_seen_at'] and desk.agent.policies() == []
    assert 'Revoked' in desk.text(desk.rows()[0])
    desk.window.screenshot('stays-revoked')
    desk.service.admin.put(f'/v1/registration-policies/{policy["id"]}', {**policy, 'enabled': False, 'revision': changed['revision']})


def test_C2_C3_a_drag_over_20_rows_and_block_changes_20_rows(desk):
    desk.look_for('')
    wait_for(lambda: len(desk.rows()) >= 12, 10, 'the whole report is back')
    rows = desk.rows()
    height = desk.window.box(rows[0])[3]
    wanted = 20
    assert len(rows) > wanted, 'the window shows more rows than that'
    x = desk.window.middle(rows[0])[0]
    start = (x, desk.window.box(rows[0])[1] + height // 3)
    end = (x + 60, desk.window.box(rows[wanted - 1])[1] + height // 2)
    desk.window.drag(start, end)
    desk.window.screenshot('drag')
    before = {row['id'] for row in desk.service.admin.rows(status='blocked')}
    desk.window.click(rows[2], button=3)
    entry = desk.window.wait('menu item', re.compile('Block'))
    assert str(wanted) in desk.window.label(entry), desk.window.label(entry)
    desk.window.screenshot('menu-of-a-selection')
    desk.window.click(entry)
    dialog = desk.window.wait('alert', re.compile(r'\?$'))
    desk.window.screenshot('block-asks-first')
    desk.window.click(desk.window.wait('button', re.compile('^_?Block'), within=dialog))
    desk.window.wait(None, re.compile('20 computers are Blocked'))
    desk.window.screenshot('toast')
    blocked = wait_for(lambda: len(now := {row['id'] for row in desk.service.admin.rows(status='blocked')} - before) >= wanted
                       and now, 10, f'{wanted} rows are Blocked')
    assert len(blocked) == wanted
    wait_for(lambda: sum('Blocked' in desk.text(row) for row in desk.rows()) >= wanted, 10, 'the report says so')
    desk.window.screenshot('blocked')


def test_C2_the_status_filter_leaves_those_with_the_status(desk):
    toggle = desk.window.wait(None, re.compile('^Blocked'))
    assert '20' in desk.window.label(toggle)
    desk.window.click(toggle)
    wait_for(lambda: len(rows := desk.rows()) == 20 and all('Blocked' in desk.text(row) for row in rows), 10,
             'only Blocked rows are left')
    desk.window.screenshot('filtered-by-status')
    desk.window.click(desk.window.wait(None, re.compile('^All \\d')))
    wait_for(lambda: len(desk.rows()) > 20, 10, 'the whole report is back')


def test_C8_details_show_facts_keys_and_the_time_line_and_check_the_chain(desk):
    row = desk.look_for_own_row()
    desk.window.click(row)
    desk.window.key('alt+Return')
    name = desk.own_row()['name']
    desk.window.wait('label', name)
    desk.window.wait(None, desk.agent.identity()['fingerprint'], seconds=15)
    desk.window.screenshot('details-facts')
    desk.window.click(desk.window.wait('page tab', 'History'))
    desk.window.screenshot('details-tab')
    desk.window.wait(None, re.compile('^Revoked by admin'))
    desk.window.wait(None, re.compile('^Asked'))
    desk.window.click(desk.window.wait('button', re.compile('Check the Chain')))
    desk.window.wait(None, re.compile('The chain is whole'))
    desk.window.screenshot('details-history')
    desk.window.key('alt+Return')
    desk.window.wait_until_gone(None, re.compile('The chain is whole'))
    desk.look_for('')


@pytest.mark.parametrize('keys', ['Menu', 'shift+F10'])
def test_C3_the_keyboard_opens_the_same_menu(desk, keys):
    desk.window.wait_until_gone('alert')
    row = desk.rows()[1]
    desk.window.click(row)
    desk.window.click(row, button=3)
    desk.window.wait('menu item')
    by_mouse = [desk.window.label(entry) for entry in desk.window.all('menu item')]
    desk.window.key('Escape')
    desk.window.wait_until_gone('menu item')
    desk.window.key(keys)
    desk.window.wait('menu item')
    assert [desk.window.label(entry) for entry in desk.window.all('menu item')] == by_mouse
    desk.window.screenshot(f'menu-by-{keys}')
    desk.window.key('Escape')
    desk.window.wait_until_gone('menu item')


def test_C5_without_the_service_a_banner_says_so_and_the_report_still_sorts(desk):
    desk.service.stop()
    desk.window.wait(None, AWAY, seconds=20)
    desk.window.screenshot('banner')
    before = [desk.text(row) for row in desk.rows()[:5]]
    desk.window.click(desk.header('Name'))
    wait_for(lambda: [desk.text(row) for row in desk.rows()[:5]] != before, 10, 'another order')
    desk.window.screenshot('sorted-without-the-service')


def test_C5_opened_without_the_service_the_report_is_there_read_only(desk):
    assert desk.console.end() == 0
    desk.open_console()
    wait_for(lambda: len(desk.rows()) > 20, 20, 'the report as it was')
    desk.window.wait(None, AWAY, seconds=20)
    desk.window.click(desk.rows()[3], button=3)
    entries = [desk.window.label(entry) for entry in wait_for(lambda: desk.window.all('menu item'), 10, 'the menu')]
    assert not any(re.search('Allow|Block|Revoke', entry) for entry in entries), entries
    assert any('Read-only' in entry for entry in entries), entries
    desk.window.screenshot('opened-without-the-service')
    desk.window.key('Escape')
    desk.window.wait_until_gone('menu item')


def test_C6_the_service_is_back_and_a_decision_by_rollcallctl_shows_by_itself(desk):
    desk.service.start()
    desk.window.wait_until_gone(None, AWAY, seconds=30)
    first = desk.rows()[0]
    name = desk.text(first)
    row = next(row for row in desk.service.admin.rows(limit=1000) if row['name'] in name.split() and row['status'] in
               ('pending', 'blocked'))
    ctl(desk.service, 'allow', row['id'], '--note', 'by the command line')
    wait_for(lambda: any('Allowed' in desk.text(each) for each in desk.find_rows(row['name'])), 5, 'the decision shows')
    desk.window.screenshot('caught-up')
