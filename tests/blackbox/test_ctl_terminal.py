# SPDX-License-Identifier: GPL-3.0-or-later
"""rollcallctl in front of a person: tables that fit, questions before what cannot be undone; and in a script, which is not
asked."""
import csv
import html
import itertools
import json
import re
import subprocess
import xml.etree.ElementTree as tree

import pytest

from support.fake_service import FakeService
from support.programs import ctl, ctl_json
from support.terminal import Terminal, width


@pytest.fixture
def shown(service):
    """Runs rollcallctl on a terminal to its end: what it shows."""
    def show(*words, columns=80, answer=None, status=0, **environment):
        terminal = Terminal('rollcallctl', *service.as_person(), *words, columns=columns, **environment)
        question = terminal.wait_for('[y/N] ') if answer is not None else ''
        if answer is not None:
            terminal.type(answer)
        text = question + terminal.finish()
        assert terminal.status == status, text
        return text
    return show


@pytest.fixture
def three(agent):
    return [agent().register()['registration'] for _ in range(3)]


NAMES = ['WARD-1', 'x' * 300, '東京都立病院' * 5, 'e\u0301' * 40, '\u05e9\u05dc\u05d5\u05dd' * 9, '\u202eevil\x1b[2J', 'a\tb\nc', '👩‍⚕️ ward' * 6]


@pytest.mark.parametrize('columns', [20, 40, 60, 80, 132])
@pytest.mark.parametrize('words', [['list'], ['audit'], ['policy', 'list'], ['token', 'list']])
def test_no_line_is_wider_than_the_terminal_and_the_columns_stand_in_line(service, admin, agent, shown, columns, words):
    for name in NAMES:
        agent(name=name, user=name, domain='').register()
    lines = shown(*words, columns=columns).splitlines()
    assert len(lines) >= 3 or words[0] in ('policy', 'token')
    assert max(width(line) for line in lines) <= columns, lines
    assert not {'\x1b', '\t', '\u202e'} & set(''.join(lines))
    if words == ['list'] and columns >= 40:
        start = width(lines[0][:lines[0].index('Name')])
        for line, name in zip(lines[1:], NAMES):
            before = ''.join(itertools.takewhile(lambda _, widths=itertools.accumulate(map(width, line)): next(widths) <= start,
                                                 line))
            assert width(before) == start and before.endswith('  '), line
    if columns >= 132 or words != ['list']:
        assert lines[0].startswith({'audit': 'Number', 'list': 'ID'}.get(words[0], lines[0][:2]))


def test_what_does_not_fit_ends_in_an_ellipsis_and_a_pipe_gets_it_whole(service, agent, shown):
    agent(name='x' * 300, ips=[f'10.0.0.{n}' for n in range(1, 9)]).register()
    assert '…' in shown('list') and 'x' * 40 not in shown('list')
    text = ctl(service, 'list').stdout
    assert 'x' * 300 in text and '10.0.0.8' in text and '…' not in text


def test_the_columns_are_told_by_the_environment_where_the_terminal_does_not_know(service, agent, shown):
    agent(name='x' * 300).register()
    assert max(map(width, shown('list', columns=0, COLUMNS='70').splitlines())) <= 70


ASKED = [['revoke', '1'], ['block', '2', '3'], ['allow', '2', '3'], ['purge', 'run'], ['token', 'remove', 'maria'],
         ['policy', 'remove', '1'], ['agent-policy', 'remove', '2']]


@pytest.mark.parametrize('words', ASKED, ids=' '.join)
def test_what_cannot_be_undone_is_asked_first(service, admin, three, shown, words):
    service.person('maria', 'viewer')
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {}})
    admin.decide_one('allow', three[0])
    before = len(admin.events())
    for no in ('n\n', '\n', 'x\n', '\x04'):
        text = shown(*words, answer=no, status=1)
        assert 'nothing was done' in text
    assert len(admin.events()) == before
    assert admin.row(1)['status'] == 'allowed' and admin.row(2)['status'] == 'pending'
    assert len(list(admin.pages('/v1/tokens'))) == 2 and len(list(admin.pages('/v1/registration-policies'))) == 1
    assert len(list(admin.pages('/v1/agent-policies'))) == 1
    shown(*words, answer='y\n')
    assert words == ['purge', 'run'] or len(admin.events()) > before or not list(admin.pages('/v1/agent-policies'))


@pytest.mark.parametrize('words', ASKED, ids=' '.join)
def test_yes_and_a_script_are_not_asked(service, admin, three, shown, words):
    service.person('maria', 'viewer')
    admin.post('/v1/agent-policies', {'name': 'Updates', 'body': {}})
    admin.decide_one('allow', three[0])
    assert '[y/N]' not in shown('--yes', *words)
    if words[0] not in ('token', 'policy', 'agent-policy', 'revoke', 'block', 'allow'):
        assert '[y/N]' not in ctl(service, *words).stderr


def test_a_question_tells_the_number(service, admin, three, shown):
    assert 'Block this many registrations: 3?' in shown('block', *three, answer='n\n', status=1)
    assert 'This many rows leave the list: 0.' in shown('purge', 'run', answer='n\n', status=1)


def test_one_row_is_allowed_and_blocked_without_a_question(admin, three, shown):
    shown('allow', three[0])
    shown('block', three[1])
    assert [admin.row(id)['status'] for id in three] == ['allowed', 'blocked', 'pending']


def decide_by_input(service, words, input):
    return subprocess.run([str(word) for word in ('rollcallctl', *service, *words)], input=input, capture_output=True, text=True,
                          timeout=60)


def test_ids_come_from_standard_input_too(service, admin, three):
    done = decide_by_input(service.as_person(), ['--json', 'allow', '-', '--note', 'all of them'],
                           f'{three[0]}\n {three[1]}\t{three[2]}')
    assert done.returncode == 0, done.stderr
    assert [each['id'] for each in json.loads(done.stdout)['applied']] == three
    assert {admin.row(id)['note'] for id in three} == {'all of them'}
    for input, message in ((f'{three[0]} x', 'not an id'), (f'{three[0]} {three[0]}', 'twice'), ('1' * 70, 'not an id')):
        done = decide_by_input(service.as_person(), ['revoke', '-'], input)
        assert done.returncode == 2 and message in done.stderr
    assert {admin.row(id)['status'] for id in three} == {'allowed'}
    assert decide_by_input(service.as_person(), ['revoke', '-'], '').returncode == 0, 'nothing to decide is no error'


def test_R18_more_rows_than_one_call_takes_are_decided_in_several(tmp_path):
    fake = FakeService(tmp_path)
    ids = list(range(1, 20_251))

    def page(first):
        more = f'{first + 1000}' if first + 1000 < len(ids) else None
        fake.say('GET', '/v1/registrations?limit=1000' + (f'&cursor={first}' if first else ''),
                 {'items': [{'id': id, 'revision': id + 7} for id in ids[first:first + 1000]], 'next': more})

    def decide(body):
        items = json.loads(body)['items']
        assert all(item['revision'] == item['id'] + 7 for item in items if item['id'] != 99_999)
        return {'applied': [{'id': item['id'], 'into': None, 'status': 'allowed', 'trust': 'granted', 'revision': 9}
                            for item in items if item['id'] != 99_999],
                'refused': [{'id': 99_999, 'reason': 'not-found'}] if items[-1]['id'] == 99_999 else []}

    for first in range(0, len(ids), 1000):
        page(first)
    fake.say('POST', '/v1/decisions', decide)
    token = tmp_path / 'token'
    token.write_text('secret')
    token.chmod(0o600)
    done = decide_by_input([*fake.as_agent(), '--token-file', token], ['--json', 'allow', '-', '99999'], '\n'.join(map(str, ids)))
    fake.stop()
    assert done.returncode == 1, done.stderr
    assert [len(json.loads(body)['items']) for path, body in fake.bodies if path == '/v1/decisions'] == [10_000, 10_000, 251]
    answer = json.loads(done.stdout)
    assert [each['id'] for each in answer['applied']] == ids
    assert answer['refused'] == [{'id': 99_999, 'reason': 'not-found'}]
    assert len([path for _, path in fake.asked if path.startswith('/v1/registrations')]) == 21, 'not a call for each row'


@pytest.mark.parametrize('format', ['csv', 'json', 'xml', 'html'])
def test_C7_an_export_makes_text_of_what_an_agent_said(service, admin, agent, tmp_path, format):
    names = ['=HYPERLINK("http://x")', '+1', '-2', '@SUM(1)', '  =1', '<script>alert(1)</script>', 'a"b,c', '\x1b[31m\u202e\ufffe', "O'Neil & søn"]
    for name in names:
        agent(name=name).register()
    file = tmp_path / f'report.{format}'
    ctl(service, 'export', '--format', format, file)
    text = file.read_text(newline='')
    assert not {'\x1b', '\u202e'} & set(text)
    if format == 'csv':
        rows = list(csv.DictReader(text.splitlines(True)))
        assert not any(row['name'].lstrip()[0] in '=+-@' for row in rows)
        shown = [row['name'] for row in rows]
    elif format == 'json':
        shown = [row['name'] for row in json.loads(text)]
        assert json.loads(text) == admin.rows(sort='id')
        return
    elif format == 'xml':
        shown = [row.findtext('name') for row in tree.fromstring(text)]
        assert tree.fromstring(text)[0].findtext('decided_by/kind') == 'none'
    else:
        assert '<script>' not in text
        fields = re.findall(r'<th [^>]*>(.*?)</th>', text)
        shown = re.findall(r'<td>(.*?)</td>', text)[fields.index('name')::len(fields)]
        shown = [html.unescape(name) for name in shown]
    assert len(shown) == len(names) and 'a"b,c' in shown and "O'Neil & søn" in shown


def test_an_export_that_is_not_there_yet_says_so_and_touches_no_file(service, tmp_path):
    file = tmp_path / 'report.xlsx'
    file.write_text('before')
    assert 'xlsx is not written yet' in ctl(service, 'export', '--format', 'xlsx', file, status=2).stderr
    assert 'csv, json, xml or html' in ctl(service, 'export', file, status=2).stderr
    assert file.read_text() == 'before'


def test_R25_previews_tell_which_rows(service, admin, agent):
    agent(name='PC-BLOCKED').register()
    admin.decide_one('block', 1)
    agent(name='PC-PENDING').register()
    text = ctl(service, 'policy', 'preview', '--result', 'allow', '--mask', 'name=PC-P*').stdout
    assert 'Matching: 1' in text and 'PC-PENDING' in text and 'PC-BLOCKED' not in text
    service.restart(now='+P91D')
    text = ctl(service, 'purge', 'preview', 'P1M').stdout
    assert 'Would remove: 1' in text and 'PC-BLOCKED' in text and 'PC-PENDING' not in text


def test_masks_are_shown_as_they_are_written(service):
    assert 'name=*' in ctl(service, 'policy', 'list').stdout


@pytest.mark.parametrize('words', [['list'], ['show', '1'], ['policy', 'list'], ['settings', 'get'], ['audit'], ['token', 'list'],
                                   ['purge', 'preview'], ['site-server', 'list'], ['agent-policy', 'list']], ids=' '.join)
def test_json_is_what_the_interface_answers(service, admin, three, words):
    paths = {'list': '/v1/registrations', 'show': '/v1/registrations/1', 'policy': '/v1/registration-policies',
             'settings': '/v1/settings/registration', 'audit': '/v1/audit', 'token': '/v1/tokens', 'site-server': '/v1/site-servers',
             'purge': '/v1/settings/purging/preview?blocked_after=P3M', 'agent-policy': '/v1/agent-policies'}
    assert ctl_json(service, *words) == admin.get(paths[words[0]])


def test_output_that_cannot_be_written_is_an_error(service, three):
    with open('/dev/full', 'w') as full:
        done = subprocess.run(['rollcallctl', *map(str, service.as_person()), 'list'], stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=60)
    assert done.returncode == 2 and 'the output was not written' in done.stderr
