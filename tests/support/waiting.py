# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, never for luck."""
import time


def wait_for(condition, seconds, what=None):
    """The first true value of condition(), asked again and again; fails after so many seconds, with what was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {what or getattr(condition, "__doc__", None) or condition}')
        time.sleep(0.02)
