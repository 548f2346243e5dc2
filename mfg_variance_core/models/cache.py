"""Cached look-ups that judging relies on, emptied when what they read is changed."""

import functools


def forget(env, cache="default"):
    """Empty a cache of the registry now and after the commit.

    Until the commit others still read the old rows and may refill the cache with
    them.
    """
    registry, postcommit = env.registry, env.cr.postcommit
    registry.clear_cache(cache)
    key = f"mfg_variance_core.forgotten.{cache}"
    if key in postcommit.data:
        return
    postcommit.data[key] = True
    postcommit.add(functools.partial(registry.clear_cache, cache))


def is_forgotten(env, cache="default"):
    """True while this transaction has changed what the cache holds, uncommitted."""
    return f"mfg_variance_core.forgotten.{cache}" in env.cr.postcommit.data
