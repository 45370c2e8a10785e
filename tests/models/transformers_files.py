"""Folders as transformers writes them, and what its models gave on them.

``recorded_transformers/*.json`` has the config and the names and shapes of the weights
of a small model, and the features that transformers computed with weights and inputs
of :func:`draw`. To record them anew, with transformers installed:

    python tests/models/transformers_files.py
"""

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

FOLDER = Path(__file__).parent / 'recorded_transformers'
TOWER = dict(num_hidden_layers=2, intermediate_size=100)
TEXT = dict(TOWER, hidden_size=32, num_attention_heads=4, max_position_embeddings=12)
IMAGE = dict(TOWER, image_size=32, patch_size=8)
# What is not transformers' default: widths, heads, activations, norms, the end's id.
CONFIGS = {
    'clip': dict(
        model_type='clip',
        projection_dim=24,
        text_config=dict(TEXT, vocab_size=99, eos_token_id=98, projection_dim=24),
        vision_config=dict(IMAGE, hidden_size=48, num_attention_heads=3),
    ),
    'clip_gelu': dict(
        model_type='clip',
        projection_dim=32,
        text_config=dict(
            TEXT, vocab_size=99, eos_token_id=50, hidden_act='gelu', layer_norm_eps=1e-3
        ),
        vision_config=dict(
            IMAGE, hidden_size=32, num_attention_heads=2, hidden_act='gelu'
        ),
    ),
    'siglip': dict(
        model_type='siglip',
        text_config=dict(TEXT, vocab_size=99),
        vision_config=dict(IMAGE, hidden_size=32, num_attention_heads=2),
    ),
    'siglip_gelu': dict(  # each tower has an activation of its own
        model_type='siglip',
        text_config=dict(TEXT, vocab_size=99, hidden_act='quick_gelu'),
        vision_config=dict(
            IMAGE, hidden_size=32, num_attention_heads=2, hidden_act='gelu'
        ),
    ),
}


def draw(name: str, shape: list[int]) -> Tensor:
    """Numbers that depend on the name and the shape alone."""
    stream = np.random.RandomState(zlib.crc32(name.encode()))
    return torch.tensor(0.3 * stream.standard_normal(shape), dtype=torch.float32)


def recorded(kind: str) -> dict:
    """What is known of one of the models."""
    return json.loads((FOLDER / f'{kind}.json').read_text(encoding='utf-8'))


def weights(kind: str) -> dict[str, Tensor]:
    """The weights of a model, under transformers' names."""
    return {n: draw(n, shape) for n, shape in recorded(kind)['shapes'].items()}


def write_folder(kind: str, folder: Path) -> Path:
    """Writes config.json and model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'config.json').write_text(json.dumps(CONFIGS[kind]))
    save_file(weights(kind), folder / 'model.safetensors', {'format': 'pt'})
    return folder


def inputs() -> tuple[Tensor, Tensor]:
    """Pictures, and token ids that hold the ends of texts somewhere."""
    ids = np.random.RandomState(0).randint(1, 90, (3, 12))
    ids[:, 7], ids[:, 4] = 98, 50
    return draw('pictures', [3, 3, 32, 32]), torch.from_numpy(ids)


@torch.no_grad()
def features_of_transformers(model) -> tuple[Tensor, Tensor, Tensor]:
    """Features of pictures and texts, and the logits, by a model of transformers."""
    images, ids = inputs()
    both = model.get_image_features(images), model.get_text_features(ids)
    both = [getattr(each, 'pooler_output', each) for each in both]  # since version 5
    logits = model(input_ids=ids, pixel_values=images).logits_per_image
    return *both, logits


def build(kind: str):
    """The model as transformers builds it, with weights of :func:`draw`."""
    import transformers

    siglip = CONFIGS[kind]['model_type'] == 'siglip'
    model = transformers.SiglipModel if siglip else transformers.CLIPModel
    built = model(model.config_class.from_dict(CONFIGS[kind])).eval()
    state = {n: draw(n, list(v.shape)) for n, v in built.state_dict().items()}
    built.load_state_dict(state)
    return built


def main() -> None:
    """Records."""
    import transformers

    for kind, config in CONFIGS.items():
        model = build(kind)
        image, text, logits = features_of_transformers(model)
        shapes = {n: list(v.shape) for n, v in model.state_dict().items()}
        content = dict(
            transformers=transformers.__version__,
            config=config,
            shapes=shapes,
            image=image.tolist(),
            text=text.tolist(),
            logits=logits.tolist(),
        )
        FOLDER.mkdir(exist_ok=True)
        path = FOLDER / f'{kind}.json'
        path.write_text(json.dumps(content) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
