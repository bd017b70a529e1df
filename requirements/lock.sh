#!/usr/bin/env bash
# Resolve pyproject.toml anew and write the hashed lock files (needs uv). They name no package index.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
uv lock --quiet "$@"
export_group() { uv export --quiet --frozen --no-header --no-annotate "${@:2}" --output-file "requirements/$1.txt" >/dev/null; }
export_group production --no-default-groups
export_group embedded --only-group embedded
export_group test --only-group test
