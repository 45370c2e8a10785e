"""Token ids without a tokenizer, for text towers whose tokenizer is on a hub."""

import zlib

from tgdfer_mm.models.text.tokens import TextTokenizer

_SPECIAL = 10  # ids below are no words


def stand_in(config: dict) -> TextTokenizer | None:
    """Something that gives each word an id, in the layout that a text tower reads.

    Args:
        config: ``text_cfg`` of an open_clip model config.

    Returns:
        None if the tower takes open_clip's own tokenizer.
    """
    if not config.get('hf_tokenizer_name'):
        return None
    words = config['vocab_size'] - _SPECIAL
    # A tower that looks for the end of a text is told its number.
    end = config.get('eos_id', 2) if config.get('pool_type') == 'eos' else 1
    return TextTokenizer(
        encode=lambda text: [
            _SPECIAL + zlib.crc32(word.encode()) % words for word in text.split()
        ],
        decode=lambda ids: ' '.join(map(str, ids)),
        start=(),
        end=(end,),
        pad=0,
        source='ids of words',
    )
