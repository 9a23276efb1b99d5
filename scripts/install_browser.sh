#!/usr/bin/env bash
# Makes sure that the browser tests have a Chromium and a Chinese font; installs Debian's if one is missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian.sh"

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

install_debian "the browser tests" "${packages[@]}" || give_up "the packages could not be installed"
has_chromium || give_up "Chromium is still missing after the installation"
has_chinese_font || give_up "the font is still missing after the installation"
