"""Texts of a film's emotions: those of the drawn clips, without neutral."""

from tgdfer_mm.models.text.descriptions import load_descriptions


def texts() -> list[list]:
    """Pairs of a class and its texts, in the order of the labels."""
    shipped = load_descriptions('synth')
    return [[name, said] for name, said in shipped.items() if name != 'neutral']
