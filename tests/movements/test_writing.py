"""Written tables are read again, and a command turns them into captions."""

import numpy as np
import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets.caption_files import read_captions
from tgdfer_mm.movements.reading import read_values
from tgdfer_mm.movements.values import UnitValues
from tgdfer_mm.movements.words import caption_of
from tgdfer_mm.movements.writing import write_values

NAN = float('nan')
CLIPS = {
    'a, b': UnitValues(('AU1', 'AU12'), np.array([[0.25, 1], [NAN, 0.5], [NAN, NAN]])),
    'c': UnitValues(('AU4',), np.array([[0.1]]), np.array([1.5])),
}


def test_values_survive_a_file(tmp_path):
    read = read_values(write_values(tmp_path / 'v.csv', CLIPS))
    assert [*read] == [*CLIPS]
    for clip, values in CLIPS.items():
        assert len(read[clip]) == len(values)
        for frame in range(len(values)):
            assert read[clip].of_frame(frame) == values.of_frame(frame)
    assert read['c'].seconds == [1.5] and read['a, b'].seconds is None


def test_the_command_writes_captions(tmp_path, capsys):
    table = tmp_path / 'v.csv'
    write_values(table, CLIPS | {'d': UnitValues(('AU4',), np.array([[NAN]]))})
    out = tmp_path / 'captions.csv'
    assert main(['data', 'movements', str(table), str(out)]) == 0
    assert 'd: no face was measured' in capsys.readouterr().out
    read = read_captions(out)
    assert read == {clip: caption_of(values) for clip, values in CLIPS.items()}
    assert main(['data', 'movements', str(table), str(out), '--times']) == 0
    assert 'until the end' not in read['a, b']
    assert ', until frame 1.' in read_captions(out)['a, b']


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        (['none.csv', 'out.csv'], 'no such file of values'),
        (['v.csv', 'out.txt'], 'written as CSV'),
        (['v.csv', './v.csv'], 'the values are read from here'),
        (['.', 'out.csv'], 'the values are read from here'),
        (['v.csv', 'out.csv', '--lexicon', 'none.json'], 'none.json cannot be read'),
        (['v.csv', 'out.csv', '--confidence', '2'], '--confidence'),
        (['empty.csv', 'out.csv'], 'no clip has a measured frame'),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    options, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    write_values('v.csv', CLIPS)
    write_values('empty.csv', {'d': UnitValues(('AU4',), np.array([[NAN]]))})
    assert main(['data', 'movements', *options]) == 2
    assert said in ' '.join(capsys.readouterr().err.split())
    assert [*read_values('v.csv')] == [*CLIPS]
    assert not (tmp_path / 'out.csv').exists()
