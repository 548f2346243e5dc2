from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...domain import duty, segregation
from ...guard import check_person, is_own_session, is_stored_code
from .signature import SESSION, Signature


class MfgVarianceAuthority(models.AbstractModel):
    """The one place that says who may do what (:mod:`...domain.segregation`).

    It asks the user himself: neither ``sudo()`` nor the context, nor code that acts in
    somebody's name, nor administering the app or Odoo stands in for his own right.
    """

    _name = "mfg.variance.authority"
    _description = "Variance Authority"

    # holds nothing: the names of the actions, to be translated
    action = fields.Selection(
        [(duty_row.action, duty_row.title) for duty_row in segregation.MATRIX.values()],
        store=False,
    )

    @api.model
    def _check(self, action, record, parties=None, signature=None):
        """Refuse unless the user may do ``action`` on ``record``; return his signature.

        :param record: what it is about; the user has to see it, and its company and
            plant are his
        :param parties: ``{"requester": {user id}, ...}``, who has a part in the matter
        :param signature: of who signed on somebody else's device; else who is here
        """
        signature = self._check_presence(action, signature)
        user = self.env["res.users"].browse(signature.user_id)
        self._check_place(record, user)
        refusals = self._get_refusals(action, user, record, parties)
        if refusals:
            raise AccessError(
                "\n".join(self._get_refusal_label(code, action) for code in refusals)
            )
        return signature

    @api.model
    def _check_presence(self, action, signature=None):
        """The signature of who is here, refused if the action asks for more (D15)."""
        check_person(self.env)
        if signature:
            if not isinstance(signature, Signature) or is_stored_code():
                raise AccessError(self._get_refusal_label("session", action))
            return signature
        if segregation.MATRIX[action].needs_session and not is_own_session(self.env):
            raise AccessError(self._get_refusal_label("session", action))
        return Signature(self.env.uid, SESSION, self.env.uid)

    @api.model
    def _check_place(self, record, user):
        """As the user himself, so that record rules of company and plant count."""
        companies, plants = self._get_places(record)
        person = user.sudo()  # sudo: the places of whoever signs
        if not companies <= person.company_ids or (
            person.variance_plant_ids and not plants <= person.variance_plant_ids
        ):
            raise AccessError(self._get_refusal_label("place", False))
        # the companies switched off in the menu bar are his all the same
        own = (companies or person.company_id).ids
        record.with_user(user).with_context(allowed_company_ids=own).check_access(
            "read"
        )

    @api.model
    def _get_places(self, record):
        """The companies and plants a record belongs to; none where it has no such."""
        # sudo: ids of places, to see whether they are the user's
        record = record.sudo()
        companies = record.env["res.company"]
        plants = record.env["mfg.variance.plant"]
        if "company_id" in record:
            companies = record.company_id
        if record._name == plants._name:
            plants = record
        elif "plant_id" in record:
            plants = record.plant_id
        return companies, plants

    # ----------------------------------------------------------------- people

    @api.model
    def _get_refusals(self, action, user, record, parties=None, only=None):
        """Why this user may not, as codes of the matrix; empty if he may."""
        return self._find_right(action, user, record, parties, only)[0]

    @api.model
    def _find_right(self, action, user, record, parties=None, only=None):
        """``(refusals, id of who lent him the right)``; the id is None for his own.

        :param only: whom a step asks, :class:`...domain.segregation.Only`
        """
        user = user.sudo()  # sudo: roles and flags of whoever signs
        parties = segregation.merge(parties)
        moment = self.env["mfg.variance.engine"]._now()
        company, plant = self._get_place(record)
        person = self._get_people(user, company, plant, moment)[user.id]
        refusals = segregation.verdict(action, person, parties, only)
        if refusals and segregation.LENDABLE.issuperset(refusals):
            lenders = self._get_lenders(action, user, company, plant, moment)
            lender = segregation.borrowed(
                action, lenders.get(user.id, ()), parties, only
            )
            if lender:
                return (), lender.user_id
        return refusals, None

    @api.model
    def _get_place(self, record):
        companies, plants = self._get_places(record)
        company = plants[:1].company_id or companies[:1] or self.env.company
        return company, plants[:1]

    @api.model
    def _get_people(self, users, company, plant, moment):
        """``{user id: Person}`` of these users, with their roles at a moment."""
        if not users:
            return {}
        roles = {user.id: set() for user in users}
        for role in segregation.GROUP_ROLES:
            for user_id in roles.keys() & self._get_group(role).all_user_ids._ids:
                roles[user_id].add(role)
        # sudo: the roster is asked by whoever wants to know who may decide
        plant = plant.sudo()
        turn = plant._get_turn(company, moment)
        for role, group in segregation.ON_DUTY.items():
            for user_id in duty.holders(plant._get_entries(), role, turn):
                if group in roles.get(user_id, ()):
                    roles[user_id].add(role)
        return {
            user.id: segregation.Person(
                user.id, frozenset(roles[user.id]), user._is_variance_automated()
            )
            for user in users
        }

    @api.model
    def _get_lenders(self, action, users, company, plant, moment):
        """``{user id: people}`` who delegated to them, with their own roles."""
        return {}

    @api.model
    def _who_can(self, action, record, parties=None, moment=None, only=None):
        """The users who may do ``action`` on ``record`` (or in a plant) at a moment."""
        moment = moment or self.env["mfg.variance.engine"]._now()
        parties = segregation.merge(parties)
        company, plant = self._get_place(record)
        users = self._get_candidates(action, company, plant, moment)
        people = self._get_people(users, company, plant, moment)
        lenders = self._get_lenders(action, users, company, plant, moment)
        able = set()
        for user_id, person in people.items():
            refusals = segregation.verdict(action, person, parties, only)
            if not refusals or (
                segregation.LENDABLE.issuperset(refusals)
                and segregation.borrowed(
                    action, lenders.get(user_id, ()), parties, only
                )
            ):
                able.add(user_id)
        found = users.filtered(
            lambda user: user.id in able and self._has_place(user, company, plant)
        )
        return self.env["res.users"].browse(found.ids)

    @api.model
    def _has_place(self, user, company, plant):
        plants = user.variance_plant_ids
        return company in user.company_ids and (
            not plants or not plant or plant in plants
        )

    @api.model
    def _get_candidates(self, action, company, plant, moment):
        """Everybody who could have a role of the action."""
        groups = {
            segregation.ON_DUTY.get(role, role)
            for role in segregation.MATRIX[action].roles
        }
        users = self._get_group(*groups).all_user_ids
        return users.filtered(lambda user: user.active and not user.share)

    @api.model
    def _get_group(self, *roles):
        """The groups of these roles; without ``env.ref``, which asks each time."""
        IrModelData = self.env["ir.model.data"]
        # sudo: the members and the name of a group, whoever asks who may decide
        return (
            self.env["res.groups"]
            .sudo()
            .browse(
                IrModelData._xmlid_to_res_id(
                    f"mfg_variance_core.group_{role}", raise_if_not_found=True
                )
                for role in roles
            )
        )

    # ------------------------------------------------------------------ texts

    @api.model
    def _get_refusal_label(self, code, action):
        labels = {
            "session": self.env._(
                "This decision needs you in person: sign in to Odoo and decide there, "
                "or sign with badge and PIN. API keys, jobs and rules decide nothing."
            ),
            "place": self.env._(
                "This belongs to a company or plant that is not yours."
            ),
            segregation.STEP: self.env._(
                "This step waits for somebody else, or you decided another one before."
            ),
            segregation.AUTOMATED: self.env._(
                "This user is an integration or an assistant: it decides nothing."
            ),
            segregation.REQUESTER: self.env._(
                "You asked for this yourself. Somebody else has to decide it."
            ),
            segregation.HOLDER: self.env._(
                "You placed the hold. Somebody else has to decide about it."
            ),
            segregation.DOER: self.env._(
                "You did the work yourself. Somebody else has to decide about it."
            ),
            segregation.PRODUCER: self.env._(
                "You took part in producing this lot. Somebody else has to decide."
            ),
            segregation.AUTHOR: self.env._(
                "You wrote a part of this. Somebody else has to activate it."
            ),
        }
        if code == segregation.ROLE:
            return self.env._(
                "%(what)s: this is reserved to %(roles)s.",
                what=self._get_action_label(action),
                roles=self._get_roles_label(segregation.MATRIX[action].roles),
            )
        return labels[code]

    @api.model
    def _get_action_label(self, action):
        return dict(self._fields["action"]._description_selection(self.env))[action]

    @api.model
    def _get_roles_label(self, roles):
        labels = self._get_role_labels()
        return ", ".join(labels[role] for role in roles)

    @api.model
    def _get_role_labels(self):
        """``{role: name}`` as the groups and the roster call them."""
        roles = dict(
            self.env["mfg.variance.duty"]
            ._fields["role"]
            ._description_selection(self.env)
        )
        for role in segregation.GROUP_ROLES:
            roles[role] = self._get_group(role).name
        return {role: roles[role] for role in segregation.ROLES}
