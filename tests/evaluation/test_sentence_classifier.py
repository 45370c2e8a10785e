"""A tiny text classifier of transformers with random weights as judge."""

import pytest
import torch

from tgdfer_mm.evaluation.judges import build_judge

LABELS = ('joy', 'sadness', 'curiosity', 'admiration')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    transformers = pytest.importorskip('transformers')
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ['[PAD]', '[UNK]', 'lip', 'corners', 'pulled', 'up', 'down']
    ids = {word: i for i, word in enumerate(words)}
    tokens = Tokenizer(models.WordLevel(ids, unk_token='[UNK]'))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokens, unk_token='[UNK]', pad_token='[PAD]'
    )
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=dict(enumerate(LABELS)),
        label2id={name: i for i, name in enumerate(LABELS)},
    )
    torch.manual_seed(0)
    model = transformers.BertForSequenceClassification(config)
    with torch.no_grad():  # what is no emotion of ours would win everywhere
        model.classifier.bias.copy_(torch.tensor([0.0, 0.0, 9.0, 5.0]))
    path = tmp_path_factory.mktemp('classifier')
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.mark.slow
def test_labels_that_stand_for_no_class_are_left_out(folder):
    texts = ['lip corners pulled up', 'lip corners pulled down'] * 20
    judge = build_judge(dict(type='transformers', folder=folder))
    found = judge.judge(texts, ('sad', 'happy'))
    assert set(found) <= {0, 1} and found[:2] * 20 == found
    inputs = judge._tokenizer(texts[:1], return_tensors='pt')
    logits = judge._model(**inputs).logits[0]
    assert found[0] == int(logits[0] > logits[1])
    assert judge.judge([texts[0] * 200], ('sad', 'happy'))[0] in (0, 1)  # cut
    named = build_judge(
        dict(type='transformers', folder=folder, labels=dict(curiosity='surprise'))
    )
    assert set(named.judge(texts, ('sad', 'happy', 'surprise'))) == {2}
    with pytest.raises(ValueError, match='no label .* joy, sadness'):
        judge.judge(texts, ('fear', 'disgust'))


@pytest.mark.slow
def test_a_folder_without_a_model_is_refused(tmp_path):
    pytest.importorskip('transformers')
    options = dict(type='transformers', folder=tmp_path)
    with pytest.raises(ValueError, match='not a folder with a config.json'):
        build_judge(options)
    (tmp_path / 'config.json').write_text('{}')
    with pytest.raises(ValueError, match='transformers cannot load it'):
        build_judge(options)


def test_without_transformers_the_judge_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__('sys').modules, 'transformers', None)
    with pytest.raises(ValueError, match=r'pip install .*transformers'):
        build_judge(dict(type='transformers', folder=tmp_path))
