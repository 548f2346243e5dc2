from odoo import fields, models

from ..labels import duration_label

LIVE = ("shadow", "active")
LATEST_CHANGES = 15


class MfgVarianceCategory(models.Model):
    """The governance sheet of a process area, from what holds at this moment.

    A section is ``{"key", "title", "head", "rows"}``; an addon overrides
    :meth:`_get_governance_sections` and adds its own.
    """

    _name = "mfg.variance.category"
    _inherit = "mfg.variance.category"

    governance_html = fields.Html(
        string="Governance", compute="_compute_governance_html", sanitize=False
    )

    def _compute_governance_html(self):
        for category in self:
            category.governance_html = self.env["ir.qweb"]._render(
                "mfg_variance_core.governance_content",
                {"sections": category._get_governance_sections()},
            )

    def action_print_governance(self):
        """The sheet on paper."""
        self.check_access("read")
        return self.env.ref("mfg_variance_core.report_governance").report_action(self)

    def _get_governance_sections(self):
        """The sections in the order they are read, with what the reader may see."""
        self.ensure_one()
        area = self.search([("id", "child_of", self.id)])
        policies = self.env["mfg.variance.policy"].search(
            [("metric_id.category_id", "in", area.ids)]
        )
        versions = policies.version_ids.filtered(lambda one: one.state in LIVE)
        return [
            self._get_watched_section(versions),
            self._get_unwatched_section(area, versions),
            self._get_reaction_section(versions),
            self._get_deadline_section(area),
            self._get_rule_section(area),
            self._get_duty_section(),
            self._get_shelved_section(area),
            self._get_change_section(area, policies, versions),
        ]

    # ---------------------------------------------------------------- sections

    def _get_watched_section(self, versions):
        states = dict(versions._fields["state"]._description_selection(self.env))
        owners = dict(
            self.env["mfg.variance.policy"]
            ._fields["owner_role"]
            ._description_selection(self.env)
        )
        rows = []
        for version in versions.sorted(lambda one: (one.policy_id.name, one.number)):
            policy = version.policy_id
            rows.append(
                (
                    policy.name,
                    version.metric_id.name,
                    self._get_limit_text(version),
                    policy.owner_id.name or owners.get(policy.owner_role, ""),
                    duration_label(self.env, version.respond_minutes),
                    f"{version.number}, {states[version.state]}",
                )
            )
        return self._governance_section(
            "watched",
            self.env._("What Is Watched"),
            (
                self.env._("Policy"),
                self.env._("Metric"),
                self.env._("Limits"),
                self.env._("Owner"),
                self.env._("Time to Respond"),
                self.env._("Version"),
            ),
            rows,
            self.env._("No policy judges here. Nothing of this area is watched."),
        )

    def _get_limit_text(self, version):
        if version.method != "tolerance":
            # what a policy says of itself it says of its newest version
            policy, field = version.policy_id, version._fields["method"]
            methods = dict(field._description_selection(self.env))
            is_newest = policy.version_id == version
            return policy.summary if is_newest else methods[version.method]
        labels = dict(
            self.env["mfg.variance.policy.limit"]
            ._fields["severity"]
            ._description_selection(self.env)
        )
        unit = version.metric_id.unit or ""
        return "; ".join(
            self.env._(
                "%(severity)s: %(percent)g %% and at least %(floor)g %(unit)s",
                severity=labels[limit.severity],
                percent=limit.percent,
                floor=limit.floor,
                unit=unit,
            )
            for limit in version.limit_ids
        )

    def _get_unwatched_section(self, area, versions):
        metrics = self.env["mfg.variance.metric"].search(
            [("category_id", "in", area.ids), ("active", "=", True)]
        )
        active = versions.filtered(lambda one: one.state == "active").metric_id
        return self._governance_section(
            "unwatched",
            self.env._("What Is Measured and Not Watched"),
            (self.env._("Metric"), self.env._("Category")),
            [
                (metric.name, metric.category_id.complete_name)
                for metric in metrics - active
            ],
            self.env._("Every metric of this area has an active policy."),
        )

    def _get_reaction_section(self, versions):
        rows = [
            (
                playbook.name,
                " → ".join(playbook.step_ids.filtered("active").mapped("name")),
            )
            for playbook in versions.playbook_id
        ]
        return self._governance_section(
            "playbooks",
            self.env._("Playbooks"),
            (self.env._("Playbook"), self.env._("Steps")),
            rows,
            self.env._("No playbook: a case is opened and nobody is asked anything."),
        )

    def _get_shelved_section(self, area):
        now = self.env["mfg.variance.engine"]._now()
        silences = self.env["mfg.variance.silence"].search(
            [
                ("ends_at", ">", now),
                ("ended_at", "=", False),
                "|",
                ("category_id", "in", area.ids),
                ("metric_id.category_id", "in", area.ids),
            ]
        )
        return self._governance_section(
            "shelved",
            self.env._("Shelved Now"),
            (
                self.env._("What"),
                self.env._("Why"),
                self.env._("By"),
                self.env._("Until (UTC)"),
            ),
            [
                (one.scope_text, one.reason, one.author_id.name, str(one.ends_at))
                for one in silences
            ],
            self.env._("Nothing is shelved."),
        )

    def _get_change_section(self, area, policies, versions):
        """The latest changes to what is listed, for those who may read the ledger."""
        rows = self.env["mfg.variance.ledger"]
        if rows.has_access("read"):
            playbooks = versions.playbook_id
            listed = (
                area,
                policies,
                policies.version_ids,
                playbooks,
                playbooks.step_ids,
            )
            for records in listed:
                rows |= rows.search(
                    [
                        ("kind", "=", "control.changed"),
                        ("res_model", "=", records._name),
                        ("res_id", "in", records.ids),
                    ],
                    limit=LATEST_CHANGES,
                )
        rows = rows.sorted("id", reverse=True)[:LATEST_CHANGES]
        return self._governance_section(
            "changes",
            self.env._("Last Changes"),
            (
                self.env._("When (UTC)"),
                self.env._("What"),
                self.env._("Change"),
                self.env._("Who"),
            ),
            [
                (str(row.at), row.record_label, row.summary, row.actor_name)
                for row in rows
            ],
            self.env._("No change, or none you may read."),
        )

    def _governance_section(self, key, title, head, rows, empty):
        return {"key": key, "title": title, "head": head, "rows": rows, "empty": empty}
