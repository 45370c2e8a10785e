"""The laboratory: what is measured of this package, from a checkout of it.

See README.md. The package never imports it.
"""
