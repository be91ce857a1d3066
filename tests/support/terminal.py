# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on a terminal of its own: a width, keys, and what it shows."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import unicodedata


class Terminal:
    def __init__(self, *command, columns=250, **environment):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 900, columns, 0, 0))
                command = [str(part) for part in command]
                os.execvpe(command[0], command, {**os.environ, 'TERM': 'dumb', **environment})
            finally:
                os._exit(127)
        self.shown, self.status = '', None

    def type(self, keys):
        os.write(self.file, keys.encode())

    def read(self, end):
        """Takes what is shown next; False where that was all."""
        assert time.monotonic() < end, f'it did not come:\n{self.shown[-3000:]}'
        if not select.select([self.file], [], [], 0.1)[0]:
            return True
        try:
            self.shown += os.read(self.file, 65536).decode(errors='replace')
        except OSError:  # nobody is at the other end any more
            return False
        return True

    def wait_for(self, text, seconds=30):
        """Reads on until the text shows; what stood before it."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert self.read(end), f'{text!r} did not show:\n{self.shown[-3000:]}'
        before, self.shown = self.shown.split(text, 1)
        return before

    def finish(self, seconds=30):
        """Waits for its end: all that it showed since, as lines. The exit status is in status."""
        end = time.monotonic() + seconds
        while self.read(end):
            pass
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.file)
        return self.shown.replace('\r\n', '\n')

    def end(self):
        """Leaves a shell, whatever is typed there."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.file)


def width(text):
    """The cells that a terminal gives a text, counted a second time and not by the product's code."""
    return sum(0 if unicodedata.combining(each) or unicodedata.category(each) in ('Mn', 'Me', 'Cf')
               else 2 if unicodedata.east_asian_width(each) in 'WF' else 1 for each in text)
