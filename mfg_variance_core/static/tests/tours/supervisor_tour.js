import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mfg_variance_two_taps", {
    steps: () => [
        {
            content: "First tap: done, on the card",
            trigger: ".o_kanban_record:contains('Warning') button[name='action_done']",
            run: "click",
        },
        {
            content: "Second tap: the cause",
            trigger: ".modal .o_variance_cause:contains('Waiting')",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger:
                "body:not(:has(.modal)) .o_view_nocontent:contains('Nothing waits for you')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_several_at_once", {
    steps: () => [
        {
            content: "Choose all cases of the list",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Ask for their cause",
            trigger: ".o_control_panel button[name='action_set_cause']",
            run: "click",
        },
        {
            content: "One cause for all",
            trigger: ".modal .o_variance_cause:contains('Machine')",
            run: "click",
        },
        {
            content: "The list is empty",
            trigger:
                "body:not(:has(.modal)) .o_view_nocontent:contains('Nothing waits for you')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_full_track", {
    steps: () => [
        {
            content: "The chart of the series is drawn",
            trigger: ".o_variance_chart[aria-label*='This case'] canvas",
        },
        {
            content: "One primary button: acknowledge",
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Acknowledge')",
            run: "click",
        },
        {
            trigger:
                ".o_statusbar_buttons button.btn-primary:contains('Start Resolving')",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Set Cause')",
            run: "click",
        },
        {
            content: "On the full track a cause is chosen, then confirmed",
            trigger: ".modal .o_variance_cause:contains('Tool')",
            run: "click",
        },
        {
            trigger: ".modal .o_variance_cause[aria-pressed='true']:contains('Tool')",
        },
        {
            trigger: ".modal footer button:contains('Confirm')",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button.btn-primary:contains('Resolved')",
            run: "click",
        },
        {
            content: "Who resolved it is told that somebody else has to verify it",
            trigger:
                ".o_form_view:not(:has(.o_statusbar_buttons button.btn-primary)) .alert:contains('verified by somebody other than')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_verify", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Verify')",
            run: "click",
        },
        {
            trigger: ".modal [name='note'] textarea",
            run: "edit Three pieces in a row within the limits",
        },
        {
            trigger: ".modal footer button:contains('Verify and Close')",
            run: "click",
        },
        {
            content: "Closed: the bar says so, no primary button is left",
            trigger:
                ".o_form_statusbar:not(:has(button.btn-primary)) .o_arrow_button_current:contains('Closed')",
        },
    ],
});
