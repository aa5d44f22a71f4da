#!/bin/bash
# KAFKA_SOME_KEY=value becomes some.key=value, as in the official image; the data folder is formatted once.
set -euo pipefail
cd /opt/kafka
properties=config/server.properties
: > "$properties"
for name in $(compgen -e KAFKA_); do
  case "$name" in KAFKA_HEAP_OPTS | KAFKA_OPTS | KAFKA_JVM_PERFORMANCE_OPTS) continue ;; esac
  key="${name#KAFKA_}"; key="${key//_/.}"
  echo "${key,,}=${!name}" >> "$properties"
done
format=(java -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=config/log4j2.yaml -cp "libs/*")
folder="$(sed -n 's/^log.dirs=//p' "$properties")"
[ -e "$folder/meta.properties" ] || "${format[@]}" kafka.tools.StorageTool format -t "$CLUSTER_ID" -c "$properties"
exec java ${KAFKA_HEAP_OPTS:--Xmx512m} -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError \
  -Dlog4j2.configurationFile=config/log4j2.yaml -cp 'libs/*' kafka.Kafka "$properties"
