"""Classes of a user's own, in words, and a model that was never trained."""

import json
from dataclasses import replace

import jsonschema
import numpy as np
import open_clip
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from safetensors.torch import save_file

from tgdfer_cli.main import main
from tgdfer_mm.apis import DFERInferencer, load_model, result_schema
from tgdfer_mm.apis.near_texts import compare_texts, nearly_same
from tgdfer_mm.apis.own_words import WordsError, read_words, with_own_words
from tgdfer_mm.catalogue import catalogue
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.errors import InputError, UsageError
from tgdfer_mm.visualization.video.words import is_sure

BROWS = ['inner brows raised|brows drawn up in the middle', 'nose wrinkled', 'jaw open']
REST = 'lips closed'
CONFIG = config_dir() / 'tgdfer_demo.py'
FRAMES = np.random.default_rng(0).integers(0, 255, (12, 64, 64, 3), np.uint8)


@pytest.fixture(scope='module')
def untrained():
    """The demo before its training."""
    return load_model('tgdfer_demo')


def scores(model, **kwargs):
    """The track of a few frames of noise."""
    reader = DFERInferencer(model, faces='none', show_progress=False, **kwargs)
    [result] = reader(FRAMES)['predictions']
    return result


def test_command_dict_pairs_and_json_are_read_alike(tmp_path):
    named = {'brows up': ['inner brows raised', 'brows raised'], REST: [REST]}
    path = tmp_path / 'mine.json'
    path.write_text(json.dumps(dict(classes=named)))
    assert read_words(named) == named
    assert list(read_words([str(path)])) == list(read_words(path)) == list(named)
    line = [f'{"|".join(["brows up", *named["brows up"]])}', REST]
    assert read_words(line)['brows up'] == ['brows up', *named['brows up']]
    assert read_words(['dfew'])['happy']  # a shipped file


@pytest.mark.parametrize(
    ('source', 'said'),
    [
        (['absent.json'], "there is no file 'absent.json'"),
        (['a smile'], "'a smile' alone cannot"),
        ([], '0 classes'),
        (['mine.json', 'a'], "'mine.json' is a file"),
        ({1: ['x'], 2: ['y']}, '1 is not a name of a class'),
        (5, 'texts: '),
        (['a', 'a'], "'a' is there twice"),
        (['a', 'b|'], "'b|' has no words"),
        ({'a': ['x']}, '1 classes'),
        ({'a': [], 'b': ['x']}, "class 'a' needs a list"),
        ([str(i) for i in range(65)], '65 classes'),
        (['a', 5], '5 is not a text'),
    ],
)
def test_what_are_no_words_is_one_sentence(source, said):
    with pytest.raises(WordsError, match=said.replace('|', r'\|')):
        read_words(source)


def test_another_order_of_the_texts_permutes_the_scores(demo):
    one, other = scores(demo, texts=BROWS), scores(demo, texts=BROWS[::-1])
    assert one['model']['classes'] == other['model']['classes'][::-1]
    a, b = (each['tracks'][0] for each in (one, other))
    assert np.allclose(a['probabilities'], b['probabilities'][::-1], atol=1e-4)
    assert np.allclose(
        a['frames']['scores'], np.array(b['frames']['scores'])[:, ::-1], atol=1e-4
    )


def test_phrasings_are_averaged_as_in_evaluation(demo):
    parts = BROWS[0].split('|')
    alone = with_own_words(demo, parts).model.text_encoder()
    both = with_own_words(demo, [BROWS[0], REST]).model.text_encoder()
    assert torch.allclose(both[0], F.normalize(alone.mean(0), dim=-1), atol=1e-6)


def test_own_texts_of_the_trained_classes_are_the_same_before_training(untrained):
    texts = untrained.model.text_encoder.texts
    own = with_own_words(untrained, texts)
    assert torch.allclose(
        own.model.text_encoder(), untrained.model.text_encoder(), atol=1e-6
    )


def test_the_first_model_stays_as_it_is(demo):
    before = demo.model.text_encoder().clone()
    own = with_own_words(demo, BROWS)
    assert own.model.backbone is demo.model.backbone
    assert own.model.cls_head.num_classes == 3
    assert demo.model.cls_head.num_classes == len(demo.classes) == 7
    assert torch.equal(demo.model.text_encoder(), before)


def test_every_result_says_that_nothing_was_trained_for_the_words(demo):
    result = scores(demo, texts=[*BROWS, REST], rest=REST)
    jsonschema.validate(result, result_schema())
    model = result['model']
    assert model['zero_shot'] and model['texts'][REST] == [REST]
    assert 'not trained for these words' in model['note']
    assert 'belong to happy, sad' in model['note']  # the demo's prompts
    assert model['note'] in result['warnings'] and not is_sure(result)
    assert result['settings']['intervals']['neutral'] == REST
    assert f'The class {REST!r} is the face at rest' in result['warnings'][-1]
    assert 'No class is named' in scores(demo, texts=BROWS)['warnings'][-1]
    assert {i['emotion'] for t in result['tracks'] for i in t['intervals']} <= {
        each.split('|')[0] for each in BROWS
    }


def test_an_inferencer_takes_other_words_and_stays_as_it_is(demo):
    reader = DFERInferencer(demo, faces='none', show_progress=False)
    other = reader.with_texts([*BROWS, REST], REST)
    assert other.classes[-1] == other.settings.intervals.neutral == REST
    assert reader.classes == demo.classes
    assert reader.settings.intervals.neutral == 'neutral'
    [result] = other(FRAMES)['predictions']
    same = scores(demo, texts=[*BROWS, REST])
    assert result['tracks'][0]['probabilities'] == same['tracks'][0]['probabilities']


def test_texts_are_compared_without_a_video(demo, capsys):
    texts = ['inner brows raised', 'inner brow corners lifted', 'jaw dropped']
    classes, cosines = compare_texts(demo, texts)
    assert classes == texts and cosines.shape == (3, 3)
    assert np.allclose(cosines.diagonal(), 1, atol=1e-5)
    assert np.allclose(cosines, cosines.T, atol=1e-6)
    [first, *_] = nearly_same(classes, cosines, -1)
    assert {first.first, first.second} == {*texts[:2]}  # the same movement
    assert nearly_same(classes, cosines, 1.01) == []


def test_the_command_names_texts_that_are_nearly_the_same(capsys):
    words = ['inner brows raised', 'jaw dropped', '--model', 'demo']
    assert main(['texts', *words, '--near', '-1']) == 0
    assert "nearly the same: 'inner brows raised' and 'jaw" in capsys.readouterr().out
    assert main(['texts', *words]) == 0
    assert 'No two texts have a cosine of 0.95' in capsys.readouterr().out
    assert main(['texts', 'a smile', 'jaw dropped', '--model', 'demo']) == 2
    assert "no embedding of 'smile'" in capsys.readouterr().err


def test_a_class_at_rest_that_is_no_class_is_refused(demo):
    with pytest.raises(WordsError, match="'asleep' is not one of the classes"):
        DFERInferencer(demo, faces='none', texts=BROWS, rest='asleep')
    reader = DFERInferencer(demo, faces='none', rest='sad')
    assert reader.settings.intervals.neutral == 'sad'


def test_words_that_the_tower_lacks_are_named(demo, monkeypatch):
    with pytest.raises(WordsError, match="no embedding of 'broad', 'smile'. Use other"):
        with_own_words(demo, ['a broad smile', REST])
    with pytest.raises(WordsError, match='shorten the description'):
        with_own_words(demo, ['brows ' * 80, REST])
    # Without the weights that it started from it knows the words of its own texts only.
    monkeypatch.setattr(demo.model.text_encoder, 'pretrained', None)
    with_own_words(demo, BROWS[1:2] + [REST])
    with pytest.raises(WordsError, match="no embedding of 'outer'"):
        with_own_words(demo, ['outer brows raised', REST])


def test_a_model_that_cannot_follow_texts_says_why(demo):
    cfg = Config.fromfile(config_dir() / 'tgdfer_demo_base.py')
    linear = replace(demo, model=MODELS.build(cfg.model), cfg=cfg)
    with pytest.raises(UsageError, match='has no text tower.*happy, sad'):
        with_own_words(linear, BROWS)
    cfg = demo.cfg.copy()
    cfg.model = dict(cfg.model, type='BagRecognizer')
    cfg.model.cls_head = dict(type='LinearBagHead', num_classes=7, in_channels=128)
    bound = replace(demo, model=MODELS.build(cfg.model), cfg=cfg)
    with pytest.raises(UsageError, match='cls_head.fc.weight, cls_head.fc.bias'):
        with_own_words(bound, BROWS)
    with pytest.raises(InputError, match='absent.onnx'):
        DFERInferencer('absent.onnx', faces='none')
    with pytest.raises(UsageError, match='the classes of an ONNX file'):
        DFERInferencer('absent.onnx', faces='none', texts=BROWS)


def test_a_model_before_its_training_says_so(untrained, demo):
    about = untrained.about
    assert about['zero_shot'] and about['domain'] == 'drawn'
    assert 'never trained' in about['note'] and 'zero_shot' not in demo.about
    assert about['checkpoint'] == 'tgdfer_mm://synth_vlm.safetensors'
    first = untrained.model.state_dict()['backbone.tower.conv1.weight']
    assert torch.equal(
        first, load_model('tgdfer_demo').model.backbone.tower.conv1.weight
    )


def test_a_checkpoint_that_was_never_trained_says_so(untrained, demo, tmp_path):
    path = tmp_path / 'start.safetensors'
    meta = dict(meta=json.dumps(dict(dataset_meta=dict(classes=untrained.classes))))
    save_file(untrained.model.state_dict(), path, meta)
    loaded = load_model(CONFIG, path)
    assert 'start values' in loaded.about['note'] and loaded.about['zero_shot']
    moved = dict(untrained.model.state_dict())
    moved['neck.rest.read.weight'] = torch.full_like(moved['neck.rest.read.weight'], 1)
    save_file(moved, path, meta)
    assert 'zero_shot' not in load_model(CONFIG, path).about


def test_weights_that_are_not_here_are_not_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv('HOME', str(tmp_path))
    for tag, said in (('openai', 'nothing is fetched unasked'), (None, 'a checkpoint')):
        cfg = Config.fromfile(config_dir() / 'tgdfer_dfew_vit-b32.py')
        cfg.model.backbone.pretrained = cfg.model.text_encoder.pretrained = tag
        with pytest.raises(UsageError, match=said):
            load_model(cfg)


def test_the_score_of_clip_is_the_published_one():
    path = config_dir().parent / 'tgdfer_mm/protocol/published/dfew.json'
    rows = json.loads(path.read_text())
    rows = next(each for each in rows.values() if isinstance(each, list))
    for row in rows:
        if row['method'] in ('CLIP ViT-B/32, zero-shot', 'CLIP ViT-L/14, zero-shot'):
            assert f'{row["UAR"]:.2f} / {row["WAR"]:.2f}' in catalogue()['clip'].score


@pytest.fixture(scope='module')
def small_clip(tmp_path_factory):
    """A folder of CLIP's architecture, made small, with random weights."""
    config = dict(
        embed_dim=32,
        quick_gelu=True,
        vision_cfg=dict(
            image_size=32, layers=2, width=32, head_width=16, patch_size=16
        ),
        text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=2),
    )
    folder = tmp_path_factory.mktemp('clip')
    torch.manual_seed(0)
    state = open_clip.CLIP(**config).state_dict()
    state.pop('attn_mask', None)
    save_file(state, folder / 'open_clip_model.safetensors')
    (folder / 'open_clip_config.json').write_text(json.dumps(dict(model_cfg=config)))
    return folder


def test_clip_with_weights_of_the_user_judges_by_any_words(small_clip):
    texts = ['a broad smile', 'a frown', 'a face at rest']
    result = scores('clip', checkpoint=small_clip, texts=texts, rest=texts[2])
    jsonschema.validate(result, result_schema())
    model = result['model']
    assert model['name'] == 'clip' and model['classes'] == texts
    assert model['checkpoint'] == str(small_clip) and model['domain'] == 'real'
    assert 'Nothing in it was trained for faces' in model['note']
    assert '22.08 / 21.30' in model['note'] and 'scores poorly' in model['note']
    [track] = result['tracks']
    assert len(track['probabilities']) == 3
    assert np.isclose(sum(track['probabilities']), 1, atol=1e-3)
    assert result['settings']['size'] == 32
