# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports are data: a person makes one from another, changes and deletes it; a mistake is shown where it is."""
import os
import pathlib
import re

import pytest

from support import wait_for
from support.desk import desk_with_fleet, watch
from support.programs import ctl

OWN = pathlib.Path(os.environ.get('XDG_DATA_HOME', '/nowhere')) / 'rollcall' / 'reports'


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    with desk_with_fleet(tmp_path_factory.mktemp('desk'), 40) as desk:
        desk.open_console()
        yield desk


alive = pytest.fixture(autouse=True)(watch)


def write(desk, role, name, text):
    desk.window.click(desk.window.wait(role, name))
    desk.window.key('ctrl+a', 'Delete')
    desk.window.type(text)


def condition(desk, text):
    write(desk, None, 'Condition', text)


def own_reports():
    return sorted(path.name for path in OWN.glob('*.xml'))


def test_a_new_report_begins_with_what_is_filtered_and_shows_its_mistakes(desk):
    wait_for(lambda: len(desk.rows()) > 10, 20, 'the report has rows')
    desk.look_for('finance')
    wait_for(lambda: 0 < len(desk.rows()) < 40, 10, 'fewer rows')
    expected = len(desk.service.admin.rows(q='finance', limit=1000))
    desk.open_report_menu('New Report')
    desk.window.wait(None, re.compile(f'^{expected} computers? (is|are) in this report now'))
    desk.window.screenshot('new-report')
    condition(desk, "status = 'pending' AND nmae LIKE 'fin%'")
    desk.window.wait(None, re.compile('no such column: nmae'))
    desk.window.screenshot('a-mistake')
    condition(desk, "status = 'pending' AND (SELECT server FROM state) <> ''")
    desk.window.wait(None, re.compile('only the fields of registrations'))
    condition(desk, "status = 'pending' AND domain LIKE 'finance%'")
    desk.window.wait(None, re.compile('in this report now'))
    write(desk, None, 'Title', 'Finance, waiting')
    desk.window.click(desk.window.wait('button', 'Save'))
    wait_for(own_reports, 10, 'it is in a file')
    assert own_reports() == ['my-finance--waiting.xml']
    desk.window.wait('list item', 'Finance, waiting')
    desk.window.wait('list item', 'My Reports')
    wait_for(lambda: 0 < len(desk.rows()) == sum(row['domain'].startswith('finance') for row in desk.service.admin.rows(limit=1000)),
             10, 'just those')
    desk.window.screenshot('my-report')


def test_it_is_there_at_the_next_start_and_follows_changes(desk):
    assert desk.console.end() == 0
    desk.open_console()
    desk.window.click(desk.window.wait('list item', 'Finance, waiting'))
    rows = [row for row in desk.service.admin.rows(limit=1000) if row['domain'].startswith('finance')]
    wait_for(lambda: len(desk.rows()) == len(rows), 20, 'just those')
    ctl(desk.service, 'block', rows[0]['id'])
    wait_for(lambda: len(desk.rows()) == len(rows) - 1, 10, 'the blocked one left it')


def test_it_is_changed_and_deleted(desk):
    desk.open_report_menu('Edit Report')
    condition(desk, '')
    desk.window.wait(None, re.compile('^40 computers are in this report now'))
    desk.window.click(desk.window.wait('button', 'Save'))
    wait_for(lambda: len(desk.rows()) > 15, 10, 'every row')
    desk.open_report_menu('Delete Report')
    dialog = desk.window.wait('alert', re.compile('Delete “Finance, waiting”'))
    desk.window.screenshot('delete-report')
    desk.window.click(desk.window.wait('button', 'Delete', within=dialog))
    wait_for(lambda: not own_reports(), 10, 'its file is gone')
    desk.window.wait_until_gone('list item', 'Finance, waiting')
    desk.window.wait(None, 'Agent Registration Status')
