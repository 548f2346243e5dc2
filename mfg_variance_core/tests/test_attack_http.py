from contextlib import contextmanager
from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..domain import segregation
from . import attack_list
from .attack_case import MUTED, AttackCase

REFUSED = (401, 403, 422)
# of those who may not, one who has nothing and one who administers all of it
OUTSIDERS = ("viewer", "everything_of_odoo")


@tagged("post_install", "-at_install")
class TestAttackHttp(AttackCase, HttpCase):
    """The same moves as real requests: the web client's, and those with an API key.

    One request for each move and way in; all roles are tried in ``test_attack_matrix``.
    """

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*MUTED, "odoo.addons.base.models.ir_model"))
        self.wrong = []

    def tearDown(self):
        self.assertFalse(self.wrong, "\n".join(self.wrong))
        super().tearDown()

    @contextmanager
    def undone(self):
        """What requests did meanwhile is undone; yields what showed before."""
        with self.env.cr.savepoint() as savepoint:
            yield self.picture()
            savepoint.rollback()
        self.env.invalidate_all()

    # ------------------------------------------------------------- the client

    def _web(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def _move_by_web(self, move, context):
        """Press as the web client does; the error it would show, or None."""
        record = self.records[move.action]
        model, ids = record._name, record.ids
        try:
            if move.dialog:
                values = move.values_for(record.id)
                model = move.dialog
                ids = self._web(model, "create", [values], context=context)
            if move.button:
                self.make_jsonrpc_request(
                    f"/web/dataset/call_button/{model}/{move.button}",
                    {
                        "model": model,
                        "method": move.button,
                        "args": [ids],
                        "kwargs": {"context": context},
                    },
                )
        except JsonRpcException as refusal:
            return str(refusal)
        return None

    def _post(self, key, model, method, **arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            json={"context": attack_list.FORGED, **arguments},
            headers={"Authorization": f"bearer {key}"},
        )

    def _move_by_key(self, move, key):
        record = self.records[move.action]
        model, ids = record._name, record.ids
        if move.dialog:
            model = move.dialog
            values = move.values_for(record.id)
            answer = self._post(key, model, "create", vals_list=[values])
            if answer.status_code != 200:
                return answer
            ids = answer.json()
        if move.button:
            return self._post(key, model, move.button, ids=ids)
        return answer

    def _make_key(self, user):
        until = Datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        return keys._generate(None, "attack", until)

    def _check(self, move, name, before, error, may):
        has_changed = self.picture() != before
        if may and not has_changed and not move.shows_refusals_only:
            self.wrong.append(f"{move.action}: {name} is refused: {error}")
        if not may and (has_changed or not error):
            self.wrong.append(f"{move.action}: {name} gets through")

    # ------------------------------------------------------------------ tests

    def test_the_web_client(self):
        for role in ("", *OUTSIDERS):
            for move in attack_list.MOVES:
                user = self.users[role or self.allowed_role(move)]
                may = self.is_allowed(move, role) if role else True
                context = {} if may else attack_list.FORGED
                self.prepare(move, user)
                self.authenticate(user.login, user.login)
                with self.undone() as before:
                    error = self._move_by_web(move, context)
                    self._check(move, f"{user.login} by web", before, error, may)

    def test_an_api_key(self):
        keys = {}
        for move in attack_list.MOVES:
            user = self.users[self.allowed_role(move)]
            key = keys.get(user) or keys.setdefault(user, self._make_key(user))
            self.prepare(move, user)
            self.authenticate(None, None)
            may = not segregation.MATRIX[move.action].needs_session
            with self.undone() as before:
                answer = self._move_by_key(move, key)
                error = answer.text if answer.status_code in REFUSED else None
                self._check(move, f"{user.login} by key", before, error, may)

    def test_writes_past_the_buttons(self):
        tried = set()
        user = self.users["machine"]
        self.authenticate(user.login, user.login)
        for move in attack_list.MOVES:
            record = self.records[move.action]
            key = (move.model, move.written)
            if record._name != move.model or not move.written or key in tried:
                continue
            tried.add(key)
            vals = dict(move.written)
            forged = {"context": attack_list.FORGED}
            for method, args in (
                ("write", [record.ids, vals]),
                ("web_save", [record.ids, vals, {}]),
                (
                    "load",
                    [[".id", *vals], [[str(record.id), *map(str, vals.values())]]],
                ),
                ("copy", [record.ids, vals]),
                ("unlink", [record.ids]),
                ("_write", [record.ids, vals]),
                ("_as_system", [record.ids]),
            ):
                if method == "unlink" and not getattr(record, "_guard_unlink", True):
                    continue
                with self.undone() as before:
                    try:
                        result = self._web(record._name, method, *args, **forged)
                        error = method == "load" and not result["ids"]
                    except JsonRpcException as refusal:
                        error = str(refusal)
                    if method == "copy" and not error:
                        made = self.env[record._name].browse(result)
                        error = all(made[n] != v for n, v in vals.items())
                        before = self.picture()
                    self._check(move, method, before, error, False)
