from dataclasses import dataclass, field


@dataclass(frozen=True)
class Silence:
    """What the dead-man check found: whose it is, what to say, and how the case reads.

    ``vals`` are values of the case in place of those about silence.
    """

    company: object
    sentence: str
    heading: str = ""
    vals: dict = field(default_factory=dict)
