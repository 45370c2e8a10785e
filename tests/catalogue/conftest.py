"""Folders of a user of these tests, and a host on this machine."""

import pytest

from .host import serving


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Fetched models and settings go below the test's own folder."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.setenv('XDG_CONFIG_HOME', str(tmp_path / 'config'))
    return tmp_path


@pytest.fixture
def host():
    with serving() as found:
        yield found
