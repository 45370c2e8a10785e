"""The laboratory: measurements of this package, run from a checkout.

See README.md. The package never imports it.
"""
