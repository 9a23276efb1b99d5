# Debian packages for the tools of a developer; sourced by install_browser.sh and install_node.sh.

# install_debian WHAT PACKAGE...: installs the packages quietly, or says on stderr why it cannot.
install_debian() {
  local what=$1 log
  shift
  command -v apt-get >/dev/null || { echo "this system has no apt-get to install them with" >&2; return 1; }
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "installing them needs root, and there is no sudo" >&2; return 1; }
    if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)

  echo "Installing Debian packages for $what: $*"
  log=$(mktemp)
  if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install them" >&2
    return 1
  fi
  rm -f "$log"
}
