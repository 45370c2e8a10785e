"""Long names of classes in pictures."""

from tgdfer_mm.visualization.video.short_names import LONGEST, with_short_names


def test_long_names_are_cut_and_stay_apart_everywhere():
    classes = ['x' * 200 + 'a', 'x' * 200 + 'b', 'calm']
    result = dict(model=dict(classes=classes))
    track = dict(label=classes[1], intervals=[dict(emotion=classes[0])], frames={})
    shown, drawn = with_short_names(result, track)
    names = shown['model']['classes']
    assert len(set(names)) == 3 and max(map(len, names)) <= LONGEST
    assert names[2] == 'calm'
    assert (drawn['label'], drawn['intervals'][0]['emotion']) == (names[1], names[0])
    assert result['model']['classes'] == classes
