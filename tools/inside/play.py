"""Play the demo plant's story, or replay a production log, and answer its figures.

The story is one transaction; the replay commits after each batch, so that an
interrupted one can take up again. The answer is whatever the addon returns, with
the story's logins. Stories by other seeds are told one after the other and undone.
"""

from datetime import datetime

from tools.inside import boot

# the same stories whenever they are played
SEEDS_UNTIL = datetime(2026, 6, 18, 13, 0)


def progress(step, done, total):
    """What the addon calls while it works."""
    boot.speak(done=done, total=total, text=step)


def tell_seeds(env, seeds, orders):
    """The figures of a story by each seed; none of them stays."""
    stories = []
    for done, seed in enumerate(seeds, start=1):
        figures = env["mfg.variance.demo.story"]._play(
            orders=orders, seed=seed, until=SEEDS_UNTIL
        )
        env.cr.rollback()
        # what is cached of the story is undone too
        env.invalidate_all()
        env.registry.clear_all_caches()
        stories.append({"seed": seed, **figures})
        boot.speak(done=done, total=len(seeds), text=f"seed {seed}")
    return stories


def main():
    conf, database, log, request = boot.read_arguments()
    boot.configure(conf, database, log)
    with boot.environment(database) as env:
        answer = {}
        if request.get("story"):
            answer["story"] = env["mfg.variance.demo.story"]._play(progress=progress)
        if request.get("log"):
            answer["log"] = env["mfg.variance.demo.log"]._replay(
                request["log"],
                progress=progress,
                rejects_path=request.get("rejects"),
                commit=env.cr.commit,
            )
        if request.get("seeds"):
            answer["stories"] = tell_seeds(env, request["seeds"], request["orders"])
        answer["logins"] = env["mfg.variance.demo.story"]._logins()
    boot.speak(answer=answer)


if __name__ == "__main__":
    main()
