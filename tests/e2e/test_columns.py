# SPDX-License-Identifier: GPL-3.0-or-later
"""C2: which columns a report shows, in what order, how wide, sorted by which: chosen by mouse and keyboard, remembered."""
import re

import pytest

from support import wait_for
from support.desk import desk_with_fleet, watch

USUAL = ['Name', 'Status', 'Domain', 'IP Addresses', 'Operating System', 'User', 'Advice', 'Last Requested']


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    with desk_with_fleet(tmp_path_factory.mktemp('desk'), 60) as desk:
        desk.open_console()
        yield desk


def names(desk):
    """Of the computers in the first rows."""
    return [re.search(r'\b[A-Z]+-[A-Z]+-\d{4}\b', desk.window.text(row)[0])[0] for row in desk.rows()[:8]]


@pytest.fixture(autouse=True)
def alive(desk, request):
    yield from watch(desk, request)


def test_C2_times_are_relative_with_the_exact_one_as_a_tooltip(desk):
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    assert desk.titles()[:8] == USUAL
    desk.window.click(desk.window.wait('toggle button', 'Show the Tree of Reports'))  # more room
    cell = desk.window.wait(None, re.compile('just now|minutes? ago'), within=desk.rows()[0], deep=True)
    desk.window.move(*desk.window.middle(cell))
    desk.window.wait('label', re.compile(r', \d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC'))
    desk.window.screenshot('time-tooltip')
    desk.window.move(5, 5)
    desk.window.click(desk.window.wait('toggle button', 'Show the Tree of Reports'))
    wait_for(lambda: desk.window.find('list item', 'Site Servers'), 10, 'the tree is back')


def test_C2_right_click_on_the_titles_shows_and_hides_columns(desk):
    desk.window.click(desk.header('Domain'), button=3)
    more = desk.window.wait(None, 'More Columns')
    desk.window.screenshot('menu-of-the-titles')
    desk.window.click(more)
    entry = desk.window.wait(None, 'MAC Addresses')
    desk.window.screenshot('menu-of-more-columns')
    desk.window.click(entry)
    wait_for(lambda: 'MAC Addresses' in desk.titles(), 10, 'the column shows')
    desk.window.key('Escape')
    desk.window.click(desk.header('Domain'), button=3)
    desk.window.click(desk.window.wait(None, 'Domain', within=desk.window.wait('menu')))
    wait_for(lambda: 'Domain' not in desk.titles(), 10, 'the column is gone')
    desk.window.key('Escape')
    desk.window.wait_until_gone('menu')
    desk.window.screenshot('columns-chosen')


def test_C2_titles_are_dragged_to_another_place_and_another_width(desk):
    x, y, width, height = desk.window.box(desk.header('User'))
    to = desk.window.middle(desk.header('Status'))
    desk.window.drag((x + width // 2, y + height // 2), (to[0] - 30, to[1]))
    wait_for(lambda: desk.titles()[:3] == ['Name', 'User', 'Status'], 10, 'the column has moved')
    x, y, width, height = desk.window.box(desk.header('Status'))
    desk.window.drag((x + width, y + height // 2), (x + width + 70, y + height // 2))
    wait_for(lambda: abs(desk.window.box(desk.header('Status'))[2] - width - 70) <= 12, 10, 'the column is wider')
    desk.window.screenshot('columns-moved')


def test_C2_the_dialog_moves_and_sorts_by_keyboard(desk):
    desk.open_report_menu('Columns and Order')
    desk.window.wait('dialog', re.compile('Columns and Order'))
    desk.window.tab_to('button', 'Move “Name” Down')
    desk.window.key('space')
    wait_for(lambda: desk.window.box(desk.window.wait('button', 'Move “Name” Down'))[1] >
             desk.window.box(desk.window.wait('button', 'Move “User” Down'))[1], 10, 'Name stands below User')
    desk.window.screenshot('columns-dialog')
    desk.window.key('alt+l')
    desk.window.key('Escape')
    desk.window.wait_until_gone('dialog')
    assert desk.titles()[:3] == ['User', 'Name', 'Status']
    wait_for(lambda: names(desk) == sorted(names(desk), reverse=True), 10, 'the last name comes first')


def test_C2_all_of_it_is_remembered_for_this_report_alone(desk):
    titles, width = desk.titles(), desk.window.box(desk.header('Status'))[2]
    assert desk.console.end() == 0
    desk.open_console()
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    assert desk.titles() == titles
    assert abs(desk.window.box(desk.header('Status'))[2] - width) <= 2
    assert names(desk) == sorted(names(desk), reverse=True)
    row = desk.service.admin.rows()[0]
    desk.service.admin.decide_one('allow', row)
    desk.service.admin.put(f'/v1/registrations/{row["id"]}/site-server')
    desk.window.click(desk.window.wait('list item', 'Site Servers'))
    wait_for(lambda: len(desk.rows()) == 1, 10, 'the other report')
    assert desk.titles()[:8] == USUAL
    desk.window.screenshot('another-reports-columns')
    desk.window.click(desk.window.wait('list item', 'Agent Registration Status'))
    wait_for(lambda: desk.titles() == titles, 10, 'this one as it was')


def test_C2_reset_columns_brings_the_usual_ones_back(desk):
    desk.open_report_menu('Reset Columns')
    wait_for(lambda: desk.titles()[:8] == USUAL, 10, 'the usual columns')
    assert 'MAC Addresses' not in desk.titles()
    desk.window.screenshot('columns-reset')


def test_C2_all_of_it_fits_a_window_of_360_pixels(desk):
    desk.window.resize(360, 700)
    desk.window.click(desk.window.wait('toggle button', 'Report Menu'))
    desk.window.wait('menu item', re.compile('Columns and Order'))
    desk.window.screenshot('narrow-report-menu')
    desk.window.click(desk.window.wait('menu item', re.compile('Columns and Order')))
    desk.window.wait('dialog', re.compile('Columns and Order'))
    desk.window.screenshot('narrow-columns')
    desk.window.key('Escape')
    desk.window.wait_until_gone('dialog')
    desk.window.key('ctrl+s')
    desk.window.wait('alert', 'Save Report')
    desk.window.screenshot('narrow-save')
    desk.window.key('Escape')
    desk.window.wait_until_gone('alert')
