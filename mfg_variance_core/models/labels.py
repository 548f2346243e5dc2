"""Figures as people say them."""


def duration_label(env, minutes):
    """A length of time in the largest unit that says it exactly."""
    minutes = round(minutes)
    if not minutes:
        return ""
    if minutes % 1440 == 0:
        return env._("%(count)s days", count=minutes // 1440)
    if minutes % 60 == 0:
        return env._("%(count)s hours", count=minutes // 60)
    return env._("%(count)s minutes", count=minutes)
