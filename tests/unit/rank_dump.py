"""The command line, run by torchrun, that also keeps what every process holds in the end: see test_distributed."""

import os
import sys

import torch

from moe_demo.cli import main
from moe_demo.training import session


def dump(prefix: str) -> None:
    """Save this process's weights and biases when its session closes."""
    run = session._Session.run

    def run_and_dump(self, corpus):
        outcome = run(self, corpus)
        torch.save(self.trainer.model.state_dict(), f"{prefix}-{os.environ['RANK']}.pt")
        return outcome

    session._Session.run = run_and_dump


if __name__ == "__main__":
    dump(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
