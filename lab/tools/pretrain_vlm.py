"""Pre-trains the demo's vision-language model on drawn faces and their sentences.

    python lab/tools/pretrain_vlm.py --out synth_vlm.safetensors

The faces are synthetic, the sentences name movements and never an emotion, and the
people are none of those in the clips. The defaults take some minutes on two cores;
the command that made the shipped file stands in that file's header.
"""

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.pretraining.contrastive import draw_pairs, pretrain
from lab.pretraining.saving import save_vlm
from lab.pretraining.sentences import every_phrase
from lab.pretraining.zero_shot import (
    ARCHITECTURE,
    evaluate_zero_shot,
    load_vlm,
    synth_descriptions,
)
from tgdfer_mm.devices import DeviceError, check_device

# Neither the seed of any clip a configuration trains or tests on, nor of those the
# descriptions were chosen on (9000 and 9100).
HELD_OUT_SEED = 9200


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, required=True, help='*.safetensors')
    parser.add_argument('--arch', type=Path, default=ARCHITECTURE, help='model config')
    parser.add_argument('--images', type=int, default=16000, help='faces to draw')
    parser.add_argument('--steps', type=int, default=1800)
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--lr', type=float, default=1e-3)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument(
        '--eval-clips', type=int, default=20, help='held-out clips of each class'
    )
    args = parser.parse_args(argv)
    try:
        check_device(args.device)
    except DeviceError as err:
        parser.error(str(err))
    return args


def kept_tokens(texts: list[str]) -> torch.Tensor:
    """Ids of every token that may occur in a sentence or in one of the texts."""
    tokenizer = SimpleTokenizer()
    ids = {tokenizer.sot_token_id, tokenizer.eot_token_id, 0}
    for text in [*every_phrase(), *texts]:
        ids.update(tokenizer.encode(text))
    return torch.tensor(sorted(ids))


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    torch.manual_seed(args.seed)
    config = json.loads(args.arch.read_text(encoding='utf-8'))
    descriptions = synth_descriptions()
    began = time.perf_counter()

    def say(message: str) -> None:
        print(f'[{time.perf_counter() - began:6.1f} s] {message}', flush=True)

    say(f'drawing {args.images} synthetic faces')
    size = config['vision_cfg']['image_size']
    pairs = draw_pairs(args.seed, args.images, size, easy=args.images // 6)
    kept = kept_tokens([t for texts in descriptions.values() for t in texts])
    model = open_clip.CLIP(**config).to(args.device)
    say(f'training {args.steps} steps of {args.batch} on {args.device}')
    pretrain(
        model,
        pairs,
        kept,
        steps=args.steps,
        batch=args.batch,
        lr=args.lr,
        seed=args.seed,
        device=args.device,
        report=lambda step, loss, scale: say(
            f'step {step:5d}  loss {loss:.3f}  scale {scale:.1f}'
        ),
    )
    meta = dict(
        vlm_config=config,
        provenance='synthetic faces only, drawn by tgdfer_mm.synth; no photograph',
        command=shlex.join(['python', *sys.argv]),
        seed=args.seed,
    )
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save_vlm(args.out, model, kept, meta)
    say(f'{args.out}: {args.out.stat().st_size / 2**20:.2f} MiB, {len(kept)} words')
    # Judge what was written, half precision included.
    model, kept = load_vlm(args.out)
    model.to(args.device)
    report = evaluate_zero_shot(
        model,
        kept,
        descriptions,
        seed=HELD_OUT_SEED,
        clips_per_class=args.eval_clips,
    )
    say(str(report))


if __name__ == '__main__':
    main()
