# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion in real shells: whatever --help tells is offered, so that a new verb or option cannot be forgotten."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.programs import run
from support.terminal import Terminal

FILES = pathlib.Path(os.environ['ROLLCALL_SOURCE']) / 'src' / 'ctl' / 'completions'
OTHERS = ['rollcall', 'rollcalld', 'rollcall-agent', 'rollcall-fleet']


def help_of(*words):
    return run('rollcallctl', *words, '--help').stdout


def verbs():
    listed = re.search(r'^Verbs:\n((?:  .*\n)+)', help_of(), re.M)[1]
    return [re.match(r' +((?:[a-z-]+ )+)', line)[1].strip() for line in listed.splitlines()]


def options_of(text):
    return set(re.findall(r'^ +(?:-\w, )?(--[a-z-]+)', text, re.M))


VERBS = verbs()


def in_bash(lines, cwd=None):
    """What bash puts in the last word's place, for each line; by bash-completion's own loading of the file."""
    script = """
source /usr/share/bash-completion/bash_completion
compopt() { :; }  # it works in a completion alone
offer() { # WORDS...
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=$((${#COMP_LINE})) COMP_TYPE=9 COMPREPLY=()
  complete -p "$1" >/dev/null 2>&1 || _comp_load "$1" || exit 9
  local function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
  $function "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  echo "---"; [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
}
"""
    script += '\n'.join('offer ' + ' '.join("'" + word.replace("'", "'\\''") + "'" for word in line) for line in lines)
    done = subprocess.run(['bash', '--norc', '-c', script], capture_output=True, text=True, timeout=120, cwd=cwd)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return [part.strip('\n').split('\n') if part.strip('\n') else [] for part in done.stdout.split('---\n')[1:]]


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """The files as they are installed: bash-completion loads them by the program's name."""
    folder = tmp_path / 'bash' / 'completions'
    folder.mkdir(parents=True)
    shutil.copy(FILES / 'rollcallctl.bash', folder / 'rollcallctl')
    for program in OTHERS:
        shutil.copy(FILES / 'rollcall.bash', folder / program)
    monkeypatch.setenv('BASH_COMPLETION_USER_DIR', str(folder.parent))


def test_bash_offers_every_verb(loaded):
    assert len(VERBS) > 30
    first = {verb.split()[0] for verb in VERBS}
    groups = sorted({verb.split()[0] for verb in VERBS if ' ' in verb})
    offered = in_bash([['rollcallctl', '']] + [['rollcallctl', group, ''] for group in groups])
    assert set(offered[0]) == first and len(offered[0]) == len(first)
    for group, words in zip(groups, offered[1:]):
        assert set(words) == {verb.split()[1] for verb in VERBS if verb.startswith(group + ' ')}


def test_bash_offers_every_option_of_every_verb(loaded):
    lines = [['rollcallctl', '-'], *(['rollcallctl', *verb.split(), '--'] for verb in VERBS)]
    for line, offered in zip(lines, in_bash(lines)):
        told = options_of(help_of(*line[1:-1])) - {'--help-all', '--help-gapplication'}
        assert set(offered) == told | {'--help', '--server', '--ca', '--token-file', '--json', '--version'}, line


def test_every_option_with_a_choice_offers_it_and_a_file_offers_files(loaded, tmp_path):
    (tmp_path / 'my report').mkdir()
    cases = [
        (['list', '--status', ''], ['pending', 'allowed', 'blocked', 'revoked']),
        (['list', '--status', '=', 'bl'], ['blocked']),
        (['list', '--status', 'pending,re'], ['pending,revoked']),
        (['--json', 'list', '--sort', '-'], ['-last_requested']),
        (['token', 'create', 'maria', '--role', ''], ['viewer', 'operator', 'administrator']),
        (['export', '--format', ''], ['csv', 'json', 'xml', 'html']),
        (['policy', 'add', 'Lab', '--result', ''], ['allow', 'block']),
        (['policy', 'add', 'Lab', '--mask', 'm'], ['mac=']),
        (['settings', 'set', '--matching-key', 'f'], ['fqdn']),
        (['task', 'add', '7', ''], ['collect-inventory', 'refresh-policies']),
        (['purge', 'set', 'n'], ['never']),
        (['audit', ''], ['verify']),
        (['audit', 'verify', 'my'], ['my report']),
        (['--ca', 'my'], ['my report']),
        (['backup', 'my'], ['my report']),
        (['allow', '12', ''], []),
        (['list', '--status', 'pending', ''], []),
        (['policy', 'remove', '--', '-'], []),
        (['nonsense', ''], []),
        (['push', 'root@localhos'], ['root@localhost']),
    ]
    for (words, wanted), offered in zip(cases, in_bash([['rollcallctl', *words] for words, _ in cases], cwd=tmp_path)):
        assert sorted(set(offered)) == sorted(wanted), words


@pytest.mark.parametrize('program', OTHERS)
def test_bash_offers_the_options_of_the_other_programs(loaded, program):
    told = options_of(run(program, '--help').stdout)
    [offered] = in_bash([[program, '--']])
    assert {word.rstrip('=') for word in offered} >= told


ZSH_LISTENS = '\x1b[?2004h'  # it takes keys from here on


@pytest.fixture
def zsh(tmp_path):
    terminal = Terminal('zsh', '-f', '-i', HOME=str(tmp_path), ZDOTDIR=str(tmp_path))
    terminal.type(f'PS1="> "; fpath=({FILES} $fpath); autoload -Uz compinit; '
                  f'compinit -u -d {tmp_path}/dump; LISTMAX=0; setopt no_list_beep; print rea""dy\n')
    terminal.wait_for('ready\r\n')
    yield terminal
    terminal.end()


def zsh_offers(zsh, line):
    """What zsh lists after the line and a tab."""
    zsh.wait_for(ZSH_LISTENS)
    zsh.type(f'\x15{line}\t')
    zsh.type('\x15print do""ne\n')
    return zsh.wait_for('done\r\n')


def test_zsh_completes_and_tells_what_each_word_means(zsh):
    listed = zsh_offers(zsh, 'rollcallctl policy ')
    for verb in (verb for verb in VERBS if verb.startswith('policy ')):
        summary = re.search(rf'^  {verb}\b.*?  +(\S.*)$', help_of(), re.M)[1]
        assert re.search(rf'{verb.split()[1]} +-- {re.escape(summary)}', listed), listed
    assert 'blocked' in zsh_offers(zsh, 'rollcallctl list --status ')
    assert 'collect-inventory' in zsh_offers(zsh, 'rollcallctl task add 1 ')
    listed = zsh_offers(zsh, 'rollcallctl push --')
    for option in options_of(help_of('push')):
        assert option in listed
    zsh.wait_for(ZSH_LISTENS)
    zsh.type('rollcallctl settings g\t--he\t\n')
    zsh.wait_for('rollcallctl settings get')
    zsh.wait_for('Show how registration works')


@pytest.mark.parametrize('program', OTHERS)
def test_zsh_offers_the_options_of_the_other_programs(zsh, program):
    listed = zsh_offers(zsh, f'{program} --')
    for option in options_of(run(program, '--help').stdout):
        assert option in listed, listed


def test_bash_completes_at_its_prompt(loaded, tmp_path):
    bash = Terminal('bash', '--norc', '-i', HOME=str(tmp_path))
    bash.type('PS1="> "; bind "set enable-bracketed-paste off"; source /usr/share/bash-completion/bash_completion; echo rea""dy\n')
    bash.wait_for('ready\r\n> ')
    bash.type('rollcallctl settings g\t--he\t\n')
    bash.wait_for('Show how registration works')
    bash.wait_for('\n> ')
    bash.type('rollcallctl policy add Lab --mask fq\t')
    bash.wait_for('--mask fqdn=')
    bash.end()


@pytest.mark.parametrize('place, names', [('share/bash-completion/completions', ['rollcallctl', *OTHERS]),
                                          ('share/zsh/site-functions', ['_rollcall', '_rollcallctl'])])
def test_the_files_are_installed_where_the_shells_look(tmp_path, place, names):
    subprocess.run(['meson', 'install', '-C', os.environ['ROLLCALL_BUILD'], '--no-rebuild', '--quiet', '--destdir', tmp_path],
                   check=True, capture_output=True, timeout=120)
    [found] = tmp_path.glob(f'**/{place}')
    assert sorted(path.name for path in found.iterdir()) == sorted(names)
