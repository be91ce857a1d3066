# SPDX-License-Identifier: GPL-3.0-or-later
"""What both the black-box and the window tests stand on."""
import pytest

from support import Agent, Computer, Service


@pytest.fixture
def service(tmp_path):
    """A new service; at the end it must stop cleanly and its log must be clean."""
    service = Service(tmp_path)
    try:
        yield service.start()
        service.stop()
    finally:
        if service.process:
            service.kill()


@pytest.fixture
def admin(service):
    return service.admin


@pytest.fixture
def agent(service):
    """Makes agents: agent() is a new computer, agent(name='...') says more about it."""
    return lambda **facts: Agent(service, Computer(**facts))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the log of the service that it happened with."""
    report = (yield).get_result()
    service = getattr(item, 'funcargs', {}).get('service')
    if report.failed and service is not None:
        report.sections.append(('rollcalld.log', service.log_text()[-8000:]))
