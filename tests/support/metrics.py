# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' text format, version 0.0.4, read strictly."""
import re

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
SAMPLE = re.compile(rf'({NAME})(?:\{{(.*)\}})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
TYPES = ('counter', 'gauge', 'histogram', 'summary', 'untyped')


def parse_labels(text):
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        assert found, f'no label: {text[at:]!r}'
        assert found[1] not in labels, f'{found[1]} twice: {text}'
        labels[found[1]] = found[2]
        at = found.end()
    return labels


class Metrics:
    """samples: {(name, frozenset of labels): value}; types: {metric: type}."""

    def __init__(self, text):
        self.samples, self.types, self.helps = {}, {}, {}
        assert text.endswith('\n') and '\r' not in text
        current = None
        for line in text[:-1].split('\n'):
            if line.startswith('# HELP '):
                _, _, current, words = line.split(' ', 3)
                assert current not in self.helps and words and re.fullmatch(NAME, current), line
                self.helps[current] = words
            elif line.startswith('# TYPE '):
                _, _, name, type = line.split(' ')
                assert name == current and name not in self.types and type in TYPES, line
                self.types[name] = type
            else:
                self.add(line, current)
        self.check_histograms()

    def add(self, line, current):
        found = SAMPLE.fullmatch(line)
        assert found, f'no sample: {line!r}'
        name, labels, value = found[1], parse_labels(found[2] or ''), float(found[3])
        parts = ('_bucket', '_sum', '_count') if self.types[current] == 'histogram' else ('',)
        assert name in {current + part for part in parts}, f'{name} does not belong to {current}'
        assert self.types[current] != 'counter' or name.endswith('_total'), f'{name}: a counter'
        key = (name, frozenset(labels.items()))
        assert key not in self.samples, f'twice: {line}'
        self.samples[key] = value

    def check_histograms(self):
        for metric in (name for name, type in self.types.items() if type == 'histogram'):
            series = {}
            for (name, labels), value in self.samples.items():
                if name == metric + '_bucket':
                    bound = dict(labels)['le']
                    rest = labels - {('le', bound)}
                    series.setdefault(rest, []).append((float(bound), value))
            for labels, buckets in series.items():
                values = [value for _, value in sorted(buckets)]
                assert values == sorted(values) and sorted(buckets)[-1][0] == float('inf'), (metric, labels)
                assert values[-1] == self.samples[metric + '_count', labels], (metric, labels)
                assert self.samples[metric + '_sum', labels] >= 0

    def get(self, name, **labels):
        return self.samples.get((name, frozenset(labels.items())))

    def sum(self, name, **labels):
        return sum(value for (there, all), value in self.samples.items() if there == name and labels.items() <= dict(all).items())
