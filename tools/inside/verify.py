"""Follow the chain of the ledger of a database and answer what it says."""

from tools.inside import boot


def main():
    conf, database, log, _request = boot.read_arguments()
    boot.configure(conf, database, log)
    with boot.environment(database) as env:
        boot.speak(answer=env["mfg.variance.ledger"]._verify())


if __name__ == "__main__":
    main()
