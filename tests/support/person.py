# SPDX-License-Identifier: GPL-3.0-or-later
"""A person or program with a bearer token."""
import urllib.parse
import uuid

from .connection import Connection, Refused, tls_context

__all__ = ['Person', 'Refused']


class Person(Connection):
    def __init__(self, service, name, token):
        super().__init__(service.url, tls_context(service.ca))
        self.service, self.name, self.token = service, name, token

    def call(self, method, path, json=None, headers=None, **options):
        headers = {'Authorization': f'Bearer {self.token}', **(headers or {})}
        return super().call(method, path, json, headers=headers, **options)

    def get(self, path):
        return self.ask('GET', path)

    def post(self, path, json=None):
        return self.ask('POST', path, json)

    def put(self, path, json=None):
        return self.ask('PUT', path, json)

    def delete(self, path):
        return self.ask('DELETE', path)

    def pages(self, path, **parameters):
        """The items of a list, page after page."""
        cursor = None
        while True:
            query = {name: value for name, value in {**parameters, 'cursor': cursor}.items() if value is not None}
            page = self.get(f'{path}?{urllib.parse.urlencode(query)}')
            yield from page['items']
            cursor = page['next']
            if cursor is None:
                return

    def rows(self, **parameters):
        return list(self.pages('/v1/registrations', **parameters))

    def row(self, id):
        return self.get(f'/v1/registrations/{id}')

    def events(self, id=None, kind=None):
        path = '/v1/audit' if id is None else f'/v1/registrations/{id}/audit'
        return [event for event in self.pages(path, limit=1000) if kind in (None, event['kind'])]

    def send_decision(self, action, items, note='', key=None, **options):
        """POST /v1/decisions with the items as they are; the answer as it is."""
        body = {'action': action, 'items': items, 'note': note}
        return self.call('POST', '/v1/decisions', body, headers={'Idempotency-Key': key or str(uuid.uuid4())}, **options)

    def decide(self, action, rows, note='', resource_id=None):
        """A decision on rows as they were read, each with its revision."""
        items = [{'id': row['id'], 'revision': row['revision']} for row in rows]
        if resource_id is not None:
            items = [{**item, 'resource_id': resource_id} for item in items]
        answer = self.send_decision(action, items, note)
        if answer.status >= 400:
            raise Refused(answer.status, answer.json)
        return answer.json

    def decide_one(self, action, row, note='', resource_id=None):
        """What was applied to a row or an id; fails where it was refused."""
        row = self.row(row) if isinstance(row, int) else row
        answer = self.decide(action, [row], note, resource_id)
        assert answer['refused'] == [], answer
        return answer['applied'][0]

    def refusal(self, action, row, **options):
        """The reason for which a decision on one row is refused."""
        row = self.row(row) if isinstance(row, int) else row
        answer = self.decide(action, [row], **options)
        assert answer['applied'] == [], answer
        return answer['refused'][0]['reason']

    def add_policy(self, result, enabled=True, title=None, **masks):
        """A registration policy; each further keyword is a mask type with one mask or several."""
        every = [{'type': type, 'mask': mask}
                 for type, some in masks.items() for mask in ([some] if isinstance(some, str) else some)]
        return self.post('/v1/registration-policies',
                         {'name': title or f'{result} {masks}', 'enabled': enabled, 'result': result, 'masks': every})

    def set_registration(self, **changes):
        """Changes some of the registration settings."""
        settings = self.get('/v1/settings/registration')
        return self.put('/v1/settings/registration', {**settings, **changes})
