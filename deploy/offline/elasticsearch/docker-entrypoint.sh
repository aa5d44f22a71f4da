#!/bin/bash
# Variables with a dot in the name become settings, as in the official image; the password of elastic comes from a file.
set -euo pipefail
cd /usr/share/elasticsearch
if [ -n "${ELASTIC_PASSWORD_FILE:-}" ]; then
  case "$(stat -L -c %a "$ELASTIC_PASSWORD_FILE")" in
    400 | 600) ;;
    *) echo "ERROR: $ELASTIC_PASSWORD_FILE must have file permissions 400 or 600" >&2; exit 1 ;;
  esac
  [ -e config/elasticsearch.keystore ] || bin/elasticsearch-keystore create >/dev/null
  bin/elasticsearch-keystore list | grep -q '^bootstrap.password$' \
    || bin/elasticsearch-keystore add -x bootstrap.password < "$ELASTIC_PASSWORD_FILE" >/dev/null
fi
options=()
while IFS='=' read -r -d '' key value; do
  # Settings of modules that this distribution does not carry would keep it from starting.
  case "$key" in ingest.geoip.*) continue ;; esac
  [[ "$key" =~ ^[a-z0-9_]+\.[a-z0-9_.]+$ ]] && options+=("-E$key=$value")
done < <(env -0)
exec bin/elasticsearch "${options[@]}"
