"""A real SMTP server on this machine."""

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from tests.processes import free_port


class MailServer(Controller):
    """What it took is in `taken`, in order. `before_answer()` runs when it has a mail, and hasn't
    said so yet."""

    def __init__(self, port=None):
        super().__init__(self, hostname="127.0.0.1", port=port or free_port())
        self.taken, self.answer = [], "250 OK"
        self.before_answer = lambda: None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.before_answer()
        if self.answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer
