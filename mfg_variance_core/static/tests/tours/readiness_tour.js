import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mfg_variance_readiness", {
    steps: () => [
        {
            content: "What can be judged today, and why not the rest",
            trigger:
                ".o_variance_readiness section[name='coverage'] button:contains('Not recorded')",
        },
        {
            content: "What to mend, with its effect",
            trigger:
                ".o_variance_readiness section[name='checks'] li:contains('Finished work orders nobody timed')",
        },
        {
            content: "From the gap to the records",
            trigger: ".o_variance_readiness button[name='workcenter_rate']",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Free of Charge')",
        },
        {
            content: "And back",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            trigger: ".o_variance_readiness section[name='spread']",
        },
    ],
});

registry.category("web_tour.tours").add("mfg_variance_why", {
    steps: () => [
        {
            content: "Which record",
            trigger: ".o_field_widget[name='reference'] select",
            run: "selectByLabel Work Center",
        },
        {
            trigger:
                ".o_field_widget[name='reference'] .o_field_many2one_selection input",
            run: "edit Lathe 1",
        },
        {
            trigger: ".ui-autocomplete a:contains('Lathe 1')",
            run: "click",
        },
        {
            trigger: "button[name='action_explain']",
            run: "click",
        },
        {
            content: "What opened a case",
            trigger:
                ".o_variance_reading:contains('Exception opened') button:contains('VX/')",
        },
        {
            content: "And what nobody measured",
            trigger: ".o_variance_reading:contains('Not recorded')",
        },
    ],
});
