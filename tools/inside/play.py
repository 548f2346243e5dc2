"""Play the demo plant's story, or replay a production log, and answer its figures.

The story is one transaction; the replay commits after each batch, so that an
interrupted one can take up again. The answer is whatever the addon returns, with
the story's logins.
"""

from tools.inside import boot


def progress(step, done, total):
    """What the addon calls while it works."""
    boot.speak(done=done, total=total, text=step)


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
        answer["logins"] = env["mfg.variance.demo.story"]._logins()
    boot.speak(answer=answer)


if __name__ == "__main__":
    main()
