"""Pages of a plan, by the name in its ``page``."""

from collections.abc import Callable
from pathlib import Path

from .baselines import measure_baselines
from .comparison import write_comparison
from .costs import cost_section
from .experiment import make_vlms, vlm_files
from .plan import EvidencePlan
from .report import write_report


def _write_parts(
    plan: EvidencePlan, root: Path, results: list[dict], page: Path, command: str
) -> None:
    vlms = vlm_files(plan, root)
    make_vlms(plan, root, plan.conditions)
    baselines = measure_baselines(plan, root, vlms)
    costs = cost_section(plan, root, vlms)
    write_report(plan, root, results, baselines, costs, page, command)


# Plan, folder of the experiment, all results, file to write, command line.
PAGES: dict[str, Callable[[EvidencePlan, Path, list[dict], Path, str], None]] = {
    'parts': _write_parts,
    'methods': write_comparison,
}
