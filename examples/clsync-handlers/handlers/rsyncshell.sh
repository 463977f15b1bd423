#!/bin/sh
# Mode rsyncshell: called once for each batch, as  rsynclist LABEL INCLUDES EXCLUDES.
# Keeps $CLSYNC_HANDLER_TARGET as the source is, at the paths of the list.
[ "$1" = rsynclist ] || exit 22

rsync -aH --delete --exclude-from "$4" --include-from "$3" --exclude='*' ./ "$CLSYNC_HANDLER_TARGET/"
code=$?
# Files that vanish on the way come again.
[ $code -eq 24 ] || exit $code
