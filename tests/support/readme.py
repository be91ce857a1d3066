# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of README.md that tests run."""
import re

from .schema import SOURCE


def restore_lines():
    text = (SOURCE / 'README.md').read_text()
    block = text[text.index('<!-- tests/blackbox/test_restoring.py'):]
    return [line.strip() for line in re.search(r'(?:^    .*\n)+', block, re.M)[0].splitlines()]
