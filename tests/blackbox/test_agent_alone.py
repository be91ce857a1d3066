# SPDX-License-Identifier: GPL-3.0-or-later
"""rollcall-agent against a service that says what no good service would: R21, and what a hostile one could try."""
import ipaddress
import json
import re
import socket
import ssl
import threading
import time

import pytest

from support import wait_for
from support.fake_service import FakeService
from support.programs import RealAgent, Running, run

REGISTRATION, POLICIES, TASKS = '/v1/agent/registration', '/v1/agent/policies', '/v1/agent/tasks'
POLICY = {'id': 1, 'name': 'Updates', 'revision': 1, 'body': {'channel': 'stable'}}


@pytest.fixture
def fake(tmp_path):
    fake = FakeService(tmp_path)
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': 'allowed', 'retry_after_s': 900})
    fake.say('GET', POLICIES, {'items': [POLICY], 'site_servers': []})
    fake.say('GET', TASKS, {'items': []})
    yield fake
    fake.stop()


@pytest.fixture
def trusted(fake, tmp_path):
    """An agent that holds a policy."""
    agent = RealAgent(fake, tmp_path / 'agent')
    agent.once(status=0)
    assert agent.policies() == ['Updates']
    fake.asked.clear()
    return agent


class Watched(dict):
    """The answers of a fake service, and what happens just before each is given."""

    def __init__(self, answers, before):
        super().__init__(answers)
        self.before = before

    def get(self, call, default=None):
        self.before(call)
        return super().get(call, default)


@pytest.mark.parametrize('name', ['revoked', 'blocked', 'not-registered'])
def test_R21_an_agent_that_is_refused_at_its_access_clears_and_starts_registration_over(fake, trusted, name):
    held = []
    fake.answers = Watched(fake.answers, lambda call: held.append((call, trusted.stored.exists())))
    fake.refuse('GET', POLICIES, 403, name)
    trusted.once()
    assert held[:2] == [(('GET', POLICIES), True), (('POST', REGISTRATION), False)], 'it clears at once, then asks'
    assert trusted.policies() == []
    assert fake.asked[-1] == ('POST', REGISTRATION)


@pytest.mark.parametrize('status, name', [(503, 'unavailable'), (429, 'too-many')])
def test_R21_an_agent_with_policies_asks_for_registration_only_once_it_knows_whether_it_is_trusted(fake, trusted, status,
                                                                                                   name):
    fake.refuse('GET', POLICIES, status, name)
    assert trusted.once().returncode != 0
    assert set(fake.asked) == {('GET', POLICIES)}, 'a replaced key that asks is pending, and never told not-registered'


def test_R21_an_agent_whose_key_is_replaced_between_its_access_and_its_request_clears(fake, trusted):
    def replace(call):
        if call == ('POST', REGISTRATION):
            fake.say('POST', REGISTRATION, {'registration': 2, 'status': 'pending', 'retry_after_s': 900})
            fake.refuse('GET', POLICIES, 403, 'pending')

    fake.answers = Watched(fake.answers, replace)
    trusted.once(status=0)
    assert trusted.policies() == []


def test_R21_an_agent_that_was_revoked_and_holds_nothing_asks_once_an_interval(fake, trusted):
    fake.refuse('GET', POLICIES, 403, 'revoked')
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': 'revoked', 'retry_after_s': 900})
    trusted.once(status=0)
    fake.asked.clear()
    trusted.once(status=0)
    assert fake.asked == [('POST', REGISTRATION)]


def test_R21_waiting_for_a_decision_does_not_make_it_clear(fake, trusted):
    fake.refuse('GET', POLICIES, 403, 'pending')
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': 'pending', 'retry_after_s': 900})
    trusted.once(status=0)
    assert trusted.policies() == ['Updates']


@pytest.mark.parametrize('status', ['revoked', 'blocked'])
def test_R21_an_agent_that_learns_it_from_its_request_clears_too(fake, trusted, status):
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': status, 'retry_after_s': 900})
    trusted.once()
    assert trusted.policies() == []


@pytest.mark.parametrize('status, name', [(503, 'unavailable'), (429, 'too-many'), (401, 'unauthenticated'), (404, 'not-found'),
                                          (400, 'invalid'), (403, 'pending')])
def test_R21_no_other_refusal_makes_it_clear(fake, trusted, status, name):
    for method, path in (('GET', POLICIES), ('POST', REGISTRATION)):
        before = dict(fake.answers)
        fake.refuse(method, path, status, name)
        trusted.once()
        assert trusted.policies() == ['Updates']
        fake.answers = before


NONSENSE = [b'', b'no json', b'null', b'[]', b'{', b'{"items": 7}', b'{"items": [7], "site_servers": []}', b'\xff\xfe',
            b'{"items": [{"id": "x"}], "site_servers": []}', b'[' * 100_000, b' ' * (40 * 1024 * 1024),
            b'{"items": [{"id": 1, "name": "\\u0000", "revision": 1, "body": {}}], "site_servers": []}']


@pytest.mark.parametrize('body', NONSENSE, ids=lambda body: repr(body[:30]))
@pytest.mark.parametrize('method, path', [('POST', REGISTRATION), ('GET', POLICIES), ('GET', TASKS)])
def test_nonsense_from_a_service_changes_nothing(fake, trusted, method, path, body):
    fake.say(method, path, body)
    done = trusted.once()
    assert done.returncode >= 0, f'it ended by signal {-done.returncode}'
    assert trusted.policies() == ['Updates']


@pytest.mark.parametrize('answer', [
    {'registration': 'x', 'status': 'revoked', 'retry_after_s': 900}, {'registration': 0, 'status': 'revoked', 'retry_after_s': 900},
    {'registration': 1, 'status': 'trusted', 'retry_after_s': 900}, {'registration': 1, 'status': 7, 'retry_after_s': 900},
    {'registration': 1, 'status': 'revoked', 'retry_after_s': 'x'}, {'registration': 1, 'status': 'revoked', 'retry_after_s': 1.5},
    {'registration': 1, 'status': 'revoked'}, {'registration': 10 ** 30, 'status': 'revoked', 'retry_after_s': 10 ** 30}])
def test_an_answer_of_wrong_types_changes_nothing(fake, trusted, answer):
    fake.say('POST', REGISTRATION, answer)
    trusted.once(status=3)
    assert trusted.policies() == ['Updates']


def test_a_redirection_is_not_followed(fake, trusted):
    fake.answers['GET', POLICIES] = (302, 'text/html', b'')
    trusted.once()
    assert trusted.policies() == ['Updates']
    assert {path for _, path in fake.asked} <= {REGISTRATION, POLICIES, TASKS}


def test_a_task_of_a_kind_that_is_not_known_fails_and_the_others_are_done(fake, trusted):
    kinds = ['collect-inventory', 'format-the-disk', 'refresh-policies']
    fake.say('GET', TASKS, {'items': [{'id': number, 'kind': kind, 'parameters': {}}
                                      for number, kind in enumerate(kinds, 1)]})
    for number in (1, 2, 3):
        fake.say('POST', f'{TASKS}/{number}/result', b'', status=204)
    trusted.once(status=0)
    outcomes = [json.loads(body)['outcome'] for path, body in fake.bodies if path.endswith('/result')]
    assert outcomes == ['done', 'failed', 'done']


def test_the_agent_tells_of_itself_what_the_interface_allows(fake, trusted):
    trusted.once(status=0)
    body = next(json.loads(body) for path, body in fake.bodies if path == REGISTRATION)
    assert set(body) == {'computer', 'agent', 'resource_keys'}
    identity = trusted.identity()
    assert identity['computer']['name'] == body['computer']['name'] != ''
    assert not any(ipaddress.ip_address(ip).is_link_local or ipaddress.ip_address(ip).is_loopback for ip in body['computer']['ips'])
    for key in body['resource_keys']:
        assert key['value'] and key['type'] in ('uniqueid', 'fqdn', 'name.domain', 'macaddress')
        assert not set(key['value']) <= set('0f:-./ '), f'junk is left out: {key}'


@pytest.mark.parametrize('program, options', [('rollcall-agent', ['--state-dir', 'agent']), ('rollcall-fleet', ['--count', 3])])
def test_the_authority_may_be_named_from_the_working_directory(fake, program, options):
    run(program, '--server', fake.url, '--ca', fake.ca.name, *options, '--once', cwd=fake.ca.parent)
    assert ('POST', REGISTRATION) in fake.asked


@pytest.mark.parametrize('program, options', [('rollcall-agent', ['--state-dir', 'agent']), ('rollcall-fleet', ['--count', 3])])
def test_an_authority_that_is_not_there_is_said_so(fake, program, options):
    done = run(program, '--server', fake.url, '--ca', 'nowhere.pem', *options, '--once', cwd=fake.ca.parent, status=2)
    assert 'nowhere.pem' in done.stderr
    assert fake.asked == []


@pytest.fixture
def staying(fake, tmp_path, request):
    """Starts the agent to stay; its log, with what it does not tell everybody."""
    started = []

    def start(*options):
        agent = RealAgent(fake, tmp_path / 'staying')
        started.append(Running(tmp_path / 'staying.log', *agent.command(*options), G_MESSAGES_DEBUG='all'))
        return started[0]
    yield start
    for each in started:
        each.end()


def waits(running):
    return [int(seconds) for seconds in re.findall(r'asks again in (\d+) s', running.log_text())]


@pytest.mark.parametrize('said, least, most', [(900, 720, 1080), (10 ** 15, 69_120, 103_680), (-5, 1, 1), (0, 1, 1)])
def test_R21_the_interval_that_it_is_told_is_bounded_and_not_kept_to_the_second(fake, staying, said, least, most):
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': 'pending', 'retry_after_s': said})
    running = staying()
    [wait, *_] = wait_for(lambda: waits(running), 20, 'it tells when it asks again')
    assert least <= wait <= most


def test_agents_that_started_together_do_not_ask_together(fake, tmp_path):
    fake.say('POST', REGISTRATION, {'registration': 1, 'status': 'pending', 'retry_after_s': 80_000})
    agents = [Running(tmp_path / f'{n}.log', *RealAgent(fake, tmp_path / f'{n}').command(), G_MESSAGES_DEBUG='all')
              for n in range(4)]
    chosen = {wait_for(lambda agent=agent: waits(agent), 30)[0] for agent in agents}
    assert [agent.end() for agent in agents] == [0] * 4
    assert len(chosen) == 4


@pytest.mark.parametrize('status, name', [(503, 'unavailable'), (429, 'too-many')])
@pytest.mark.parametrize('said, least, most', [('600', 480, 720), ('1', 1, 3), ('99999999', 69_120, 103_680), ('soon', 1, 3), (None, 1, 3)])
def test_a_service_that_asks_to_be_left_alone_is(fake, staying, status, name, said, least, most):
    fake.refuse('POST', REGISTRATION, status, name, *([('Retry-After', said)] if said else []))
    running = staying()
    [wait, *_] = wait_for(lambda: waits(running), 20)
    assert least <= wait <= most


def test_a_service_that_is_away_is_asked_less_and_less(fake, staying):
    fake.stop()
    running = staying()
    wait_for(lambda: len(waits(running)) >= 2, 30)
    first, second, *_ = waits(running)
    assert 1 <= first <= 3 <= second <= 5
    fake.server.server_close()


class Dripping:
    """A service that begins an answer and goes on with a byte now and then, for ever."""

    def __init__(self, fake):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(fake.ca)
        self.listener, self.asked = socket.create_server(('127.0.0.1', 0)), threading.Event()
        self.url, self.ca = f'https://127.0.0.1:{self.listener.getsockname()[1]}', fake.ca
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                connection = self.context.wrap_socket(self.listener.accept()[0], server_side=True)
                connection.recv(65536)
                self.asked.set()
                connection.send(b'HTTP/1.1 200 OK\r\nX-Slow: ')
                while True:
                    connection.send(b'x')
                    time.sleep(0.1)
        except OSError:
            pass

    def as_agent(self):
        return ['--server', self.url, '--ca', self.ca]


def test_a_service_that_never_comes_to_an_end_is_given_up(fake, tmp_path):
    slow = Dripping(fake)
    start = time.monotonic()
    done = run(*RealAgent(slow, tmp_path / 'slow').command('--once', '--timeout', '2'), status=3)
    assert 'took too long' in done.stderr and time.monotonic() - start < 20
    slow.listener.close()


def test_an_agent_ends_at_once_though_the_service_does_not_answer(fake, tmp_path):
    slow = Dripping(fake)
    running = Running(tmp_path / 'slow.log', *RealAgent(slow, tmp_path / 'slow').command())
    assert slow.asked.wait(20)
    start = time.monotonic()
    assert running.end() == 0
    assert time.monotonic() - start < 10
    slow.listener.close()
