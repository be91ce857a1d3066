# SPDX-License-Identifier: GPL-3.0-or-later
"""The man pages: what a program's --help offers is in its page, and nothing else."""
import re
import subprocess

import pytest

from support.programs import run
from support.schema import SOURCE

MAN = SOURCE / 'docs/man'
PAGES = {page.stem: page for page in sorted(MAN.glob('*.[18]'))}


def page(program):
    return PAGES[program].read_text()


def offered(text):
    """The options that a help text lists, but --help's own relatives."""
    found = re.findall(r'^  (?:-\w, )?--([\w-]+)', text, re.M)
    return {option for option in found if not option.startswith('help-')}


def verbs():
    """Each verb of rollcallctl, as its help lists it."""
    told = run('rollcallctl', '--help').stdout
    return [line[2:].split('  ')[0] for line in re.search(r'^Verbs:\n((?:  .*\n)+)', told, re.M)[1].splitlines()]


def words(verb):
    """The verb alone: 'policy add' of 'policy add NAME'."""
    return ' '.join(word for word in verb.split() if word.islower() and word.replace('-', '').isalpha())


def test_each_program_has_a_page_that_is_installed():
    assert set(PAGES) == {'rollcall', 'rollcalld', 'rollcall-agent', 'rollcall-fleet', 'rollcallctl'}
    build = (MAN / 'meson.build').read_text()
    assert all(f"'{each.name}'" in build for each in PAGES.values())


@pytest.mark.parametrize('name', PAGES)
def test_a_page_is_well_formed(name):
    done = subprocess.run(['mandoc', '-Tlint', '-W', 'warning', PAGES[name]], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, '')
    shown = subprocess.run(['mandoc', '-Tutf8', PAGES[name]], capture_output=True, text=True, check=True).stdout
    assert 'SEE ALSO' in re.sub('.\b', '', shown)


@pytest.mark.parametrize('name', PAGES)
def test_the_options_of_help_and_of_the_page_are_the_same(name):
    wanted = offered(run(name, '--help').stdout)
    if name == 'rollcallctl':
        for verb in verbs():
            wanted |= offered(run(name, *words(verb).split(), '--help').stdout)
    assert len(wanted) >= 4 and set(re.findall(r'Fl -([\w-]+)', page(name))) == wanted


def test_the_verbs_of_rollcallctl_and_of_its_page_are_the_same():
    there = [re.sub(r'Oo|Oc|Ns|[^\w -]', '', line) for line in re.findall(r'^\.It Cm (.*)$', page('rollcallctl'), re.M)]
    assert sorted(map(words, there)) == sorted(map(words, verbs()))


def test_a_page_refers_to_pages_that_are_there():
    for name in PAGES:
        for other, section in re.findall(r'^\.Xr (\S+) (\d)', page(name), re.M):
            assert other in ('ssh', 'sd_notify') or PAGES[other].suffix == f'.{section}', (name, other)


def test_help_begins_alike_and_offers_no_secret_as_an_option():
    for name in PAGES:
        told = run(name, '--help').stdout
        assert told.startswith('Usage:\n') and '--version' in told
        assert not re.search(r'--(token|password|secret)\b(?!-file)', told)
