"""The figure of docs/method.md."""
