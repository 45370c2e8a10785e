"""Sinkhorn's iterations as multiplications, where the model adds logarithms."""

import math

import loops
import pytest
import torch

from tgdfer_mm.models.functional import sinkhorn

L, M = 3, 4


def scaled(cost, rows, columns, epsilon, steps):
    """Rows and columns of exp(-cost / epsilon) scaled in turn to their sums."""
    plan = [[math.exp(-c / epsilon) for c in row] for row in cost]
    for _ in range(steps):
        for i, wanted in enumerate(rows):
            total = sum(plan[i])
            plan[i] = [p * wanted / total for p in plan[i]]
        for j, wanted in enumerate(columns):
            total = sum(row[j] for row in plan)
            for row in plan:
                row[j] *= wanted / total
    return plan


@pytest.mark.parametrize('steps', [1, 2, 7])
def test_every_step_scales_the_rows_and_then_the_columns(steps):
    cost = loops.normal(2, L, M).abs()
    rows = loops.normal(2, L, seed=1).softmax(-1)
    columns = loops.normal(2, M, seed=2).softmax(-1)
    expected = [
        scaled(cost[n].tolist(), rows[n].tolist(), columns[n].tolist(), 0.3, steps)
        for n in range(2)
    ]
    loops.close(sinkhorn(cost, rows, columns, epsilon=0.3, steps=steps), expected)


@pytest.mark.parametrize('steps', [1, 2, 7])
def test_what_weighs_nothing_is_left_out_at_every_step(steps):
    """And not in the limit alone: padding changes no plan, however few the steps."""
    cost = loops.normal(L + 1, M + 2)
    rows, columns = loops.normal(L).softmax(-1), loops.normal(M).softmax(-1)
    plan = scaled(cost[:L, :M].tolist(), rows.tolist(), columns.tolist(), 0.3, steps)
    expected = [row + [0.0, 0.0] for row in plan] + [[0.0] * (M + 2)]
    none = torch.zeros(2, dtype=torch.float64)
    rows, columns = torch.cat([rows, none[:1]]), torch.cat([columns, none])
    loops.close(sinkhorn(cost, rows, columns, epsilon=0.3, steps=steps), expected)
