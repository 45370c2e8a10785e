"""Writing the predictions of a test."""

from pathlib import Path

from mmengine.config import Config

from .recipe import Recipe
from .walk import kind_of


def dump_predictions(cfg: Config, recipe: Recipe) -> str | None:
    """Adds the dumps of the recipe to the test's evaluators.

    Raises:
        ValueError: The file does not end in ``.pkl`` or ``.pickle``.
    """
    if recipe.dump is None:
        return None
    dump = Path(recipe.dump)
    if dump.suffix not in ('.pkl', '.pickle'):
        raise ValueError(
            f'recipe.dump={str(dump)!r} (--dump): the file must end in .pkl or .pickle.'
        )
    if recipe.perturb_time is not None:  # its dump must not replace the whole test's
        dump = Path(cfg.work_dir, dump.name)
    dumps = [
        dict(type='DumpResults', out_file_path=str(dump)),
        dict(type='DumpPredictions', out_file=str(dump.with_name('predictions.jsonl'))),
    ]
    # With recipe.on, the metrics are inside an evaluator that maps the classes.
    mapped = 'metrics' in cfg.test_evaluator
    owner, key = (cfg.test_evaluator, 'metrics') if mapped else (cfg, 'test_evaluator')
    metrics = owner[key]
    metrics = list(metrics) if isinstance(metrics, list | tuple) else [metrics]
    kinds = [kind_of(metric) for metric in metrics]
    if not {'DumpResults', 'DumpPredictions'} <= set(kinds):
        dump.parent.mkdir(parents=True, exist_ok=True)
        owner[key] = [*metrics, *dumps]
    return f'predictions are written to {dump} and next to it'
