# SPDX-License-Identifier: GPL-3.0-or-later
"""The log: who, what, with what success, how long. Never a token; and nobody can flood it."""
import re
import time

import pytest

from support import Agent, Computer, Person, Service, wait_for

LINE = re.compile(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) rollcalld: (.*)')


def lines(service):
    """What each line says; every one has its time, and nothing else is on standard error."""
    found = [LINE.fullmatch(line) for line in service.log_text().split('\n')[:-1]]
    assert all(found), service.log_text()
    return [line[2] for line in found]


def test_what_people_change_is_told_with_who_what_and_how_long(service, admin, agent):
    one = agent(name='PC-17')
    id = one.register()['registration']
    operator = service.person('maria', 'operator')
    operator.decide_one('allow', id, note='a secret note')
    operator.call('POST', '/v1/tokens', {'name': 'x', 'role': 'viewer', 'expires': None})
    service.stop()
    told = lines(service)
    for pattern in (rf'{one.fingerprint} \(127\.0\.0\.1\): POST /v1/agent/registration: 200, \d+ ms: “PC-17” is pending, registration {id}',
                    r'admin \(127\.0\.0\.1\): POST /v1/tokens: 201, \d+ ms', r'maria \(127\.0\.0\.1\): POST /v1/decisions: 200, \d+ ms',
                    r'maria \(127\.0\.0\.1\): POST /v1/tokens: 403, \d+ ms'):
        assert sum(bool(re.fullmatch(pattern, line)) for line in told) == 1, (pattern, told)
    assert 'secret' not in service.log_text()


def test_looking_and_repeating_is_not_told(service, admin, agent):
    one = agent()
    one.register()
    wait_for(lambda: 'is pending' in service.log_text(), 5, 'a line comes after its answer')
    before = len(lines(service))
    for _ in range(5):
        admin.rows()
        admin.get('/v1/summary')
        one.register()
        one.access()
    assert len(lines(service)) == before


def test_a_token_is_in_no_line_however_it_is_sent(service, admin):
    secret = 'rct_thisIsNoTokenButItMightHaveBeen'
    for headers, path in (({'Authorization': f'Bearer {secret}'}, '/v1/whoami'), ({}, f'/v1/{secret}'), ({}, f'/v1/whoami?t={secret}'),
                          ({'Authorization': f'Basic {secret}'}, '/v1/whoami'), ({'Cookie': secret}, f'/v1/registrations/{secret}')):
        admin.call('GET', path, headers={'Authorization': '', **headers})
        admin.call('POST', path, headers={'Authorization': '', **headers})
    service.stop()
    assert secret not in service.log_text()
    assert 'somebody (127.0.0.1): GET /v1/whoami: 401, ' in service.log_text(), 'a guess is told'


@pytest.mark.parametrize('name', ['PC\n2026-01-01T00:00:00.000Z rollcalld: admin (127.0.0.1): POST /v1/decisions: 200, 1 ms',
                                  'PC\x1b[31m\x07', '\u202eexe.CP\u2066', 'PC\u2028next\x85line', 'PC\x7f\u200b'], ids=ascii)
def test_what_an_agent_calls_itself_acts_nowhere(service, agent, name):
    agent(name=name).register()
    service.stop()
    told = [line for line in lines(service) if 'is pending' in line]
    assert len(told) == 1 and '\ufffd' in told[0]
    assert not re.search('[\x00-\x1f\x7f-\x9f\u200b\u2028\u202e\u2066]', told[0])


def test_strangers_cannot_flood_it(tmp_path):
    service = Service(tmp_path).start(options=('--log-lines', '5', '--address-failures', '0'))
    try:
        stranger = Person(service, 'nobody', 'x' * 43)
        started = time.monotonic()
        for _ in range(300):
            stranger.call('GET', '/v1/whoami')
        for number in range(40):
            Agent(service, Computer(name=f'FLOOD-{number}')).register()
        service.person('maria', 'viewer')
        seconds = time.monotonic() - started
        left_out = re.compile(r'^(\d+) lines? left out about callers who are not known$')

        def all_told():
            told = lines(service)
            shown = [line for line in told if 'not a valid token' in line or 'FLOOD' in line]
            missing = [int(found[1]) for line in told if (found := left_out.match(line))]
            assert len(shown) <= 5 * (seconds + 1) + 1
            return len(shown) + sum(missing) == 340
        wait_for(all_told, 10, 'each is told or counted')
        assert any('admin (127.0.0.1): POST /v1/tokens: 201' in line for line in lines(service)), 'it is told amid all that'
        service.stop()
    finally:
        if service.process:
            service.kill()
