"""Writes the predictions of a test to files."""

from pathlib import Path

from mmengine.config import Config

from ..run_config.walk import metrics_of_test
from .recipe import Recipe, RecipeError


def dump_predictions(cfg: Config, recipe: Recipe) -> str | None:
    """Adds the recipe's files of predictions to the test's metrics.

    Raises:
        ValueError: If the config has no test.
    """
    if recipe.dump is None:
        return None
    dump = Path(recipe.dump)
    metrics = metrics_of_test(cfg)
    if not metrics:
        raise RecipeError(
            f'recipe.dump={str(dump)!r} (--dump): {cfg.filename} has no '
            'test_evaluator, so nothing is tested; leave it out.'
        )
    if recipe.perturb_time is not None:  # keep the whole test's file
        dump = Path(cfg.work_dir, dump.name)
    if dump.suffix == '.jsonl':
        wanted = [dict(type='DumpPredictions', out_file=str(dump))]
    else:
        plain = str(dump.with_name('predictions.jsonl'))
        wanted = [
            dict(type='DumpResults', out_file_path=str(dump)),
            dict(type='DumpPredictions', out_file=plain),
        ]
    metrics += [metric for metric in wanted if metric not in metrics]
    if 'metrics' in cfg.test_evaluator:  # inside an evaluator that maps the classes
        cfg.test_evaluator.metrics = metrics
    else:
        cfg.test_evaluator = metrics
    return f'predictions are written to {dump} and next to it'
