#!/usr/bin/env bash
# Makes sure that the checks and tests of the JavaScript have Node and their packages; installs what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/debian.sh

has_node() { command -v node >/dev/null && command -v npm >/dev/null; }
is_new_enough() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 18 || (a == 18 && b >= 18) ? 0 : 1)'; }

give_up() {
  echo "The checks of the JavaScript need Node 18.18 or newer and npm ($1): install them and try again." >&2
  exit 1
}

has_node || install_debian "the checks of the JavaScript" nodejs npm || give_up "the packages could not be installed"
has_node || give_up "they are still missing after the installation"
is_new_enough || give_up "node $(node --version) is too old"

# The copy of the lock file says what the folder was made from, so a second call installs nothing.
cmp -s package-lock.json node_modules/installed-lock.json && exit 0
echo "Installing the packages that check the JavaScript"
npm ci --loglevel=error --no-audit --no-fund >/dev/null || give_up "npm could not install the packages of package-lock.json"
cp package-lock.json node_modules/installed-lock.json
