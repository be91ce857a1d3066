# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGTERM amid everything: what was accepted is answered and on disk, the exit is clean, and soon."""
import contextlib
import http.client
import os
import ssl
import subprocess
import threading
import time

import pytest

from support import Agent, Person, Service, wait_for

# For more starts and stops than belong into every run: ROLLCALL_STOPS=60.
STOPS = int(os.environ.get('ROLLCALL_STOPS', '5'))

# Time between what libmicrohttpd notes and what it does about it, so that a race between its threads shows.
SLOW = '''
#include <dlfcn.h>
#include <sys/epoll.h>
#include <unistd.h>
int epoll_ctl (int set, int what, int file, struct epoll_event *event)
{
  static int (*real) (int, int, int, struct epoll_event *);
  if (real == NULL)
    real = dlsym (RTLD_NEXT, "epoll_ctl");
  if (what == EPOLL_CTL_DEL)
    usleep (300);
  return real (set, what, file, event);
}
'''
LISTEN = ('--listen', '127.0.0.1:0') * 5


@pytest.fixture(scope='module')
def slow(tmp_path_factory):
    library = tmp_path_factory.mktemp('slow') / 'slow.so'
    subprocess.run(['cc', '-D_GNU_SOURCE', '-shared', '-fPIC', '-x', 'c', '-', '-o', library], input=SLOW, text=True, check=True)
    return library


class Load:
    """Agents, people with kept and with fresh connections, and change streams, all at once, until end()."""

    def __init__(self, service):
        self.service, self.over, self.registered, self.asked = service, threading.Event(), set(), 0
        self.threads = [threading.Thread(target=self.go_on, args=(one,), daemon=True)
                        for one in (self.register, self.register, self.look, self.look_afresh, self.look_afresh, self.follow)]
        for thread in self.threads:
            thread.start()

    def go_on(self, one):
        while not self.over.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, ssl.SSLError, AssertionError):
                one()

    def register(self):
        agent = Agent(self.service)
        for _ in range(20):
            answer = agent.call('POST', '/v1/agent/registration', agent.computer.body())
            if answer.status == 200:
                self.registered.add(agent.fingerprint)
            self.asked += 1

    def look(self):
        while self.service.admin.call('GET', '/v1/registrations?limit=3').status == 200 and not self.over.is_set():
            self.asked += 1

    def look_afresh(self):
        with contextlib.closing(Person(self.service, 'admin', self.service.admin.token)) as person:
            person.call('GET', '/v1/summary')

    def follow(self):
        with contextlib.closing(Person(self.service, 'admin', self.service.admin.token)) as person:
            stream = person.send('GET', '/v1/changes/stream', headers={'Authorization': f'Bearer {person.token}'})
            while stream.readline():
                pass

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(40)
            assert not thread.is_alive()


@pytest.mark.parametrize('once', range(STOPS))
def test_a_stop_under_load_is_clean_and_loses_nothing(tmp_path, monkeypatch, slow, once):
    service = Service(tmp_path)
    with monkeypatch.context() as environment:
        environment.setenv('LD_PRELOAD', str(slow))
        environment.setenv('ASAN_OPTIONS', 'verify_asan_link_order=0')
        service.start(options=LISTEN)
    load = Load(service)
    try:
        wait_for(lambda: load.asked >= 40 and load.registered, 30, 'the load is on')
        started = time.monotonic()
        service.stop()
        took = time.monotonic() - started
    finally:
        load.end()
        if service.process:
            service.kill()
    assert took < 10, 'nobody is waited for that long'
    service.start()
    try:
        assert load.registered <= {row['fingerprint'] for row in service.admin.pages('/v1/registrations', limit=1000)}
        service.stop()
    finally:
        if service.process:
            service.kill()
