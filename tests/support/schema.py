# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.yaml, and whether what the service answers is what it says (JSON Schema 2020-12, by jsonschema)."""
import functools
import os
import pathlib
import re

import jsonschema
import referencing
import referencing.jsonschema
import yaml

SOURCE = pathlib.Path(os.environ.get('ROLLCALL_SOURCE') or pathlib.Path(__file__).resolve().parents[2])
METHODS = ('get', 'put', 'post', 'delete')
BASE = 'urn:rollcall:openapi'


def is_integer(_, value):
    """JSON Schema takes 1.0 for one, a client in another language may not."""
    return isinstance(value, int) and not isinstance(value, bool)


Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many({'integer': is_integer}))


@functools.cache
def document():
    return yaml.safe_load((SOURCE / 'docs' / 'openapi.yaml').read_text())


@functools.cache
def registry():
    return referencing.Registry().with_resource(
        BASE, referencing.Resource.from_contents(document(), default_specification=referencing.jsonschema.DRAFT202012))


def operations():
    """(method, path template, operation) of each operation."""
    for path, item in document()['paths'].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


@functools.cache
def find_path(method, path):
    """The template that a path without its query stands for; None for an unknown one."""
    for there, template, _ in sorted(operations(), key=lambda each: each[1].count('{')):
        pattern = re.sub(r'\\{\w+\\}', '[^/]+', re.escape(template))
        if there == method and re.fullmatch(pattern, path):
            return template
    return None


def get(pointer):
    target = document()
    for part in pointer.split('/')[1:]:
        target = target[part.replace('~1', '/').replace('~0', '~')]
    return target


def follow(pointer):
    """The pointer of what a pointer leads to by $ref."""
    while '$ref' in get(pointer):
        pointer = get(pointer)['$ref'].removeprefix('#')
    return pointer


def resolve(schema):
    while '$ref' in schema:
        schema = get(schema['$ref'].removeprefix('#'))
    return schema


def escape(part):
    return part.replace('~', '~0').replace('/', '~1')


@functools.cache
def make_validator(pointer):
    return Validator({'$ref': f'{BASE}#{pointer}'}, registry=registry())


def faults(value, pointer):
    """What is wrong with a value by the schema at a pointer, a line each."""
    return [f'{error.json_path}: {error.message}' for error in make_validator(pointer).iter_errors(value)]


@functools.cache
def find_response(method, path, status):
    """The pointer of the response that the document names for an answer."""
    template = find_path(method, path)
    if template is None:
        return '/components/responses/Problem'
    responses = f'/paths/{escape(template)}/{method.lower()}/responses'
    named = [name for name in (str(status), 'default') if name in get(responses)]
    assert named, f'{method} {path}: status {status} is not in docs/openapi.yaml'
    return follow(f'{responses}/{named[0]}')


def check_answer(method, path, status, headers, content, json):
    """Fails where an answer of the service is not what docs/openapi.yaml says. content: the bytes; json: parsed, or None."""
    what = f'{method} {path} {status}'
    pointer = find_response(method, path.split('?')[0], status)
    response = get(pointer)
    for name, header in response.get('headers', {}).items():
        needed = header.get('required') or name == 'Retry-After' and status in (429, 503)
        assert name in headers or not needed, f'{what}: no {name}'
        if name in headers and header['schema'].get('type') == 'integer':
            assert int(headers[name]) >= header['schema'].get('minimum', 0), f'{what}: {name}: {headers[name]}'
    if not response.get('content'):
        assert content == b'', f'{what}: a body that docs/openapi.yaml does not know'
        return
    media_type = headers.get_content_type()
    assert media_type in response['content'], f'{what}: {media_type} is none of {list(response["content"])}'
    if media_type.endswith('json') and 'schema' in response['content'][media_type]:
        found = faults(json, f'{pointer}/content/{escape(media_type)}/schema')
        assert not found, f'{what}: ' + '; '.join(found[:5])
