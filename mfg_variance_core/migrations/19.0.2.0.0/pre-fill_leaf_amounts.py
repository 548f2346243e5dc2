"""Fill a new column of rows that nobody may change once the update is through.

The trigger that keeps measurements as they were inserted learns of the column later in
the update.
"""


def migrate(cr, version):
    cr.execute(
        "ALTER TABLE mfg_variance_measurement ADD COLUMN IF NOT EXISTS "
        "leaf_amount numeric"
    )
    cr.execute(
        "UPDATE mfg_variance_measurement SET leaf_amount = CASE WHEN amount_kind IN "
        "('loss', 'saving') THEN amount ELSE 0 END WHERE leaf_amount IS NULL"
    )
