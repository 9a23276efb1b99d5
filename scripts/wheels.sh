#!/usr/bin/env bash
# Gathers the app and all it needs as wheels in one folder, for machines without a network and for the container image:
#   wheels.sh FOLDER [PYTHON]          on a machine of the same system and the same Python as theirs
# PIP_ARGS goes to pip: an index that has the CPU build of torch.
set -euo pipefail
folder=$1
python=${2:-python3}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
read -ra more <<<"${PIP_ARGS:-}"
wheel=("$python" -m pip --disable-pip-version-check wheel --quiet --wheel-dir "$folder" "${more[@]}")

# What setuptools leaves beside what it builds would ship with the next build.
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT
(cd "$root" && cp -r moe_demo pages .streamlit app.py pyproject.toml README.md LICENSE requirements.txt "$source")

# torch in a call of its own and first: what is there already satisfies all that follows.
[[ " ${PIP_ARGS:-} " == *" --no-deps "* ]] || "${wheel[@]}" "$(grep -m 1 '^torch==' "$source/requirements.txt")"
rm -f "$folder"/moe_demo-*.whl
"${wheel[@]}" --find-links "$folder" "$source"
