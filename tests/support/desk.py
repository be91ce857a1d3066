# SPDX-License-Identifier: GPL-3.0-or-later
"""A desk with the console's window on it, a service, and this computer's agent."""
import contextlib
import os
import pathlib
import re

from .programs import RealAgent, Running, run
from .service import Service
from .waiting import wait_for
from .window import Atspi, Window, children, is_in, start_accessibility


class Desk:
    """Everything that runs, and what a person at the console does."""

    def __init__(self, folder, service):
        self.folder, self.service = folder, service
        self.command = ['rollcall', *service.as_person()]
        self.agent = RealAgent(service, folder / 'agent')
        self.console, self.window = None, None
        self.environment = {}

    def open_console(self):
        start_accessibility()
        # What it remembers is a file in the desk's own folder.
        self.console = Running(self.folder / 'rollcall.log', *self.command, GSETTINGS_BACKEND='keyfile',
                               XDG_CONFIG_HOME=str(self.folder / 'config'), **self.environment)
        self.window = Window('rollcall', pathlib.Path(os.environ.get('ROLLCALL_BUILD', self.folder)) / 'screenshots')

    def own_row(self):
        """This computer's row by the API."""
        [row] = self.service.admin.rows(q=self.agent.identity()['fingerprint'])
        return row

    def rows(self):
        """The rows of the report that show, from above."""
        _, top, _, _ = self.window.box(self.header())
        _, height = self.window.box(self.window.frame)[2:]
        shown = self.window.boxes(self.window.all('table row'))
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

    def open_report_menu(self, entry):
        self.window.click(self.window.wait('toggle button', 'Report Menu'))
        self.window.click(self.window.wait('menu item', re.compile(entry)))

    def titles(self):
        """Those of the report's columns, from the left."""
        titles = [each for each in children(self.window.all('table row')[0]) if is_in(each, Atspi.StateType.VISIBLE)]
        return [self.window.label(each) for each in sorted(titles, key=lambda title: self.window.box(title)[0])]


@contextlib.contextmanager
def desk_with_fleet(folder, computers):
    """A desk without an agent of its own; its console opens when it is asked to."""
    service = Service(folder).start()
    desk = Desk(folder, service)
    try:
        run('rollcall-fleet', *service.as_agent(), '--count', computers, '--seed', 7, '--keep', folder / 'fleet', '--once',
            timeout=120)
        yield desk
        if desk.console:
            assert desk.console.is_alive(), f'the console ended:\n{desk.console.log_text()}'
            desk.console.end()
        service.stop()
    finally:
        if desk.console and desk.console.is_alive():
            desk.console.process.kill()
            desk.console.process.wait()
        if service.process:
            service.kill()


def watch(desk, request):
    """Around a step: a console that ended or complained fails it, with what it said and what was on the screen."""
    failed = request.session.testsfailed
    yield
    log = desk.console.log_text()
    if request.session.testsfailed > failed:
        desk.window.screenshot('failed-' + request.node.name)
        print('\n'.join(desk.window.tree()), log[-4000:], sep='\n')
    assert desk.console.is_alive(), f'the console ended:\n{log}'
    assert not re.search(r'(WARNING|CRITICAL) \*\*', log), log
