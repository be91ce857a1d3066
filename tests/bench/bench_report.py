# SPDX-License-Identifier: GPL-3.0-or-later
"""bench report: how long the window is frozen by a sort, a filter, a selection of all; beside GTK's own chain of models."""
import json
import os
import subprocess

ACTS = ('sort', 'text filter', 'filter cleared', 'select all')


def once(build, size):
    environment = {**os.environ, 'GSK_RENDERER': 'cairo', 'GTK_A11Y': 'none', 'GSETTINGS_BACKEND': 'memory'}
    done = subprocess.run(['xvfb-run', '-a', '-s', '-screen 0 1280x900x24', build / 'tests/bench/bench-report', str(size)],
                          check=True, stdout=subprocess.PIPE, text=True, env=environment)
    measured = json.loads(done.stdout)
    lines = {}
    for act in ACTS:
        ours, chain = measured[f'{act}, figure'], measured[f'{act}, comparator']
        lines[f'{act}: longest freeze, us'] = (ours['longest'] * 1000, chain['longest'] * 1000)
        lines[f'{act}: until all is in place, us'] = (max(ours['frame'], ours['complete']) * 1000,
                                                      max(chain['frame'], chain['complete']) * 1000)
    return lines


COMPARATOR = 'GListStore, GtkFilterListModel, GtkSortListModel and GtkMultiSelection over the same rows'
SIZE, SMALL = 100000, 2000
