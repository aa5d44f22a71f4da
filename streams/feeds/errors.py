"""What can go wrong with a feed or a page."""

_PASSING = frozenset(
    {
        "timeout",
        "unreachable",
        "left_alone",
        "robots_unknown",
        "http_408",
        "http_429",
        "parse_crashed",
        "parse_timeout",
    }
)


class FetchFailed(Exception):  # noqa: N818 - says what happened
    """Something could not be had.

    code: a short stable word, such as ``http_503`` or ``too_large``; polls are counted by it.
    retry_after: seconds that the server asked to be left alone; None if it did not say.
    """

    def __init__(self, code: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry_after = retry_after

    @property
    def may_pass(self) -> bool:
        """Whether another try later may do better."""
        return self.code in _PASSING or self.code.startswith("http_5")

    def __reduce__(self) -> tuple[type["FetchFailed"], tuple[str, str, float | None]]:
        """Survive the way back from a child process, which pickles exceptions by their arguments."""
        return (FetchFailed, (self.code, self.detail, self.retry_after))
