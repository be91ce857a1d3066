# SPDX-License-Identifier: GPL-3.0-or-later
"""A page of commands and what they print, run as it is written."""
import pathlib
import re
import subprocess


def blocks(page):
    """(language, lines) of each fenced block."""
    return [(found[1], found[2].splitlines()) for found in re.finditer(r'^```(\w+)\n(.*?)^```$', page, re.M | re.S)]


def commands(lines):
    """(command, what it prints) of a console block."""
    found = []
    for line in lines:
        if line.startswith('$ '):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


class Shell:
    """bash in a folder; what a command prints on either stream comes back."""

    def __init__(self, folder):
        self.process = subprocess.Popen(['bash', '--norc'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, cwd=folder)

    def run(self, command):
        self.process.stdin.write(f'{command}\nprintf "\\nthat was all\\n"\n')
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == 'that was all\n':
                return '\n'.join(lines).removesuffix('\n').splitlines()
            lines.append(line.rstrip('\n'))
        raise AssertionError(f'the shell ended at: {command}')

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


def run_page(path, folder, replace):
    """(command, what the page says it prints, what it printed) of every command, in their order. replace: what is another here."""
    page = pathlib.Path(path).read_text()
    for text, other in replace.items():
        page = page.replace(text, other)
    shell = Shell(folder)
    for language, lines in blocks(page):
        if language == 'bash':
            shell.run('\n'.join(lines))
        elif language == 'console':
            for command, printed in commands(lines):
                yield command, printed, shell.run(command)
    shell.end()
