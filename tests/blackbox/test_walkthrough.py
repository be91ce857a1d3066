# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/walkthrough.md is true: each of its commands prints what the page says, but for names, addresses, times and hashes."""
import json
import os
import pathlib
import re
import signal

import pytest

from support.programs import run
from support.service import check_log
from support.sshd import free_port
from support.walkthrough import run_page

PAGE = pathlib.Path(os.environ['ROLLCALL_SOURCE']) / 'docs' / 'walkthrough.md'
OF_THE_PAGE = {'laptop', 'maria', '10.20.0.42'}


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    file = tmp_path / 'service.pid'
    if file.exists():
        try:
            os.kill(int(file.read_text()), signal.SIGKILL)
        except ProcessLookupError:
            pass
    check_log((tmp_path / 'service.log').read_text())


def normalize(lines, names):
    """What is another on every computer, and the columns that are as wide as it."""
    text = [re.sub(r'\b[0-9a-f]{64}\b', 'HASH', re.sub(r'\d{4}-\d\d-\d\dT[\d:.]+Z', 'TIME', line)) for line in lines]
    return [[word for word in line.split() if word not in names] for line in text]


def test_every_command_of_the_page_prints_what_the_page_says(folder, tmp_path):
    computer = json.loads(run('rollcall-agent', '--state-dir', tmp_path / 'nobody', '--identity-only').stdout)['computer']
    here = {computer['name'], computer['domain'], computer['user'], *computer['ips']}
    ran = 0
    for command, said, printed in run_page(PAGE, folder, {'8443': str(free_port())}):
        assert normalize(printed, here) == normalize(said, OF_THE_PAGE), f'$ {command}\n' + '\n'.join(printed)
        ran += 1
    assert ran > 50


def test_the_page_has_its_four_stories_and_the_readme_leads_to_it():
    assert re.findall(r'^## (.*)$', PAGE.read_text(), re.M) == ['A reinstall', 'A clone', 'A stolen laptop', 'A purge']
    assert '(docs/walkthrough.md)' in (PAGE.parent.parent / 'README.md').read_text()
