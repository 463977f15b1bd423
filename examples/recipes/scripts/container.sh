#!/bin/sh
# Sends what changed of a container. An exit code other than 0 has it tried again later.
reachable() { ping -c 1 -W 2 "$PEER" >/dev/null 2>&1; }
reachable || { echo "$PEER does not answer" >&2; exit 1; }

set -- -aH --from0 --files-from=- --ignore-missing-args --delete-missing-args --dirs --force
[ -z "${BACKUP_DIR:-}" ] || set -- "$@" --backup --backup-dir="$BACKUP_DIR"
# The first sync brings what later ones leave out.
[ "$CLSYNC_STATUS" = initsync ] || set -- "$@" --exclude=/rootfs/var/cache/
mkdir -p "$CLSYNC_DESTINATION" && exec rsync "$@" "$CLSYNC_ROOT/" "$CLSYNC_DESTINATION/"
