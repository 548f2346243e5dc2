from odoo import models

from ...domain import segregation


class MfgVarianceCategory(models.Model):
    """On the governance sheet: how fast, who approves, and who never does."""

    _name = "mfg.variance.category"
    _inherit = "mfg.variance.category"

    def _get_deadline_section(self, area):
        """How fast a case of this area is answered, by severity."""
        slas = self.env["mfg.variance.sla"].search(
            [
                "|",
                ("category_id", "=", False),
                "|",
                ("category_id", "in", area.ids),
                ("category_id", "parent_of", self.id),
            ]
        )
        severities = dict(slas._fields["severity"]._description_selection(self.env))
        clocks = ("acknowledge", "contain", "decide", "resolve")

        def within(sla, clock):
            count, unit = sla[f"{clock}_count"], sla[f"{clock}_unit"]
            units = dict(sla._fields[f"{clock}_unit"]._description_selection(self.env))
            return f"{count} {units[unit]}" if count else "–"

        return self._governance_section(
            "deadlines",
            self.env._("Response Times"),
            (
                self.env._("Severity"),
                self.env._("For"),
                *(
                    slas._fields[f"{c}_count"]._description_string(self.env)
                    for c in clocks
                ),
            ),
            [
                (
                    severities[sla.severity],
                    sla.category_id.complete_name or self.env._("every category"),
                    *(within(sla, clock) for clock in clocks),
                )
                for sla in slas
            ],
            self.env._("No response times are set for this area."),
        )

    def _get_rule_section(self, area):
        """The approval rules that hold here: of this area, of above it, of all."""
        rules = self.env["mfg.variance.approval.rule"].search(
            [
                "|",
                ("category_id", "=", False),
                "|",
                ("category_id", "in", area.ids),
                ("category_id", "parent_of", self.id),
            ]
        )
        kinds = dict(rules._fields["kind"]._description_selection(self.env))
        roles = dict(rules.step_ids._fields["role"]._description_selection(self.env))
        rows = [
            (
                kinds.get(rule.kind, rule.kind),
                rule.name,
                " → ".join(
                    ", ".join(step.user_ids.mapped("name"))
                    or str(roles.get(step.role, ""))
                    for step in rule.step_ids
                ),
            )
            for rule in rules
        ]
        return self._governance_section(
            "approvals",
            self.env._("Who Approves"),
            (self.env._("For"), self.env._("Rule"), self.env._("Steps")),
            rows,
            self.env._("No approval rule: one signature of the roles below is enough."),
        )

    def _get_duty_section(self):
        """The one matrix of who may decide, and who is barred although he may."""
        roles = self.env["mfg.variance.authority"]._get_role_labels()
        parties = {
            segregation.REQUESTER: self.env._("who asked"),
            segregation.HOLDER: self.env._("who placed the hold"),
            segregation.DOER: self.env._("who did it"),
            segregation.PRODUCER: self.env._("who made the lot"),
            segregation.AUTHOR: self.env._("who wrote it"),
        }
        rows = [
            (
                duty.title,
                ", ".join(roles.get(role, role) for role in duty.roles),
                ", ".join(parties[party] for party in duty.barred),
            )
            for action, duty in segregation.MATRIX.items()
            if action.startswith(segregation.APPROVE)
        ]
        return self._governance_section(
            "segregation",
            self.env._("Segregation of Duties"),
            (self.env._("Decision"), self.env._("Roles"), self.env._("Never")),
            rows,
            "",
        )
