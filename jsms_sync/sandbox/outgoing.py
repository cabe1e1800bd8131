"""The messages of one request, from each recipient's text to what the balance has left."""

from __future__ import annotations

from jsms_sync.sandbox import accounts, texts
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.means import Means
from jsms_sync.sandbox.rules_messages import FAMILIES
from jsms_sync.sandbox.rules_schedules import Recipient, rendered
from jsms_sync.sandbox.sending import Message, check_frequency, check_words, leave
from jsms_sync.sandbox.store_numbers import Sending
from jsms_sync.sandbox.world import World


class Outgoing:
    """Messages that were taken and not yet sent; used inside one transaction, which a refusal ends."""

    def __init__(self, world: World) -> None:
        self.taken: list[Message] = []
        self._world, self._store, self._beliefs = world, world.store, world.beliefs
        self._seen: set[tuple[str, str]] = set()
        self._balance: accounts.Balance = world.store.balance()
        self.opted_out = world.store.numbers.opted_out() | world.beliefs.opted_out

    def take(self, means: Means, recipient: Recipient, msg_id: str, kind: str) -> Message:
        """A text message.

        Refused in the order of jsms-api.md §10: parameters 50023, 50022, number 50006, 50024, content 50054,
        50038, 50037, then 50034, 50009 and 50014.
        """
        template = means.template
        text = rendered(recipient, template.template, self._beliefs, self.opted_out)
        content = texts.message(means.sign.sign, text, template.type, self._beliefs.opt_out_text)
        if len(content) > self._beliefs.max_length:
            raise Refusal(50038)
        check_words(content, self._beliefs)
        message = Message(msg_id, recipient.mobile, content, template.temp_id, None, kind)
        self._admit(message, FAMILIES[template.type], template.type, texts.parts(content))
        return message

    def take_call(self, mobile: str, words: str, msg_id: str) -> Message:
        """A call with a voice code; refused with 50034, 50009 or 50014."""
        message = Message(msg_id, mobile, words, None, None, "voice")
        self._admit(message, "voice", accounts.VOICE, parts=1)
        return message

    def _admit(self, message: Message, family: str, paid_as: int, parts: int) -> None:
        sending = Sending(message.mobile, family, message.content, self._world.now().timestamp())
        window = self._beliefs.repeat_window
        if (sending.mobile, sending.content) in self._seen:
            raise Refusal(50034)
        if window and self._store.numbers.was_repeated(sending, window):
            raise Refusal(50034)
        check_frequency(self._store, sending, self._beliefs)
        self._balance = accounts.pay(
            self._balance, accounts.purses(self._balance, paid_as, self._beliefs), parts
        )
        self._store.numbers.sent([sending])
        self._seen.add((sending.mobile, sending.content))
        self.taken.append(message)

    def leave(self) -> None:
        """Sends what was taken, and pays for it."""
        self._store.set_balance(self._balance)
        leave(self._store, self.taken, self._world.now(), self._beliefs)
