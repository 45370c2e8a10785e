"""Gates and attention inside image towers of related methods equal plain loops."""

import math

import loops
import torch

from tgdfer_mm.models.backbones import FormerResNet, GatedResNet, GlobalConvAttention
from tgdfer_mm.models.backbones.vit_temporal_adapter import _Insertion
from tgdfer_mm.registry import TEMPORAL

N, T = 2, 3


@torch.no_grad()
def test_the_gate_of_a_frame_is_mixed_with_those_of_its_video():
    gate = loops.stir(GlobalConvAttention(4, size=2, num_frames=T, reduction=2))
    x = loops.normal(N * T, 4, 2, 2)
    kernels, biases = gate.conv.weight.flatten(1).tolist(), gate.conv.bias.tolist()
    own = []
    for frame in x.flatten(2).tolist():
        numbers = [loops.dot(*pair) for pair in zip(frame, kernels, strict=True)]
        numbers = loops.add(numbers, biases)
        hidden = loops.network(gate.fc[0], lambda v: max(v, 0.0), gate.fc[2], numbers)
        own.append([2 * loops.sigmoid(value) for value in hidden])
    expected = []
    for i, weights in enumerate(own):
        video = own[i // T * T : i // T * T + T]
        pairs = zip(weights, loops.mean(video), strict=True)
        expected.append([math.sqrt(w * mean + 1e-5) for w, mean in pairs])
    loops.close(gate.weights(x), expected)
    scaled = x * torch.tensor(expected, dtype=torch.float64)[..., None, None]
    torch.testing.assert_close(gate(x), scaled)


@torch.no_grad()
def test_a_gate_scales_what_its_block_adds_and_not_the_rest():
    tower = GatedResNet(T, image_size=32)
    stages = [tower.layer1, tower.layer2, tower.layer3, tower.layer4]
    gated = [hasattr(stage[0].gate, 'conv') for stage in stages]
    assert gated == [False, True, True, False]
    block = tower.layer2[1].double().eval()
    x = loops.normal(T, 128, 4, 4)
    added = block.conv2(block.conv1(x))
    weights = block.gate.weights(added)[..., None, None]
    torch.testing.assert_close(block(x), torch.relu(weights * added + x))


@torch.no_grad()
def test_places_of_a_map_attend_to_each_other_before_the_last_stage():
    sizes = dict(num_layers=1, heads=2, head_channels=3, mlp_channels=5)
    tower = FormerResNet(32, **sizes)
    tower.double().eval()
    loops.stir(tower.layers, std=0.1)
    x = loops.normal(1, 3, 32, 32)
    maps = tower.layer3(tower.layer2(tower.layer1(tower.maxpool(tower.conv1(x)))))
    places = [(row, column) for row in range(2) for column in range(2)]
    tokens = [
        loops.add(maps[0, :, row, column].tolist(), tower.position[i].tolist())
        for i, (row, column) in enumerate(places)
    ]
    for layer in tower.layers:
        tokens, _ = loops.pre_norm_layer(layer, tokens)
    attended = torch.empty_like(maps)
    for token, (row, column) in zip(tokens, places, strict=True):
        attended[0, :, row, column] = torch.tensor(token, dtype=torch.float64)
    torch.testing.assert_close(tower.attend(maps), attended)
    torch.testing.assert_close(tower(x), tower.layer4(attended))


@torch.no_grad()
def test_a_place_of_the_pictures_is_followed_over_its_video():
    config = dict(type='transformer', dim=4, heads=2, max_instances=T)
    network = loops.stir(TEMPORAL.build(config))  # has its own reference
    tokens = loops.normal(N * T, 1 + 5, 4)
    found, other = _Insertion(network, T, prefix=1)(None, (tokens, 'mask'))
    assert other == 'mask'
    expected = tokens.clone()
    for video in range(N):
        frames = slice(video * T, video * T + T)
        for place in range(1, 6):  # the class token stays
            path = tokens[frames, place][None]
            expected[frames, place] = network(path, torch.ones(1, T) > 0)[0]
    torch.testing.assert_close(found, expected)
