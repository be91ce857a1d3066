# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /metrics: the format, and that its figures are true."""
import collections
import contextlib
import pathlib
import random
import re
import sqlite3
import threading

from support import Agent, Person, wait_for
from support.connection import Connection, tls_context
from support.metrics import Metrics
from support.schema import SOURCE, operations

STATUSES = ('pending', 'allowed', 'blocked', 'revoked')


def read(admin):
    answer = admin.call('GET', '/metrics')
    assert answer.headers['Content-Type'] == 'text/plain; version=0.0.4; charset=utf-8'
    return Metrics(answer.body.decode())


def test_calls_are_counted_by_route_and_status(service, admin, agent):
    one = agent()
    id = one.register()['registration']
    one.register()
    one.access()
    admin.call('GET', f'/v1/registrations/{id}')
    admin.call('GET', '/v1/registrations/4711')
    admin.call('GET', '/v1/nothing/of/the/kind')
    admin.call('DELETE', '/v1/whoami', check=False)
    Person(service, 'nobody', 'wrong').call('GET', '/v1/whoami')
    wanted = {('POST', '/v1/agent/registration', '200'): 2, ('GET', '/v1/agent/policies', '403'): 1,
              ('GET', '/v1/registrations/{id}', '200'): 1, ('GET', '/v1/registrations/{id}', '404'): 1,
              ('', 'none', '404'): 2, ('GET', '/v1/whoami', '401'): 1}

    def count():
        found = read(admin)
        return wanted == {(method, route, status): found.get('rollcall_http_requests_total', method=method, route=route, status=status)
                          for method, route, status in wanted} and found
    found = wait_for(count, 5, 'each is counted soon after its answer')
    assert found.get('rollcall_http_request_duration_seconds_count', method='POST', route='/v1/agent/registration') == 2
    assert found.sum('rollcall_http_request_duration_seconds_sum') > 0
    assert found.get('rollcall_committed_requests_total') == 3
    assert 1 <= found.get('rollcall_commits_total', result='done') <= 4
    assert found.get('rollcall_commits_total', result='failed') == 0
    assert found.get('rollcall_audit_events_total') == len(admin.events())
    assert found.get('rollcall_build_info', version=admin.get('/v1/whoami')['server_version']) == 1


def test_each_route_has_the_name_that_the_interface_gives_it(service, admin):
    """Whatever is called, no label is made of what a caller sent."""
    for method, path, _ in operations():
        if 'stream' not in path and 'backup' not in path:
            admin.call(method, path.replace('{id}', '4711').replace('{name}', 'x"\\\n{}'.encode().hex()), check=False)
    known = {(method, path) for method, path, _ in operations()} | {('', 'none')}
    for name, labels in read(admin).samples:
        if name == 'rollcall_http_requests_total':
            assert (dict(labels)['method'], dict(labels)['route']) in known


def test_registrations_by_status_are_true_after_whatever_happened(service, admin):
    """The store keeps these figures by triggers: they must agree with the rows after merges, purges and a restart."""
    chance = random.Random(12)
    agents = [Agent(service) for _ in range(12)]
    for step in range(200):
        one = chance.choice(agents)
        if chance.random() < 0.4:
            (one.with_new_key() if chance.random() < 0.3 else Agent(service) if chance.random() < 0.3 else one).register()
        else:
            rows = admin.rows()
            if rows:
                admin.decide(chance.choice(('allow', 'block', 'revoke')), chance.sample(rows, 1))
    admin.set_registration(duplicate_observation_s=0)

    def compare():
        wanted = collections.Counter(row['status'] for row in service.admin.rows())
        found = read(service.admin)
        assert {status: found.get('rollcall_registrations', status=status) for status in STATUSES} == \
            {status: wanted[status] for status in STATUSES}
        return wanted
    assert len(compare()) == 4
    service.restart(now='+P200D')
    assert service.admin.post('/v1/maintenance/purge') is not None
    after = compare()
    assert after['blocked'] == 0
    for one in agents:
        Agent(service, one.computer, one.key).register()
    compare()


def test_what_is_under_way_is_told(service, admin):
    with contextlib.closing(Person(service, 'admin', admin.token)) as person:
        stream = person.send('GET', '/v1/changes/stream', headers={'Authorization': f'Bearer {admin.token}'})
        stream.readline()
        found = read(admin)
        assert (found.get('rollcall_streams_open'), found.get('rollcall_http_requests_open')) == (1, 2)
    agents = [Agent(service) for _ in range(4)]
    for one in agents:
        one.call('GET', '/healthz')
    with contextlib.closing(sqlite3.connect(service.data / 'rollcall.sqlite', isolation_level=None)) as store:
        store.execute('BEGIN IMMEDIATE')
        threads = [threading.Thread(target=one.register) for one in agents]
        later = iter(threads)

        def one_more_waits():
            """The writer took those that came before it began to wait for the store; who comes then is in the queue."""
            if thread := next(later, None):
                thread.start()
            return read(admin).get('rollcall_writer_queue') >= 1

        wait_for(one_more_waits, 4, 'some wait while the writer waits itself')
        store.execute('ROLLBACK')
        for thread in later:
            thread.start()
    for thread in threads:
        thread.join(20)
    wait_for(lambda: read(admin).get('rollcall_writer_queue') == 0, 5)
    assert read(admin).get('rollcall_registrations', status='pending') == 4


def test_it_is_for_those_with_a_token(service):
    nobody = Connection(service.url, tls_context(service.ca))
    assert nobody.call('GET', '/metrics').status == 401
    assert service.person('prometheus', 'viewer').call('GET', '/metrics').status == 200


def test_each_metric_is_documented(service, admin):
    page = pathlib.Path(SOURCE, 'docs/man/rollcalld.8').read_text()
    assert set(re.findall(r'\.It Ic (\S+)', page[page.index('.Sh METRICS'):])) == set(read(admin).types)
