"""What the core says when a record cannot be served."""


class Rejected(Exception):  # noqa: N818 - the field's own word for a record that ends as a dead letter
    """A record's own fault: it can never be served as it is, however often it is tried.

    code: a short stable word, such as ``missing_text``; dead letters are counted by it.
    field: where in the record, as a path such as ``published_at``; empty for the whole record.
    detail: one sentence for a person, with the offending value cut to a readable length.
    """

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(f"{code} at {field or 'record'}: {detail}")
        self.code = code
        self.field = field
        self.detail = detail

    def __reduce__(self) -> tuple[type["Rejected"], tuple[str, str, str]]:
        """Survive the way back from a worker process, which pickles exceptions by their arguments."""
        return (Rejected, (self.code, self.field, self.detail))
