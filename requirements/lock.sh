#!/usr/bin/env bash
# Writes the lock files anew from pyproject.toml: exact versions with hashes, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-.venv/bin/uv}"
options=(--python-version 3.11 --generate-hashes --no-header --no-annotate --quiet "$@")
"$uv" pip compile requirements/build.in -o requirements/build.lock "${options[@]}"
"$uv" pip compile pyproject.toml --group dev -o requirements/dev.lock "${options[@]}"
"$uv" pip compile pyproject.toml -c requirements/dev.lock -o requirements/run.lock "${options[@]}"
"$uv" pip compile pyproject.toml --group dev --group train -c requirements/dev.lock -o requirements/train.lock "${options[@]}"
# The peers that benchmarks compare with want an older pydantic: an environment of their own, else the same versions.
same="$(sed -n 's/ \\$//; /^[a-z].*==/p' requirements/dev.lock | grep -v '^pydantic')"
"$uv" pip compile pyproject.toml --group peers -c <(printf '%s\n' "$same") -o requirements/peers.lock "${options[@]}"
