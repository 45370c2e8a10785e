"""A tiny model of the Qwen2.5-VL class, with random weights, on this machine."""

import json

import numpy as np
import pytest

from projects.vlm.answers import AnswerStore
from projects.vlm.asking import Asker
from projects.vlm.clips import Shown
from projects.vlm.conditions import Condition
from projects.vlm.errors import AskingError
from projects.vlm.prompts import read_prompt
from projects.vlm.questions import Asked
from projects.vlm.report import Record
from tgdfer_mm.evaluation import score_replies
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.labels.replies import ReplyReader

CLASSES = load_classes('dfew')
SPECIAL = (
    *('<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|vision_start|>'),
    *('<|vision_end|>', '<|image_pad|>', '<|video_pad|>'),
)
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }} "
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}"
    '<|vision_start|><|image_pad|><|vision_end|>'
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|> {% endfor %}"
    '{% if add_generation_prompt %}<|im_start|>assistant {% endif %}'
)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """What a tiny model of this class writes."""
    transformers = pytest.importorskip('transformers')
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = [*SPECIAL, '[UNK]', *CLASSES, *'abcdefghijklmnopqrstuvwxyz']
    ids = {word: i for i, word in enumerate(words)}
    tokens = Tokenizer(models.WordLevel(ids, unk_token='[UNK]'))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        unk_token='[UNK]',
        eos_token='<|im_end|>',
        pad_token='<|endoftext|>',
        additional_special_tokens=list(SPECIAL),
    )
    size = dict(shortest_edge=28 * 28, longest_edge=56 * 56)
    processor = transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen2VLVideoProcessor(size=size),
        chat_template=TEMPLATE,
    )
    text = dict(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        rope_parameters=dict(
            rope_type='default', mrope_section=[2, 3, 3], rope_theta=1e4
        ),
        bos_token_id=ids['<|endoftext|>'],
        eos_token_id=ids['<|im_end|>'],
        pad_token_id=ids['<|endoftext|>'],
    )
    vision = dict(
        depth=1,
        hidden_size=32,
        intermediate_size=32,
        num_heads=2,
        out_hidden_size=32,
        fullatt_block_indexes=[0],
    )
    config = transformers.Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids['<|image_pad|>'],
        video_token_id=ids['<|video_pad|>'],
        vision_start_token_id=ids['<|vision_start|>'],
        vision_end_token_id=ids['<|vision_end|>'],
    )
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('tiny')
    model = transformers.Qwen2_5_VLForConditionalGeneration(config)
    model.generation_config.eos_token_id = ids['<|im_end|>']
    model.save_pretrained(path)
    processor.save_pretrained(path)
    return path


@pytest.mark.slow  # importing transformers takes seconds
def test_a_local_model_is_asked_kept_and_scored_like_any_other(folder, tmp_path):
    from projects.vlm.local_model import LocalModel

    model = LocalModel(folder, device='cpu')
    settings = dict(model='local', max_tokens=3, temperature=0)
    asked = Asked(*(read_prompt('dfew'), CLASSES, Condition(), False, 56, settings))
    frames = np.random.default_rng(0).integers(0, 255, (2, 56, 56, 3)).astype(np.uint8)
    truth = dict(a=0, b=1)
    calls = []
    whole = model.ask

    async def counted(request):
        calls.append(request)
        return await whole(request)

    model.ask = counted
    results = []
    for _ in range(2):
        record = Record(ReplyReader(CLASSES))
        store = AnswerStore(tmp_path / 'a.sqlite')
        Asker(model, store).run(
            2,
            lambda i: asked.dialogue('ab'[i], Shown(frames + i, (0, 1))),
            lambda i, each, kept=record: kept.outcomes.update({'ab'[i]: each}),
        )
        store.close()
        read = {clip: record.reading(clip) for clip in truth}
        results.append(score_replies(truth, read, CLASSES))
        assert record.all_tokens[0] > 20 and 0 < record.all_tokens[1] <= 6
    assert results[0] == results[1] and len(calls) == 2
    assert results[0]['unanswered'] == 0


@pytest.mark.slow
def test_a_folder_that_is_no_model_is_named(tmp_path):
    pytest.importorskip('transformers')
    from projects.vlm.local_model import LocalModel

    with pytest.raises(AskingError, match='it has no config.json'):
        LocalModel(tmp_path)
    (tmp_path / 'config.json').write_text(json.dumps(dict(model_type='no such')))
    with pytest.raises(AskingError, match='transformers cannot load it'):
        LocalModel(tmp_path)
