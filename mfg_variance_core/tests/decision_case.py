from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

REQUEST = "odoo.addons.mfg_variance_core.guard.request"


class DecisionCase:
    """A mixin for tests in which a person decides.

    ``with self.signed_in(user):`` makes the code in it look like requests of that
    user's own web session; that real ones do is proven over HTTP.
    """

    @classmethod
    @contextmanager
    def signed_in(cls, user, **request):
        """The web session of ``user``; keywords change what the request looks like."""
        fake = SimpleNamespace(
            **{
                "session": SimpleNamespace(uid=user.id, can_save=True),
                "dispatcher": SimpleNamespace(routing_type="jsonrpc"),
                **request,
            }
        )
        with patch(REQUEST, fake):
            yield cls.env(user=user)

    def decide(self, approval, user, verdict="approved", reason="Looked at it"):
        """The decision of ``user`` on an approval, as he takes it in his session."""
        with self.signed_in(user):
            approval.with_user(user)._decide(verdict, reason)
        approval.invalidate_recordset()
        return approval
