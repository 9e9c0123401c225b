"""``python -m fastnn info`` and ``python -m fastnn demo``."""

import argparse

from . import __version__, show_config


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m fastnn", description=f"fastnn {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("info", help="versions, instruction set, threads, GPU")
    demo = commands.add_parser("demo", help="train a small network on handwritten digits")
    demo.add_argument("--epochs", type=int, default=40, help="passes over the training images")
    demo.add_argument("--batch-size", type=int, default=32, help="images a step")
    demo.add_argument("--seed", type=int, default=0, help="of initial weights, dropout and order")
    given = parser.parse_args(arguments)
    if given.command == "info":
        show_config()
        return
    for name in ("epochs", "batch_size"):
        if getattr(given, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    if not 0 <= given.seed < 2**63:
        parser.error("--seed must be 0 .. 2^63 - 1")
    from .demo import run

    run(given.epochs, given.batch_size, given.seed)


if __name__ == "__main__":
    main()
