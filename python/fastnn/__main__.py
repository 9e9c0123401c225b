"""``python -m fastnn info`` and ``python -m fastnn demo``."""

import argparse
import os

from . import __version__, demo, show_config


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m fastnn", description=f"fastnn {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("info", help="versions, instruction set, threads, GPU")
    of_demo = commands.add_parser("demo", help="train a network on handwritten digits, or clothes")
    _add_arguments(of_demo)
    given = parser.parse_args(arguments)
    if given.command == "info":
        show_config()
    else:
        _run_demo(given, of_demo)


def _add_arguments(parser):
    parser.add_argument(
        "--dataset",
        choices=demo.EPOCHS,
        default="digits",
        help="digits (the default) come with fastnn; mnist (12 MB) and fashion_mnist (31 MB) are "
        "downloaded, or taken from the folder that FASTNN_DATA names",
    )
    usual = ", ".join(f"{epochs} for {dataset}" for dataset, epochs in demo.EPOCHS.items())
    parser.add_argument("--epochs", type=int, help=f"passes over the training images ({usual})")
    parser.add_argument("--batch-size", type=int, default=64, help="images a step (64)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of initial weights, dropout and order (0)"
    )
    parser.add_argument(
        "--picture",
        metavar="FILE",
        help="PNG file for curves, filters and mistakes (demo_digits.png, ..); takes matplotlib",
    )
    parser.add_argument(
        "--tensorboard",
        metavar="FOLDER",
        help="folder for curves and histograms, which the program tensorboard shows",
    )


def _run_demo(given, parser):
    for name in ("epochs", "batch_size"):
        number = getattr(given, name)
        if number is not None and number < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    if not 0 <= given.seed < 2**63:
        parser.error("--seed must be 0 .. 2^63 - 1")
    picture = given.picture or f"demo_{given.dataset}.png"
    folder = os.path.dirname(picture)
    if not picture.lower().endswith(".png"):
        parser.error(f"--picture is {picture}; the name of a .png file is wanted")
    if folder and not os.path.isdir(folder):
        parser.error(f"--picture is {picture}, but there is no folder {folder}")
    settings = (given.epochs, given.batch_size, given.seed, picture, given.tensorboard)
    try:
        demo.run(given.dataset, *settings)
    except KeyboardInterrupt:
        parser.exit(130, f"\n{parser.prog}: ended by Ctrl-C; nothing was saved\n")
    except OSError as error:  # there are no data, or the picture cannot be written
        parser.exit(1, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
