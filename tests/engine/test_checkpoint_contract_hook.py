"""A checkpoint is refused on data that it does not fit."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from standin import CLASSES

from tgdfer_mm.engine import CheckpointContractHook
from tgdfer_mm.engine.checkpoint_contract_hook import compare_datasets, compare_metainfo
from tgdfer_mm.finite_weights import NonFiniteWeightsError
from tgdfer_mm.models.text import OpenCLIPText

META = dict(
    dataset='StandIn', classes=CLASSES, setting='single', pixel_version='v1', fold=1
)


@pytest.fixture
def runner(standin_config, build_runner):
    """Builds a runner whose data sets have the given metainfo."""

    def build(checkpoint, allow=(), num_classes=3, **metainfo):
        cfg = Config(standin_config.to_dict())
        cfg.load_from = str(checkpoint)
        cfg.custom_hooks = [dict(type='CheckpointContractHook', allow=allow)]
        cfg.model.num_classes = num_classes
        for loader in (cfg.train_dataloader, cfg.test_dataloader, cfg.val_dataloader):
            loader.dataset.update(metainfo)
        return build_runner(cfg)

    return build


@pytest.fixture(scope='module')
def checkpoint(uninterrupted):
    return uninterrupted / 'epoch_4.pth'


@pytest.mark.parametrize(
    ('change', 'kind', 'words'),
    [
        (dict(classes=('a', 'b')), 'classes', ['3 classes', '2', 'happy', "'b'"]),
        (dict(classes=CLASSES[::-1]), 'classes', ['order', str(CLASSES[::-1])]),
        (dict(classes=('a', 'b', 'c')), 'classes', ['happy', "'b'"]),
        (dict(pixel_version='v2'), 'pixel_version', ["'v1'", "'v2'"]),
        (dict(setting='compound'), 'setting', ["'single'", "'compound'"]),
        (dict(fold=2), 'fold', ['fold 1', 'fold 2', 'is a leak']),
    ],
)
def test_a_mismatch_is_an_error_that_names_both_unless_allowed(
    runner, checkpoint, change, kind, words
):
    with pytest.raises(ValueError, match=f'--allow-mismatch {kind}') as caught:
        runner(checkpoint, **change).test()
    for word in [str(checkpoint), *words]:
        assert word in str(caught.value)
    with pytest.raises(ValueError, match=f'--allow-mismatch {kind}'):
        runner(checkpoint, **change).train()
    assert runner(checkpoint, allow=[kind], **change).test()


def test_the_same_data_raises_nothing_and_another_data_set_is_reported(
    runner, checkpoint, log
):
    assert runner(checkpoint).test()['standin/accuracy'] >= 0
    assert not [m for m in log() if 'StandIn' in m]
    # Folds of two data sets have nothing to do with each other.
    runner(checkpoint, dataset='Other', fold=2, pixel_version='v2').test()
    assert [m for m in log() if 'StandIn' in m and 'Other' in m]


def test_weights_that_are_missing_are_an_error_in_testing(
    runner, checkpoint, tmp_path, log
):
    content = torch.load(checkpoint, weights_only=True)
    del content['state_dict']['fc.bias'], content['meta']['dataset_meta']
    torch.save(content, tmp_path / 'partial.pth')
    with pytest.raises(ValueError, match='lacks 1 weights.*fc.bias'):
        runner(tmp_path / 'partial.pth').test()
    runner(tmp_path / 'partial.pth', allow=['weights']).test()
    assert [m for m in log() if 'does not state its training data' in m]


def test_weights_of_another_size_are_an_error_in_testing_and_resuming(
    runner, checkpoint, standin_config, build_runner, log
):
    with pytest.raises(ValueError, match='--allow-mismatch weights') as caught:
        runner(checkpoint, num_classes=5).test()
    for word in (str(checkpoint), 'size mismatch for fc.weight', 'fc.bias'):
        assert word in str(caught.value)
    # The data set's three classes with two scores to spare.
    assert runner(checkpoint, allow=['weights'], num_classes=5).test()
    assert [m for m in log() if 'allowed on purpose' in m]

    cfg = standin_config
    cfg.custom_hooks = []
    cfg.load_from, cfg.resume, cfg.model.num_classes = str(checkpoint), True, 5
    with pytest.raises(RuntimeError, match='cannot be resumed.*(?s:.)*fc.weight'):
        build_runner(cfg).train()


def test_what_a_module_objects_to_is_an_error(runner, checkpoint, tmp_path):
    """The real text tower: a word that the checkpoint has no embedding of."""
    texts = dict(happy=['cheeks raised'], sad=['brows up'], neutral=['at rest'])
    arch = dict(
        embed_dim=8,
        vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=8, head_width=8),
        text_cfg=dict(context_length=16, vocab_size=49408, width=8, heads=1, layers=1),
    )
    known = OpenCLIPText(arch, texts)
    content = torch.load(checkpoint, weights_only=True)
    content['state_dict'] |= {
        f'text_encoder.{name}': value for name, value in known.state_dict().items()
    }
    torch.save(content, tmp_path / 'with_text.pth')

    def test(descriptions):
        testing = runner(tmp_path / 'with_text.pth')
        testing.model.text_encoder = OpenCLIPText(arch, descriptions)
        return testing.test()

    assert test(texts)
    with pytest.raises(ValueError, match="no embeddings for 'eyes'"):
        test(texts | dict(sad=['eyes up']))


def test_an_unknown_permission_is_an_error():
    with pytest.raises(ValueError, match='folds'):
        CheckpointContractHook(allow=['folds'])


def test_class_texts_in_another_order_than_the_labels_are_an_error(runner, checkpoint):
    shuffled = runner(checkpoint)
    shuffled.model.text_encoder = SimpleNamespace(classes=CLASSES[::-1])
    with pytest.raises(ValueError, match='descriptions.*same order'):
        shuffled.test()
    fitting = runner(checkpoint)
    fitting.model.text_encoder = SimpleNamespace(classes=CLASSES)
    assert fitting.test()


def test_the_folds_of_single_and_compound_lists_leak_into_each_other():
    single = dict(META, dataset='MAFW', fold_lists='single')
    several = dict(single, setting='multi', fold_lists='compound')
    for theirs, ours in ((single, several), (several, single)):
        ((kind, text),) = compare_metainfo(theirs, ours)
        assert (
            kind == 'setting' and 'This is a leak' in text and 'compound lists' in text
        )
    # Other labels on the same folds are no leak, though still another task.
    compound = dict(several, setting='compound')
    ((kind, text),) = compare_metainfo(compound, several)
    assert kind == 'setting' and 'leak' not in text


def test_validating_on_what_was_trained_is_a_leak():
    whole, cut = dict(META, val_part=0.0), dict(META, val_part=0.1)
    ((kind, text),) = compare_metainfo(whole, cut)
    assert kind == 'fold' and 'val_part=0.0' in text and '0.1' in text
    assert compare_metainfo(cut, whole) == []  # testing after a validated training


def test_scores_that_are_mapped_are_of_the_model_s_classes():
    target = dict(META, dataset='Other', classes=('x', 'y'), model_classes=CLASSES)
    assert compare_metainfo(META, target) == []
    ((kind, _),) = compare_metainfo(dict(META, classes=CLASSES[::-1]), target)
    assert kind == 'classes'


class Clips:
    """A data set that names its clips."""

    def __init__(self, *clips, **metainfo):
        self.clips, self.metainfo = clips, {**META, **metainfo}

    def __len__(self):
        return len(self.clips)

    def get_data_info(self, i):
        return dict(clip=self.clips[i])


@pytest.mark.parametrize(
    ('evaluated', 'kind'),
    [
        (Clips('c', 'd'), None),
        (Clips('b', 'c'), 'overlap'),
        (Clips('c', fold=2), 'fold'),
        (Clips('c', setting='multi'), 'setting'),
        (Clips('c', pixel_version='v2'), 'pixel_version'),
        (Clips('b', dataset='Other', fold=2), None),
    ],
)
def test_evaluation_beside_training(evaluated, kind):
    loops = [
        SimpleNamespace(dataloader=SimpleNamespace(dataset=dataset))
        for dataset in (Clips('a', 'b'), evaluated)
    ]
    found = compare_datasets(loops[0], loops[1:])
    assert [each for each, _ in found] == ([kind] if kind else [])


def test_a_training_that_diverges_is_noticed_and_saves_no_weights(
    standin_config, build_runner
):
    cfg = Config(standin_config.to_dict())
    cfg.optim_wrapper.optimizer = dict(type='SGD', lr=float('inf'))
    cfg.custom_hooks = [dict(type='CheckpointContractHook')]
    runner = build_runner(cfg)
    with pytest.raises(NonFiniteWeightsError, match='diverged: after epoch 1, iter'):
        runner.train()
    assert not list(Path(runner.work_dir).glob('*.pth'))


def test_weights_that_are_no_numbers_are_not_loaded(runner, checkpoint, tmp_path):
    loaded = torch.load(checkpoint, weights_only=True)
    name = next(n for n, v in loaded['state_dict'].items() if v.is_floating_point())
    loaded['state_dict'][name].view(-1)[0] = torch.nan
    path = tmp_path / 'bad.pth'
    torch.save(loaded, path)
    with pytest.raises(NonFiniteWeightsError, match=rf'bad\.pth: {name} holds NaN'):
        runner(path).test()
