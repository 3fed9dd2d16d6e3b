"""The one error of reading a dump: where it is damaged, and how."""

from forum.errors import ForumError


class DamagedDump(ForumError):
    """A dump cannot be right: in which `file`, which `row` ("row 12, Id 34"; "" is all of it), and why."""

    code = "damaged_dump"
    status = 422
    title = "The dump is damaged"

    def __init__(self, file: str, row: str, reason: str) -> None:
        self.file, self.row, self.reason = file, row, reason
        where = f"{file}, {row}" if row else file
        super().__init__(f"{where}: {reason}. Nothing was imported.")
