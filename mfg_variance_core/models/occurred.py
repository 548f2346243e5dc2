"""When something happened, as people enter it."""

from datetime import timedelta

from odoo.exceptions import ValidationError

# clocks of two computers differ
TOLERANCE = timedelta(minutes=5)


def check_occurred(records):
    """Refuse what is said to happen later than now: it would be judged as live.

    Longer ago is allowed: it is judged as history, listed, and stays at hand.
    """
    latest = records.env["mfg.variance.engine"]._now() + TOLERANCE
    for record in records:
        if record.variance_occurred_at and record.variance_occurred_at > latest:
            raise ValidationError(
                records.env._(
                    "%(record)s: what has happened lies in the past. Correct "
                    "“Occurred at”.",
                    record=record.display_name,
                )
            )
