#!/usr/bin/env bash
# Installs the app from a folder of wheels (`make wheels`) into an environment of its own, without a network:
#   install.sh WHEELS ENVIRONMENT [PYTHON]
# What the container image does, and what its test does in its place.
set -euo pipefail
wheels=$1
environment=$2
python=${3:-python3}
compgen -G "$wheels/moe_demo-*.whl" >/dev/null || {
  echo "there is no moe_demo wheel in $wheels: make wheels" >&2
  exit 1
}
read -ra more <<<"${PIP_ARGS:-}"
"$python" -m venv "$environment"
"$environment/bin/python" -m pip --disable-pip-version-check install --quiet --no-index --no-cache-dir \
  --find-links "$wheels" "${more[@]}" moe-demo
