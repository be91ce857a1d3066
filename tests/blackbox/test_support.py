# SPDX-License-Identifier: GPL-3.0-or-later
"""The measures that the other tests are held to: they must be able to fail."""
import copy

import pytest

from support import wait_for
from support.audit import canonical, check_chain
from support.schema import faults
from support.service import check_log

ROW = {'id': 12, 'revision': 345, 'status': 'pending', 'trust': 'none', 'origin': 'request', 'name': 'PC-1042',
       'domain': 'corp.example', 'fqdn': 'pc-1042.corp.example', 'os': 'Debian 13', 'user': 'maria', 'ips': ['10.20.0.42'],
       'macs': ['52:54:00:12:34:56'], 'agent_version': '1.0.0', 'fingerprint': '9f' * 32, 'key_changes': 0, 'resource_id': 7,
       'duplicate_of': None, 'advice': None, 'site_server': False, 'decided_by': {'kind': 'none', 'name': ''},
       'decided_at': '2026-01-05T09:30:00.000Z', 'note': '', 'first_requested': '2026-01-05T09:30:00.000Z',
       'last_requested': '2026-01-05T09:30:00.000Z', 'request_count': 3, 'last_contact': None, 'revocation_seen_at': None,
       'purge_after': None}


def check(name, value):
    return faults(value, f'/components/schemas/{name}')


def test_a_row_as_it_should_be_has_no_fault():
    assert check('Registration', ROW) == []
    assert check('Changes', {'items': [{'op': 'put', 'revision': 3, 'registration': ROW},
                                       {'op': 'remove', 'revision': 4, 'id': 5, 'into': None}], 'latest': 4, 'more': False}) == []


@pytest.mark.parametrize('member, value', [
    ('id', '12'), ('id', 0), ('id', 12.0), ('id', True), ('status', 'Pending'), ('site_server', 0), ('advice', ''), ('ips', [1]),
    ('ips', None), ('fingerprint', '9F' * 32), ('decided_at', '2026-01-05T09:30:00Z'), ('decided_by', {'kind': 'none'}),
    ('resource_id', 0), ('surprise', 1)])
def test_a_row_with_a_fault_is_found(member, value):
    assert check('Registration', {**ROW, member: value})


def test_each_member_that_is_missing_is_found():
    for member in ROW:
        assert check('Registration', {name: value for name, value in ROW.items() if name != member})
    assert check('Changes', {'items': [{'op': 'put', 'revision': 3}], 'latest': 4, 'more': False})


def test_canonical_json_is_rfc_8785s():
    value = {'\u20ac': 'Euro', '\r': 'CR', '\ufb33': 'Hebrew', '1': 1, '\U0001f600': 'Emoji', '\x80': 'Control', '\xf6': 'o',
             'text': '\u20ac$\x0f\nA\'B"\\\\"/', 'list': [None, True, False, -5]}
    assert canonical(value) == (
        '{"\\r":"CR","1":1,"list":[null,true,false,-5],"text":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","\x80":"Control",'
        '"\xf6":"o","\u20ac":"Euro","\U0001f600":"Emoji","\ufb33":"Hebrew"}')


def test_a_broken_chain_is_found():
    event = {'number': 1, 'note': '', 'hash': '0' * 64, 'kind': 'request'}
    with pytest.raises(AssertionError):
        check_chain([event])
    with pytest.raises(AssertionError):
        check_chain([{**copy.deepcopy(event), 'number': 2}])


@pytest.mark.parametrize('line', ['(rollcalld:7): GLib-CRITICAL **: 10:00:00.000: x', '** (x:1): WARNING **: x',
                                  '==7==ERROR: AddressSanitizer: heap', 'a.c:1:2: runtime error: shift', 'token abcdef seen'])
def test_a_log_that_complains_is_found(line):
    check_log('rollcalld: all is well', ['abcdef'])
    with pytest.raises(AssertionError):
        check_log(f'before\n{line}\nafter', ['abcdef'])


def test_waiting_ends():
    with pytest.raises(AssertionError, match='not within 0.1 s: a wonder'):
        wait_for(lambda: False, 0.1, 'a wonder')
