# shellcheck shell=bash disable=SC2034
# Sourced by every script here: where things lie, which versions are used, how a step is shown, which engine is used.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
TIDEMARK_HOME=${TIDEMARK_HOME:-$HOME/.cache/tidemark}
BIN=$TIDEMARK_HOME/bin LOGS=$TIDEMARK_HOME/log RUN=$TIDEMARK_HOME/run
mkdir -p "$BIN" "$LOGS" "$RUN"
export PATH=$BIN:$PATH:/usr/sbin:/sbin

NAME=tidemark        # of the kind cluster
API_PORT=16443       # of its API server on 127.0.0.1, as in kind.yaml
KUBERNETES=v1.34.3
KIND=v0.30.0
HELM=v3.19.0
COREDNS=v1.12.4
MINIO=v0.0.0-20260212201848-7aac2a2c5b7c # what @latest was; MinIO's own tags are not Go versions
TOXIPROXY=v2.5.0
SYFT=v1.57.1
KWOK=v0.7.0
SUITE=bookworm

SECONDS=$((EPOCHSECONDS - ${TIDEMARK_STARTED:=$EPOCHSECONDS})) # scripts called by others go on counting
export TIDEMARK_STARTED
say() { printf '%5ds  %s\n' "$SECONDS" "$*"; }
die() { printf '%5ds  %s\n' "$SECONDS" "$*" >&2; exit 1; }

# step <what> <command...>: runs the command, its output goes to a log file; shown only when it fails.
# The command runs in a subshell with -e of its own: "if ! command" would switch -e off inside it.
step() {
  local what=$1 log begin=$SECONDS status=0
  log=$LOGS/$(basename "$0").log
  shift
  printf '\n== %s  %s\n' "$(date +%T)" "$what" >>"$log"
  set +e
  (set -e; "$@") >>"$log" 2>&1 </dev/null
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    printf '%5ds  FAILED: %s (exit %s); the end of %s:\n' "$SECONDS" "$what" "$status" "$log" >&2
    tail -n 40 "$log" | sed 's/^/        | /' >&2
    exit 1
  fi
  say "$what ($((SECONDS - begin))s)"
}

# await <seconds> <command...>: until the command succeeds; fails when the time is over.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "not within its time: $*" >&2; return 1; }
    sleep 0.1
  done
}

# one: scripts that change the cluster run one after the other; a script called by another one is already covered.
one() {
  [ -z "${TIDEMARK_LOCKED:-}" ] || return 0
  exec 9>"$TIDEMARK_HOME/lock"
  flock -n 9 || { say "waiting for another e2e/cluster script"; flock 9; }
  export TIDEMARK_LOCKED=1
}

# hash_of <directory...>: 12 hex digits for the names, modes and contents of the files below; no dates.
hash_of() {
  local directory
  for directory in "$@"; do
    (cd "$directory" && find . ! -type d -printf '%P %m %l\n' | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
  done | sha256sum | cut -c1-12
}

# KWOK, which plays the simulated node
kwok_runs() { [ -f "$RUN/kwok.pid" ] && [ "$(cat "/proc/$(cat "$RUN/kwok.pid")/comm" 2>/dev/null)" = kwok ]; }
kwok_end() {
  if kwok_runs; then kill "$(cat "$RUN/kwok.pid")"; fi
  rm -f "$RUN/kwok.pid"
}

# go_tool <program> <package> <version>: into $BIN, unless it is there in that version
go_tool() {
  if go version -m "$BIN/$1" 2>/dev/null | grep -E "^\s+mod\s+\S+\s+$3(\s|$)" >/dev/null; then
    say "$1 $3: present"
  else
    step "$1 $3" env GOBIN="$BIN" CGO_ENABLED=0 go install "$2@$3"
  fi
}

# image_ref <name>: the exact tag of what "images" loaded last; a user's own cluster has only what the user pushed
image_ref() {
  if [ "$CLUSTER" = existing ] || [ ! -s "$TIDEMARK_HOME/images/$1" ]; then echo "tidemark/$1:dev"; else cat "$TIDEMARK_HOME/images/$1"; fi
}

# The first Debian mirror this machine installs from, and the security archive if the same host has it.
apt_uris() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null || true; } |
    awk '/^URIs:/ {print $2} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) print $i}'
}
debian_mirror() { echo "${DEBIAN_MIRROR:-$(apt_uris | awk '/\/debian\/?$/ && !n++')}"; }
debian_security() { apt_uris | awk -v host="$(debian_mirror | cut -d/ -f1-3)" 'index($0, host "/debian-security") == 1 && !n++'; }

# CLUSTER=docker: a Docker engine that runs here anyway. own: the one of engine.sh. kind, the default: whichever it is.
# existing: the cluster of the caller's KUBECONFIG. Two variables are all that docker and own differ in.
. "$HERE/engine.sh"
if [ "${CLUSTER:=kind}" = kind ]; then
  if ! engine_alive && docker info >/dev/null 2>&1; then CLUSTER=docker; else CLUSTER=own; fi
fi
case $CLUSTER in
  docker)   NODE_IMAGE=kindest/node:$KUBERNETES BASE_IMAGE=debian:$SUITE-slim ;;
  own)      NODE_IMAGE=tidemark/node:$(node_hash) BASE_IMAGE=tidemark/base:$SUITE; export DOCKER_HOST=unix://$SOCKET ;;
  existing) NODE_IMAGE='' BASE_IMAGE=debian:$SUITE-slim ;;
  *)        die "CLUSTER=$CLUSTER is none of docker, own, existing" ;;
esac
export CLUSTER
[ "$CLUSTER" = existing ] || export KUBECONFIG=$TIDEMARK_HOME/kubeconfig
