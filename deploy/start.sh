#!/bin/sh
# Starts the installed app: start.sh ENVIRONMENT. Everything it writes lies in the folder it is started in.
#   PORT (8501), ADDRESS (0.0.0.0), BASE_PATH (none); MOE_DEMO_OPERATOR and the limits as in the README
set -eu
export HOME="$PWD" # jieba and Streamlit look for a home; this user has no other
exec "$1/bin/moe-demo" serve --port "${PORT:-8501}" --address "${ADDRESS:-0.0.0.0}" --base-path "${BASE_PATH:-}"
