# SPDX-License-Identifier: GPL-3.0-or-later
"""A program's window as a person has it: found by role and name through AT-SPI, used by real clicks, drags and keys."""
import os
import pathlib
import re
import subprocess

# GTK's warnings are fatal to the programs under test; those of the accessibility library in here are not our subject.
debug = os.environ.pop('G_DEBUG', None)
import gi  # noqa: E402
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402
if debug is not None:
    os.environ['G_DEBUG'] = debug

from .waiting import wait_for  # noqa: E402

# Below a row of the report there are a dozen cells each, and two hundred rows in its table; who looks for something else
# need not pass them.
DEEP = {'table row', 'tree item', 'row header', 'column header'}

FRAME = 10


def xdotool(*words):
    return subprocess.run(['xdotool', *map(str, words)], check=True, capture_output=True, text=True, timeout=20).stdout


def matches(wanted, name):
    return wanted is None or (wanted.search(name) is not None if isinstance(wanted, re.Pattern) else wanted == name)


def children(element):
    try:
        element.clear_cache_single()
        return [child for index in range(element.get_child_count()) if (child := element.get_child_at_index(index))]
    except GLib.Error:
        return []


def is_in(element, state):
    try:
        element.clear_cache_single()
        return element.get_state_set().contains(state)
    except GLib.Error:
        return False


def name_of(element):
    """What it is called; where it has no name of its own, the text that it shows."""
    try:
        element.clear_cache_single()
        return element.get_name() or ''
    except GLib.Error:
        return ''


def search(element, role, name, deep, showing=True):
    """Every element below that has the role and the name and shows, in order."""
    for child in children(element):
        if showing and not is_in(child, Atspi.StateType.SHOWING):
            continue
        try:
            this = child.get_role_name()
        except GLib.Error:
            continue
        if (role is None or this == role) and matches(name, name_of(child)):
            yield child
        if deep or not (this in DEEP or (this == 'tree table' and role != 'table row')):
            yield from search(child, role, name, deep, showing)


def start_accessibility():
    """Before the program: one that starts while the accessibility bus does may miss it."""
    Atspi.init()
    wait_for(lambda: Atspi.get_desktop(0).get_name() is not None, 30, 'the accessibility bus')


class Window:
    """program: the name under which it is on the accessibility bus, or what that name ends with."""

    def __init__(self, program, screenshots):
        self.screenshots = pathlib.Path(screenshots)
        self.screenshots.mkdir(parents=True, exist_ok=True)
        self.application = wait_for(lambda: self.find_application(program), 30, f'{program} is on the accessibility bus')
        self.frame = wait_for(lambda: self.find('frame'), 30, 'its window')

    def find_application(self, program):
        return next((each for each in children(Atspi.get_desktop(0)) if name_of(each).endswith(program)), None)

    def step_into(self, frame):
        """From now on only what is in this window of the program."""
        self.whole = (self.application, self.frame)
        self.application = self.frame = frame

    def step_back(self):
        self.application, self.frame = self.whole

    def all(self, role=None, name=None, within=None, deep=False):
        return list(search(within or self.application, role, name, deep))

    def find(self, role=None, name=None, within=None, deep=False):
        return next(search(within or self.application, role, name, deep), None)

    def wait(self, role=None, name=None, within=None, seconds=15, deep=False):
        return wait_for(lambda: self.find(role, name, within, deep), seconds, f'{role} {name} shows\n')

    def wait_until_gone(self, role=None, name=None, seconds=15):
        wait_for(lambda: self.find(role, name) is None, seconds, f'{role} {name} is gone')

    def text(self, element):
        """All names at and below an element."""
        return [name_of(element)] + [name_of(each) for each in search(element, None, None, True)]

    def label(self, element):
        """The name of an element, or of the first one inside that has a name."""
        return next((name for name in self.text(element) if name), '')

    def tree(self, element=None, depth=0):
        """What is there, for a failure's report."""
        lines = []
        for child in children(element or self.application):
            if is_in(child, Atspi.StateType.SHOWING) or depth == 0:
                lines.append('  ' * depth + f'{child.get_role_name()} {name_of(child)!r}')
                if child.get_role_name() not in DEEP:
                    lines += self.tree(child, depth + 1)
        return lines

    def box(self, element):
        """x, y, width, height on the screen. GTK 4 counts from the frame's own corner and takes its shadow off twice."""
        frame = self.frame.get_extents(Atspi.CoordType.WINDOW)
        element.clear_cache_single()
        box = element.get_extents(Atspi.CoordType.WINDOW)
        return box.x - 2 * frame.x, box.y - 2 * frame.y, box.width, box.height

    def boxes(self, elements):
        """(box, element) of those that are still there."""
        found = []
        for element in elements:
            try:
                found.append((self.box(element), element))
            except GLib.Error:
                pass
        return found

    def middle(self, element):
        """The middle of what shows of it: a row may be wider than the window."""
        x, y, width, height = self.box(element)
        left, top, wide, high = self.box(self.frame)
        return (max(x, left) + min(x + width, left + wide)) // 2, (max(y, top) + min(y + height, top + high)) // 2

    def click(self, element, button=1, at=None):
        """at: (x, y) from its left upper corner, else its middle."""
        x, y, _, _ = self.box(element)
        x, y = (x + at[0], y + at[1]) if at else self.middle(element)
        xdotool('mousemove', x, y, 'click', button)

    def move(self, x, y):
        xdotool('mousemove', x, y)

    def drag(self, start, end, button=1):
        """Pressed at start, moved in small steps, released at end; both (x, y) on the screen."""
        steps = 12
        words = ['mousemove', *start, 'mousedown', button]
        for step in range(1, steps + 1):
            words += ['mousemove', *(int(a + (b - a) * step / steps) for a, b in zip(start, end)), 'sleep', '0.02']
        xdotool(*words, 'mouseup', button)

    def key(self, *keys):
        xdotool('key', *keys)

    def tab_to(self, role, name, presses=30):
        """By the keyboard alone."""
        for _ in range(presses):
            if any(is_in(each, Atspi.StateType.FOCUSED) for each in self.all(role, name)):
                return
            self.key('Tab')
        raise AssertionError(f'{role} {name} has not the focus after {presses} times Tab')

    def resize(self, width, height):
        """What is inside its frame; GTK draws that itself where there is no window manager."""
        [window] = xdotool('search', '--onlyvisible', '--pid', self.application.get_process_id()).split()
        xdotool('windowsize', window, width + FRAME, height + FRAME)
        wait_for(lambda: self.box(self.frame)[2] in (width, width + FRAME), 10, 'its new size')

    def type(self, text):
        xdotool('type', '--delay', '20', text)

    def resize(self, width, height):
        for window in xdotool('search', '--onlyvisible', '--name', 'Rollcall').split():
            xdotool('windowsize', '--sync', window, width, height)

    def screenshot(self, name):
        step = len(list(self.screenshots.glob('*.png'))) + 1
        file = self.screenshots / f'{step:02}-{name}.png'
        subprocess.run(['import', '-window', 'root', file], check=True, timeout=20)
        return file
