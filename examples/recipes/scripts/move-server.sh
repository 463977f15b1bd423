#!/bin/sh
# Moves a site to another place while it runs: sync until all is quiet, stop it, sync what it wrote at last, start it there.
set -e
clsync --until-idle --handler rsync ./site ./out/moved
./scripts/stop-site.sh
clsync --once --handler rsync ./site ./out/moved
./scripts/start-site.sh ./out/moved
