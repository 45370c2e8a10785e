"""The shares of a video's stages."""

import threading
import time

import pytest

from lab.benchmark.video_stages import END, REST, START, Stages, put_table


def busy(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_the_time_of_a_stage_is_that_of_its_threads():
    stages = Stages()
    work = stages.timed('work', busy)
    thread = threading.Thread(target=work, args=(0.02,))
    thread.start()
    work(0.02)
    thread.join()
    assert list(stages.timed_items('items', iter)([1, 2, 3])) == [1, 2, 3]
    shares = stages.shares(0.16)
    assert 0.24 < shares['work'] < 0.5 and shares['items'] < 0.1
    assert sum(shares.values()) == pytest.approx(1)


def test_the_tables_stand_between_the_marks():
    page = f'before\n{START}\nold\n{END}\nafter'
    shares = {REST: 0.5, 'model': 0.2, 'decoding': 0.3}
    text = put_table(page, {'frames/s': 7}, shares)
    assert text.startswith('before') and text.endswith('after') and 'old' not in text
    assert text.index('decoding') < text.index('model') < text.index(REST)
    assert '| decoding | 30% |' in text and '| frames/s | 7 |' in text
    assert put_table(text, {'frames/s': 7}, shares) == text
    with pytest.raises(ValueError, match='lacks'):
        put_table('no marks', {}, {})
