"""The version, and the address of the project."""

__version__ = '0.2.0'
# Address of the repository, without a slash at its end. While it is empty, packages
# name no address and the pages link to no file of the repository.
REPOSITORY = ''
