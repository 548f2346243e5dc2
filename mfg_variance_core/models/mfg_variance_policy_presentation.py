from odoo import api, fields, models
from odoo.tools import format_amount

DAY = 24 * 60
HOUR = 60


class MfgVariancePolicy(models.Model):
    """What the form of a policy needs to know, and the policy read back in words."""

    _name = "mfg.variance.policy"
    _inherit = "mfg.variance.policy"

    is_author = fields.Boolean(compute="_compute_is_author")
    # as superuser: names of work centers and products in a policy its reader may
    # read, also without a role in Manufacturing
    summary = fields.Char(
        compute="_compute_summary",
        compute_sudo=True,
        string="In Words",
        help="What this version does, read back in a sentence.",
    )

    @api.depends("author_ids")
    @api.depends_context("uid")
    def _compute_is_author(self):
        for policy in self:
            policy.is_author = self.env.user in policy.author_ids

    @api.depends(
        "metric_id.name",
        "metric_id.unit",
        "metric_id.direction",
        "method",
        "plant_id.name",
        "product_categ_id.name",
        "product_id.display_name",
        "operation_id.name",
        "workcenter_id.name",
        "workcenter_tag_id.name",
        "limit_ids.severity",
        "limit_ids.percent",
        "limit_ids.floor",
        "limit_ids.money",
        "limit_ids.money_alone",
        "owner_role",
        "owner_id.name",
        "respond_minutes",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for policy in self:
            policy.summary = policy._describe()

    def _describe(self):
        """The policy in one or two sentences; what is missing is asked for."""
        self.ensure_one()
        if not self.metric_id:
            return self.env._("Choose what is watched.")
        describe = getattr(self, f"_describe_{self.method}", self._describe_other)
        condition = describe()
        if not condition:
            return self.env._(
                "Watches %(what)s. Say how much is too much.", what=self._get_subject()
            )
        return f"{condition} {self._describe_answer()}"

    def _describe_other(self):
        """For a method that has no ``_describe_<method>`` of its own."""
        if not self.limit_ids:
            return ""
        methods = dict(self._fields["method"]._description_selection(self.env))
        return self.env._(
            "Opens a case when %(what)s reaches one of the limits (%(method)s).",
            what=self._get_subject(),
            method=methods[self.method],
        )

    def _describe_tolerance(self):
        """One sentence for what opens a case, one for what only shades the record."""
        limits = self.limit_ids.sorted(lambda limit: limit._rank())
        opening = [limit for limit in limits if limit.severity != "info"]
        noting = [limit for limit in limits if limit.severity == "info"]
        texts = {limit: self._describe_limit(limit) for limit in limits}
        opening = [limit for limit in opening if texts[limit]]
        sentences = []
        if opening:
            first, *rest = opening
            sentences.append(
                self.env._(
                    "Opens a case of severity %(severity)s when %(what)s is %(limit)s.",
                    severity=self._get_severity(first),
                    what=self._get_subject(),
                    limit=texts[first],
                )
            )
            sentences += [
                self.env._(
                    "%(severity)s when it is %(limit)s.",
                    severity=self._get_severity(limit).capitalize(),
                    limit=texts[limit],
                )
                for limit in rest
            ]
        sentences += [
            self.env._(
                "Only marks the record when %(what)s is %(limit)s.",
                what=self.env._("it") if opening else self._get_subject(),
                limit=texts[limit],
            )
            for limit in noting
            if texts[limit]
        ]
        return " ".join(sentences)

    def _describe_limit(self, limit):
        figures = []
        if limit.percent:
            figures.append(f"{limit.percent:g} %")
        if limit.floor:
            figures.append(f"{limit.floor:g} {self.metric_id.unit or ''}".strip())
        both = self._join(figures)
        text = both and {
            "higher": self.env._("%(figures)s or more above plan", figures=both),
            "lower": self.env._("%(figures)s or more below plan", figures=both),
            "both": self.env._("%(figures)s or more off plan", figures=both),
        }.get(self.metric_id.direction)
        if limit.money:
            cost = self.env._(
                "costs at least %(amount)s", amount=self._format_money(limit.money)
            )
            text = self._join([text, cost]) if text else self._off_plan(cost)
        if limit.money_alone:
            alone = self.env._(
                "costs %(amount)s alone", amount=self._format_money(limit.money_alone)
            )
            text = (
                self.env._("%(one)s, or %(other)s", one=text, other=alone)
                if text
                else self._off_plan(alone)
            )
        return text

    def _off_plan(self, cost):
        return self.env._("off plan and %(cost)s", cost=cost)

    def _get_subject(self):
        """What is watched where, for the middle of a sentence."""
        return " ".join([self.metric_id.name, *self._get_places()])

    def _get_places(self):
        names = (
            ("operation_id", self.env._("of operation %s")),
            ("workcenter_id", self.env._("on %s")),
            ("workcenter_tag_id", self.env._("on work centers tagged %s")),
            ("product_id", self.env._("for %s")),
            ("product_categ_id", self.env._("for products of %s")),
            ("plant_id", self.env._("in %s")),
        )
        return [text % self[name].display_name for name, text in names if self[name]]

    def _describe_answer(self):
        if self.owner_role == "user":
            owner = self.owner_id.name or self.env._("Nobody yet")
        else:
            roles = self._fields["owner_role"]._description_selection(self.env)
            owner = dict(roles).get(self.owner_role) or self.env._("Nobody yet")
        if not self.respond_minutes:
            return self.env._("%(owner)s answers.", owner=owner)
        return self.env._(
            "%(owner)s answers within %(time)s.",
            owner=owner,
            time=self._format_minutes(self.respond_minutes),
        )

    def _format_minutes(self, minutes):
        """Whole days and hours as such, everything else in minutes."""
        if minutes % DAY == 0:
            days = minutes // DAY
            return self.env._("1 day") if days == 1 else self.env._("%s days", days)
        if minutes % HOUR == 0:
            hours = minutes // HOUR
            return self.env._("1 hour") if hours == 1 else self.env._("%s hours", hours)
        return self.env._("%s minutes", minutes)

    def _format_money(self, amount):
        currency = (self.company_id or self.env.company).currency_id
        return format_amount(self.env, amount, currency)

    def _get_severity(self, limit):
        labels = dict(limit._fields["severity"]._description_selection(self.env))
        return labels[limit.severity].lower()

    def _join(self, parts):
        if len(parts) < 2:
            return "".join(parts)
        *first, last = parts
        return self.env._("%(first)s and %(last)s", first=", ".join(first), last=last)
