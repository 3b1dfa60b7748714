"""Times as the store keeps them: ISO texts in UTC of one length, so that they sort as they follow each other."""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """The time, for example ``2026-11-26T20:00:00.000000Z``."""
    return text(datetime.now(UTC))


def later(at: str, days: float | int = 0, seconds: float | int = 0) -> str:
    """The time so much later.

    Examples
    --------
    >>> later("2026-11-26T20:00:00.000000Z", days=30)
    '2026-12-26T20:00:00.000000Z'
    """
    return text(moment(at) + timedelta(days=days, seconds=seconds))


def seconds_between(first: str, second: str) -> float:
    """How many seconds lie between two times."""
    return (moment(second) - moment(first)).total_seconds()


def moment(at: str) -> datetime:
    """The time that a text stands for."""
    return datetime.fromisoformat(at)


def text(at: datetime) -> str:
    """The text that stands for a time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
