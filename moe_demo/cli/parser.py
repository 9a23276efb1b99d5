"""The commands, their options and their help."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable
from typing import get_args

from moe_demo.cli.options import PROG, Parser, add_data, add_run, add_step, command, path, whole
from moe_demo.config import BalanceMethod, CapacityOver, DropBy
from moe_demo.presets import PRESETS
from moe_demo.releases.experiments import NAMES
from moe_demo.routers import ROUTERS

_HEADLINE = "苹果公司发布了最新的iPhone 15"


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = Parser(prog=PROG, description="Train, measure and look into a small DeepSeekMoE.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_evaluate(commands)
    _add_classify(commands)
    _add_of_one_headline(
        commands, "trace", "print every number of one headline's way through the model, as JSON", "deepseek"
    )
    _add_of_one_headline(
        commands,
        "mixture",
        "print what every expert adds to every word: gate x output, piece by piece, as JSON",
        "document",
    )
    _add_whatif(commands)
    _add_experts(commands)
    _add_scale(commands)
    _add_parallel(commands)
    _add_place(commands)
    _add_experiment(commands)
    command(commands, "runs", "list bundled and local runs, one a line", "runs")
    _add_serve(commands)
    return parser


def _add_train(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "train",
        "train a model and write a run folder",
        "train --preset deepseek --data headlines.csv --out runs/mine",
        "Ctrl-C finishes the step, saves and exits with 130; --resume DIR goes on from there, also after a crash.\n"
        "Several processes: torchrun --nproc-per-node=4 -m moe_demo train ...; with --expert-parallel 2 each two of\n"
        "them share the experts of one copy of the model.",
    )
    add = parser.add_argument
    add("--config", type=path, metavar="FILE", help="start from the settings in a run's config.json")
    add("--preset", choices=list(PRESETS), help="settings to start from (default: deepseek)")
    add_data(parser, "labelled headlines (default: the built-in corpus)")
    add("--out", type=path, metavar="DIR", help="run folder to write (default: runs/PRESET-1, -2, ...)")
    add("--router", choices=ROUTERS, help="of which DeepSeek generation, with its way to keep the load even")
    add("--balance", choices=get_args(BalanceMethod), help="how the experts' load is kept even")
    add("--seed", type=whole, metavar="N", help="seed of weights, order and dropout")
    add("--epochs", type=whole, metavar="N", help="passes over the training headlines, at most")
    add("--batch-size", type=whole, metavar="N", help="headlines a step")
    add("--lr", type=float, metavar="X", help="highest learning rate")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other setting of config.py, such as model.dim=48",
    )
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto takes a GPU if there is one")
    add(
        "--expert-parallel",
        type=whole,
        default=1,
        metavar="N",
        help="under torchrun: each N processes share the experts (default: 1, each process has them all)",
    )
    add(
        "--control",
        type=path,
        metavar="FILE",
        help="do what another program asks for in this file (runs/commands.py)",
    )
    add("--resume", type=path, metavar="DIR", help="go on with the run in this folder")


def _add_evaluate(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "evaluate",
        "measure a run on labelled headlines",
        "evaluate --run deepseek --data headlines.csv --json",
    )
    add_run(parser)
    add_data(parser, "labelled headlines: CSV, TSV, JSONL, fastText, THUCNews or Toutiao", required=True)
    parser.add_argument("--json", action="store_true", help="one JSON object, with the load by class")


def _add_classify(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "classify",
        "classify headlines, one JSON line each",
        f'classify --run document "{_HEADLINE}"',
        "Every TEXT is one headline: put quotation marks around one that has a space.\n"
        "Without TEXT and --data the headlines are read from standard input, one a line.",
    )
    add_run(parser)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a headline")
    parser.add_argument(
        "--data", type=path, metavar="FILE", help="a file of headlines, with or without labels"
    )


def _add_of_one_headline(
    commands: argparse._SubParsersAction[Parser], name: str, does: str, example_run: str
) -> None:
    """A command whose only question is a headline."""
    parser = command(commands, name, does, f'{name} --run {example_run} "{_HEADLINE}"')
    add_run(parser)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the headline")


def _add_whatif(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "whatif",
        "answer once more with something switched, beside the trained model's answer",
        f'whatif --run deepseek --off 0:3 --k 2 "{_HEADLINE}"',
        "An expert that is off is left out of the choice, so that the next best takes its place; one that is silenced\n"
        "is chosen and adds nothing. Layers, words and experts are counted from 0.",
    )
    add_run(parser)
    add = parser.add_argument
    _add_switches(parser)
    _add_rule(parser)
    add(
        "--every-expert",
        action="store_true",
        help="with --data: each expert off by itself, one after the other",
    )
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("text", nargs="*", metavar="TEXT", default=[], help="the headline")
    add_data(asked, "labelled headlines: the accuracy with and without, and how sure the difference is")
    add("--json", action="store_true", help="one JSON object")


def _add_switches(parser: Parser) -> None:
    """Single experts and words."""
    add = parser.add_argument
    for option, does in (
        ("--off", "switch off expert E of layer L"),
        ("--silence", "let it add nothing"),
        ("--alone", "switch off all others of layer L"),
    ):
        add(
            option,
            action="append",
            default=[],
            type=_places(2, "L:E"),
            metavar="L:E",
            help=f"{does} (several, or given again)",
        )
    add(
        "--shared-off",
        action="append",
        default=[],
        type=whole,
        metavar="L",
        help="no shared expert in layer L",
    )
    add(
        "--force",
        action="append",
        default=[],
        type=_places(3, "L:T:E"),
        metavar="L:T:E",
        help="send word T to expert E of layer L (several, or given again)",
    )
    for option, form, does in (
        ("--gate", "L:T:E=X", "set the gate of word T at expert E of layer L; its others keep their values"),
        ("--bias", "L:E=X", "add X to the routing bias of expert E of layer L"),
    ):
        add(
            option,
            action="append",
            default=[],
            type=_valued_places(form),
            metavar=form,
            help=f"{does} (several, or given again)",
        )


def _add_rule(parser: Parser) -> None:
    """What holds for every word."""
    add = parser.add_argument
    add("--k", type=whole, metavar="N", help="experts a word is sent to")
    add("--groups", type=whole, metavar="N", help="groups of experts that a word may reach")
    add("--top-off", type=whole, metavar="N", help="leave out the N experts of each word's highest affinity")
    add(
        "--random-router", type=whole, metavar="SEED", help="random expert directions, as long as the trained"
    )
    add("--temperature", type=float, metavar="X", help="divides the router's logits")
    add(
        "--capacity",
        type=whole,
        metavar="C",
        help="words of one headline that an expert takes; the rest is dropped",
    )
    add(
        "--capacity-factor", type=float, metavar="X", help="the same, as a multiple of an expert's fair share"
    )
    add(
        "--drop-by",
        choices=get_args(DropBy),
        help="a full expert drops whoever comes last, or whoever has the smallest gates (default: position)",
    )
    add(
        "--capacity-over",
        choices=get_args(CapacityOver),
        help="what shares an expert's places: a headline's words, or those of all headlines read together",
    )


def _places(n: int, form: str) -> Callable[[str], tuple[int, ...]]:
    """Numbers with colons between them."""

    def read(written: str) -> tuple[int, ...]:
        parts = written.split(":")
        if len(parts) != n or not all(
            part.isdecimal() and part.isascii() and len(part) < 10 for part in parts
        ):
            raise argparse.ArgumentTypeError(f"write it as {form}, such as {':'.join('03'[: n - 1] + '5')}")
        return tuple(map(int, parts))

    return read


def _valued_places(form: str) -> Callable[[str], tuple[tuple[int, ...], float]]:
    """Numbers with colons between them, an equals sign and a number."""
    place_form, _, _ = form.partition("=")
    read_place = _places(place_form.count(":") + 1, place_form)

    def read(written: str) -> tuple[tuple[int, ...], float]:
        place, _, value = written.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise argparse.ArgumentTypeError(f"write it as {form}, X a number")
        return read_place(place), number

    return read


def _add_experts(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "experts",
        "list which expert has which class, beside what luck would give",
        "experts --run deepseek",
    )
    add_run(parser)
    add_data(parser, "labelled headlines (default: those held out when the run was trained)")
    parser.add_argument("--json", action="store_true", help="a JSON list, by layer, expert and class")


def _add_scale(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "scale",
        "count the parameters of a published model, all of them and those a token uses",
        "scale deepseek-v3",
        "Without MODEL all published models are listed. A run's name counts a model of this project.",
    )
    add = parser.add_argument
    add("model", nargs="?", metavar="MODEL", help="a published model, or a bundled run")
    add("--config", type=path, metavar="FILE", help="a Hugging Face config.json to count instead")
    add("--json", action="store_true", help="one JSON object, or a list of them")


def _add_parallel(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "parallel",
        "run one batch with the experts shared out over processes: what was sent, times, match with one process",
        "parallel deepseek --out runs/parallel",
        "To be started by torchrun, with a number of processes that divides the experts:\n"
        "  torchrun --nproc-per-node=4 -m moe_demo parallel deepseek",
    )
    # No --run here: torchrun would take it for an abbreviation of its own --run-path.
    parser.add_argument("run", metavar="RUN", help="a bundled run's name, or a run folder")
    add_step(parser)
    add_data(parser, "labelled headlines (default: those held out when the run was trained)")
    add = parser.add_argument
    add("--headlines", type=whole, default=256, metavar="N", help="so many, evenly taken (default: 256)")
    add("--repeats", type=whole, default=20, metavar="N", help="timed passes (default: 20)")
    add("--out", type=path, metavar="DIR", help="write parallel.json there")
    add("--json", action="store_true", help="one JSON object")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto takes GPUs if there are any")


def _add_experiment(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "experiment",
        "train a paper's experiment in miniature, every variant from several seeds",
        "experiment segmentation --seeds 5",
        "Each training is written down once it is done: the same command goes on where it was stopped.",
    )
    parser.add_argument("name", choices=NAMES, help="what is varied")
    add_data(parser, "labelled headlines (default: the built-in corpus)")
    add = parser.add_argument
    add("--seeds", type=whole, default=5, metavar="N", help="seeds of each variant, 0 to N - 1 (default: 5)")
    add("--out", type=path, metavar="FILE", help="where to write it (default: runs/experiments/NAME.json)")
    add("--json", action="store_true", help="one JSON object")


def _add_place(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "place",
        "place experts on devices, with replicas of the busiest (DeepSeek's EPLB)",
        "place --loads loads.json --replicas 16 --groups 4 --nodes 2 --devices 8 --json",
        "The file is a JSON list of layers, each a list of its experts' loads. Where the groups divide evenly among\n"
        "the nodes, a group stays on one node. Imbalance is the largest load of a device over the mean, less 1;\n"
        "before: without replicas, the experts in their order, as even as can be.",
    )
    add = parser.add_argument
    add("--loads", type=path, required=True, metavar="FILE", help="measured loads, layers x experts")
    add(
        "--replicas",
        type=whole,
        required=True,
        metavar="R",
        help="places for experts on all devices together",
    )
    add("--groups", type=whole, required=True, metavar="G", help="groups of experts, next to each other")
    add("--nodes", type=whole, required=True, metavar="N", help="machines")
    add("--devices", type=whole, required=True, metavar="D", help="devices on all machines together")
    add("--json", action="store_true", help="one JSON object")


def _add_serve(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "serve",
        "start the app",
        "serve --port 8501 --address 0.0.0.0 --base-path demo",
        "What is trained is kept in `runs` of this folder (or $MOE_DEMO_RUNS).",
    )
    add = parser.add_argument
    add("--port", type=_port, default=8501, metavar="N", help="where it listens (default: 8501)")
    add("--address", default="127.0.0.1", metavar="A", help="0.0.0.0 lets others in (default: 127.0.0.1)")
    add("--base-path", type=_base_path, default="", metavar="PATH", help="what stands before every address")
    add("--operator", metavar="WORD", help="whoever says it may stop, change and delete every run")


def _port(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 65535):
        raise argparse.ArgumentTypeError(f"{raw} is no port: 1 to 65535")
    return int(raw)


def _base_path(raw: str) -> str:
    if not re.fullmatch(r"/?([A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*/?", raw):
        raise argparse.ArgumentTypeError(f"{raw} is no path of an address: letters, digits, - . _ ~ and /")
    return raw
