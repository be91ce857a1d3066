# SPDX-License-Identifier: GPL-3.0-or-later
"""C7: rows leave the window by copying and saving: what is selected, or the whole report in its order and filter."""
import csv
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from support import Agent, Computer, wait_for
from support.desk import desk_with_fleet, watch
from support.programs import built, run

TITLES = ['Name', 'Status', 'Domain', 'IP Addresses', 'Operating System', 'User', 'Advice', 'Last Requested', 'Requests',
          'Decided By', 'Note', 'First Requested', 'Agent Version', 'Site Server']
FORMATS = ['CSV', 'HTML', 'XML', 'JSON']
HOSTILE = '=HYPERLINK("//evil", <b>1</b>)'


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    with desk_with_fleet(tmp_path_factory.mktemp('desk'), 60) as desk:
        Agent(desk.service, Computer(name=HOSTILE)).register()
        # Where the dialog that chooses a file begins, and where a click leads it: a path that is typed makes GTK 4.18's
        # dialog complete it, and trip over its own tree store when the computer is slow.
        (desk.folder / 'saved').mkdir()
        (desk.folder / 'config/gtk-3.0').mkdir(parents=True)
        (desk.folder / 'config/gtk-3.0/bookmarks').write_text('file:///sys Unwritable\n')
        # That dialog keeps what it knows of the files in a folder when it closes (GFileInfo, GTK 4.18).
        desk.command = ['env', '-C', desk.folder / 'saved', 'ASAN_OPTIONS=detect_leaks=0', *desk.command]
        desk.open_console()
        yield desk


@pytest.fixture(autouse=True)
def alive(desk, request):
    yield from watch(desk, request)


@pytest.fixture
def folder(desk):
    return desk.folder / 'saved'


def pasted():
    environment = {name: value for name, value in os.environ.items() if name != 'G_DEBUG'}
    done = subprocess.run([sys.executable, pathlib.Path(__file__).parent.parent / 'support/clipboard.py', 'text/html',
                           'text/plain;charset=utf-8'], capture_output=True, text=True, timeout=30, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def save(desk, name, format, place=None):
    desk.window.key('ctrl+s')
    alert = desk.window.wait('alert', 'Save Report')
    desk.window.key('alt+f')
    wait_for(lambda: len(desk.window.all('list item', within=alert, deep=True)) > 2, 10, 'the list of formats')
    desk.window.key('Home', *['Down'] * FORMATS.index(format), 'Return')
    desk.window.wait('label', re.compile(f'^{format}'), within=alert, deep=True)
    desk.window.screenshot('save-as-' + format.lower())
    desk.window.key('alt+l')
    entry = desk.window.wait('text', re.compile('Name'))
    if place:
        desk.window.click(desk.window.wait(None, place, deep=True))
        desk.window.click(entry)
    desk.window.screenshot('file-chooser')
    desk.window.key('ctrl+a')
    desk.window.type(name)
    desk.window.key('Return')


def test_C7_ctrl_c_copies_the_selected_rows_as_text_and_as_a_table(desk):
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    desk.window.click(desk.rows()[0])
    desk.window.key('shift+Down', 'shift+Down', 'ctrl+c')
    desk.window.wait(None, re.compile('Copied 3 computers'))
    desk.window.screenshot('copied')
    held = pasted()
    lines = held['text/plain;charset=utf-8'].split('\n')
    assert lines[0].split('\t') == TITLES and lines[4:] == ['']
    assert lines[1].split('\t')[0] == "'" + HOSTILE
    assert re.fullmatch(r'\d{4}-\d\d-\d\d \d\d:\d\d', lines[1].split('\t')[7])
    assert '<td>&#39;=HYPERLINK(&#34;//evil&#34;, &#60;b&#62;1&#60;/b&#62;)</td>' in held['text/html']
    assert held['text/html'].count('<tr>') == 4


def test_C7_the_menu_copies_too(desk):
    desk.choose('Copy', desk.rows()[4])
    desk.window.wait(None, re.compile('Copied 1 computer$'))
    assert len(pasted()['text/plain;charset=utf-8'].split('\n')) == 3


def test_C7_save_as_csv_writes_the_whole_report_in_its_order_and_filter(desk, folder):
    desk.look_for('example.org')
    wait_for(lambda: HOSTILE not in desk.text(desk.rows()[0]), 10, 'the filter')
    desk.window.click(desk.header('Name'))
    wait_for(lambda: 'WARD' in desk.text(desk.rows()[0]), 10, 'the other order')
    save(desk, 'report.csv', 'CSV')
    desk.window.wait(None, re.compile('Saved 60 computers to “report.csv”'))
    assert desk.window.find('button', 'Open')
    desk.window.screenshot('saved')
    rows = list(csv.reader(open(folder / 'report.csv', newline='', encoding='utf-8'), strict=True))
    assert rows[0] == TITLES
    names = [row[0] for row in rows[1:]]
    assert len(names) == 60 and names == sorted(names, reverse=True)


def test_C7_save_as_json_writes_the_selected_rows_alone(desk, folder):
    desk.window.click(desk.rows()[1])
    desk.window.key('shift+Down')
    save(desk, 'report.json', 'JSON')
    desk.window.wait(None, re.compile('Saved 2 computers to “report.json”'))
    rows = json.loads((folder / 'report.json').read_text())
    assert len(rows) == 2 and all(row['status'] == 'pending' and row['ips'] for row in rows)
    desk.look_for('')


def test_C7_where_nothing_can_be_written_it_is_said_what_to_do(desk):
    save(desk, 'report.html', 'HTML', place='Unwritable')
    said = desk.window.wait('alert', re.compile('Not Saved'))
    assert re.search('another folder', ' '.join(desk.window.text(said)))
    desk.window.screenshot('not-saved')
    desk.window.key('Escape')
    desk.window.wait_until_gone('alert')


def test_C7_a_long_save_shows_how_far_it_is_and_can_be_stopped(desk, folder):
    """Without the service, on a copy of a report of 60,000 rows."""
    assert desk.console.end() == 0
    desk.service.stop()
    cache = desk.folder / 'cache'
    run(built('tests/client/fill-cache'), cache / 'rollcall', desk.service.url, 60_000, timeout=300)
    desk.command = ['env', f'XDG_CACHE_HOME={cache}', *desk.command]
    desk.open_console()
    wait_for(lambda: len(desk.rows()) >= 10, 30, 'the report has rows')
    (folder / 'long.json').write_text('as it was')
    save(desk, 'long.json', 'JSON')
    desk.window.click(desk.window.wait('button', re.compile('Replace')))
    stop = desk.window.wait('button', 'Stop')
    desk.window.wait('label', re.compile(r'of 60.?000$'))
    desk.window.screenshot('saving')
    desk.window.click(stop)
    desk.window.wait_until_gone('button', 'Stop')
    assert (folder / 'long.json').read_text() == 'as it was'
    assert not list(folder.glob('.goutputstream*'))
    desk.window.screenshot('stopped')
    desk.service.start()
