"""Weights to bytes and back: safetensors, which holds tensors and runs nothing when it is read.

Two kinds of file: a *checkpoint* has what the model needs to answer; a *resume state* has in addition what
the next training step depends on, the optimizer's moments.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from moe_demo.config import ModelConfig
from moe_demo.model.classifier import Classifier
from moe_demo.model.size import n_weights
from moe_demo.runs.files import RunError

_SCALE = ".scale"
_LEAST_BYTES = 1000  # of a checkpoint that is one
_MODEL, _OPTIMIZER = "model/", "optimizer/"
_MOMENTS = {"exp_avg", "exp_avg_sq", "step"}
_STEP = re.compile(r"[0-9]{1,9}")


def checkpoint_bytes(model: Classifier, step: int, dtype: torch.dtype = torch.float32) -> bytes:
    """The model after `step` steps. float16 rounds the matrices to half the size, int8 to a quarter.

    Vectors (norms, biases of the head and of the router) are too small to be worth rounding, and biases by kind stay
    what they are as well: they decide by small differences.
    """
    tensors = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    rounded = [
        name for name, value in tensors.items() if value.ndim > 1 and not name.endswith("kind_bias_ZE")
    ]
    for name in rounded:
        if dtype == torch.int8:
            tensors[name], tensors[name + _SCALE] = _to_int8(tensors[name])
        else:
            tensors[name] = tensors[name].to(dtype)
    return save(tensors, metadata={"step": str(step)})


def require_size(path: Path, model: ModelConfig) -> None:
    """Raise RunError where a checkpoint is too small for such a model, before any room is made for it."""
    try:
        n_bytes = path.stat().st_size if path.is_file() else 0
    except OSError as error:
        raise RunError("torn_weights", path=path) from error
    if n_bytes < n_weights(model):  # int8: a byte each at the least
        raise RunError("torn_weights" if n_bytes < _LEAST_BYTES else "foreign_weights", path=path)


def load_checkpoint(path: Path, model: Classifier, step: int) -> None:
    """Put a checkpoint into a model of the same shape, in float32. Raises RunError where it is of another step."""
    tensors, metadata = _read(path)
    scales = {name.removesuffix(_SCALE): tensors.pop(name) for name in list(tensors) if name.endswith(_SCALE)}
    if not scales.keys() <= tensors.keys():
        raise RunError("foreign_weights", path=path)
    if _step_in(metadata, path) != step:
        raise RunError("other_step", path=path, step=_step_in(metadata, path))
    _fill(model, {name: _whole(value, scales.get(name), path) for name, value in tensors.items()}, path)


def _whole(value: Tensor, scale: Tensor | None, path: Path) -> Tensor:
    """What was rounded, as numbers of 32 bits again."""
    if scale is None:
        if not value.is_floating_point():
            raise RunError("foreign_weights", path=path)
        return value.float()
    is_scale = scale.is_floating_point() and scale.shape == (*value.shape[:-1], 1)
    if value.dtype != torch.int8 or not is_scale:
        raise RunError("foreign_weights", path=path)
    return value.float() * scale.float()


def _to_int8(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers in -127..127, and what one of them is worth in each row."""
    scale = (matrix.abs().amax(-1, keepdim=True) / 127).clamp(min=1e-7).half()
    return (matrix / scale.float()).round().clamp(-127, 127).to(torch.int8), scale


def training_state(model: Classifier, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Everything the next step depends on: weights, biases, the optimizer's moments."""
    tensors = {_MODEL + name: value.detach() for name, value in model.state_dict().items()}
    for name, parameter in model.named_parameters():
        for moment, value in optimizer.state[parameter].items():
            tensors[f"{_OPTIMIZER}{moment}/{name}"] = value.detach()
    return tensors


def set_training_state(
    model: Classifier, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]
) -> None:
    """Put model and optimizer to where `training_state` found them, or others of the same shape."""
    model.load_state_dict(_of_model(tensors))
    parameters = dict(model.named_parameters())
    optimizer.state.clear()
    for name, value in tensors.items():
        if name.startswith(_OPTIMIZER):
            _, moment, of = name.split("/")
            optimizer.state[parameters[of]][moment] = value.to(parameters[of].device, copy=True)


def resume_bytes(model: Classifier, optimizer: torch.optim.Optimizer, step: int) -> bytes:
    """The training state after `step` steps."""
    tensors = {name: value.cpu() for name, value in training_state(model, optimizer).items()}
    return save(tensors, metadata={"step": str(step)})


def load_resume(path: Path, model: Classifier, optimizer: torch.optim.Optimizer) -> int:
    """Put model and optimizer back to where `resume_bytes` found them; returns the step.

    Raises RunError, and has changed nothing, where a part is missing, of another shape, or no number.
    """
    tensors, metadata = _read(path)
    step = _step_in(metadata, path)
    wanted = {_MODEL + name: value.shape for name, value in model.state_dict().items()}
    if step:
        wanted |= {
            f"{_OPTIMIZER}{moment}/{name}": torch.Size() if moment == "step" else value.shape
            for name, value in model.named_parameters()
            for moment in _MOMENTS
        }
    if {name: value.shape for name, value in tensors.items()} != wanted:
        raise RunError("foreign_weights", path=path)
    if not all(value.is_floating_point() for value in tensors.values()):
        raise RunError("foreign_weights", path=path)
    _require_finite(tensors, path)
    counts = {float(value) for name, value in tensors.items() if name.startswith(f"{_OPTIMIZER}step/")}
    below = any(
        bool((value < 0).any()) for name, value in tensors.items() if f"{_OPTIMIZER}exp_avg_sq/" in name
    )
    if counts - {step} or below:
        raise RunError("foreign_weights", path=path)
    set_training_state(model, optimizer, tensors)
    return step


def _step_in(metadata: dict[str, str], path: Path) -> int:
    """The step that a file says it is of."""
    written = metadata.get("step", "")
    if not _STEP.fullmatch(written):
        raise RunError("other_version", path=path)
    return int(written)


def _of_model(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(_MODEL): value for name, value in tensors.items() if name.startswith(_MODEL)}


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    if not path.is_file():
        raise RunError("torn_weights", path=path)
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise RunError("torn_weights", path=path) from error


def _fill(model: Classifier, tensors: dict[str, Tensor], path: Path) -> None:
    _require_finite(tensors, path)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise RunError("foreign_weights", path=path) from error


def _require_finite(tensors: dict[str, Tensor], path: Path) -> None:
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise RunError("no_number", path=path)
