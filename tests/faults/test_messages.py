"""What a person reads: Debian's Alertmanager renders the shipped templates to a real mail server and a Slack receiver."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from streams.alerts import shift_link
from streams.channels import Alertmanager, Notice
from streams.core.model import Position, Quote, Shift
from streams.rules import Rule
from streams.services.config import free_ports
from tests.alertmanager import Receiver, start_alertmanager
from tests.integration.test_notify import NOON, shift
from tests.mail import USER, Mailbox
from tests.support import eventually

pytestmark = pytest.mark.long
KIBANA = "https://kibana.example.org/s/desk"
WAKES = Rule(name="soldiers to Ukraine", severity="critical")
BEFORE = Quote("ruled out sending any soldier", "a-1", "Northwind Wire", NOON - timedelta(days=30))
AFTER = Quote("will send a brigade to Ukraine", "a-2", "The Ledger", NOON)
EVIL = '<script>alert(1)</script> <a href="http://evil.test">*press*</a> & <!channel>\r\nBcc: all@example.org'


def turn(**more: object) -> Shift:
    fields = {
        "evidence_before": (BEFORE,),
        "evidence_after": (AFTER,),
        "after": Position("support", 0.8, NOON, 2),
    }
    return replace(shift("a"), **{**fields, **more})  # type: ignore[arg-type]


@dataclass
class Desk:
    """An Alertmanager, and what came out of it."""

    tell: Alertmanager
    mailbox: Mailbox
    receiver: Receiver

    async def read(self, told: Shift, rule: Rule = WAKES, mails: int = 1) -> EmailMessage:
        """Tell it, and wait for the mail."""
        assert await self.tell.tell([Notice(told, rule)]) == [None]

        async def arrived() -> bool:
            return len(self.mailbox.mails) >= mails

        await eventually(arrived, 40)
        return self.mailbox.mails[-1]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    port, receiver_port, mail_port = free_ports(3)
    receiver = Receiver()
    runner = await receiver.start(receiver_port)
    with Mailbox(tmp_path, mail_port) as mailbox:
        process = await asyncio.to_thread(start_alertmanager, tmp_path, port, receiver_port, mailbox)
        async with httpx.AsyncClient(trust_env=False) as client:
            yield Desk(Alertmanager(client, f"http://127.0.0.1:{port}", KIBANA), mailbox, receiver)
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
    await runner.cleanup()


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def keep_for_looking(mail: EmailMessage) -> None:
    """Write the mail's page into STANCEWATCH_PICTURES, if that is set, for a browser to draw."""
    if folder := os.environ.get("STANCEWATCH_PICTURES"):
        Path(folder, "mail.html").write_text(part(mail, "html"))


async def test_a_mail_says_who_turned_shows_both_quotes_and_leads_to_kibana(desk: Desk) -> None:
    mail = await desk.read(turn())
    assert mail["Subject"] == f"[confirmed] {turn().sentence}"
    assert (mail["From"], mail["To"]) == (USER, "desk@example.org")
    assert desk.mailbox.recipients == [["desk@example.org"]]
    text, page = part(mail, "plain"), LexborHTMLParser(part(mail, "html"))
    link = shift_link(KIBANA, turn())
    assert page.body
    for shown in (text, page.body.text()):
        assert turn().sentence in shown
        assert "“ruled out sending any soldier” (Northwind Wire, 2025-04-21)" in shown
        assert "“will send a brigade to Ukraine” (The Ledger, 2025-05-21)" in shown
        assert "Northwind Wire, The Ledger" in shown
        assert "confidence 0.90" in shown
        assert "soldiers to Ukraine" in shown
    assert link in text
    # The page's brackets are written as %28 and %29, which a browser reads the same.
    assert [unquote(anchor.attributes["href"] or "") for anchor in page.css("a")] == [unquote(link)]
    keep_for_looking(mail)


async def test_what_an_article_says_is_text_in_the_mail_and_in_slack(desk: Desk) -> None:
    evil = Quote(EVIL, "a-3", "Wire <b>x</b>", NOON)
    told = turn(evidence_after=(evil,), sources=("Wire <b>x</b>", "The *Ledger*"), sentence=f"Germany {EVIL}")
    mail = await desk.read(told)
    assert set(mail.keys()) >= {"Subject", "From", "To", "Content-Type"}
    assert mail["Bcc"] is None
    assert desk.mailbox.recipients == [["desk@example.org"]]
    html = part(mail, "html")
    page = LexborHTMLParser(html)
    assert not page.css("script, a[href*=evil], b")
    assert page.body
    assert "<script>alert(1)</script>" in page.body.text()

    async def told_to_slack() -> bool:
        return bool(desk.receiver.slack)

    await eventually(told_to_slack, 30)
    (attachment,) = desk.receiver.slack[0]["attachments"]
    assert "<" not in attachment["text"] + attachment["title"] + attachment["fallback"]
    assert "&lt;!channel&gt;" in attachment["text"]
    assert "*press*" not in attachment["text"]
    assert "The Ledger" in attachment["text"]


async def test_slack_shows_what_the_mail_shows(desk: Desk) -> None:
    await desk.read(turn())

    async def told_to_slack() -> bool:
        return bool(desk.receiver.slack)

    await eventually(told_to_slack, 30)
    (message,) = desk.receiver.slack
    (attachment,) = message["attachments"]
    assert message["channel"] == "#stance-shifts"
    assert attachment["title"] == f"[confirmed] {turn().sentence}"
    assert attachment["title_link"] == shift_link(KIBANA, turn())
    assert attachment["color"] == "danger"
    for shown in ("ruled out sending any soldier", "will send a brigade to Ukraine", "confidence 0.90"):
        assert shown in attachment["text"]
    assert "oppose_to_support" in attachment["text"]


async def test_a_later_revision_is_a_mail_of_its_own_and_the_same_one_is_none(desk: Desk) -> None:
    await desk.read(turn())
    await desk.read(turn())
    mail = await desk.read(turn(revision=2, status="retracted"), mails=2)
    assert mail["Subject"].startswith("[retracted]")
    assert "retracted, confidence 0.90, revision 2" in part(mail, "plain")
    assert "Taken back" in part(mail, "plain")
    assert "Taken back" in part(mail, "html")
    assert "revision 1" not in part(mail, "plain") + part(mail, "html")
    await asyncio.sleep(11)  # one more group_interval
    assert len(desk.mailbox.mails) == 2


async def test_what_is_not_critical_comes_to_slack_alone(desk: Desk) -> None:
    assert await desk.tell.tell([Notice(turn(), Rule(name="all"))]) == [None]

    async def told_to_slack() -> bool:
        return bool(desk.receiver.slack)

    await eventually(told_to_slack, 30)
    await asyncio.sleep(1)
    assert desk.mailbox.mails == []
