"""A real SMTP server on loopback for the tests: STARTTLS and a login before any mail, as providers have it."""

import ssl
import subprocess
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "stancewatch@example.org", "hunter2-mail"


@dataclass
class Mailbox:
    """What arrived. Use it as a context manager; port and ca say how to reach it."""

    folder: Path
    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    @property
    def ca(self) -> Path:
        """Who signed its certificate: itself."""
        return self.folder / "mail-cert.pem"

    @property
    def password_file(self) -> Path:
        """The file with the password, as Alertmanager reads it."""
        return self.folder / "mail-password"

    def __enter__(self) -> "Mailbox":
        key = self.folder / "mail-key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", self.ca, "-days", "2",
             "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
        self.password_file.write_text(PASSWORD)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.ca, key)
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=context, require_starttls=True,
            auth_required=True, authenticator=self._authenticate,
            auth_exclude_mechanism=["LOGIN"],  # its prompts are ones that Alertmanager does not know
        )  # fmt: skip
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @staticmethod
    def _authenticate(
        _server: Any, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()))

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail; the name is aiosmtpd's."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(envelope.rcpt_tos)
        return "250 kept"
