"""Who signs, and how he proved to be there."""

from dataclasses import dataclass

SESSION = "session"
PASSWORD = "password"
BADGE = "badge"


@dataclass(frozen=True, slots=True)
class Signature:
    """A person who is present; only the authority hands these out.

    ``device_user_id`` is whose session the device runs under: the signer's own, or on
    a shared tablet somebody else's, whose rights count for nothing.
    """

    user_id: int
    way: str
    device_user_id: int
