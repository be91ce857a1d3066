# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer that asks with another key: who decides sees both first."""
import re

import pytest

from support import wait_for
from support.desk import desk_with_fleet, watch
from support.programs import ctl, run

COMPUTERS = 12


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    with desk_with_fleet(tmp_path_factory.mktemp('desk'), COMPUTERS) as desk:
        for row in desk.service.admin.rows():
            ctl(desk.service, 'allow', row['id'])
        # the first two come with a new key and no longer the old one
        run('rollcall-fleet', *desk.service.as_agent(), '--count', COMPUTERS, '--seed', 7, '--keep', desk.folder / 'fleet',
            '--reinstalls', 2, '--once', timeout=120)
        desk.open_console()
        yield desk


alive = pytest.fixture(autouse=True)(watch)


def duplicates(desk):
    return [row for row in desk.service.admin.rows() if row['duplicate_of']]


def test_C8_the_details_of_a_duplicate_compare_both_computers(desk):
    desk.window.click(desk.window.wait('list item', 'Duplicate Registrations'))
    wait_for(lambda: len(desk.rows()) == 2, 20, 'the duplicates show')
    desk.window.click(desk.rows()[0])
    desk.window.key('alt+Return')
    desk.window.wait(None, re.compile('installed anew'))
    desk.window.screenshot('details-of-a-duplicate')
    desk.window.click(desk.window.wait('button', re.compile('Compare')))
    for title in ('Asks now', 'Known', '≠ Key Fingerprint', '≠ Status'):
        desk.window.wait('label', title)
    desk.window.screenshot('comparison')
    desk.window.key('Escape')
    desk.window.wait_until_gone('label', 'Asks now')
    desk.window.key('alt+Return')
    desk.window.wait_until_gone(None, re.compile('installed anew'))


def test_R11_C8_allowing_a_duplicate_shows_both_computers_first(desk):
    row = min(duplicates(desk), key=lambda each: each['name'])
    desk.choose('^Allow', next(each for each in desk.rows() if row['name'] in desk.text(each)))
    dialog = desk.window.wait('alert', re.compile(r'\?$'))
    for title in ('Asks now', 'Known'):
        desk.window.wait('label', title, within=dialog)
    desk.window.screenshot('allow-a-duplicate')
    assert len(duplicates(desk)) == 2, 'nothing happens before it is confirmed'
    desk.window.click(desk.window.wait('button', re.compile('^_?Allow'), within=dialog))
    wait_for(lambda: len(duplicates(desk)) == 1, 10, 'one is merged')
    [kept] = [each for each in desk.service.admin.rows() if each['id'] == row['duplicate_of']]
    assert kept['fingerprint'] == row['fingerprint'] and kept['status'] == 'allowed'
    wait_for(lambda: len(desk.rows()) == 1, 10, 'the other duplicate is left in the report')
