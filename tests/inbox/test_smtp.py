"""A mail server receives what a person would."""

from pathlib import Path

from smtp import postbox

from forum.config import Settings
from forum.inbox import mail


def test_x(tmp_path: Path) -> None:
    with postbox() as box:
        mail.deliver(
            Settings(data_dir=tmp_path, base_url="https://forum.example.org", contact="team@example.org", mail_url=box.url), "ann@example.org", "Grüße", "Words.\n.\nMore."
        )
    assert box.taken[-1].mail["Subject"] == "Grüße"
    assert box.taken[-1].sender
