import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mfg_variance_set_pin", {
    steps: () => [
        {
            trigger: ".o_user_menu button",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu='preferences']",
            run: "click",
        },
        {
            trigger: ".modal .nav-link:contains('Security')",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_variance_set_pin']",
            run: "click",
        },
        {
            trigger: ".modal [name='pin'] input",
            run: "edit 271828",
        },
        {
            trigger: ".modal .o_form_view:has([name='pin']) [name='password'] input",
            run: "edit variance-signs",
        },
        {
            trigger: ".modal footer button:contains('Set PIN')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal [name='pin']))",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_sign_on_device", {
    steps: () => [
        {
            content: "Whose device it is may not decide: somebody else signs on it",
            trigger: ".o_statusbar_buttons button:contains('Sign on This Device')",
            run: "click",
        },
        {
            trigger: ".modal [name='badge'] input",
            run: "edit B-7",
        },
        {
            trigger: ".modal [name='pin'] input",
            run: "edit 000000",
        },
        {
            trigger: ".modal footer button:contains('Approve')",
            run: "click",
        },
        {
            content: "A wrong PIN is told, and may be typed again",
            trigger: ".o_notification:contains('do not belong together')",
        },
        {
            trigger: ".modal [name='pin'] input",
            run: "edit 271828",
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
