"""Names of the outcomes an evaluation can end in, and the order of severities.

Every measurement that was judged carries exactly one outcome, so that both "why did
this fire?" and "why did this not fire?" are answered from data.
"""

WITHIN = "within"
OPENED = "opened"
MERGED = "merged"
SHADED = "shaded"
SILENCED = "silenced"
INHIBITED = "inhibited"
COOLDOWN = "cooldown"
SHADOW = "shadow"
NO_POLICY = "no_policy"
NO_STANDARD = "no_standard"
NOT_ENOUGH_DATA = "not_enough_data"
NOT_RECORDED = "not_recorded"
RECORDING_SUSPECT = "recording_suspect"
UNPLANNED = "unplanned"
ERROR = "error"

OUTCOMES = (
    (WITHIN, "Within limits"),
    (OPENED, "Exception opened"),
    (MERGED, "Added to an open exception"),
    (SHADED, "Shaded on the record"),
    (SILENCED, "Shelved"),
    (INHIBITED, "Suppressed by cause"),
    (COOLDOWN, "Cooling down"),
    (SHADOW, "Shadow: judged only"),
    (NO_POLICY, "No policy"),
    (NO_STANDARD, "No standard"),
    (NOT_ENOUGH_DATA, "Not enough data"),
    (NOT_RECORDED, "Not recorded"),
    (RECORDING_SUSPECT, "Recording suspect"),
    (UNPLANNED, "Unplanned"),
    (ERROR, "Not judged: error"),
)

# where nothing can be judged: the reader says so before any policy is asked
GAPS = (NO_STANDARD, NOT_ENOUGH_DATA, NOT_RECORDED, UNPLANNED, ERROR)

# beyond a limit, whether somebody is bothered with it or not
BEYOND = (OPENED, MERGED, SILENCED, INHIBITED)
# beyond a limit, and nobody is bothered: the measurement names what mutes it
MUTED = (SILENCED, INHIBITED)

SEVERITIES = ("info", "warning", "major", "critical")


def rank(severity):
    """Return how bad a severity is, from 0 for info; no severity is -1.

    Raises ``ValueError`` for a word that is not a severity.

    >>> rank("info"), rank("critical"), rank(None)
    (0, 3, -1)
    """
    if not severity:
        return -1
    if severity not in SEVERITIES:
        raise ValueError(f"“{severity}” is not a severity.")
    return SEVERITIES.index(severity)
