import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mfg_variance_policy_make", {
    steps: () => [
        {
            trigger: ".o_control_panel .o_list_button_add",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='name'] textarea, .o_field_widget[name='name'] input",
            run: "edit Lathe is slow",
        },
        {
            content: "What",
            trigger: ".o_field_widget[name='metric_id'] input",
            run: "edit Work Order",
        },
        {
            trigger: ".ui-autocomplete a:contains('Work Order Time')",
            run: "click",
        },
        {
            content: "Where",
            trigger: ".o_field_widget[name='workcenter_id'] input",
            run: "edit Lathe 1",
        },
        {
            trigger: ".ui-autocomplete a:contains('Lathe 1')",
            run: "click",
        },
        {
            content: "How much is too much",
            trigger: ".o_field_widget[name='limit_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='limit_ids'] .o_selected_row [name='percent'] input",
            run: "edit 20",
        },
        {
            trigger:
                ".o_field_widget[name='limit_ids'] .o_selected_row [name='floor'] input",
            run: "edit 10",
        },
        {
            trigger: ".o_variance_policy section[name='how_much'] h2",
            run: "click",
        },
        {
            content: "The form reads it back while it is written",
            trigger:
                ".o_variance_policy_summary:contains('Work Order Time on Lathe 1 is 20 % and 10 min')",
        },
        {
            content: "The rest is folded, and opens",
            trigger: "details[name='advanced']:not([open]) > summary",
            run: "click",
        },
        {
            trigger: "details[name='advanced'][open] [name='fingerprint_dims']",
        },
        {
            content: "Try it first",
            trigger: ".o_statusbar_buttons button[name='action_shadow']",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('Shadow')",
        },
        {
            content: "The author is told that somebody else activates it",
            trigger: ".alert:contains('another process engineer')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_policy_shadow", {
    steps: () => [
        {
            content: "It counted one work order and opened no case",
            trigger: ".oe_stat_button[name='action_open_exceptions']:contains('0')",
        },
        {
            trigger: ".oe_stat_button[name='action_open_shadow_hits']:contains('1')",
            run: "click",
        },
        {
            content: "The work order it would have raised",
            trigger: ".o_list_view .o_data_row:contains('Lathe 1')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_policy_activate", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button.btn-primary[name='action_activate']",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('Active')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_policy_fired", {
    steps: () => [
        {
            trigger: ".oe_stat_button[name='action_open_exceptions']:contains('1')",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Lathe 1') td[name='title']",
            run: "click",
        },
        {
            trigger: ".o_variance_exception h1:contains('Lathe 1')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_explain", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name='action_variance_explain']",
            run: "click",
        },
        {
            content: "What was measured",
            trigger:
                ".modal .o_variance_reading:contains('Work Order Time'):contains('170.0')",
        },
        {
            content: "Which limits",
            trigger:
                ".modal .o_variance_reading:contains('Limits it was held against')",
        },
        {
            content: "Who decided",
            trigger:
                ".modal .o_variance_reading li:contains('Work order takes too long'):contains('Decided')",
        },
        {
            content: "From the answer to the case",
            trigger: ".modal .o_variance_reading button:contains('VX/')",
            run: "click",
        },
        {
            trigger: ".o_variance_exception h1:contains('Work Order Time')",
        },
    ],
});
