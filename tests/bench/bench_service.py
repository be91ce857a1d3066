# SPDX-License-Identifier: GPL-3.0-or-later
"""bench service: requests a second through rollcalld, each durable before its answer, beside the same commits without HTTP."""
import json
import pathlib
import re
import subprocess
import tempfile
import time


def fleet(service, directory, count):
    start = time.monotonic()
    done = subprocess.run(['rollcall-fleet', '--server', service['url'], '--ca', service['ca'], '--count', str(count),
                           '--seed', '1', '--keep', directory, '--once'], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f'rollcall-fleet failed: {done.stderr}')
    return count / (time.monotonic() - start)


def serve(directory):
    child = subprocess.Popen(['rollcalld', '--data-dir', directory / 'service', '--listen', '127.0.0.1:0'],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = child.stdout.readline()
    return child, {'url': re.match(r'listening on (\S+)', line)[1], 'ca': directory / 'service' / 'ca.pem'}


def once(build, size):
    with tempfile.TemporaryDirectory(prefix='bench-service-') as scratch:
        directory = pathlib.Path(scratch)
        # The keys are made in a round of their own, so that making them is not measured.
        child, service = serve(directory / 'keys')
        try:
            fleet(service, directory / 'fleet', size)
        finally:
            child.terminate()
            child.wait()
        child, service = serve(directory / 'measured')
        try:
            new = fleet(service, directory / 'fleet', size)
            repeat = fleet(service, directory / 'fleet', size)
        finally:
            child.terminate()
            child.wait()
    store = json.loads(subprocess.run([build / 'tests/bench/bench-store', str(size)], check=True,
                                      stdout=subprocess.PIPE, text=True).stdout)
    return {'new registrations/s, fresh connections': (new, store['new']),
            'repeat requests/s, fresh connections': (repeat, store['repeat'])}


COMPARATOR = 'the same commits to SQLite without HTTP'
SIZE, SMALL = 2000, 20
