"""What can go wrong with a run or a job, why one paused or ended, and the sentence each is told in."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from moe_demo.errors import Said, SaidError

RUN_SENTENCES = {
    # a run folder
    "missing": "There is no run {name!r}.",
    "unknown": "There is no run {name!r}: name a run folder or one of the known runs ({known}).",
    "no_folder": "There is no run folder {folder}; `python -m moe_demo runs` lists the runs there are.",
    "not_whole": "{folder} is no whole run: {name} is missing; train it again or choose another run.",
    "taken": "{folder} already holds a run ({found}); choose another folder or continue it with --resume.",
    "unreadable": "{path} cannot be read ({why}); restore it or train the run again.",
    "other_version": "{path} was not written by this version; train the run again.",
    "bad_settings": "{path} was not written by this version: {why}",
    "bad_vocabulary": "{path} is no whole list of words; restore it from a copy or train the run again.",
    "too_large": "{path} is larger than {limit} bytes, the most that is read; restore it or train the run again.",
    "no_checkpoint": "{folder} has no checkpoint yet; train it further or choose another run.",
    "no_step": "{folder} has no checkpoint at step {step}; it has {known}.",
    "torn_weights": "{path} is truncated or no safetensors file; restore it or train the run again.",
    "no_number": "{path} has weights that are no numbers; restore it or train the run again.",
    "foreign_weights": "{path} does not fit the run's config.json; one of the two is from another run.",
    "other_step": "{path} has the weights of step {step}; give it its own name back, or train the run again.",
    "no_resume": "{folder} has been trained, but resume.safetensors, the state to continue from, is missing; "
    "restore it from a copy, or train a new run in another folder.",
    "no_answer": "{name} gives no number here: its weights are too large; restore it or train the run again.",
    "bad_change": "{path} has a change of settings that no run can have ({why}); "
    "restore it from a copy or train the run again.",
    "no_evaluation": "{folder} has no evaluation in metrics.jsonl; train the run again.",
    "lost_step": "{path} has lost step {step}, so this run cannot go on; train it again in another folder.",
    "other_headlines": "The headlines of {source} are not those {folder} was trained on; "
    "continue with the same ones or train a new run.",
    "data_gone": "The headlines of {source} are no longer those the run was trained on; put the file back to see them.",
    # writing
    "disk_full": "Cannot write to {folder}: no space left on device; free some space or choose another folder.",
    "no_permission": "Cannot write to {folder}: {why}; choose a folder you may write to.",
    "not_written": "Cannot write to {folder}: {why}; free some space or choose a folder you may write to.",
    "deleted": "Cannot write to {folder}: it was deleted during training; train it again.",
    "locked": "{folder} is being trained by another process; wait for it, stop it or choose another folder.",
    # training
    "failed": "Training failed.",
    "bad_start": "The untrained model gives no number; choose smaller first weights.",
    "diverged": "Training diverged: at step {step} the loss is {loss:g}; "
    "train again with a learning rate below {lr:g} (--lr).",
    # several processes
    "port": "The processes cannot meet at port {port}: {why}; name another one (--master-port or MASTER_PORT).",
    "missing_processes": "Rank {ranks} of {world} did not come up within {seconds:g} s; see what was said where it was "
    "started, and whether it reaches MASTER_ADDR (MOE_DEMO_START_SECONDS sets another limit).",
    "lost_process": "Rank {rank} of {world} has lost the connection to another one and stops; start all of them again, "
    "a training run with --resume.",
    # jobs
    "no_job": "There is no training job {name!r}.",
    "bad_ticket": "{path} was not written by this version; delete it.",
    "finished": "{name} is finished; start it again from its seed, or a new run.",
    "not_training": "{name} is not being trained now; play it first.",
    "still_training": "{name} is still being trained; stop it first.",
    "not_yours": "{name} was started from another browser; only that one, or the operator, may do this.",
    "name": "A run's name has 1 to {limit} letters, digits, - and _, and does not begin with balance; "
    "choose another one.",
    "name_taken": "There is a run named {name!r} already; choose another name.",
    "many_open": "This browser has {limit} runs that train, wait or are paused, the most there may be; stop one.",
    "many_paused": "This browser has {limit} paused runs, the most there may be; play or stop one of them.",
    "many_runs": "This browser keeps {limit} runs, the most there may be; delete one of them.",
    "many_bytes": "This browser's runs take up the {limit} MB there may be; delete one of them.",
    "no_room": "The runs of all visitors take up the {limit} MB set aside for them; try again later.",
    # releases
    "no_recording": "There is no recording in {folder}; make it with `make recording`.",
    "bad_recording": "{path} cannot be read ({why}); make the recording again.",
    "recording_diverged": "{name} diverged at step {step}: choose a smaller learning rate.",
    "budget": "Two checkpoints a run need more than {budget} bytes; shrink the presets.",
}

REASONS = {
    "by_hand": "stopped by hand",
    "idle": "paused for a long time",
    "by": "stopped by {who}",
    "patience": "no better accuracy for {epochs} epochs",
    "went_back": "diverged at step {step}: the loss is {loss:g}; back at step {back}",
}
"""Why a run paused or ended without an error."""

_MAY_NOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class RunError(SaidError):
    """A run folder is missing, torn, in use or of another make, or a job cannot do what is asked of it."""

    topic = "run"
    sentences = RUN_SENTENCES


def reason(code: str, **values: Any) -> Said:
    """Why a run paused or ended."""
    return Said(f"reason.{code}", REASONS[code], values)


def not_written(folder: Path, error: OSError) -> RunError:
    """The system's refusal to write, for a person."""
    if error.errno in _DISK_FULL:
        return RunError("disk_full", folder=folder)
    why = (error.strerror or str(error)).lower()
    return RunError(
        "no_permission" if error.errno in _MAY_NOT_WRITE else "not_written", folder=folder, why=why
    )
