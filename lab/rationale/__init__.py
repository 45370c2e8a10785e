"""Study of rationales: if relevant frames carry the verdict, and if their words are
true.
"""
