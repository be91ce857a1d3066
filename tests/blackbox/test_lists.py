# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's rows as lists: status, q, sort, paging; and the summary."""
import pytest

from support.connection import refused
from support.schema import document, resolve


@pytest.fixture
def rows(admin, agent):
    """Seven computers: three Pending, two Allowed, one Blocked, one Revoked."""
    people = ['anna', 'Bert', 'carl', 'dora', 'anna', 'bert', 'Eva']
    made = []
    for number, user in enumerate(people):
        made.append(agent(name=f'PC-{number % 5}', fqdn=f'host-{number}.example', user=user,
                          domain='corp.example' if number % 2 else 'lab.example',
                          ips=[f'10.{number}.0.1', '2001:db8::7'][:1 + number % 2], version=f'1.{number}'))
        made[-1].id = made[-1].register()['registration']
    admin.send_decision('allow', [{'id': each.id} for each in made[3:5] + made[6:]])
    admin.decide_one('block', made[5].id)
    admin.decide_one('revoke', made[6].id)
    made[3].access()
    made[0].register()
    return made


def test_status_filters_by_one_or_more(admin, rows):
    def ids(**parameters):
        return {row['id'] for row in admin.rows(**parameters)}

    assert ids(status='pending') == {each.id for each in rows[:3]}
    assert ids(status='blocked,revoked') == {rows[5].id, rows[6].id}
    assert ids() == {each.id for each in rows}
    for wrong in ('purple', 'pending,purple', 'Pending'):
        with refused(400, 'invalid'):
            admin.get(f'/v1/registrations?status={wrong}')


def test_q_looks_into_what_people_know(admin, rows):
    one = rows[3]
    needles = [one.fingerprint, one.fingerprint[10:20], one.computer.macs[0].upper(), one.computer.ips[0],
               one.computer.fqdn.upper(), one.computer.fqdn[:-3]]
    for needle in needles:
        assert [row['id'] for row in admin.rows(q=needle)] == [one.id], needle
    assert {row['id'] for row in admin.rows(q='BERT')} == {rows[1].id, rows[5].id}
    assert {row['id'] for row in admin.rows(q='pc-1')} == {rows[1].id, rows[6].id}
    assert [row['id'] for row in admin.rows(q='bert', status='blocked')] == [rows[5].id]


@pytest.mark.parametrize('text', ['%', '_', '*', '"', "'", '\\', "' OR 1=1 --", 'pc_1', '\N{SNOWMAN}'])
def test_q_is_text_and_no_pattern(admin, rows, text):
    assert admin.rows(q=text) == []


@pytest.mark.parametrize('field', resolve(document()['components']['schemas']['Registration'])['properties'])
@pytest.mark.parametrize('limit', [2, 200])
def test_sort_by_any_field_pages_without_gap_or_double(every_row, field, limit):
    admin, ids = every_row
    up = admin.rows(sort=field, limit=limit)
    down = admin.rows(sort='-' + field, limit=limit)
    assert sorted(row['id'] for row in up) == ids
    assert [row['id'] for row in down] == [row['id'] for row in reversed(up)], 'ties are broken by id in the same direction'
    values = [row[field] for row in up]
    if field in ('id', 'revision', 'request_count', 'key_changes', 'first_requested', 'last_requested', 'fingerprint'):
        assert values == sorted(values)
    if field in ('name', 'user', 'domain', 'fqdn', 'os'):
        assert [value.casefold() for value in values] in (sorted(value.casefold() for value in values),) or \
            values == sorted(values)
    if field in ('last_contact', 'decided_at', 'resource_id'):
        there = [value for value in values if value is not None]
        assert there == sorted(there)


@pytest.fixture(scope='module')
def every_row(tmp_path_factory):
    """One service for the many orders that are only looked at."""
    from support import Agent, Computer, Service
    service = Service(tmp_path_factory.mktemp('lists')).start()
    try:
        ids = []
        for number in range(9):
            one = Agent(service, Computer(name=f'pc-{number % 4}', user=['Zoe', 'adam', 'Bert'][number % 3]))
            ids.append(one.register()['registration'])
            if number % 3 == 0:
                service.admin.decide_one('allow', ids[-1])
                one.access()
        yield service.admin, ids
        service.stop()
    finally:
        if service.process:
            service.kill()


def test_a_page_has_at_most_limit_rows_and_a_cursor_to_the_next(admin, rows):
    page = admin.get('/v1/registrations?limit=3&sort=id')
    assert [row['id'] for row in page['items']] == [each.id for each in rows[:3]]
    assert page['next']
    assert admin.get('/v1/registrations?limit=7')['next'] is None
    assert admin.get('/v1/registrations?limit=1000')['next'] is None


def test_a_row_that_comes_while_somebody_pages_makes_no_double(admin, rows, agent):
    first = admin.get('/v1/registrations?limit=3&sort=-id')
    agent().register()
    rest = admin.get(f'/v1/registrations?limit=1000&sort=-id&cursor={first["next"]}')
    assert [row['id'] for row in first['items'] + rest['items']] == [each.id for each in reversed(rows)]


@pytest.mark.parametrize('query', ['limit=0', 'limit=1001', 'limit=ten', 'limit=-1', 'cursor=nonsense', 'cursor=%00', 'sort=colour',
                                   'sort=', 'sort=-', 'sort=id;drop', 'status=%ff', 'q=%ff', 'q=%00'])
def test_a_wrong_parameter_is_invalid(admin, query):
    with refused(400, 'invalid'):
        admin.get(f'/v1/registrations?{query}')


@pytest.mark.parametrize('path', ['/v1/registrations/999', '/v1/registrations/0', '/v1/registrations/x', '/v1/registrations/-1',
                                  '/v1/registrations/99999999999999999999', '/v1/registrations/999/audit', '/v1/nothing', '/',
                                  '/v1/registration-policies/999'])
def test_what_is_not_there_is_not_found(admin, path):
    with refused(404, 'not-found'):
        admin.get(path)


def test_the_summary_counts(admin, rows):
    summary = admin.get('/v1/summary')
    assert summary['by_status'] == {'pending': 3, 'allowed': 2, 'blocked': 1, 'revoked': 1}
    assert summary['requests_per_hour'][-1] + summary['requests_per_hour'][-2] == 8
    duplicate = rows[3].with_new_key()
    duplicate.register()
    assert admin.get('/v1/summary')['by_advice']['reinstall'] == 1


def test_metrics_and_health(service, admin):
    assert admin.call('GET', '/healthz', headers={'Authorization': 'none'}).status == 200
    assert admin.call('GET', '/readyz').status == 200
    answer = admin.call('GET', '/metrics')
    assert answer.headers.get_content_type() == 'text/plain'
    lines = [line for line in answer.body.decode().splitlines() if line and not line.startswith('#')]
    assert lines and all(float(line.rsplit(' ', 1)[1]) >= 0 for line in lines)
