import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mfg_variance_disposition_ask", {
    steps: () => [
        {
            content: "A rule has put the lot on hold: decide about it",
            trigger: ".o_statusbar_buttons button:contains('Decide')",
            run: "click",
        },
        {
            content: "What is held is said, and eight choices are there",
            trigger: ".modal [name='held_text']:contains('10')",
        },
        {
            trigger: ".modal .o_variance_cause:contains('Scrap')",
            run: "click",
        },
        {
            trigger: ".modal .o_variance_cause[aria-pressed='true']:contains('Scrap')",
        },
        {
            content: "Only a part of it",
            trigger: ".modal [name='quantity'] input",
            run: "edit 4",
        },
        {
            trigger: ".modal [name='reason'] input",
            run: "edit Four are cracked",
        },
        {
            content: "What will happen, what it is worth, who can approve it",
            trigger: ".modal .alert:contains('4 Units'):contains('12.00')",
        },
        {
            trigger: ".modal .alert:contains('decides_quality_manager')",
        },
        {
            trigger: ".modal footer button:contains('Ask for Approval')",
            run: "click",
        },
        {
            content: "It waits; nothing has moved",
            trigger:
                ".o_form_view .o_arrow_button_current:contains('Waiting for Approval')",
        },
        {
            trigger: "[name='approver_text']:contains('decides_quality_manager')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_disposition_approve", {
    steps: () => [
        {
            content: "Somebody else looks at what is asked",
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Decide')",
            run: "click",
        },
        {
            trigger: ".modal [name='reason'] textarea",
            run: "edit I have seen the cracks",
        },
        {
            trigger: ".modal footer button:contains('Approve')",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_arrow_button_current:contains('Granted')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_disposition_done", {
    steps: () => [
        {
            content: "The system did it and names the document",
            trigger: ".o_form_view .o_arrow_button_current:contains('Done')",
        },
        {
            trigger: "[name='result_text']:contains('SP/')",
        },
        {
            content: "What is left is still on hold",
            trigger: "button[name='action_open_hold']",
            run: "click",
        },
        {
            trigger: ".o_form_view [name='undecided_quantity']:contains('6')",
        },
        {
            trigger: ".o_notebook a:contains('Dispositions')",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='disposition_ids'] .o_data_row:contains('Scrap')",
        },
    ],
});
