import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mfg_variance_my_shift", {
    steps: () => [
        {
            content: "The case is off now, told by word and figure",
            trigger:
                ".o_variance_section_now .o_variance_shift_card:contains('Warning'):contains('+70 min')",
        },
        {
            content: "First tap: done, on the card",
            trigger: ".o_variance_section_now .o_variance_step:contains('Done')",
            run: "click",
        },
        {
            content: "Second tap: the cause",
            trigger: ".modal .o_variance_cause:contains('Waiting')",
            run: "click",
        },
        {
            content: "Nothing is off any more, and a wrong tap can be undone",
            trigger:
                "body:has(.o_notification button:contains('Undo')) .o_variance_section_now .o_variance_shift_empty",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_raise_problem", {
    steps: () => [
        {
            trigger: ".o_variance_raise",
            run: "click",
        },
        {
            content: "Where: remembered the next time",
            trigger: ".modal #o_variance_problem_center",
            run: "selectByLabel Lathe 1",
        },
        {
            content: "One tap on the reason sends it",
            trigger: ".modal .o_variance_cause:contains('Parts not good')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_notification:contains('reported')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_raise_problem_workorder", {
    steps: () => [
        {
            trigger: "button[name='action_variance_raise_problem']",
            run: "click",
        },
        {
            content: "The place is known",
            trigger: ".modal .o_variance_problem:not(:has(select))",
        },
        {
            trigger: ".modal .o_variance_cause:contains('Material missing')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_notification:contains('reported')",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_hand_over", {
    steps: () => [
        {
            trigger: ".o_variance_hand_over",
            run: "click",
        },
        {
            content: "Made by rules: sections and figures",
            trigger:
                ".o_variance_handover:contains('Open (1)'):contains('Minutes lost')",
        },
        {
            trigger: "button[name='action_ask_remark']",
            run: "click",
        },
        {
            trigger: ".modal div[name='remark'] textarea",
            run: "edit Mind the coolant",
        },
        {
            trigger: ".modal footer button[name='action_apply']",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_variance_handover:contains('Mind the coolant')",
        },
        {
            trigger: "button[name='action_sign']",
            run: "click",
        },
        {
            content: "Signed: it waits for who takes over",
            trigger: ".o_arrow_button_current:contains('Handed Over')",
        },
        {
            trigger: "button[name='action_print']",
            run: "click",
        },
        {
            content: "The sheet, ready for paper; a PDF where the server can make one",
            trigger: ":iframe .o_variance_handover:contains('Mind the coolant')",
        },
    ],
});
