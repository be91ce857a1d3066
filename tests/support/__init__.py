# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests that drive the programs from outside share: a service, people, agents, and waiting for a condition."""
from .agent import Agent, Computer
from .person import Person, Refused
from .service import Service
from .waiting import wait_for

__all__ = ['Agent', 'Computer', 'Person', 'Refused', 'Service', 'wait_for']
