"""Make a freshly installed database quiet and warm: no outbound call, assets built.

A demo and a test must not wait for addresses that are not there, and Odoo builds
its asset bundles once here instead of in every copy.
"""

from tools.inside import boot

# Scheduled actions whose only work is to call a service outside.
OUTBOUND_CRONS = (
    "mail.ir_cron_module_update_notification",
    "mail.ir_cron_mail_scheduler_action",
    "mail.ir_cron_web_push_notification",
    "sms.ir_cron_sms_scheduler_action",
    "snailmail.snailmail_print",
    "digest.ir_cron_digest_scheduler_action",
)
# An address of the machine itself that refuses at once.
NOWHERE = "http://127.0.0.1:9"


def make_quiet(env):
    """Switch off what would leave the machine."""
    for xmlid in OUTBOUND_CRONS:
        cron = env.ref(xmlid, raise_if_not_found=False)
        if cron:
            cron.active = False
    parameters = env[
        "ir.config_parameter"
    ].sudo()  # system settings, written at set-up only
    for key in (
        "iap.endpoint",
        "iap.partner_autocomplete.endpoint",
        "snailmail.endpoint",
    ):
        parameters.set_param(key, NOWHERE)


def main():
    conf, database, log, request = boot.read_arguments()
    boot.configure(conf, database, log)
    with boot.environment(database) as env:
        make_quiet(env)
        if request.get("assets"):
            env["ir.qweb"]._pregenerate_assets_bundles()
    boot.speak(answer={})


if __name__ == "__main__":
    main()
