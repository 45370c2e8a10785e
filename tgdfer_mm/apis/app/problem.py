"""A request that is refused."""


class Problem(Exception):
    """An error that ends a request: a status and a sentence for the page."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
