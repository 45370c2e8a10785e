"""CREMA-D, RAVDESS and eNTERFACE'05: names, folds, people, votes, crops."""

import json
from collections import Counter
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from tgdfer_mm.datasets import (
    CREMADDataset,
    DataError,
    ENTERFACE05Dataset,
    RAVDESSDataset,
    SplitFileError,
    load_classes,
)
from tgdfer_mm.datasets.acted_names import acted_names
from tgdfer_mm.datasets.actors import read_actors
from tgdfer_mm.datasets.clip_dataset import MissingDataError
from tgdfer_mm.datasets.crowd_votes import RATERS, read_crowd_votes
from tgdfer_mm.engine.checkpoint_contract_hook import compare_metainfo
from tgdfer_mm.evaluation.group_scores import TestedClip, group_scores
from tgdfer_mm.evaluation.people import groups_of, person_of
from tgdfer_mm.paths import config_dir
from tgdfer_mm.recipe import apply_recipe
from tgdfer_mm.recipe.fold import number_of_folds
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.crops import FaceCrop

ALL = (CREMADDataset, RAVDESSDataset, ENTERFACE05Dataset)
PROTOCOLS = [(cls, p) for cls in ALL for p in acted_names(cls.LABEL_SET).protocols]
POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:10dc\nsize 265922\n'
CLIPS = ['1001_DFA_ANG_XX', '1001_IEO_SAD_LO', '1002_DFA_NEU_XX', '1091_TSI_HAP_XX']


def entries(data):
    return [data.get_data_info(i) for i in range(len(data))]


@pytest.fixture(scope='session')
def whole(make_acted, tmp_path_factory):
    """Trees with a folder of faces for every recording."""
    root = tmp_path_factory.mktemp('acted')
    for cls in ALL:
        make_acted(cls, root / cls.LABEL_SET)
    return root


@pytest.fixture
def few(make_acted, tmp_path):
    """Four clips of CREMA-D."""
    make_acted(CREMADDataset, tmp_path / 'CREMAD', clips=CLIPS)
    return tmp_path / 'CREMAD'


class TestNames:
    @pytest.mark.parametrize(
        'cls, clips, neutral',
        [(ALL[0], 7442, 1087), (ALL[1], 1440, 96), (ALL[2], 1287, 0)],
    )
    def test_the_recordings_are_as_many_as_published(self, cls, clips, neutral):
        names = acted_names(cls.LABEL_SET)
        found = names.recordings
        assert len(found) == clips
        emotions = Counter(names.words(c)['emotion'] for c in found.values())
        assert emotions['neutral'] == neutral
        assert set(emotions) == set(load_classes(cls.LABEL_SET))

    @pytest.mark.parametrize('cls', ALL)
    def test_every_name_gives_its_fields_back(self, cls):
        names = acted_names(cls.LABEL_SET)
        for name, codes in names.recordings.items():
            assert names.read(name) == codes and names.name(codes) == name

    def test_recordings_that_were_never_made_are_in_no_list(self):
        found = Counter(n[:4] for n in acted_names('cremad').recordings)
        few = {actor: n for actor, n in found.items() if n != 82}
        assert few == {'1002': 81, '1008': 76, '1009': 76, '1019': 76, '1076': 81}
        assert len(found) == 91

    def test_a_song_is_a_name_of_ravdess_too(self):
        words = acted_names('ravdess').words(
            acted_names('ravdess').read('02-02-06-01-02-01-12')
        )
        assert (words['rendition'], words['channel']) == ('video-only', 'song')
        assert (words['emotion'], words['actor']) == ('fearful', '12')

    @pytest.mark.parametrize(
        'layout, name, words',
        [
            ('cremad', '1001_DFA_ANG', 'form <actor>_<sentence>_<emotion>_<intensity>'),
            ('cremad', '1001_DFA_ANG_XX (1)', r"intensity 'XX \(1\)'"),
            ('cremad', '1092_DFA_ANG_XX', "actor '1092'.*none of 1001, ..., 1091"),
            ('cremad', '1001_DFA_ANK_XX', "emotion 'ANK'.*ANG, DIS, FEA, HAP"),
            ('ravdess', '01-01-09-01-01-01-01', "emotion '09'"),
            ('ravdess', '01-01-08-01-01-01-1', "actor '1'"),
            ('ravdess', 'Actor_01', 'not a name of the form <rendition>-<channel>'),
            ('enterface05', 'subject 1/anger', 'form subject <actor>/<emotion>/sent'),
            ('enterface05', 'subject 1/calm/sentence 1', "emotion 'calm'"),
        ],
    )
    def test_a_malformed_name_is_told_by_the_part_that_is_wrong(
        self, layout, name, words
    ):
        with pytest.raises(DataError, match=words):
            acted_names(layout).read(name)


class TestFolds:
    @pytest.mark.parametrize('cls, protocol', PROTOCOLS)
    def test_nobody_is_trained_on_and_tested(self, tmp_path, cls, protocol):
        tested = Counter()
        for fold in range(1, 1 + cls.count_folds(protocol)):
            given = dict(fold=fold, protocol=protocol, lazy_init=True)
            train, test = (
                cls(str(tmp_path), subset, **given).read_list()
                for subset in ('train', 'test')
            )
            actors = [{entry['actor'] for entry in side} for side in (train, test)]
            assert actors[1] and not actors[0] & actors[1]
            clips = [entry['clip'] for entry in (*train, *test)]
            assert sorted(clips) == sorted(acted_names(cls.LABEL_SET).choose(protocol))
            tested.update(entry['clip'] for entry in test)
        assert set(tested.values()) == {1} and set(tested) == set(clips)

    @pytest.mark.parametrize(
        'cls, protocol, sizes',
        [
            (CREMADDataset, 'mae_dfer', [1463, 1470, 1476, 1476, 1557]),
            (CREMADDataset, 'hicmae', [1463, 1470, 1475, 1474, 1555]),
            (RAVDESSDataset, 'mae_dfer', [240] * 6),
            (RAVDESSDataset, 'luna_jimenez', [300, 300, 300, 300, 240]),
            (ENTERFACE05Dataset, 'mae_dfer', [270, 270, 267, 270, 210]),
        ],
    )
    def test_folds_are_as_large_as_in_the_public_lists(self, cls, protocol, sizes):
        found = [
            len(cls('x', 'test', fold, protocol=protocol, lazy_init=True).read_list())
            for fold in range(1, 1 + len(sizes))
        ]
        assert found == sizes

    @pytest.mark.parametrize('cls', ALL)
    def test_the_validation_part_is_of_other_people(self, cls):
        sides = {
            subset: cls('x', subset, 2, val_part=0.1, lazy_init=True)
            for subset in ('train', 'val')
        }
        train, val = (
            side._cut(cls('x', 'train', 2, lazy_init=True).read_list())
            for side in sides.values()
        )
        people = [{entry['actor'] for entry in side} for side in (train, val)]
        assert people[1] and not people[0] & people[1]
        assert {e['label'] for e in val} == set(range(len(load_classes(cls.LABEL_SET))))
        share = len(people[1]) / (len(people[0]) + len(people[1]))
        assert 0.05 < share < 0.15
        with pytest.raises(DataError, match='val_part=2.*between 0 and 1'):
            cls('x', 'val', val_part=2, lazy_init=True)._cut(train)

    def test_the_number_of_folds_follows_the_protocol(self):
        cfg = Config.fromfile(Path(config_dir(), 'tgdfer_ravdess.py'))
        assert number_of_folds(cfg) == 6
        for name in ('train', 'test'):
            cfg[f'{name}_dataloader'].dataset.protocol = 'luna_jimenez'
        assert number_of_folds(cfg) == 5
        RAVDESSDataset('x', 'test', 6, lazy_init=True)
        with pytest.raises(DataError, match='fold must be 1 to 5, not 6'):
            RAVDESSDataset('x', 'test', 6, protocol='luna_jimenez', lazy_init=True)

    def test_folds_of_two_protocols_leak_into_each_other(self):
        one, other = (
            RAVDESSDataset('x', 'test', protocol=p, lazy_init=True).metainfo
            for p in ('mae_dfer', 'luna_jimenez')
        )
        ((kind, text),) = compare_metainfo(one, other)
        assert kind == 'fold' and "protocol='mae_dfer'" in text and 'is a leak' in text
        assert compare_metainfo(one, one) == []

    @pytest.mark.parametrize(
        'changes, words',
        [
            (
                dict(protocol='mine'),
                r"protocol in \['mae_dfer', 'hicmae'\], not 'mine'",
            ),
            (dict(keep=dict(level=['HI'])), "has the fields.*'actor'"),
            (dict(keep=dict(intensity='HI')), 'a list of its codes'),
            (dict(keep=dict(intensity=['HIGH'])), "such as \\['LO', 'MD', 'HI'\\]"),
            (dict(split_file='a.csv'), 'split_file: CREMA-D has no list'),
            (dict(label_base=0), 'label_base: CREMA-D has no list'),
            (dict(raters='all'), "raters must be in.*'face'"),
            (
                dict(votes_file='a.csv'),
                'votes_file has an effect only with soft_labels=True',
            ),
        ],
    )
    def test_what_it_does_not_have_is_refused(self, changes, words):
        with pytest.raises(DataError, match=words):
            CREMADDataset('x', 'test', lazy_init=True, **changes)


class TestClips:
    @pytest.mark.parametrize('cls', ALL)
    def test_a_whole_tree_is_read_without_a_warning(self, whole, log, cls):
        data = cls(str(whole / cls.LABEL_SET), 'test', 2)
        names, actors = data.names, data.names.folds('mae_dfer')[1]
        for entry in entries(data):
            codes = names.read(entry['clip'])
            assert codes['actor'] == entry['actor'] and entry['actor'] in actors
            word = names.words(codes)['emotion']
            assert data.classes[entry['label']] == word
            assert entry['frame_names'] == ['000001.jpg']
        assert not [text for text in log if 'absent' in text or 'are not in' in text]
        assert data.metainfo['protocol'] == 'mae_dfer'

    def test_the_fields_are_said_in_words(self, few):
        first, *_ = entries(CREMADDataset(str(few), 'test', keep=dict(actor=['1001'])))
        assert first['clip'] == '1001_IEO_ANG_LO'
        assert (first['actor'], first['intensity']) == ('1001', 'low')
        assert first['sentence'] == "It's eleven o'clock."
        assert (first['modality'], first['start_index']) == ('RGB', 0)

    def test_even_actors_of_ravdess_are_women(self):
        data = RAVDESSDataset('x', 'test', lazy_init=True)
        found = data.read_list()
        data.annotate(found)
        sexes = {(entry['actor'], entry['sex']) for entry in found}
        assert sexes == {
            *(('01', 'male'), ('02', 'female'), ('03', 'male'), ('04', 'female'))
        }

    def test_clips_of_enterface_are_named_by_their_folders(self, whole):
        root = str(whole / 'enterface05')
        found = {
            e['clip']: e['frame_dir']
            for e in entries(ENTERFACE05Dataset(root, 'test', 2))
        }
        path = found['subject 11/fear/sentence 4']
        assert path.endswith('faces/subject 11/fear/sentence 4/s12_fe_4')
        data = ENTERFACE05Dataset(root, 'test', lazy_init=True, media='videos')
        assert data.video_name('subject 16/surprise/sentence 3').endswith(
            's16_su_3avi.avi'
        )
        assert data.video_name('subject 3/fear/sentence 5').endswith('/s_3_fe_5.avi')
        assert data.video_name('subject 3/fear/sentence 4').endswith('/s3_fe_4.avi')

    def test_absent_recordings_keep_their_place(self, few, log):
        data = CREMADDataset(str(few), 'test')
        assert len(data) == 1463
        (text,) = [t for t in log if 'are not in' in t]
        assert '1460 of the 1463 clips' in text and 'count as wrong' in text

    def test_recordings_are_kept_by_their_fields(self, few):
        keep = dict(actor=['1001', '1002'], sentence=['DFA'])
        data = CREMADDataset(str(few), 'test', keep=keep)
        assert len(data) == 12 and data.metainfo['keep'] == keep
        with pytest.raises(DataError, match='keeps no clip for .*test.* of fold 2'):
            CREMADDataset(str(few), 'test', 2, keep=keep)

    def test_a_clip_says_where_its_sound_is(self, few):
        def sound(cls, root, clip, **given):
            data = cls(str(root), 'test', lazy_init=True, **given)
            found = [e for e in data.read_list() if e['clip'] == clip]
            data.annotate(found)
            return found[0].get('audio')

        assert sound(CREMADDataset, few, CLIPS[0]) is None
        (few / 'VideoFlash').mkdir()
        path = few / f'VideoFlash/{CLIPS[0]}.flv'
        assert sound(CREMADDataset, few, CLIPS[0]) == str(path)
        (few / 'AudioWAV').mkdir()
        path = few / f'AudioWAV/{CLIPS[0]}.wav'
        assert sound(CREMADDataset, few, CLIPS[0]) == str(path)
        (few / 'videos').mkdir()
        clip = '01-01-05-01-01-02-04'
        path = few / f'videos/Actor_04/{clip}.mp4'
        assert sound(RAVDESSDataset, few, clip) == str(path)

    def test_without_data_it_says_where_to_get_them(self, tmp_path):
        with pytest.raises(MissingDataError, match='needs no request.*git-lfs') as err:
            CREMADDataset(str(tmp_path), 'train')
        assert err.match('Open Database License') and err.match('--faces-from-videos')

    def test_pointers_of_git_lfs_are_told(self, make_acted, tmp_path):
        data = make_acted(CREMADDataset, tmp_path, 'videos', clips=[])
        data.media_dir.mkdir()
        for clip in CLIPS:
            (data.media_dir / f'{clip}.flv').write_text(POINTER)
        words = '4 of the 7442 videos .*1001_IEO_SAD_LO.flv.*`git lfs pull`'
        with pytest.raises(MissingDataError, match=words):
            CREMADDataset(str(tmp_path), 'test', media='videos')
        from tgdfer_mm.video.clip_file import ClipFile
        from tgdfer_mm.video.errors import InputError

        with pytest.raises(InputError, match='a pointer of git-lfs.*`git lfs pull`'):
            ClipFile(data.media_dir / f'{CLIPS[0]}.flv')


class TestPixels:
    @pytest.fixture
    def cropped(self, few):
        known = dict(pixel_version='faces-0123', tracks='largest', detector={})
        known['video'] = dict(crop=dict(size=224))
        (few / 'faces/faces.json').write_text(json.dumps(known))
        return few

    def test_the_settings_of_the_crop_are_the_version(self, few, cropped):
        data = CREMADDataset(str(cropped), 'test')
        assert data.metainfo['pixel_version'] == 'faces-0123'
        (cropped / 'faces/faces.json').unlink()
        assert CREMADDataset(str(few), 'test').metainfo['pixel_version'] == 'faces'

    def test_another_version_than_the_clips_have_is_refused(self, cropped):
        place = dict(media_dir='faces', lazy_init=True)
        data = CREMADDataset(str(cropped), 'test', pixel_version='faces-0123', **place)
        assert data.pixel_version == 'faces-0123'
        with pytest.raises(DataError, match="'faces-9'.*cropped as 'faces-0123'"):
            CREMADDataset(str(cropped), 'test', pixel_version='faces-9', **place)

    @pytest.mark.parametrize('name', ['cremad', 'ravdess', 'enterface05'])
    def test_new_videos_are_cropped_as_the_clips_are_by_default(self, name):
        cfg = Config.fromfile(Path(config_dir(), f'tgdfer_{name}.py'))
        crop = FaceCrop(**{**cfg.video.crop, 'shift': tuple(cfg.video.crop.shift)})
        assert crop == FaceCrop(size=224)


def write_votes(path, clips=CLIPS, change=('', '')):
    """The table's first nine columns, all three kinds of raters."""
    rows = ['"","A","D","F","H","N","S","fileName","numResponses"']
    for kind in RATERS.values():
        for i, clip in enumerate(clips, start=1):
            counts = [0] * 6
            counts[i % 6] += 6
            counts[kind] += 4
            rows.append(f'"{kind}0000{i}",{",".join(map(str, counts))},"{clip}",10')
    text = '\n'.join(rows).replace(*change)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class TestVotes:
    @pytest.mark.parametrize('raters, kind', RATERS.items())
    def test_the_shares_are_those_of_the_raters_asked_for(self, few, raters, kind):
        write_votes(few / 'processedResults/tabulatedVotes.csv')
        keep = dict(actor=['1001'], sentence=['DFA'], emotion=['ANG'])
        given = dict(soft_labels=True, raters=raters, keep=keep)
        (entry,) = entries(CREMADDataset(str(few), 'test', **given))
        wanted = [0.0] * 6
        wanted[1] += 0.6
        wanted[kind] += 0.4
        assert entry['soft_label'] == pytest.approx(wanted)
        assert entry['label'] == 0  # what the actor was asked for

    def test_votes_follow_another_order_of_the_classes(self, tmp_path):
        path = write_votes(tmp_path / 'votes.csv')
        classes = load_classes('cremad')
        own = read_crowd_votes(path, 'face', classes)
        other = read_crowd_votes(path, 'face', classes[::-1])
        assert {clip: votes[::-1] for clip, votes in own.items()} == other

    @pytest.mark.parametrize(
        'change, words',
        [
            (('"F"', '"G"'), r"line 1: .*one column each for \['F'\]"),
            (('"200001"', '"500001"'), 'line 6: .*number from 100001 on'),
            (('"1001_DFA_ANG_XX",10', '"1001_DFA_ANG_XX",9'), 'not those of 9 raters'),
            ((CLIPS[1], CLIPS[0]), 'clip 1001_DFA_ANG_XX occurs twice'),
            ((f',"{CLIPS[3]}",10', ''), 'there are 7 cells under 9 columns'),
        ],
    )
    def test_a_bad_table_is_named_with_its_row(self, tmp_path, change, words):
        path = write_votes(tmp_path / 'votes.csv', change=change)
        with pytest.raises(SplitFileError, match=words) as err:
            read_crowd_votes(path, 'face', load_classes('cremad'))
        assert err.match('votes.csv, line')

    def test_a_clip_without_votes_and_a_table_that_is_not_there(self, few):
        given = dict(soft_labels=True, keep=dict(actor=['1001'], sentence=['DFA']))
        with pytest.raises(MissingDataError, match='there is no .*tabulatedVotes.csv'):
            CREMADDataset(str(few), 'test', **given)
        write_votes(few / 'mine.csv')
        with pytest.raises(
            DataError, match='no row of clip 1001_DFA_DIS_XX for raters'
        ):
            CREMADDataset(str(few), 'test', votes_file='mine.csv', **given)


PEOPLE = '"ActorID","Age","Sex","Race","Ethnicity"\n1001,51,"Male","x","y"\n'
PEOPLE += '1002,29,"Female","x","y"\n1003,74,"Female","x","y"\n'


class TestPeople:
    def test_clips_say_sex_age_and_decade(self, few):
        (few / 'VideoDemographics.csv').write_text(PEOPLE)
        keep = dict(actor=['1001', '1002', '1003'], sentence=['DFA'], emotion=['ANG'])
        found = entries(CREMADDataset(str(few), 'test', keep=keep))
        people = [(e['sex'], e['age'], e['age_group']) for e in found]
        assert people == [
            *(('male', 51, '50-59'), ('female', 29, '20-29'), ('female', 74, '60+'))
        ]

    def test_results_by_groups_need_nothing_else(self, few, whole):
        (few / 'VideoDemographics.csv').write_text(PEOPLE)
        keep = dict(actor=['1001', '1002', '1003'])
        acted = [
            *((CREMADDataset(str(few), 'test', keep=keep), ['age_group', 'sex']),),
            *((RAVDESSDataset(str(whole / 'ravdess'), 'test'), ['sex']),),
        ]
        counts = []
        for data, kinds in acted:
            found = entries(data)
            for entry in found:
                assert person_of(entry) == entry['actor']
                assert sorted(groups_of(entry)) == kinds
            clips = [
                TestedClip(person_of(e), groups_of(e), e['label'], 1.0) for e in found
            ]
            groups = group_scores(clips, 'sex', data.classes, 20)['groups']
            counts.append(
                {name: (g['people'], g['clips']) for name, g in groups.items()}
            )
        assert counts == [
            dict(female=(2, 163), male=(1, 82)),
            dict(female=(2, 120), male=(2, 120)),
        ]

    def test_without_the_table_it_is_said(self, few, log):
        assert 'sex' not in entries(CREMADDataset(str(few), 'test'))[0]
        assert any('VideoDemographics.csv no clip has sex or age' in t for t in log)

    @pytest.mark.parametrize(
        'change, words',
        [
            (('"Sex"', '"Gender"'), r"line 1: .*one column each for \['Sex'\]"),
            (('1002', '1001'), 'line 3: actor 1001 occurs twice'),
            (('1002', 'x'), 'line 3: it names no actor'),
            ((',29,', ',old,'), 'line 3: the age is not a number'),
            (('"Female"', '"F"'), "line 3: the sex must be one of .'Male', 'Female'"),
        ],
    )
    def test_a_bad_row_is_named(self, tmp_path, change, words):
        path = tmp_path / 'people.csv'
        path.write_text(PEOPLE.replace(*change, 1))
        with pytest.raises(SplitFileError, match=words):
            read_actors(path)

    def test_an_actor_that_the_table_lacks(self, few):
        (few / 'VideoDemographics.csv').write_text(PEOPLE)
        with pytest.raises(DataError, match='no row of actor 1004'):
            CREMADDataset(str(few), 'test')


def test_the_config_of_votes_trains_two_steps_and_tests(tiny, make_acted, tmp_path):
    root = tmp_path / 'CREMAD'
    clips = [f'{actor}_DFA_{e}_XX' for actor in (1001, 1019) for e in ('ANG', 'SAD')]
    make_acted(CREMADDataset, root, clips=clips)
    write_votes(root / 'processedResults/tabulatedVotes.csv', clips)
    cfg = tiny('tgdfer_cremad_votes', root)
    for name in ('train', 'val', 'test'):
        cfg[f'{name}_dataloader'].batch_size = 1
        keep = dict(actor=['1001', '1019'], sentence=['DFA'], emotion=['ANG', 'SAD'])
        cfg[f'{name}_dataloader'].dataset.keep = keep
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 2
    assert {'dfer/UAR', 'dfer/WAR'} <= set(runner.test())
    first = runner.train_dataloader.dataset[0]['data_samples']
    assert first.soft_label.sum() == pytest.approx(1) and first.get('actor') == '1019'


def test_the_frozen_config_computes_features_and_trains_on_them(
    tiny, make_acted, tmp_path
):
    root = tmp_path / 'RAVDESS'
    kept = dict(actor=['01', '24'], sentence=['01'], repetition=['01'])
    clips = RAVDESSDataset(str(root), 'test', keep=kept, lazy_init=True).chosen
    make_acted(RAVDESSDataset, root, clips=clips)
    cfg = tiny('tgdfer_ravdess_frozen', root)
    for name in ('train', 'val', 'test'):
        cfg[f'{name}_dataloader'].batch_size = 8
        cfg[f'{name}_dataloader'].dataset.keep = kept
    cfg.train_dataloader.dataset.pop('indices')
    cfg.recipe.cache_features = str(tmp_path / 'features')
    cfg.load_from = str(tmp_path / 'model.pth')  # what is frozen has to have weights
    torch.save(MODELS.build(cfg.model).state_dict(), cfg.load_from)
    assert any('features' in reason for reason in apply_recipe(cfg))
    assert cfg.model.backbone.type == 'PrecomputedFeatures'
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 2  # of the 15 clips of actor 24
    assert len(list((tmp_path / 'features').glob('*/features.npy'))) == 1
    assert {'dfer/UAR', 'dfer/WAR'} <= set(runner.test())
