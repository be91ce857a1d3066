# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of the history (R26), computed a second time and not by the product's code."""
import hashlib
import json


def canonical(value):
    """RFC 8785 (JCS), written from the RFC: members in the order of UTF-16 code units, the least escapes."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode('utf-16-be'))
        return '{' + ','.join(canonical(name) + ':' + canonical(value[name]) for name in names) + '}'
    if isinstance(value, list):
        return '[' + ','.join(map(canonical, value)) + ']'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # U+007F and U+2028 as they are, controls as RFC 8785 3.2.2.2 says
    assert value is None or isinstance(value, (bool, int)), value
    return json.dumps(value)


def check_chain(events):
    previous = '0' * 64
    for number, event in enumerate(events, 1):
        assert event['number'] == number, 'numbers have no gaps'
        rest = {name: value for name, value in event.items() if name != 'hash'}
        wanted = hashlib.sha256(previous.encode() + canonical(rest).encode()).hexdigest()
        assert event['hash'] == wanted, f'event {number} {event["kind"]}: {canonical(rest)}'
        previous = event['hash']
