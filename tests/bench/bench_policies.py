# SPDX-License-Identifier: GPL-3.0-or-later
"""bench policies: what 1,000 registration policies of 24 masks add to a computer's request; beside a loop over their text."""
import json
import subprocess


def once(build, size):
    done = subprocess.run([build / 'tests/bench/bench-policies', str(size)], check=True, stdout=subprocess.PIPE, text=True)
    return {f'{masks}, us': (measured['added'], measured['text'])
            for masks, measured in json.loads(done.stdout).items()}


COMPARATOR = 'a loop that reads and compares the text of each mask'
SIZE, SMALL = 1000, 20
