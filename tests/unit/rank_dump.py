"""The command line, run by torchrun, that also keeps what every process holds in the end: see test_distributed."""

import os
import sys

import torch

from moe_demo.cli import main
from moe_demo.training.loop import Loop


def dump(prefix: str) -> None:
    """Save this process's weights and biases when training ends."""
    run = Loop.run

    def run_and_dump(self, corpus):
        ending = run(self, corpus)
        torch.save(self.trainer.model.state_dict(), f"{prefix}-{os.environ['RANK']}.pt")
        return ending

    Loop.run = run_and_dump


if __name__ == "__main__":
    dump(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
