"""Play the demo plant's story, or replay a production log, and answer its figures.

The story's progress calls and the replay's commit calls are places where the work
is whole: it is committed there, so that end-of-transaction judging happens per
piece and an interrupted replay can take up again. The answer is whatever the addon
returns, with the story's logins.
"""

from tools.inside import boot


def committing(env):
    """The story's progress callable: commits, then tells."""

    def tell(done, total, text=""):
        env.cr.commit()
        boot.progress(done, total, text)

    return tell


def main():
    conf, database, log, request = boot.read_arguments()
    boot.configure(conf, database, log)
    with boot.environment(database) as env:
        answer = {}
        if request.get("story"):
            answer["story"] = env["mfg.variance.demo.story"]._play(
                progress=committing(env)
            )
        if request.get("log"):
            answer["log"] = env["mfg.variance.demo.log"]._replay(
                request["log"],
                progress=lambda text, done, total: boot.progress(done, total, text),
                rejects_path=request.get("rejects"),
                commit=env.cr.commit,
            )
        answer["logins"] = env["mfg.variance.demo.story"]._logins()
    boot.speak(answer=answer)


if __name__ == "__main__":
    main()
