import {registry} from "@web/core/registry";

const STEP = ".o_variance_person_step";

registry.category("web_tour.tours").add("mfg_variance_person_steps", {
    steps: () => [
        {
            content: "Answer the question at the station with one tap",
            trigger: `${STEP} .o_variance_person_answer:contains('Tool is worn')`,
            run: "click",
        },
        {
            content: "The next step asks for a number",
            trigger: `${STEP} input.o_variance_person_value`,
            run: "edit 10.5",
        },
        {
            content: "Save it",
            trigger: `${STEP} button[type=submit]`,
            run: "click",
        },
        {
            content: "Nothing is asked any more",
            trigger: ".o_form_view:not(:has(.o_variance_person_step))",
        },
    ],
});
