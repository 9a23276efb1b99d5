#!/usr/bin/env bash
# Makes sure that the browser tests have a Chromium and a Chinese font; installs Debian's if one is missing.
set -euo pipefail

has_chromium() {
  [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && return
  done
  [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
    [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

has_chinese_font() {
  [ "$(uname -s)" = Darwin ] && return
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]
}

give_up() {
  echo "The browser tests need Chromium and a Chinese font ($1): install the packages" \
    "'chromium', 'fontconfig' and 'fonts-noto-cjk' (or set CHROMIUM=/path/to/one) and try again." >&2
  exit 1
}

packages=()
has_chromium || packages+=(chromium)
has_chinese_font || packages+=(fontconfig fonts-noto-cjk)
[ ${#packages[@]} -eq 0 ] && exit 0

command -v apt-get >/dev/null || give_up "this system has no apt-get to install them with"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || give_up "installing them needs root, and there is no sudo"
  if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
fi

echo "Installing Debian packages for the browser tests: ${packages[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }
if ! { apt update && apt install -y --no-install-recommends "${packages[@]}"; } </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  give_up "apt-get could not install them"
fi
has_chromium || give_up "Chromium is still missing after the installation"
has_chinese_font || give_up "the font is still missing after the installation"
