#!/bin/sh
# Mode simple: called once for each change, as  sync LABEL MASK /absolute/path  in the source.
# Keeps what is in $CLSYNC_HANDLER_TARGET as it is there.
[ "$1" = sync ] || exit 22
path=$4
relative=${path#"$PWD"}
[ -n "$relative" ] || exit 0
target=$CLSYNC_HANDLER_TARGET$relative

if [ -L "$path" ] || [ -f "$path" ]; then
  mkdir -p "${target%/*}" && cp -dpfT --remove-destination -- "$path" "$target"
elif [ -d "$path" ]; then
  mkdir -p "$target"
else
  rm -rf -- "$target"
fi
