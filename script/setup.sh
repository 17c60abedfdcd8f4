# shellcheck shell=bash
# Sourced by the scripts beside this: what Torpor needs on this computer, and how it gets there.
#
#   packages_for_...    before setup: adds packages beyond those that everyone needs
#   setup               says what is missing, then installs it; does nothing when all is there
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=script/node.sh
source "$root/script/node.sh"

log=$root/.cache/setup.log
installed_lock=$root/node_modules/.torpor-installed
plan=()
packages=()

packages_for_machines() {
  local x86='qemu-system-x86_64 qemu-system-x86' firmware=/usr/share/OVMF/OVMF_CODE_4M.fd ovmf=ovmf
  if [[ $(uname -m) == aarch64 || $(uname -m) == arm64 ]]; then
    x86='qemu-system-aarch64 qemu-system-arm' firmware=/usr/share/AAVMF/AAVMF_CODE.fd ovmf=qemu-efi-aarch64
  fi
  need_package "${x86% *}" "${x86#* }" qemu 'runs the machines'
  need_package qemu-img qemu-utils qemu 'makes and reads disk images'
  need_package "$firmware" "$ovmf" - 'firmware of machines that boot by UEFI'
}

packages_for_building() {
  need_package g++ g++ - 'compiles the native addon'
  need_package make make - 'compiles the native addon'
  need_package python3 python3 - 'compiles the native addon'
  need_package mkfs.ext4 e2fsprogs - 'is put into the test guest'
}

# Tests that need it are skipped on macOS, whose own file system can do the same.
packages_for_tests() {
  need_package mkfs.xfs xfsprogs - 'a file system that shares blocks between copies'
  need_package mkfs.btrfs btrfs-progs - 'a file system on which the power is cut'
  need_package mkfs.exfat exfatprogs - 'a file system that does not tell upper from lower case'
  need_package mount.exfat-fuse exfat-fuse - 'mounts that file system'
  need_package clang-format-19 clang-format-19 - 'checks the style of the native addon'
  need_package dbus-daemon dbus - 'a message bus for tests of what shutdown and sleep do'
  need_package gnome-keyring-daemon gnome-keyring - 'a secret service for tests of encrypted states'
  need_package Xvfb xvfb - 'a screen on which a test holds Shift'
  need_package xdotool xdotool - 'holds Shift in that test'
  need_package chromium chromium - 'draws the pages that are tested'
  need_package /usr/share/fonts/opentype/inter fonts-inter - 'the letters of the pages'
  need_package /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf fonts-noto-color-emoji - 'emoji in names'
}

# need_package PROBE APT BREW WHY: plans a package unless PROBE, a program or a file, is there.
# BREW is - for what macOS has or another formula brings.
need_package() {
  [[ -e $1 ]] || PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null && return
  local package=$2
  [[ $(uname -s) == Darwin ]] && package=$3
  [[ $package == - ]] && return
  case " ${packages[*]-} " in *" $package "*) return ;; esac
  packages+=("$package")
  plan+=("$package: $4")
}

setup() {
  packages_for_machines
  packages_for_building
  command -v npm >/dev/null || fail 'Torpor needs Node 20 or newer with npm: https://nodejs.org'

  local npm_stale='' addon_stale='' guest_stale=''
  npm_is_current || npm_stale=1
  [[ -f $root/native/build/Release/torpor.node ]] || addon_stale=1
  guest_is_current || guest_stale=1
  [[ -z $npm_stale ]] || plan+=('node_modules: the npm packages of package-lock.json, in this folder')
  [[ -z $addon_stale ]] || plan+=('native addon: locks and sparse files, compiled in this folder')
  [[ -z $guest_stale ]] || plan+=('test guest: a Linux kernel and busybox, unpacked in this folder, not installed')

  mkdir -p -- "$root/.cache"
  if ((${#plan[@]})); then
    echo 'Torpor needs, and will now install:'
    printf '  %s\n' "${plan[@]}"
  fi
  if ((${#packages[@]})); then
    step "Installing ${#packages[@]} packages" install_packages
  fi
  [[ -z $npm_stale ]] || step 'Installing the npm packages' install_npm
  find_node || fail 'Torpor needs Node 24 or newer on this computer: https://nodejs.org'
  [[ -z $addon_stale ]] || step 'Compiling the native addon' "$node" "$root/native/build.mjs"
  # It knows by itself, in no time, whether a source has changed since.
  "$node" "$root/native/build.mjs"
  [[ -z $guest_stale ]] || step 'Building the test guest' build_guest
  export PATH=${node%/*}:$root/node_modules/.bin:$PATH
}

# Runs a command with its output in the log; shows the end of the log when it fails.
step() {
  local text=$1 start=$SECONDS
  shift
  printf '%s ...' "$text"
  # In a subshell, where fail ends the command and not this script.
  if ! ("$@") >"$log" 2>&1 </dev/null; then
    echo ' failed:'
    tail -n 20 -- "$log" >&2
    fail "The whole output is in $log"
  fi
  echo " done ($((SECONDS - start)) s)"
}

install_packages() {
  if [[ $(uname -s) == Darwin ]]; then
    command -v brew >/dev/null || fail 'Homebrew is needed to install them: https://brew.sh'
    brew install "${packages[@]}"
  elif command -v apt-get >/dev/null; then
    refresh_packages && as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
      install -y --no-install-recommends "${packages[@]}"
  else
    fail 'This is no Debian, Ubuntu or macOS: please install these by hand, then start again.'
  fi
}

# On a computer whose package lists are missing or old it works once they have been read again.
build_guest() {
  "$root/guest/build" || { refresh_packages && "$root/guest/build"; }
}

refresh_packages() {
  as_root apt-get -o DPkg::Lock::Timeout=300 update
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail 'Neither root nor sudo is here. As root, run:' \
      "  apt-get update && apt-get install -y --no-install-recommends ${packages[*]-}"
  fi
}

# By the lock file's checksum; or npm's own record is newer, after an npm install by hand.
npm_is_current() {
  local record=$root/node_modules/.package-lock.json
  [[ -f $record ]] || return 1
  [[ -f $installed_lock ]] && cmp -s -- "$root/package-lock.json" "$installed_lock" && return
  [[ $record -nt $root/package-lock.json ]] && cp -- "$root/package-lock.json" "$installed_lock"
}

install_npm() {
  cd -- "$root" && npm ci --include=dev --include=optional &&
    cp -- "$root/package-lock.json" "$installed_lock"
}

# macOS has no Debian packages; guest/build says there what to do, and script/test leaves guests out.
guest_is_current() {
  "$root/guest/build" --check || [[ $(uname -s) == Darwin ]]
}
