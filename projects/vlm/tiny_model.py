"""A tiny model of the Qwen2.5-VL class with random weights, to try --local.

    python -m projects.vlm.tiny_model work_dirs/tiny_vlm
    python -m projects.vlm tgdfer_synth --local work_dirs/tiny_vlm

It takes a few megabytes and knows nothing: its reply is the same odd letters for every
clip.
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from .command import guarded
from .errors import AskingError

WORDS = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
_SPECIAL = (
    *('<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|vision_start|>'),
    *('<|vision_end|>', '<|image_pad|>', '<|video_pad|>'),
)
_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }} "
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}"
    '<|vision_start|><|image_pad|><|vision_end|>'
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|> {% endfor %}"
    '{% if add_generation_prompt %}<|im_start|>assistant {% endif %}'
)


def write_tiny_model(folder: str | Path, seed: int = 0) -> Path:
    """Writes model, tokenizer and chat template, as ``save_pretrained`` does.

    Args:
        folder: Folder to write.
        seed: Seed of the weights.

    Returns:
        The folder.

    Raises:
        AskingError: transformers is absent.
    """
    if find_spec('transformers') is None:
        raise AskingError("it needs transformers: pip install -e '.[transformers]'")
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = [*_SPECIAL, '[UNK]', *WORDS, *'abcdefghijklmnopqrstuvwxyz']
    ids = {word: i for i, word in enumerate(words)}
    tokens = Tokenizer(models.WordLevel(ids, unk_token='[UNK]'))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        unk_token='[UNK]',
        eos_token='<|im_end|>',
        pad_token='<|endoftext|>',
        additional_special_tokens=list(_SPECIAL),
    )
    size = dict(shortest_edge=28 * 28, longest_edge=56 * 56)
    processor = transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen2VLVideoProcessor(size=size),
        chat_template=_TEMPLATE,
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
    torch.manual_seed(seed)
    model = transformers.Qwen2_5_VLForConditionalGeneration(config)
    model.generation_config.eos_token_id = ids['<|im_end|>']
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return Path(folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit code."""
    parser = ArgumentParser(
        prog='python -m projects.vlm.tiny_model',
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument('folder', type=Path)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args(argv)

    def work() -> int:
        print(write_tiny_model(args.folder, args.seed))
        return 0

    return guarded(work)


if __name__ == '__main__':
    sys.exit(main())
