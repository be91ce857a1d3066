# SPDX-License-Identifier: GPL-3.0-or-later
"""C7: a report on paper: its titles on every page, page numbers, all of it or what is selected; and the dialog before it."""
import os
import re
import subprocess
import zlib

import pytest

from support import wait_for
from support.desk import desk_with_fleet, watch
from support.programs import built
from support.window import Atspi, is_in

TITLES = ['Name', 'Status', 'Domain', 'IP Addresses', 'Operating System', 'Last Requested', 'First Requested', 'Site Server']
ROWS = 130


def pages_of(pdf):
    """The text of each page of a PDF of cairo's, as far as it is Latin: what its text operators show."""
    pages = []
    for stream in re.findall(rb'stream\r?\n(.*?)\r?\nendstream', pdf.read_bytes(), re.DOTALL):
        try:
            content = zlib.decompress(stream).decode('latin-1')
        except zlib.error:
            continue
        if '\nBT\n' in content and ' Tf\n' in content:
            pages.append(''.join(re.findall(r'\(((?:\\.|[^()\\])*)\)', content)))
    return pages


def print_report(folder, *arguments):
    done = subprocess.run([built('tests/console/print-report'), folder, *map(str, arguments)], capture_output=True,
                          text=True, timeout=120, env={**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'})
    assert done.returncode == 0, done.stderr
    return pages_of(folder / 'report.pdf')


def test_C7_every_page_has_the_titles_its_number_and_the_report(tmp_path):
    pages = print_report(tmp_path, ROWS)
    assert len(pages) >= 2
    for number, text in enumerate(pages, 1):
        assert 'A <report>' in text and f'Page {number} of {len(pages)}' in text and f'{ROWS} computers' in text
        assert all(title in text for title in TITLES), text[:400]
    # each row on one page: those after the hostile ones have names of their own
    names = re.findall(r'PC-\d{4}', ' '.join(pages))
    assert len(names) == len(set(names)) == ROWS - 22


def test_C7_the_selection_alone_is_printed(tmp_path):
    [page] = print_report(tmp_path, ROWS, 30)
    assert 'Page 1 of 1' in page and '30 computers' in page
    assert len(re.findall(r'PC-\d{4}', page)) == 30 - 22


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    with desk_with_fleet(tmp_path_factory.mktemp('desk'), 60) as desk:
        (desk.folder / 'printed').mkdir()
        # GTK's dialog is not our subject.
        desk.command = ['env', '-C', desk.folder / 'printed', 'ASAN_OPTIONS=detect_leaks=0', *desk.command]
        desk.open_console()
        yield desk


@pytest.fixture
def alive(desk, request):
    yield from watch(desk, request)


def test_C7_ctrl_p_prints_to_a_file(desk, alive):
    wait_for(lambda: len(desk.rows()) >= 10, 20, 'the report has rows')
    desk.window.key('ctrl+p')
    desk.window.wait(None, re.compile('Print to File'), deep=True)
    desk.window.screenshot('print-dialog')
    desk.window.key('Tab', 'Down', 'space')
    wait_for(lambda: is_in(desk.window.wait('button', 'Print'), Atspi.StateType.SENSITIVE), 10, 'the printer is chosen')
    desk.window.key('alt+p')
    files = wait_for(lambda: list(desk.folder.glob('printed/Agent Registration Status.pdf')), 20, 'the PDF')
    pages = wait_for(lambda: pages_of(files[0]), 20, 'pages')
    assert 'Agent Registration Status' in pages[0] and '60 computers' in pages[0]
    desk.window.screenshot('printed')
