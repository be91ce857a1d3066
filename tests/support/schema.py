# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.yaml, and the part of JSON Schema that it uses."""
import functools
import os
import pathlib
import re

import yaml

SOURCE = pathlib.Path(os.environ.get('ROLLCALL_SOURCE') or pathlib.Path(__file__).resolve().parents[2])
METHODS = ('get', 'put', 'post', 'delete')
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}
KNOWN = {'$ref', 'type', 'enum', 'const', 'required', 'properties', 'additionalProperties', 'items', 'minItems', 'maxItems',
         'minLength', 'maxLength', 'minimum', 'maximum', 'pattern', 'format', 'oneOf', 'allOf', 'description', 'default'}


@functools.cache
def document():
    return yaml.safe_load((SOURCE / 'docs' / 'openapi.yaml').read_text())


def operations():
    """(method, path template, operation) of each operation."""
    for path, item in document()['paths'].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


@functools.cache
def find_operation(method, path):
    """The operation that a path without its query stands for; None for an unknown one."""
    for there, template, operation in sorted(operations(), key=lambda each: each[1].count('{')):
        pattern = re.sub(r'\\{\w+\\}', '[^/]+', re.escape(template))
        if there == method and re.fullmatch(pattern, path):
            return operation
    return None


def resolve(schema):
    while '$ref' in schema:
        target = document()
        for part in schema['$ref'].removeprefix('#/').split('/'):
            target = target[part]
        schema = target
    return schema


def has_type(value, name):
    if name in ('integer', 'number'):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def same(a, b):
    return type(a) is type(b) and a == b


def object_faults(value, schema, where):
    for name in schema.get('required', ()):
        if name not in value:
            yield f'{where}: {name} is not there'
    more = schema.get('additionalProperties', True)
    for name, member in value.items():
        if name in schema.get('properties', {}):
            yield from faults(member, schema['properties'][name], f'{where}/{name}')
        elif more is False:
            yield f'{where}: {name} is not known'
        elif isinstance(more, dict):
            yield from faults(member, more, f'{where}/{name}')


def text_faults(value, schema, where):
    if 'pattern' in schema and not re.search(schema['pattern'], value):
        yield f'{where}: {value!r} does not match {schema["pattern"]}'
    if not schema.get('minLength', 0) <= len(value.encode()) <= schema.get('maxLength', len(value.encode())):
        yield f'{where}: has {len(value.encode())} bytes'


def faults(value, schema, where=''):
    """What is wrong with a value by a schema, a line each."""
    schema = resolve(schema)
    assert set(schema) <= KNOWN, f'this checker does not know {set(schema) - KNOWN}'
    types = schema.get('type', [])
    types = [types] if isinstance(types, str) else types
    if types and not any(has_type(value, name) for name in types):
        yield f'{where}: {value!r} is no {" or ".join(types)}'
        return
    if 'enum' in schema and not any(same(value, each) for each in schema['enum']):
        yield f'{where}: {value!r} is none of {schema["enum"]}'
    if 'const' in schema and not same(value, schema['const']):
        yield f'{where}: {value!r} is not {schema["const"]!r}'
    if 'oneOf' in schema:
        wrong = [list(faults(value, each, where)) for each in schema['oneOf']]
        if sum(not each for each in wrong) != 1:
            yield f'{where}: {value!r} fits not just one of several: {wrong}'
    for each in schema.get('allOf', ()):
        yield from faults(value, each, where)
    if isinstance(value, dict):
        yield from object_faults(value, schema, where)
    elif isinstance(value, list):
        if not schema.get('minItems', 0) <= len(value) <= schema.get('maxItems', len(value)):
            yield f'{where}: has {len(value)} items'
        for index, item in enumerate(value):
            yield from faults(item, schema.get('items', {}), f'{where}/{index}')
    elif isinstance(value, str):
        yield from text_faults(value, schema, where)
    elif has_type(value, 'integer') and not schema.get('minimum', value) <= value <= schema.get('maximum', value):
        yield f'{where}: {value} is out of bounds'


def check_answer(method, path, status, media_type, body):
    """Fails where an answer of the service is not what docs/openapi.yaml says. body: the parsed JSON, or None."""
    operation = find_operation(method, path.split('?')[0])
    if operation is None:
        wanted = document()['components']['responses']['Problem']
    else:
        wanted = operation['responses'].get(str(status)) or operation['responses'].get('default')
    assert wanted is not None, f'{method} {path}: status {status} is not in docs/openapi.yaml'
    content = resolve(wanted).get('content')
    if not content:
        return
    assert media_type in content, f'{method} {path} {status}: {media_type} is none of {list(content)}'
    schema = content[media_type].get('schema')
    if schema and media_type.endswith('json'):
        found = list(faults(body, schema))
        assert not found, f'{method} {path} {status}: ' + '; '.join(found[:5])
