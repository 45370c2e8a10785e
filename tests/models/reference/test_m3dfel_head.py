"""M3DFEL's head: recurrence, attention, dynamic normalisation, one convolution."""

import math

import loops
import torch

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import M3DFELHead

N, M, D, K, HIDDEN, HEADS = 2, 3, 4, 3, 4, 2


def recurrent(lstm, bag):
    """Layers of two LSTMs, whose states lie one after the other."""
    weights = {name: value.tolist() for name, value in lstm.named_parameters()}
    for layer in range(lstm.num_layers):
        ways = []
        for suffix, order in (('', 1), ('_reverse', -1)):
            names = [f'{kind}_l{layer}{suffix}' for kind in ('weight', 'bias')]
            names = [
                n.replace('_l', f'_{of}_l', 1) for n in names for of in ('ih', 'hh')
            ]
            states = one_way(*[weights[name] for name in names], bag[::order])
            ways.append(states[::order])
        bag = [forward + back for forward, back in zip(*ways, strict=True)]
    return bag


def one_way(w_input, w_state, b_input, b_state, bag):
    state, cell, found = [0.0] * HIDDEN, [0.0] * HIDDEN, []
    for x in bag:
        rows = zip(w_input, w_state, b_input, b_state, strict=True)
        gates = [
            loops.dot(wx, x) + loops.dot(ws, state) + bx + bs for wx, ws, bx, bs in rows
        ]
        enter, forget, new, leave = (loops.part(gates, i, 4) for i in range(4))
        cell = [
            loops.sigmoid(f) * c + loops.sigmoid(e) * math.tanh(g)
            for f, c, e, g in zip(forget, cell, enter, new, strict=True)
        ]
        state = [
            loops.sigmoid(o) * math.tanh(c) for o, c in zip(leave, cell, strict=True)
        ]
        found.append(state)
    return found


def attended(head, x):
    """What each instance reads, and what each gets on average."""
    rows = [loops.thirds(loops.linear(head.qkv, each)) for each in x]
    queries, keys, values = zip(*rows, strict=True)
    mixed = [loops.multi_head(query, keys, values, HEADS) for query in queries]
    given = [
        loops.shares(loops.part(q, h, HEADS), [loops.part(k, h, HEADS) for k in keys])
        for q in queries
        for h in range(HEADS)
    ]
    return mixed, loops.mean(given)


def convolved(conv, bag):
    """One vector, the instances being the channels and the features the length."""
    (kernels,), (found,) = conv.weight.tolist(), conv.bias.tolist()
    width = len(bag[0])
    rows = []
    for c in range(width):
        total = found
        for x, kernel in zip(bag, kernels, strict=True):
            for tap in range(3):
                if 0 <= c + tap - 1 < width:
                    total += kernel[tap] * x[c + tap - 1]
        rows.append(total)
    return rows


@torch.no_grad()
def test_from_instances_to_logits():
    head = loops.stir(
        M3DFELHead(K, D, num_instances=M, hidden_channels=HIDDEN, heads=HEADS)
    )
    x = loops.normal(N, M, D)
    logits, instance, attention, _ = head(Bag(x, loops.prefix([M, M], M), None))
    for n, bag in enumerate(x.tolist()):
        states = recurrent(head.lstm, bag)
        mixed, given = attended(head, states)
        # The normalisation has its own reference.
        normed = head.norm(torch.tensor([mixed], dtype=torch.float64))[0].tolist()
        gated = [
            [s * loops.sigmoid(g) for s, g in zip(state, gate, strict=True)]
            for state, gate in zip(states, normed, strict=True)
        ]
        whole = loops.linear(head.fc, convolved(head.conv, gated))
        loops.close(logits[n], whole)
        loops.close(attention[n], given)
        # An instance's part: what the bag's logits lose without it, M times.
        for i in range(M):
            without = [*gated]
            without[i] = [0.0] * len(gated[0])
            rest = loops.linear(head.fc, convolved(head.conv, without))
            none = [[0.0] * len(gated[0])] * M
            constant = loops.linear(head.fc, convolved(head.conv, none))
            part = loops.add(whole, loops.scale(-1.0, rest))
            loops.close(instance[n, i], loops.add(constant, loops.scale(M, part)))
