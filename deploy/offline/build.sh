#!/usr/bin/env bash
# Builds stand-ins, under the official names, for the images that docker-compose.yml names: for a site that reaches a
# Debian mirror, a Maven repository and a Python index, yet no registry of images. Kibana has no stand-in.
# Needs root, debootstrap and a Docker engine. usage: deploy/offline/build.sh [IMAGE ...]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
work="${OFFLINE_WORK:-/var/tmp/stancewatch-offline}"
artefacts="${OFFLINE_ARTEFACTS:-}"
python="${PYTHON:-$root/.venv/bin/python}"
export DOCKER_BUILDKIT=0
wanted=("$@")
[ "$#" -gt 0 ] || wanted=(base kafka elasticsearch prometheus alertmanager stancewatch)
mkdir -p "$work"

# The name that the compose file gives an image, so that both always agree.
name_of() { sed -n "s|^ *image: \($1:[^ ]*\)$|\1|p" "$root/docker-compose.yml" | head -1; }
build() { docker build --quiet --network none -t "$2" -f "$here/$1/Dockerfile" "$3" >/dev/null 2>"$work/build.log" || { cat "$work/build.log" >&2; return 1; }; echo "built $2"; }

build_base() {
  if [ ! -e "$work/base/.complete" ]; then
    rm -rf "$work/base"
    debootstrap --variant=minbase --include=ca-certificates,curl,openjdk-17-jre-headless,procps,python3,python3-venv,tini,wget \
      bookworm "$work/base" >&2
    touch "$work/base/.complete"
  fi
  tar -C "$work/base" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists --exclude=./dev --exclude=./proc -c . \
    | docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - offline-base >/dev/null
  # The official image calls its Python python; Debian's is called python3.
  printf 'FROM offline-base\nRUN ln -s python3 /usr/bin/python\n' \
    | docker build --quiet -t "$(sed -n 's/^ARG BASE=//p' "$root/deploy/Dockerfile")" - >/dev/null
  echo "built $(sed -n 's/^ARG BASE=//p' "$root/deploy/Dockerfile")"
}

fetch_artefacts() {
  [ -z "$artefacts" ] || return 0
  artefacts="$work/artefacts"
  [ -d "$artefacts/kafka" ] || mvn -q -B -f "$root/deploy/local/pom.xml" -Dstage="$artefacts" package >&2
}

context() { # a clean folder to build from, with the stand-in's own files
  rm -rf "$work/context"; mkdir -p "$work/context"; cp -r "$here/$1/." "$work/context"
}

build_kafka() {
  fetch_artefacts; context kafka
  cp -r "$artefacts/kafka" "$work/context/libs"
  cp "$root/deploy/local/kafka/log4j2.yaml" "$work/context/"
  build kafka "$(name_of apache/kafka)" "$work/context"
}

build_elasticsearch() {
  fetch_artefacts; context elasticsearch
  cp -r "$artefacts"/elasticsearch-8* "$work/context/elasticsearch"
  cp "$root/deploy/local/elasticsearch/jvm.options" "$work/context/"
  build elasticsearch "$(name_of elasticsearch)" "$work/context"
}

build_debian() { # name, Debian package, program, image
  context "$1"
  (cd "$work/context" && apt-get download -qq "$2" >/dev/null && dpkg -x ./*.deb tree)
  cp "$work/context/tree/usr/bin/$3" "$work/context/$1"
  mkdir -p "$work/context/tree/usr/share/prometheus"
  build "$1" "$(name_of "$4")" "$work/context"
}

build_stancewatch() {
  mkdir -p "$here/wheels"
  "$python" -m pip download --quiet --require-hashes --no-deps -d "$here/wheels" \
    -r "$root/requirements/build.lock" -r "$root/requirements/run.lock" >&2
  version="$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/pyproject.toml")"
  docker build --quiet --network none -t "stancewatch:$version" -f "$root/deploy/Dockerfile" \
    --build-arg VERSION="$version" "$root" >/dev/null
  echo "built stancewatch:$version"
}

for image in "${wanted[@]}"; do
  case "$image" in
    prometheus) build_debian prometheus prometheus prometheus prom/prometheus ;;
    alertmanager) build_debian alertmanager prometheus-alertmanager prometheus-alertmanager prom/alertmanager ;;
    *) "build_$image" ;;
  esac
done
