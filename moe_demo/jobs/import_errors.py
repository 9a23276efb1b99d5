"""What can be wrong with a run that somebody brings as a zip, and the sentence each is told in."""

from __future__ import annotations

from moe_demo.runs.errors import RunError

IMPORT_SENTENCES = {
    "not_zip": "{file} is no whole zip; pack the run folder again, or download it again.",
    "too_large": "{file} has more than {limit} MB; leave out some checkpoints.",
    "many": "{file} has more than {limit} entries; a run folder has fewer. Leave out some checkpoints.",
    "path": "{file} has an entry that leads out of its folder ({name}); pack the run folder alone.",
    "link": "{file} has an entry that is a link or a device ({name}); put the file itself in its place.",
    "encrypted": "{file} is locked with a password; pack it without one.",
    "pickle": "{file} has a file that could run code when it is read ({name}); only safetensors are opened.",
    "foreign": "{file} has a file that is no part of a run ({name}); pack a run folder of this program alone.",
    "twice": "{file} has the entry {name} twice; pack the run folder again.",
    "expanded": "{file} unpacks to more than {limit} MB; leave out some checkpoints.",
    "torn": "{file} is damaged at {name}; download or pack it again.",
    "missing": "{file} is no whole run: {name} is missing; pack the whole run folder.",
    "settings": "{file} has a config.json that is not of this program; only runs trained by it can be opened.",
    "other_version": "{file} has a {name} that was not written by this version; train the run again.",
    "words": "{file} has a vocab.txt that does not fit its config.json; one of the two is from another run.",
    "weights": "{file} has a checkpoint that does not fit its config.json, or is torn ({name}); "
    "one of the two is from another run.",
    "numbers": "{file} has weights that are no numbers ({name}); take another checkpoint.",
    "record": "{file} has a metrics.jsonl that does not fit its config.json, or is torn; "
    "one of the two is from another run.",
    "reading": "{file} takes more than {seconds} seconds or {mb} MB of memory to check; leave out some checkpoints.",
    "failed": "{file} cannot be read; export the run once more and bring it again.",
    "busy": "{file} was not read since too many files are being read already; try again in a minute.",
}


class RunImportError(RunError):
    """A zip that is no run of ours, or one that might do harm; its message is one plain sentence."""

    topic = "import"
    sentences = IMPORT_SENTENCES
