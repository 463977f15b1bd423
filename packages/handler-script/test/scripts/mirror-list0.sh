#!/bin/bash
# Mirrors the paths of a list with NULs on stdin into the directory that is its argument. The source tells what is to be there.
set -u
export LC_ALL=C
target=$1
failed=0

main() {
  local path
  while IFS= read -r -d '' path; do
    if is_below_link "$CLSYNC_ROOT" "$path"; then remove "$path"; continue; fi
    if [ -L "$CLSYNC_ROOT/$path" ] || [ -f "$CLSYNC_ROOT/$path" ] || [ -d "$CLSYNC_ROOT/$path" ]; then bring "$path"; else remove "$path"; fi
  done
  exit "$failed"
}

bring() {
  local from=$CLSYNC_ROOT/$1 to=$target/$1
  make_parents "$1"
  if [ -L "$from" ] || [ ! -d "$from" ]; then
    if [ -d "$to" ] && [ ! -L "$to" ]; then rm -rf -- "$to"; fi
    cp -dpT --remove-destination -- "$from" "$to" || failed=1
  else
    if [ -L "$to" ] || { [ -e "$to" ] && [ ! -d "$to" ]; }; then rm -f -- "$to"; fi
    { mkdir -p -- "$to" && chmod --reference="$from" -- "$to"; } || failed=1
  fi
}

remove() {
  is_below_link "$target" "$1" && return
  if [ -L "$target/$1" ] || [ ! -d "$target/$1" ]; then rm -f -- "$target/$1"; else rm -rf -- "$target/$1"; fi || failed=1
}

make_parents() {
  local rest=$1 above=
  while [[ $rest == */* ]]; do
    above=$above/${rest%%/*}
    rest=${rest#*/}
    if [ -L "$target$above" ] || { [ -e "$target$above" ] && [ ! -d "$target$above" ]; }; then rm -f -- "$target$above"; fi
    [ -d "$target$above" ] || mkdir -- "$target$above" || failed=1
  done
}

is_below_link() {
  local rest=$2 at=$1
  while [[ $rest == */* ]]; do
    at=$at/${rest%%/*}
    rest=${rest#*/}
    if [ -L "$at" ] || [ -f "$at" ]; then return 0; fi
  done
  return 1
}

main
