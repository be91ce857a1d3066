# SPDX-License-Identifier: GPL-3.0-or-later
"""C7: what the console saves, read by parsers that are not ours: hostile names are data in each of them."""
import csv
import html.parser
import io
import json
import re
import xml.etree.ElementTree as tree

import pytest

from support.programs import built, run

TITLES = ['Name', 'IP Addresses', 'Note, "free"', 'Decided <By>']
ACTS = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0041]')


@pytest.fixture(scope='module')
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp('export')
    run(built('tests/client/write-export'), folder)
    return folder


@pytest.fixture(scope='module')
def names(saved):
    """As the agents said them, by what JSON's parser makes of its escapes."""
    return [row['name'] for row in json.loads((saved / 'report.json').read_text())]


def plain(text):
    return ACTS.sub('\ufffd', text)


def cell(name):
    text = plain(name)
    return "'" + text if text[:1] in tuple('=+-@\uff1d') else text


def test_C7_json_keeps_every_character_and_shows_none_that_acts(saved, names):
    text = (saved / 'report.json').read_text()
    assert not ACTS.search(text.replace('\n', ''))
    rows = json.loads(text)
    assert [row['id'] for row in rows] == list(range(1, len(rows) + 1))
    assert all(set(row) == {'id', 'name', 'ips', 'note', 'decided_by'} for row in rows)
    assert rows[0]['ips'] == ['10.0.0.1', '2001:db8::1'] and set(rows[1]['decided_by']) == {'kind', 'name'}
    assert {'=1+1', '\t=1', 'evil\u202eexe.txt\u2066', 'tag\U000e0041', 'x' * 10000, ']]>'} <= set(names)


def test_C7_csv_is_RFC_4180_without_formulas(saved, names):
    text = (saved / 'report.csv').read_bytes().decode()
    assert text.count('\r\n') == text.count('\n') == len(names) + 1
    rows = list(csv.reader(io.StringIO(text, newline=''), strict=True))
    assert rows[0] == TITLES
    assert [row[0] for row in rows[1:]] == [cell(name) for name in names]
    assert not any(field[:1] in tuple('=+-@\t\r') for row in rows for field in row if field)


def test_C7_xml_is_well_formed_and_has_the_same_values(saved, names):
    root = tree.parse(saved / 'report.xml').getroot()
    assert root.get('title') == 'A <report> & "more"'
    # XML has no way to write these
    lost = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')
    assert [row.findtext('name') for row in root] == [lost.sub('\ufffd', name) for name in names]
    assert [value.text for value in root[0].find('ips')] == ['10.0.0.1', '2001:db8::1']
    assert root[0].get('id') == '1'


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.rows, self.open, self.stack = set(), [], None, []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag != 'meta':
            self.stack.append(tag)
        if tag == 'tr':
            self.rows.append([])
        if tag in ('td', 'th'):
            self.rows[-1].append('')
            self.open = True

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag
        if tag in ('td', 'th'):
            self.open = False

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


def test_C7_html_is_a_table_and_nothing_else(saved, names):
    page = Page()
    page.feed((saved / 'report.html').read_text())
    page.close()
    assert page.stack == []
    assert page.tags == {'html', 'head', 'meta', 'title', 'style', 'body', 'h1', 'p', 'table', 'thead', 'tbody', 'tr', 'th', 'td'}
    assert page.rows[0] == TITLES
    assert [row[0] for row in page.rows[1:]] == [cell(name).replace('\uffff', '\ufffd') for name in names]


def test_C7_copied_text_has_a_line_a_row(saved, names):
    lines = (saved / 'report.txt').read_text().split('\n')
    assert lines.pop() == ''
    assert [line.split('\t')[0] for line in lines[1:]] == [cell(name) for name in names]
    assert {len(line.split('\t')) for line in lines} == {4}
