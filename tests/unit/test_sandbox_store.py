"""What the sandbox looks up with every request costs the same, however much it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from jsms_sync.sandbox.audits import Audit, is_due
from jsms_sync.sandbox.rules_signs import Application
from jsms_sync.sandbox.rules_templates import APPROVED, Submission
from jsms_sync.sandbox.store import Store

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def holding(templates: int) -> Store:
    """A store with so many approved templates and signatures."""
    store = Store(":memory:", "极光")
    with store.writing():
        for number in range(templates):
            temp_id = store.add_template(Submission(f"第{number}号", 2, None, None), NOW.timestamp())
            store.set_status(temp_id, APPROVED, None)
            store.signs.decide(store.signs.add(Application("极光"), NOW.timestamp()), APPROVED, None)
    return store


def steps(store: Store, look: Callable[[Store], object]) -> int:
    """How many steps the database's machine takes for a look."""
    taken: list[None] = []
    store._db.set_progress_handler(lambda: taken.append(None), 1)
    look(store)
    store._db.set_progress_handler(None, 1)
    return len(taken)


def test_a_look_for_what_is_due_does_not_grow_with_what_is_held() -> None:
    """A search by an index: a walk through all templates made a thousand submissions quadratic."""
    few, many = holding(10), holding(1_000)
    looks: list[Callable[[Store], object]] = [
        lambda store: is_due(store, Audit("approve"), NOW),
        lambda store: store.due_schedules(NOW),
        lambda store: store.mail.next_callback(),
    ]
    for look in looks:
        assert steps(few, look) == steps(many, look) > 0


def test_the_earliest_submission_is_decided_first() -> None:
    """A template that was submitted again waits behind those that were submitted before that."""
    store = holding(0)
    first, second = (
        store.add_template(Submission("甲", 2, None, None), NOW.timestamp() + n) for n in range(2)
    )
    store.change_template(first, Submission("丙", 2, None, None), NOW.timestamp() + 2)
    assert store.waiting_templates(NOW.timestamp() + 2) == [second, first]


def test_the_earliest_signature_is_decided_first() -> None:
    """As with templates."""
    store = holding(0)
    first, second = (store.signs.add(Application("甲"), NOW.timestamp() + n) for n in range(2))
    store.signs.change(first, Application("丙"), NOW.timestamp() + 2)
    assert store.signs.waiting(NOW.timestamp() + 2) == [second, first]
