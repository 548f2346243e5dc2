"""How the story's supervisors answer cases: when, and with which cause."""

from datetime import timedelta

from .story_plant import DRIFT_CENTER

LEFT_ALONE = timedelta(hours=20)
PATIENCE = {"warning": 0.35, "major": 0.25, "critical": 0.2}


def is_handled(age, severity, rng):
    """Whether a case of this age is answered this morning.

    >>> class Sure:
    ...     def random(self):
    ...         return 0.0
    >>> is_handled(timedelta(hours=30), "warning", Sure())
    True
    >>> is_handled(timedelta(hours=1), "warning", Sure())
    False
    """
    return age > LEFT_ALONE and rng.random() < PATIENCE.get(severity, 0.5)


def cause_of(metric, center, shift):
    """The code of the cause a supervisor would name, knowing the plant.

    >>> cause_of("setup_time", "Mill 1", "Early"), cause_of("x", "Press 1", "Night")
    ('setup', 'training')
    """
    if metric == "setup_time":
        return "setup"
    if center == DRIFT_CENTER:
        return "machine"
    if shift == "Night":
        return "training"
    return "waiting"
