import gc
import random
from collections import defaultdict
from datetime import datetime, timedelta
from time import monotonic

from odoo import api, fields, models

from odoo.addons.mfg_variance_core.guard import CLOCK_KEY, Clock

from ..domain import story, story_governance, story_pieces
from ..domain.story_handling import cause_of, is_handled
from .own_session import signed_in

WINDOW = timedelta(hours=1)
HANDLING_HOUR = 7
STRIDE = 40


class MfgVarianceDemoStory(models.AbstractModel):
    """Plays the demo's two months through Manufacturing, as if they happened now.

    The story comes from :mod:`..domain.story`. It is played in windows of one hour
    under core's simulated clock, so that variance control detects, notifies and
    times everything as it would have then; what Odoo itself stamps with the present
    (chatter, create dates) stays as it is. The clock is an in-process object: no
    client can send one.
    """

    _name = "mfg.variance.demo.story"
    _description = "Demo story"

    @api.model
    def _play(self, progress=None, orders=300, until=None, seed=story.SEED):
        """Play the story once and return the figures of its summary.

        All of it is one transaction: an interrupted story leaves nothing behind. A
        second call finds the story and only reads its figures again.

        :param progress: called as ``progress(step, done, total)``
        :param orders: how many orders, at least 30
        :param until: when the story ends, naive UTC; now if not given
        :param seed: another seed tells another story of the same plants
        """
        started = monotonic()
        company = self._find_story(orders, until, seed)
        if not company:
            until = until or fields.Datetime.now()
            digest = self._get_digest(orders, until, seed)
            company = self._make_group(digest, self._tell(digest))
            self._in_company(company)._play_orders(digest, progress)
        played = self._in_company(company)
        figures = played._get_figures(self._tell(company.variance_log_digest))
        figures["seconds"] = round(monotonic() - started, 1)
        return figures

    def _get_digest(self, orders, until, seed):
        digest = f"story:{orders}:{until:%Y-%m-%dT%H:%M}"
        return digest if seed == story.SEED else f"{digest}#{seed}"

    def _find_story(self, orders, until, seed=story.SEED):
        """The company of this story, or of any when ``until`` is left open."""
        pattern = self._get_digest(orders, until, seed) if until else "story:%"
        return self.env["res.company"].search(
            [("variance_log_digest", "=like", pattern)], limit=1, order="id desc"
        )

    def _tell(self, digest):
        """The orders of the story this digest stands for."""
        orders, seed, until = self._read_digest(digest)
        return story.tell(orders, until, seed)

    def _read_digest(self, digest):
        """``(orders, seed, until)`` of a story."""
        _word, orders, rest = digest.split(":", 2)
        until, _mark, seed = rest.partition("#")
        return int(orders), int(seed or story.SEED), datetime.fromisoformat(until)

    def _in_company(self, company):
        return self.with_context(
            allowed_company_ids=company.ids,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
        ).with_company(company)

    def _at(self, moment):
        """This model with variance control's clock set to ``moment``."""
        return self.with_context(**{CLOCK_KEY: Clock(moment)})

    # ------------------------------------------------------------------ playing

    def _play_orders(self, digest, progress):
        orders = self._tell(digest)
        _count, seed, until = self._read_digest(digest)
        windows = self._get_windows(orders, until)
        people = self._get_worker_ids()
        rng = random.Random(seed)
        # from here on windows read what is new, as after an installation
        self._get_pattern_marks()
        for done, moment in enumerate(sorted(windows), start=1):
            self._at(moment)._play_window(windows[moment], people, rng)
            self.env.cr.flush()
            if done % STRIDE == 0 or done == len(windows):
                # every moment is an environment of its own, and Odoo looks through
                # all that are alive each time it needs one; they are young
                gc.collect(1)
                if progress:
                    progress(self.env._("story"), done, len(windows))
        self._at(until)._judge_running(orders)
        self._at(until)._watch_deadlines()
        self.env.cr.flush()
        self._at(until)._seal_ledger()

    def _get_windows(self, orders, until):
        """What happens when: ``{end of the window: {kind: [items]}}``.

        Planners release orders week by week and close them at the end of the day.
        """
        windows = defaultdict(lambda: defaultdict(list))

        def add(moment, kind, item):
            begin = datetime.min + (moment - datetime.min) // WINDOW * WINDOW
            windows[min(begin + WINDOW, until)][kind].append(item)

        weeks = {}
        for order in orders:
            week = order.released_at.isocalendar()[:2]
            add(weeks.setdefault(week, order.released_at), "release", order)
            for job in order.jobs:
                if job.is_done:
                    add(job.recorded_end, "finish", (order, job))
                elif job.is_running:
                    windows[until]["start"].append((order, job))
                if job.corrected_at:
                    add(job.corrected_at, "correct", (order, job))
            if order.is_done:
                add(story_pieces.registered_at(order), "register", order)
                add(story_pieces.closed_at(order), "close", order)
            if order.pieces.receipt_at and order.pieces.receipt_at < until:
                add(order.pieces.receipt_at, "receive", order)
        for plant in story.PLANTS:
            for morning in self._get_mornings(plant, orders[0].released_at, until):
                add(morning, "handle", plant)
        for act in story_governance.acts(orders, until, story.to_local, story.to_utc):
            add(act.moment, "act", act.name)
        return windows

    def _get_mornings(self, plant, begin, until):
        """When the plant's supervisor works on cases: weekdays, an hour after start."""
        local = story.to_local(begin, plant.tz).replace(hour=HANDLING_HOUR, minute=0)
        while (moment := story.to_utc(local, plant.tz)) < until:
            if local.weekday() < 5:
                yield moment
            local += timedelta(days=1)

    def _play_window(self, window, people, rng):
        """One hour: releases first, then what was finished, then people."""
        if window["release"]:
            self._release(window["release"])
        self._register_used(window["register"])
        if window["finish"]:
            self._finish(window["finish"], people)
        if window["close"]:
            self._close(window["close"])
        self._book_receipts(window["receive"])
        for order, job in window["correct"]:
            self._correct(order, job)
        if window["start"]:
            self._start(window["start"], people)
        # judged before the supervisor looks at it
        self.env.cr.flush()
        self._judge_patterns()
        self._watch_deadlines()
        for name in window["act"]:
            self._act(name)
        for plant in window["handle"]:
            self._handle(plant, rng)

    def _judge_patterns(self):
        """What the scheduled action does when a reading beyond a limit wakes it.

        Without its commits: the story is one transaction.
        """
        Measurement = self.env["mfg.variance.measurement"]
        beyond = [
            ("recorded_at", "=", self.env["mfg.variance.engine"]._now()),
            ("phase", "=", "final"),
            ("severity", "!=", False),
        ]
        if not Measurement.search_count(beyond, limit=1):
            return
        marks = self._get_pattern_marks()
        engine = self.env["mfg.variance.engine"].with_env(marks.env)
        while marks:
            passed, _count = engine._judge_marks(marks, engine._get_window_versions())
            marks -= passed

    def _get_pattern_marks(self):
        engine = self.env["mfg.variance.engine"]._clean_engine()
        Watermark = engine.env["mfg.variance.watermark"]
        return Watermark._ensure(engine._get_window_versions())

    def _watch_deadlines(self):
        """What the scheduled action does when nobody answers in time, uncommitted."""
        engine = self.env["mfg.variance.engine"]._clean_engine()
        engine.env["mfg.variance.exception"]._watch_due(lambda _done, **_left: True)

    def _release(self, orders):
        plants = self.env["mfg.variance.plant"].search(
            [("company_id", "=", self.env.company.id)]
        )
        by_code = {plant.code: plant.warehouse_id for plant in plants}
        products = self.env["product.product"].search(
            [("company_id", "=", self.env.company.id)]
        )
        by_name = {product.name: product for product in products}
        productions = self.env["mrp.production"].create(
            [
                {
                    "company_id": self.env.company.id,
                    "picking_type_id": by_code[order.plant.code].manu_type_id.id,
                    "product_id": by_name[order.part].id,
                    "product_qty": order.quantity,
                    "date_start": order.released_at,
                    "variance_log_key": str(order.number),
                }
                for order in orders
            ]
        )
        productions.action_confirm()

    def _get_productions(self, orders):
        keys = [str(order.number) for order in orders]
        found = self.env["mrp.production"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("variance_log_key", "in", keys),
            ]
        )
        return {production.variance_log_key: production for production in found}

    def _get_workorder(self, production, job):
        ordered = production.workorder_ids.sorted(lambda wo: (wo.sequence, wo.id))
        return ordered[job.sequence - 1]

    def _finish(self, pairs, people):
        productions = self._get_productions([order for order, _job in pairs])
        done = [
            (order, job, self._get_workorder(productions[str(order.number)], job))
            for order, job in pairs
        ]
        self.env["mrp.workcenter.productivity"].create(
            [
                vals
                for order, job, workorder in done
                for vals in self._prepare_log_vals(order, job, workorder, people)
            ]
        )
        workorders = self.env["mrp.workorder"].concat(*[one[2] for one in done])
        workorders.button_finish()
        for _order, job, workorder in done:
            # finishing stamps the present moment on the planned dates (D3)
            workorder.with_context(bypass_duration_calculation=True).write(
                {"date_start": job.started_at, "date_finished": job.recorded_end}
            )

    def _prepare_log_vals(self, order, job, workorder, people):
        """Set-up and run as two logs; the run of a running job has no end."""
        common = {
            "workorder_id": workorder.id,
            "workcenter_id": workorder.workcenter_id.id,
            "company_id": self.env.company.id,
            "user_id": people[order.plant.code, job.worker],
        }
        run = {
            **common,
            "loss_id": self.env.ref("mrp.block_reason7").id,
            "date_start": job.setup_until,
            "date_end": job.recorded_end,
        }
        if job.setup_until == job.started_at:
            return [run]
        setup = {
            **common,
            "loss_id": self.env.ref("mfg_variance_core.loss_setup").id,
            "date_start": job.started_at,
            "date_end": job.setup_until,
        }
        return [setup, run]

    def _get_worker_ids(self):
        users = self.env["res.users"].with_context(active_test=False)
        ids = {}
        for plan in story.PLANTS:
            for number in range(1, 5):
                login = self._get_worker_login(self.env.company, plan, number)
                ids[plan.code, number] = users.search([("login", "=", login)]).id
        return ids

    def _close(self, orders):
        by_key = self._get_productions(orders)
        productions = self.env["mrp.production"].concat(*by_key.values())
        productions.with_context(skip_redirection=True).button_mark_done()
        for order in orders:
            self._book_losses(order, by_key[str(order.number)])
            by_key[str(order.number)].with_context(force_date=True).write(
                {
                    "date_start": order.jobs[0].started_at,
                    "date_finished": max(job.recorded_end for job in order.jobs),
                }
            )

    def _correct(self, order, job):
        """Somebody sets the forgotten timer to when the work really ended."""
        production = self._get_productions([order])[str(order.number)]
        workorder = self._get_workorder(production, job)
        last = workorder.time_ids.sorted("date_start")[-1:]
        last.date_end = job.ended_at

    def _start(self, pairs, people):
        """Work that is going on when the story ends: Odoo's button, then the clock."""
        productions = self._get_productions([order for order, _job in pairs])
        for order, job in pairs:
            workorder = self._get_workorder(productions[str(order.number)], job)
            workorder.button_start()
            workorder.time_ids.unlink()
            self.env["mrp.workcenter.productivity"].create(
                self._prepare_log_vals(order, job, workorder, people)
            )
            workorder.with_context(bypass_duration_calculation=True).write(
                {
                    "date_start": job.started_at,
                    "date_finished": job.started_at + timedelta(minutes=job.planned),
                }
            )

    def _judge_running(self, orders):
        """What the scheduled action would do at the minute a limit is crossed."""
        pairs = [
            (order, job) for order in orders for job in order.jobs if job.is_running
        ]
        productions = self._get_productions([order for order, _job in pairs])
        workorders = self.env["mrp.workorder"].concat(
            *[
                self._get_workorder(productions[str(order.number)], job)
                for order, job in pairs
            ]
        )
        engine = self.env["mfg.variance.engine"]._clean_engine()
        engine._judge_running(workorders.with_env(engine.env))

    # ----------------------------------------------------------------- handling

    def _handle(self, plan, rng):
        """The supervisor takes and answers some of the plant's open cases."""
        plant = self.env["mfg.variance.plant"].search(
            [("company_id", "=", self.env.company.id), ("code", "=", plan.code)]
        )
        cases = (
            self.env["mfg.variance.exception"]
            .with_user(plant.supervisor_id)
            .search([("plant_id", "=", plant.id), ("is_open", "=", True)], order="id")
        )
        moment = self.env["mfg.variance.engine"]._now()
        # what is held is answered step by step
        for case in cases.filtered(lambda case: not case.hold_ids):
            if is_handled(moment - case.first_event_at, case.severity, rng):
                self._answer(case)
            elif case.state == "new" and rng.random() < 0.5:
                case.action_take()

    def _answer(self, case):
        """Close a case the way its supervisor does on the screen."""
        shift = case.shift_id.name
        cause = cause_of(case.metric_id.code, case.workcenter_id.name, shift)
        if case.track == "full":
            if case.state == "new":
                case.action_take()
            if case.state == "acknowledged":
                case.action_start_resolving()
        case.env["mfg.variance.cause.wizard"].action_choose(
            case.ids, self.env.ref(f"mfg_variance_core.cause_{cause}").id
        )
        if case.track == "full":
            case.action_resolve()
            self._verify(case)
            case.action_close()

    def _verify(self, case):
        """The quality manager has looked at it."""
        verifier = self.env["res.users"].search([("login", "=", "quality")])
        with signed_in(verifier):
            case.with_user(verifier)._verify(
                self.env._("Looked at the next pieces: within the limits.")
            )
