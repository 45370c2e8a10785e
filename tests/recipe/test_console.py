"""The screen shows what happens; the log file has everything."""

import io
import logging

import pytest

from tgdfer_mm.recipe.console import keep_long_parts_off_the_screen

LONG = (
    '\n' + '-' * 60 + '\nSystem environment:\n    Python: 3',
    'Config:\na = 1',
    'Hooks will be executed in the following order:\nbefore_run',
    'Exp name: mine_2026',
)


@pytest.fixture
def logger():
    logger = logging.Logger('mine')
    logger.screen = io.StringIO()
    logger.addHandler(logging.StreamHandler(logger.screen))
    return logger


def test_long_parts_are_in_the_file_which_the_screen_names(logger, tmp_path):
    path = tmp_path / 'run.log'
    logger.addHandler(logging.FileHandler(path))
    keep_long_parts_off_the_screen(logger)
    for part in (*LONG, 'Epoch(train) [1]'):
        logger.info(part)
    screen = logger.screen.getvalue()
    assert screen.splitlines() == [
        f'The environment and the whole config are in {path}.',
        'Epoch(train) [1]',
    ]
    assert all(part in path.read_text() for part in (*LONG, 'Epoch(train) [1]'))


def test_without_a_file_nothing_is_left_out(logger):
    keep_long_parts_off_the_screen(logger)
    for part in LONG:
        logger.info(part)
    assert logger.screen.getvalue() == ''.join(f'{part}\n' for part in LONG)
