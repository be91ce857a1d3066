# SPDX-License-Identifier: GPL-3.0-or-later
"""Each bench runs once on a small size, so that none rots. No figure is asserted."""
import json
import os
import pathlib
import subprocess

import pytest

SOURCE, BUILD = pathlib.Path(os.environ['ROLLCALL_SOURCE']), pathlib.Path(os.environ['ROLLCALL_BUILD'])
NAMES = sorted(path.stem.removeprefix('bench_') for path in (SOURCE / 'tests/bench').glob('bench_*.py'))


@pytest.mark.parametrize('name', NAMES)
def test_a_bench_prints_its_table_and_writes_its_file(name):
    done = subprocess.run([SOURCE / 'build-aux/bench', name, '--small'], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    report = json.loads((BUILD / 'bench' / f'{name}.json').read_text())
    assert report['comparator'] and report['lines']
    for line in report['lines']:
        assert line['line'] in done.stdout
        assert line['figure']['minimum'] > 0 and line['comparator']['minimum'] > 0


def test_an_unknown_bench_is_wrong_usage():
    assert subprocess.run([SOURCE / 'build-aux/bench', 'nothing'], capture_output=True).returncode == 2
