#!/bin/sh
# Mode shell: called once for each batch, as  synclist LABEL LISTFILE.  A line of the list is  sync LABEL MASK path,
# the path being the rest of the line. Keeps what is in $CLSYNC_HANDLER_TARGET as it is in the source.
[ "$1" = synclist ] || exit 22

while IFS= read -r line; do
  rest=${line#sync "$2" }
  path=${rest#* }
  [ -n "$path" ] || continue
  target=$CLSYNC_HANDLER_TARGET/$path
  if [ -L "$path" ] || [ -f "$path" ]; then
    mkdir -p "$(dirname -- "$target")" && cp -dpfT --remove-destination -- "$path" "$target" || exit 1
  elif [ -d "$path" ]; then
    mkdir -p "$target" || exit 1
  else
    rm -rf -- "$target" || exit 1
  fi
done <"$3"
