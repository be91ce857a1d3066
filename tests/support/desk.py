# SPDX-License-Identifier: GPL-3.0-or-later
"""A desk with the console's window on it, a service, and this computer's agent."""
import os
import pathlib
import re

from .programs import RealAgent, Running
from .waiting import wait_for
from .window import Window, start_accessibility


class Desk:
    """Everything that runs, and what a person at the console does."""

    def __init__(self, folder, service):
        self.folder, self.service = folder, service
        self.command = ['rollcall', *service.as_person()]
        self.agent = RealAgent(service, folder / 'agent')
        self.console, self.window = None, None

    def open_console(self):
        start_accessibility()
        self.console = Running(self.folder / 'rollcall.log', *self.command)
        self.window = Window('rollcall', pathlib.Path(os.environ.get('ROLLCALL_BUILD', self.folder)) / 'screenshots')

    def own_row(self):
        """This computer's row by the API."""
        [row] = self.service.admin.rows(q=self.agent.identity()['fingerprint'])
        return row

    def rows(self):
        """The rows of the report that show, from above."""
        [*lists] = self.window.all('table row')
        _, top, _, _ = self.window.box(self.header())
        _, height = self.window.box(self.window.frame)[2:]
        shown = [(self.window.box(row), row) for row in lists]
        return [row for box, row in sorted(shown, key=lambda each: each[0][1]) if top + 10 < box[1] < height - box[3]]

    def header(self, title='Name'):
        rows = wait_for(lambda: self.window.all('table row'), 20, 'the report shows')
        return self.window.wait(None, title, within=rows[0], deep=True)

    def text(self, row):
        """What a row says."""
        return ' '.join(self.window.text(row))

    def find_rows(self, text):
        return [row for row in self.rows() if text in self.text(row)]

    def row(self, text, seconds=15):
        return wait_for(lambda: next(iter(self.find_rows(text)), None), seconds, f'a row that says {text!r}')

    def look_for(self, text):
        """Types into the search entry, in place of what stands there."""
        entry = self.window.wait('entry', re.compile('earch'))
        self.window.click(entry)
        self.window.key('ctrl+a', 'Delete')
        if text:
            self.window.type(text)

    def look_for_own_row(self):
        fingerprint = self.agent.identity()['fingerprint'][:24]
        self.look_for(fingerprint)
        wait_for(lambda: len(self.rows()) == 1, 10, "only this computer's row is left")
        return self.rows()[0]

    def choose(self, label, row=None):
        """Right-click on a row and the entry of the menu."""
        self.window.click(row, button=3)
        entry = self.window.wait('menu item', re.compile(label))
        self.window.click(entry)

    def wait_for_status(self, status, seconds=10):
        return wait_for(lambda: (row := self.own_row())['status'] == status and row, seconds, f'it is {status}')
