"""The attention on apex frames, at next to no size."""

import pytest

from lab import moved_attention
from lab.moved_attention import Effort, measure


def test_it_goes_on_where_it_ended_and_moves_attention(tmp_path, monkeypatch):
    monkeypatch.setattr(moved_attention, 'EXPRESSIONS', ('happy', 'surprise'))
    effort = Effort(train=1, test=1, steps=1)
    figures = measure(tmp_path, 2, effort, report=lambda line: None)
    assert figures.keys() == {
        f'{kind}, {state}, {way}'
        for kind in ('pictures', 'clips')
        for state in ('untrained', 'trained')
        for way in ('exact', 'light')
    }
    for row in figures.values():
        assert 0 < row['frames'] < 100 and 0 < row['before'] < 100
        assert row['after'] - row['before'] == pytest.approx(row['gain'])
        assert 0 < abs(row['gain']) < 20
    asked = []
    assert measure(tmp_path, 2, effort, report=asked.append) == figures
    assert asked == []
