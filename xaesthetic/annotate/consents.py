"""What annotators agreed to, word for word by its sha256, and until when they may withdraw."""

import hashlib

from sqlalchemy import Connection, bindparam, select

from xaesthetic.annotate.clock import later, now
from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.people import hold
from xaesthetic.annotate.study import Consent
from xaesthetic.annotate.tables import CONSENTS

_CONSENT = select(CONSENTS.c.id).where(CONSENTS.c.annotator == bindparam("number")).limit(1)


def has_consented(connection: Connection, number: int) -> bool:
    """Whether an annotator has agreed."""
    return connection.execute(_CONSENT, {"number": number}).first() is not None


def add_consent(connection: Connection, number: int, consent: Consent, share: bool) -> None:
    """Note that an annotator agreed; a second time adds nothing.

    Parameters
    ----------
    connection
        That may write.
    number
        The annotator's.
    consent
        The text that they saw.
    share
        Whether the other annotators may see their regions when the study has ended.
    """
    hold(connection, number)
    if has_consented(connection, number):
        return
    at = now()
    connection.execute(
        CONSENTS.insert().values(
            annotator=number,
            version=consent.version,
            text_sha256=hashlib.sha256(consent.text.encode()).hexdigest(),
            at=at,
            age_confirmed=True,
            contact=consent.contact,
            withdraw_until=later(at, days=consent.withdraw_days),
            share=share,
        )
    )
    add_event(connection, "consent", number, {"version": consent.version, "share": share})


def sharing(connection: Connection) -> frozenset[int]:
    """The annotators who agreed that others see their regions."""
    rows = connection.execute(select(CONSENTS.c.annotator).where(CONSENTS.c.share))
    return frozenset(row.annotator for row in rows)
