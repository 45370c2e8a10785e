"""Freed memory stays with the process, and is not mapped again."""

import ctypes
import os
import platform
import subprocess
import sys

import pytest
from mmengine.config import Config

from tgdfer_mm.commands import config as command_config
from tgdfer_mm.engine import glibc_memory

COUNT = """
import resource
import runpy
import numpy as np

{first}

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        [np.ones(2_000_000, np.uint8) for _ in range(30)]  # 14,648 pages
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
print(faults())
"""
KEEP = f"assert runpy.run_path({glibc_memory.__file__!r})['keep_freed_memory']()"


def count_faults(first: str) -> int:
    command = [sys.executable, '-c', COUNT.format(first=first)]
    settings = ('MALLOC_', 'GLIBC_', 'LD_PRELOAD')
    env = {n: value for n, value in os.environ.items() if not n.startswith(settings)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return int(done.stdout.splitlines()[-1])


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='needs glibc')
def test_blocks_are_mapped_once():
    assert count_faults('') > 50_000
    assert count_faults(KEEP) < 1_000


def test_other_systems_and_c_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, 'CDLL', lambda name: object())  # musl has no mallopt
    assert not glibc_memory.keep_freed_memory()
    monkeypatch.setattr(ctypes, 'CDLL', lambda name: '/' in name)  # as on Windows
    monkeypatch.setattr(sys, 'platform', 'win32')
    assert not glibc_memory.keep_freed_memory()


@pytest.mark.parametrize(('device', 'keeps'), [('cpu', 1), ('cuda', 0)])
def test_runs_of_the_tools_keep_it_on_cpu(device, keeps, monkeypatch):
    kept = []
    monkeypatch.setattr(command_config, 'get_device', lambda: device)
    monkeypatch.setattr(command_config, 'keep_freed_memory', lambda: kept.append(1))
    monkeypatch.setattr(command_config.RUNNERS, 'build', lambda cfg: cfg)
    command_config.build_runner(Config())
    assert len(kept) == keeps
