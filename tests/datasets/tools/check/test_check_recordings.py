"""Copies of the data sets of actors: at full size, with what can be wrong with them."""

import json
import os
import time
from itertools import product

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets import CREMADDataset, ENTERFACE05Dataset, RAVDESSDataset
from tgdfer_mm.datasets.acted_names import acted_names
from tgdfer_mm.datasets.tools.check import check_copy
from tgdfer_mm.datasets.tools.check.facts import load_facts

ALL = (CREMADDataset, RAVDESSDataset, ENTERFACE05Dataset)
POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:10dc\nsize 265922\n'


def others_of_ravdess():
    """Paths of the 3,464 further files of its video archives."""
    for actor, (rendition, channel) in product(
        range(1, 25), (('02', '01'), ('01', '02'), ('02', '02'))
    ):
        song = channel == '02'
        if song and actor == 18:
            continue
        for emotion, *rest in product(range(1, 7 if song else 9), *[(1, 2)] * 3):
            if emotion == 1 and rest[0] == 2:
                continue
            codes = '-'.join(f'{n:02d}' for n in (emotion, *rest, actor))
            yield f'Actor_{actor:02d}/{rendition}-{channel}-{codes}.mp4'


@pytest.fixture
def checked(check):
    """Checks a copy against the published counts."""
    return lambda *args, **options: check(*args, **{'counts': 'published', **options})


@pytest.mark.parametrize('cls', ALL)
def test_a_whole_copy_of_faces_is_checked_within_a_minute(
    cls, make_acted, checked, tmp_path
):
    make_acted(cls, tmp_path)
    start = time.perf_counter()
    report, found = checked(cls.ALIASES, tmp_path)
    assert time.perf_counter() - start < 60
    assert report['ok'], found
    assert {c for c, f in found.items() if f['severity'] != 'note'} == set()
    facts = load_facts(cls.ALIASES)
    for field, known in facts['recordings'].items():
        counts = report['recordings'][field]
        assert all(there == expected for there, expected in counts.values())
        if field == 'actor':
            assert len(counts) == known
        elif field == 'sentence':
            assert {code: n for code, (n, _) in counts.items()} == known
        else:
            assert sorted(n for n, _ in counts.values()) == sorted(known.values())
    by_class = [n for n, _ in report['recordings']['emotion'].values()]
    assert by_class == facts['lists']['single']['class_counts']
    assert report['config']['type'] == cls.__name__


def test_the_video_archives_of_ravdess_whole(
    make_acted, small_files, checked, tmp_path
):
    data = make_acted(RAVDESSDataset, tmp_path, 'videos')
    for path in others_of_ravdess():
        os.link(small_files / 'clip.mp4', data.media_dir / path)
    assert len(list(data.media_dir.rglob('*.mp4'))) == 2880 + 2024
    start = time.perf_counter()
    report, found = checked('ravdess', tmp_path, media='videos')
    assert time.perf_counter() - start < 60
    assert report['ok'] and set(found) == {'recordings-left-out'}
    assert report['recordings']['left_out'] == {
        'audio-visual, song': 1012,
        'video-only, song': 1012,
        'video-only, speech': 1440,
    }
    assert '3464 files' in found['recordings-left-out']['message']


def test_malformed_unknown_and_absent_names_are_each_a_sentence(
    make_acted, small_files, checked, tmp_path
):
    clips = [c for c in acted_names('ravdess').recordings if c[-2:] != '07']
    data = make_acted(RAVDESSDataset, tmp_path, 'videos', clips=clips)
    for name in (
        *('Actor_01/01-01-05-01-01-01-1.mp4', 'Actor_02/01-01-05-01-01-01-01.mp4'),
        *('Actor_03/01-01-01-02-01-01-03.mp4', 'Actor_04/Thumbs.txt'),
    ):
        os.link(small_files / 'clip.mp4', data.media_dir / name)
    report, found = checked('ravdess', tmp_path, media='videos')
    assert not report['ok']
    assert '60 of 1440 listed clips' in found['clips-absent']['message']
    actors = found['actors-absent']
    assert '1 of 24 actors have no clip: 07' in actors['message']
    assert 'the folds 2.' in actors['message'] and 'keep=' in actors['advice']
    malformed = found['names-malformed']
    assert 'names of 2 files' in malformed['message'] and 'Thumbs' not in str(found)
    assert "has the actor '1'" in malformed['message']
    assert 'should be in the folder Actor_01' in malformed['message']
    assert found['recordings-unknown']['examples'] == (
        'Actor_03/01-01-01-02-01-01-03.mp4',
    )
    assert report['recordings']['actor']['07'] == [0, 60]


def test_pointers_of_git_lfs_are_counted_and_not_opened(make_acted, checked, tmp_path):
    data = CREMADDataset(str(tmp_path), 'test', media='videos', lazy_init=True)
    data.media_dir.mkdir()
    (tmp_path / 'pointer').write_text(POINTER)
    for clip in data.chosen:
        os.link(tmp_path / 'pointer', data.media_dir / f'{clip}.flv')
    report, found = checked('cremad', tmp_path, media='videos')
    assert not report['ok'] and 'clips-unreadable' not in found
    assert found['lfs-pointers']['message'].startswith('7442 videos')
    assert 'git lfs pull' in found['lfs-pointers']['advice']


def test_tables_and_sounds_of_crema_d(make_acted, checked, tmp_path):
    few = ['1001_DFA_ANG_XX', '1040_ITH_SAD_XX', '1076_MTI_SAD_XX']
    make_acted(CREMADDataset, tmp_path, clips=few)
    (tmp_path / 'VideoDemographics.csv').write_text(
        'ActorID,Age,Sex\n' + ''.join(f'{n},30,Male\n' for n in range(1001, 1091))
    )
    votes = tmp_path / 'processedResults/tabulatedVotes.csv'
    votes.parent.mkdir()
    header = '"",A,D,F,H,N,S,fileName,numResponses\n'
    votes.write_text(header + '200001,9,0,0,0,0,1,1001_DFA_ANG_XX,10\n')
    (tmp_path / 'AudioWAV').mkdir()
    for name in ('1001_DFA_ANG_XX.wav', '1040_ITH_SAD_X.wav'):
        (tmp_path / f'AudioWAV/{name}').write_bytes(b'')
    report, found = checked('cremad', tmp_path)
    assert report['tables'] == {'crowd_votes': '1 rows', 'demographics': '90 rows'}
    text = ' '.join(f['message'] for f in report['findings'])
    assert 'tabulatedVotes.csv has 1 clips; published are 22326' in text
    assert '7440 of 7442 recordings have no file of their sound in AudioWAV' in text
    assert report['recordings']['actor']['1001'] == [1, 82]
    damaged = found['recordings-damaged']  # known to its authors
    assert damaged['severity'] == 'note' and 'an error picture' in damaged['message']
    assert 'hicmae' in damaged['advice']


def test_subject_6_is_left_out_by_name(make_acted, small_files, checked, tmp_path):
    data = make_acted(ENTERFACE05Dataset, tmp_path, 'videos')
    path = data.media_dir / 'subject 6/anger/s6_an.avi'
    path.parent.mkdir(parents=True)
    os.link(small_files / 'clip.mp4', path)
    report, found = checked('enterface05', tmp_path, media='videos')
    assert report['ok']
    left = {'of subject 6, whose video is not cut into sentences': 1}
    assert report['recordings']['left_out'] == left


def test_without_faces_it_says_how_to_make_them(make_acted, checked, tmp_path):
    make_acted(RAVDESSDataset, tmp_path, 'videos', clips=['01-01-01-01-01-01-01'])
    report, found = checked('ravdess', tmp_path)
    assert not report['ok']
    said = found['media-missing']
    assert 'no folder of faces' in said['message']
    assert 'prepare ravdess ... --faces-from-videos faces' in said['advice']


def test_the_report_shows_what_is_there(make_acted, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '160')
    clips = [c for c in acted_names('ravdess').recordings if c[-2:] in ('01', '02')]
    make_acted(RAVDESSDataset, tmp_path, clips=clips[:-1])
    assert main(['data', 'check', 'ravdess', str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert 'by emotion: neutral 8 of 96, calm 16 of 192' in said
    assert 'by actor: 1 of 24 complete, 02 59 of 60, 03 0 of 60' in said


def test_lists_are_refused(tmp_path):
    with pytest.raises(ValueError, match='CREMA-D has no lists'):
        check_copy('cremad', tmp_path, split_file='{subset}.csv')


@pytest.mark.parametrize('cls', ALL)
def test_the_facts_agree_with_the_names(cls):
    facts, names = load_facts(cls.ALIASES), acted_names(cls.LABEL_SET)
    for setting, fact in facts['lists'].items():
        protocol = fact.get('options', {}).get('protocol', next(iter(names.protocols)))
        chosen = names.choose(protocol)
        assert len(chosen) == fact['clips'] == sum(fact['class_counts']), setting
        assert len(fact['folds']) == len(names.folds(protocol))
        for number, fold in fact['folds'].items():
            actors = names.folds(protocol)[int(number) - 1]
            tested = [c for c in chosen.values() if c['actor'] in actors]
            assert len(tested) == fold['test'] == sum(fold['test_class_counts'])
            assert fold['train'] + fold['test'] == fact['clips']
    json.dumps(facts)
