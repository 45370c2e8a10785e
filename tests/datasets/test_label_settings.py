"""Settings, orders of labels, soft labels, captions, scenes, exclusion."""

from zipfile import ZipFile

import pytest

from tgdfer_mm.datasets import (
    DataError,
    DFEWDataset,
    FERV39kDataset,
    MAFWDataset,
    SplitFileError,
    load_classes,
)
from tgdfer_mm.datasets.ferv39k import load_scenarios

VOTES = 'Annotation/annotation.csv'
HEADER = '1happy,2sad,3neutral,4angry,5surprise,6disgust,7fear,order,label\n'
MAFW_LISTS = 'Train & Test Set'


def entries(dataset):
    return [dataset.get_data_info(i) for i in range(len(dataset))]


def by_clip(dataset, key='label'):
    return {e['clip']: e[key] for e in entries(dataset)}


def named(dataset):
    return {c: dataset.classes[label] for c, label in by_clip(dataset).items()}


@pytest.mark.parametrize(
    'cls, layout, order, kwargs',
    [
        (DFEWDataset, 'dfew', 'alphabetical', {}),
        (FERV39kDataset, 'ferv39k', 'alphabetical', {}),
        (MAFWDataset, 'mafw', 'alphabetical', dict(fold=3)),
        (MAFWDataset, 'mafw', 'dfer_clip', dict(fold=3)),
    ],
)
def test_labels_follow_the_names_into_another_order(
    cls, layout, order, kwargs, request
):
    root = request.getfixturevalue(layout)
    own = cls(root, 'train', **kwargs)
    other = cls(root, 'train', label_order=order, **kwargs)
    assert named(own) == named(other)
    assert by_clip(own) != by_clip(other)
    assert other.metainfo['classes'] == load_classes(layout, order)
    assert sorted(other.classes) == sorted(own.classes)


def test_an_unknown_order(dfew):
    with pytest.raises(ValueError, match="label_order='mine' .*'dfew'.*alphabetical"):
        DFEWDataset(dfew, 'train', label_order='mine')


@pytest.mark.parametrize('name', ['dfew', 'ferv39k', 'mafw'])
def test_orders_are_permutations(name):
    assert load_classes(name, 'alphabetical') == tuple(sorted(load_classes(name)))
    if name == 'mafw':
        assert sorted(load_classes(name, 'dfer_clip')) == sorted(load_classes(name))


class TestVotes:
    @pytest.fixture
    def rows(self, dfew):
        """The table in reverse: clip i got 7 votes for its label and 3 for fear."""
        rows = []
        for i in range(8, 0, -1):
            label = (i - 1) % 7 + 1
            votes = [0] * 7
            votes[6] += 3
            votes[label - 1] += 7
            rows.append([*votes, i, label])
        self.write(dfew, rows)
        return rows

    @staticmethod
    def write(root, rows, header=HEADER):
        (root / VOTES).parent.mkdir(exist_ok=True)
        text = header + ''.join(','.join(map(str, row)) + '\n' for row in rows)
        (root / VOTES).write_text(text)

    @staticmethod
    def build(root, **kwargs):
        return DFEWDataset(root, 'train', soft_labels=True, votes_file=VOTES, **kwargs)

    def test_joined_by_clip_and_not_by_row(self, dfew, rows):
        soft = by_clip(self.build(dfew), 'soft_label')
        assert soft['00001'] == pytest.approx([0.7, 0, 0, 0, 0, 0, 0.3])
        assert soft['00007'] == pytest.approx([0, 0, 0, 0, 0, 0, 1])
        assert soft['00002'] == pytest.approx([0, 0.7, 0, 0, 0, 0, 0.3])

    def test_votes_follow_the_order_of_the_classes(self, dfew, rows):
        dataset = self.build(dfew, label_order='alphabetical')
        for entry in entries(dataset):
            best = max(range(7), key=entry['soft_label'].__getitem__)
            assert best == entry['label']

    def test_a_sheet_says_the_same_as_the_csv(self, dfew, rows):
        openpyxl = pytest.importorskip('openpyxl')
        expected = by_clip(self.build(dfew), 'soft_label')
        book = openpyxl.Workbook()
        for row in [HEADER.strip().split(','), *rows]:
            book.active.append(row)
        book.save(dfew / 'Annotation/annotation.xlsx')
        sheet = DFEWDataset(dfew, 'train', soft_labels=True)
        assert by_clip(sheet, 'soft_label') == expected

    def test_a_number_of_a_sheet_that_python_refuses_is_named(self, dfew, rows):
        openpyxl = pytest.importorskip('openpyxl')
        book = openpyxl.Workbook()
        for row in [HEADER.strip().split(','), *rows[:-1], [*[0] * 7, 1, 123456]]:
            book.active.append(row)
        path, huge = dfew / 'Annotation/annotation.xlsx', dfew / 'Annotation/huge.xlsx'
        book.save(path)
        with ZipFile(path) as source, ZipFile(huge, 'w') as target:
            for name in source.namelist():
                content = source.read(name).replace(b'123456', b'9' * 5000)
                target.writestr(name, content)
        with pytest.raises(DataError, match='huge.xlsx, row 9 cannot be read'):
            DFEWDataset(
                dfew, 'train', soft_labels=True, votes_file='Annotation/huge.xlsx'
            )

    def test_the_sample_keeps_its_hard_label(self, dfew, rows, make_pipeline):
        dataset = self.build(dfew, pipeline=make_pipeline())
        sample = dataset[0]['data_samples']
        assert sample.gt_label.tolist() == [0]
        assert sample.soft_label.tolist() == pytest.approx([0.7, 0, 0, 0, 0, 0, 0.3])

    def test_a_damaged_test_clip_keeps_its_own_votes(self, dfew, rows, make_pipeline):
        for path in (dfew / 'Clip/clip_224x224/00002').iterdir():
            path.write_bytes(b'')
        dataset = DFEWDataset(
            dfew, 'test', soft_labels=True, votes_file=VOTES, pipeline=make_pipeline()
        )
        sample = dataset[1]['data_samples']
        assert sample.damaged and sample.soft_label[1] == pytest.approx(0.7)

    def test_no_table(self, dfew):
        with pytest.raises(FileNotFoundError, match=r'votes.*annotation.xlsx'):
            DFEWDataset(dfew, 'train', soft_labels=True)
        with pytest.raises(
            ValueError, match='votes_file has an effect only with soft_labels'
        ):
            DFEWDataset(dfew, 'train', votes_file=VOTES)

    @pytest.mark.parametrize(
        'change, words',
        [
            (dict(row=[7, 0, 0, 0, 0, 0, 3, 1, 2]), 'row 9: clip 00001 has label 2'),
            (dict(row=[7, 0, 0, 0, 0, 0, 3, 9, 1]), 'clip 00001 has no row'),
            (dict(row=[7, 0, 0, 0, 0, 0, 3, 2, 1]), 'line 9: clip 2 is already in'),
            (dict(row=[7, 0, 0, 0, 0, 0, 2, 1, 1]), 'line 9: the votes .* 10 annota'),
            (dict(row=[7, 0, 0, 0, 0, 0, 3, 1, 8]), 'line 9: label 8 is out of range'),
            (dict(row=['x', 0, 0, 0, 0, 0, 3, 1, 1]), 'line 9: expected a whole num'),
            (dict(row=[7, 0, 0, 0, 0, 0, 3, 1]), 'line 9: expected a whole number'),
            (dict(row=['9' * 5000, *[0] * 6, 1, 1]), 'line 9: expected a whole num'),
            (dict(row=['1e3', *[0] * 6, 1, 1]), 'line 9: expected a whole number'),
            (dict(row=['inf', *[0] * 6, 1, 1]), 'line 9: expected a whole number'),
            (dict(row=['\uff17', 0, 0, 0, 0, 0, 3, 1, 1]), 'line 9: expected a whole'),
            (dict(row=[-7, 7, 7, 0, 0, 0, 3, 1, 1]), 'line 9: expected a whole num'),
            (dict(row=['7' * 200_000]), 'line 9: field larger'),
            (dict(header=HEADER.replace('3neutral,', '')), r"line 1: .*'neutral'"),
            (dict(header=''), 'line 1: the header'),
        ],
    )
    def test_bad_tables(self, dfew, rows, change, words):
        rows[-1] = change.pop('row', rows[-1])
        self.write(dfew, rows, **change)
        with pytest.raises(ValueError, match=words) as err:
            self.build(dfew)
        assert err.match('annotation.csv')


def write_mafw(root, lists, subset='train', captions=None, fold=3):
    """`lists` maps clip numbers to classes."""
    kind = 'compound' if any('_' in name for name in lists.values()) else 'single'
    rows = ''.join(f'{i:05d}.mp4 {name}\r\n' for i, name in lists.items())
    path = root / f'{MAFW_LISTS}/{kind}/no_caption/set_{fold}/{subset}.txt'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(rows.encode())
    if captions is not None:
        path = root / f'{MAFW_LISTS}/{kind}/with_caption/set_{fold}/{subset}.txt'
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = (f'{i:05d}.mp4\t{lists[i]}\t{t}\r\n' for i, t in captions.items())
        path.write_bytes(''.join(rows).encode('gb18030'))
    return path


class TestMAFW:
    COMPOUND = {
        20: 'anger',
        21: 'anger_disgust',
        22: 'disgust_helplessness',
        23: 'fear',
    }

    def test_compound_classes(self, mafw):
        write_mafw(mafw, self.COMPOUND)
        dataset = MAFWDataset(mafw, 'train', fold=3, setting='compound')
        assert named(dataset) == {f'{i:05d}': n for i, n in self.COMPOUND.items()}
        meta = dataset.metainfo
        assert len(meta['classes']) == 43
        assert meta['classes'][:11] == load_classes('mafw')
        assert (meta['setting'], meta['fold_lists']) == ('compound', 'compound')
        # Parts stand in the canonical order, so no compound has two names.
        place = {name: i for i, name in enumerate(load_classes('mafw'))}
        for name in meta['classes']:
            parts = [place[part] for part in name.split('_')]
            assert parts == sorted(parts)

    def test_several_labels_are_the_parts_of_the_compound(self, mafw):
        write_mafw(mafw, self.COMPOUND)
        dataset = MAFWDataset(mafw, 'train', fold=3, setting='multi')
        assert by_clip(dataset)['00022'] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]
        assert by_clip(dataset)['00023'] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        assert [dataset.get_cat_ids(i) for i in range(4)] == [[0], [0, 1], [1, 9], [2]]
        assert dataset.metainfo['setting'] == 'multi'
        assert len(dataset.metainfo['classes']) == 11

    def test_several_labels_reach_the_sample(self, mafw, make_pipeline):
        write_mafw(mafw, self.COMPOUND)
        dataset = MAFWDataset(
            mafw, 'train', fold=3, setting='multi', pipeline=make_pipeline()
        )
        assert dataset[1]['data_samples'].gt_label.tolist() == [1, 1] + [0] * 9

    def test_the_validation_part_is_stratified_by_combination(self, mafw):
        lists = {i: 'anger_disgust' if i % 2 else 'anger' for i in range(20, 30)}
        write_mafw(mafw, lists)
        dataset = MAFWDataset(mafw, 'val', fold=3, setting='multi', val_part=0.2)
        assert list(by_clip(dataset)) == ['00028', '00029']

    def test_single_lists_refuse_compounds(self, mafw):
        path = write_mafw(mafw, self.COMPOUND)
        with pytest.raises(SplitFileError, match="line 2: .*'anger_disgust'"):
            MAFWDataset(mafw, 'train', fold=3, split_file=str(path))

    def test_an_unknown_setting(self, mafw, dfew):
        with pytest.raises(ValueError, match="'single', 'compound', 'multi'.*'both'"):
            MAFWDataset(mafw, 'train', fold=3, setting='both')
        with pytest.raises(ValueError, match=r"DFEW has setting in \['single'\]"):
            DFEWDataset(dfew, 'train', setting='multi')

    def test_captions_in_chinese_and_english(self, mafw, make_pipeline):
        lists = {20: 'anger', 21: 'fear', 22: 'neutral'}
        captions = {20: '他皱眉。\tHe frowns.Hard', 21: ' 怕 \t  eyes  wide '}
        write_mafw(mafw, lists, captions=captions)
        dataset = MAFWDataset(
            mafw, 'train', fold=3, captions=True, pipeline=make_pipeline()
        )
        english, chinese = by_clip(dataset, 'caption'), by_clip(dataset, 'caption_zh')
        assert english == {
            '00020': 'He frowns.Hard',
            '00021': 'eyes  wide',
            '00022': '',  # neutral clips have none, and stay in the list
        }
        assert chinese['00020'] == '他皱眉。' and chinese['00021'] == '怕'
        assert dataset[0]['data_samples'].caption == 'He frowns.Hard'

    def test_a_list_with_captions_is_a_list(self, mafw):
        path = write_mafw(mafw, {20: 'anger'}, captions={20: '怒\tangry'})
        dataset = MAFWDataset(mafw, 'train', fold=3, split_file=str(path))
        assert named(dataset) == {'00020': 'anger'}

    def test_bad_captions(self, mafw):
        with pytest.raises(FileNotFoundError, match='with_caption/set_3/train.txt'):
            MAFWDataset(mafw, 'train', fold=3, captions=True)
        write_mafw(mafw, {20: 'anger', 21: 'fear'}, captions={20: '怒\tx', 21: 'y'})
        with pytest.raises(SplitFileError, match='with_caption.*train.txt, line 2'):
            MAFWDataset(mafw, 'train', fold=3, captions=True)


class TestScenes:
    def test_22_scenes_in_four_scenarios(self):
        scenes = sum(load_scenarios().values(), [])
        assert len(scenes) == len(set(scenes)) == 22

    def test_a_scenario_is_its_scenes(self, ferv39k, make_pipeline):
        dataset = FERV39kDataset(
            ferv39k, 'train', scenario='anomaly_issues', pipeline=make_pipeline()
        )
        assert {e['scene'] for e in entries(dataset)} == {'War'}
        assert {e['scenario'] for e in entries(dataset)} == {'anomaly_issues'}
        scenes = load_scenarios()['anomaly_issues']
        again = FERV39kDataset(ferv39k, 'train', scenes=scenes)
        assert by_clip(again) == by_clip(dataset)
        assert again.metainfo['scenes'] == sorted(scenes)
        assert dataset[0]['data_samples'].scene == 'War'

    def test_the_list_of_a_scene_says_the_same(self, ferv39k):
        lines = (ferv39k / '4_setups/All_scenes/test_All.csv').read_text().splitlines()
        path = ferv39k / '4_setups/22_scenes/test_Crime.csv'
        path.parent.mkdir()
        path.write_text('\n'.join(x for x in lines if x.startswith('Crime')))
        own = FERV39kDataset(ferv39k, 'test', split_file=str(path))
        assert by_clip(own) == by_clip(
            FERV39kDataset(ferv39k, 'test', scenes=['Crime'])
        )

    @pytest.mark.parametrize(
        'kwargs, words',
        [
            (dict(scenes=['Crimes']), "'Crime'.*not .'Crimes'"),
            (dict(scenes=[]), r'scenes must be in .*not \[\]'),
            (dict(scenes='Crime'), r"must be a list, e.g. \['Crime'\]"),
            (dict(scenario='daily'), "scenario must be in .*'daily_life'.*'daily'"),
            (dict(scenes=['War'], scenario='daily_life'), 'not both'),
            (dict(scenes=['School']), 'lists no clip'),
        ],
    )
    def test_bad_choices(self, ferv39k, kwargs, words):
        with pytest.raises(ValueError, match=words):
            FERV39kDataset(ferv39k, 'train', **kwargs)


class TestExclusion:
    @staticmethod
    def build(root, num_frames, media='frames'):
        first = 'ListFrames' if media == 'frames' else 'OpenVideo'
        sampling = dict(
            type='SampleSegments', num_frames=num_frames, short_clip='exclude'
        )
        pipeline = [dict(type=first), sampling]
        return DFEWDataset(root, 'test', media=media, pipeline=pipeline)

    def test_short_clips_are_counted_and_left_out(self, dfew, log):
        clips = dfew / 'Clip/clip_224x224'
        for k in (1, 2):
            (clips / f'00002/00002_{k:05d}.jpg').unlink()
        for path in (clips / '00003').iterdir():
            path.unlink()
        dataset = self.build(dfew, 5)
        # A clip without any frame is damaged, not short: it counts as wrong.
        assert list(by_clip(dataset)) == [f'{i:05d}' for i in (1, 3, 4, 5, 6, 7, 8)]
        assert sum('1 of the 8 clips' in m and 'fewer than 5' in m for m in log) == 1
        assert dataset.metainfo['excluded'] == 1

    def test_videos(self, dfew):
        assert len(self.build(dfew, 20, 'videos')) == 8
        with pytest.raises(ValueError, match='All 8 clips .* fewer than 21 frames'):
            self.build(dfew, 21, 'videos')
