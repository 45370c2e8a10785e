"""The command that refines, on a refiner of three lines."""

import json
import sys

import pytest

from projects.grace.refine import main

REFINER = """
import json, sys
given = json.load(sys.stdin)
if given['clip'] == '3': sys.exit('no face')
print(given['caption'].upper(), len(given.get('path', '')) > 0)
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / 'refiner.py').write_text(REFINER)
    captions = {'1': 'he smiles', '2': 'she frowns', '3': 'nobody'}
    (tmp_path / 'captions.json').write_text(json.dumps(captions))
    for clip in captions:
        (tmp_path / 'clips' / clip).mkdir(parents=True)
        (tmp_path / 'clips' / clip / '1.jpg').write_text(clip)
    command = ['--', sys.executable, str(tmp_path / 'refiner.py')]
    names = [str(tmp_path / name) for name in ('captions.json', 'out.jsonl')]
    return tmp_path, [*names, '--clips', str(tmp_path / 'clips'), *command]


def test_one_clip_that_fails_does_not_end_the_others(files, capsys):
    folder, arguments = files
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert 'clip 3:' in said.err and 'ended with 1: no face' in said.err
    assert '2 of 3 clips are refined' in said.out
    lines = (folder / 'out.jsonl').read_text().splitlines()
    assert [json.loads(line)['caption'] for line in lines] == [
        'HE SMILES True',
        'SHE FROWNS True',
    ]


def test_a_file_that_is_wrong_ends_with_a_sentence(files, capsys):
    folder, arguments = files
    (folder / 'captions.json').write_text('{')
    assert main(arguments) == 2
    assert 'captions.json is not a JSON file' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--timeout', '0'], '--timeout=0.0 must be a number above 0'),
        (['--timeout', '1e300'], '--timeout=1e+300 must be a number above 0'),
        (['--clips', 'nowhere'], '--clips nowhere: there is no such folder'),
    ],
)
def test_a_wrong_option_ends_with_a_sentence(files, capsys, options, message):
    _, arguments = files
    place = arguments.index('--')
    assert main([*arguments[:place], *options, *arguments[place:]]) == 2
    assert message in capsys.readouterr().err


def test_a_program_that_is_not_there_is_named_once(files, capsys):
    _, arguments = files
    assert main([*arguments[:4], '--', 'no-such-refiner']) == 2
    assert capsys.readouterr().err.count("no program 'no-such-refiner'") == 1


def test_two_places_of_one_clip_are_refused(files, capsys):
    folder, arguments = files
    (folder / 'clips' / '2.mp4').write_text('a video')
    assert main(arguments) == 2
    assert 'both 2 and 2.mp4 are clip 2' in capsys.readouterr().err


def test_a_clip_without_pictures_is_named(files, capsys):
    folder, arguments = files
    (folder / 'clips' / '1' / '1.jpg').unlink()
    (folder / 'clips' / '1').rmdir()
    assert main(arguments) == 1
    assert 'clip 1: there is neither a folder' in capsys.readouterr().err
