#!/bin/sh
# Copies the paths of a list with NULs to the directory that is the argument, and removes what the source has not any more.
exec rsync -aH --from0 --files-from=- --ignore-missing-args --delete-missing-args --dirs --force "$CLSYNC_ROOT/" "$1/"
