# shellcheck shell=bash
# Sourced by lib.sh: a Docker engine for a machine that has none.
#
# Debian's dockerd is unpacked, not installed, and runs in a network namespace that has only loopback: no packet of the
# engine, the node or a pod can leave the machine. Addresses come from the benchmark range 198.18.0.0/15, which no real
# network uses. Two kinds of doors, pairs of socat joined by a unix socket (a file is visible from both namespaces):
#   api     host 127.0.0.1:16443 -> API server, open while the cluster is up
#   mirror  Debian mirror <- image builds, open only while an image is built
NETNS=tidemark-$(printf %s "$TIDEMARK_HOME" | sha256sum | cut -c1-6) # one per home: two never stop each other
SOCKET=$RUN/docker.sock
GATEWAY=198.18.128.1 # docker0: how containers reach the namespace itself
UNPACKED=$TIDEMARK_HOME/docker
PATH=$PATH:$UNPACKED/usr/bin # its client, where there is no other one
CGROUP=$NETNS

in_ns() { nsenter --net="/run/netns/$NETNS" "$@"; } # not "ip netns exec": that one hides the cgroup mounts

# ours <pid file>: the process lives and is ours: the number may have been given to another one since
ours() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$RUN"
}

# background <name> <command...>: a daemon that outlives the script, in no terminal, without our lock
background() {
  local name=$1
  shift
  setsid "$@" >"$LOGS/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$RUN/$name.pid"
}

gone() { ! ours "$1"; }

# quit <name>: ends the daemon of that name, if it is one of ours, and waits until it has gone
quit() {
  local file=$RUN/$1.pid
  if ours "$file"; then
    kill "$(cat "$file")"
    await 30 gone "$file"
  fi
  rm -f "$file"
}

engine_alive() { ours "$RUN/docker.pid" && DOCKER_HOST=unix://$SOCKET docker version; } >/dev/null 2>&1

engine_start() {
  engine_alive && return 0
  if [ ! -x "$UNPACKED/usr/sbin/dockerd" ]; then
    local deb
    deb=$(mktemp -d -p "$TIDEMARK_HOME")
    (cd "$deb" && apt-get download docker.io)
    dpkg -x "$deb"/docker.io_*.deb "$UNPACKED"
    rm -r "$deb"
  fi
  install "$HERE/runc-fewer" "$BIN/" # not used in place: the clone may go away while the engine runs
  cat >"$RUN/daemon.json" <<JSON
{ "hosts": ["unix://$SOCKET"], "pidfile": "$RUN/docker.pid", "data-root": "$TIDEMARK_HOME/data", "exec-root": "$RUN/exec",
  "storage-driver": "overlay2", "exec-opts": ["native.cgroupdriver=cgroupfs"], "cgroup-parent": "/$CGROUP",
  "dns": ["$GATEWAY"], "bip": "$GATEWAY/24", "default-address-pools": [{"base": "198.18.192.0/18", "size": 24}],
  "runtimes": {"runc-fewer": {"path": "$BIN/runc-fewer"}}, "default-runtime": "runc-fewer" }
JSON
  # What a hard end leaves behind: pid files that make dockerd refuse to start or wait for a containerd that is not there;
  # and the node's old interface, which stays on the bridge for a minute under the address of the new one. Hence always a
  # fresh network namespace, and new doors.
  ours "$RUN/docker.pid" || rm -f "$RUN/docker.pid" "$SOCKET"
  ours "$RUN/exec/containerd/containerd.pid" || rm -f "$RUN/exec/containerd/containerd.pid"
  door_close api
  ip netns del "$NETNS" 2>/dev/null || true
  ip netns add "$NETNS"
  ip -n "$NETNS" link set lo up
  PATH=$UNPACKED/usr/sbin:$PATH background dockerd nsenter --net="/run/netns/$NETNS" dockerd --config-file "$RUN/daemon.json"
  await 60 engine_alive || { tail -n 20 "$LOGS/dockerd.log"; return 1; }
  # kind would make its network by itself, with an IPv6 subnet that this namespace has no use for
  docker network inspect kind >/dev/null 2>&1 || docker network create --subnet 198.18.192.0/24 kind
}

engine_stop() {
  door_close api
  quit docker
  rm -f "$RUN/dockerd.pid"
  ip netns del "$NETNS" 2>/dev/null || true
  umount "$RUN"/exec/netns/* 2>/dev/null || true # of nodes that were killed
  find /sys/fs/cgroup -depth -type d -path "*/$CGROUP*" -exec rmdir {} + 2>/dev/null || true
}

# The API server is published on 127.0.0.1 of the namespace; the same address of the host leads there.
door_api() {
  ours "$RUN/api-in.pid" || { rm -f "$RUN/api.sock"; background api-in nsenter --net="/run/netns/$NETNS" socat "UNIX-LISTEN:$RUN/api.sock,fork" "TCP:127.0.0.1:$API_PORT"; }
  ours "$RUN/api-out.pid" || background api-out socat "TCP-LISTEN:$API_PORT,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$RUN/api.sock"
}

# Containers reach the Debian mirror as $GATEWAY, which the builds know by --add-host; prints its name and port.
mirror_address() {
  local url scheme rest host
  url=$(debian_mirror) scheme=${url%%://*} rest=${url#*://}
  host=${rest%%/*}
  case $host:$scheme in
    *:*:*)   echo "${host%:*} ${host#*:}" ;;
    *:https) echo "$host 443" ;;
    *)       echo "$host 80" ;;
  esac
}

door_mirror() {
  local host port
  read -r host port < <(mirror_address)
  door_close mirror
  background mirror-out socat "UNIX-LISTEN:$RUN/mirror.sock,fork" "TCP:$host:$port"
  background mirror-in nsenter --net="/run/netns/$NETNS" socat "TCP-LISTEN:$port,bind=$GATEWAY,fork,reuseaddr" "UNIX-CONNECT:$RUN/mirror.sock"
  await 10 test -S "$RUN/mirror.sock"
}

door_close() {
  quit "$1-in"
  quit "$1-out"
  rm -f "$RUN/$1.sock"
}

node_hash() { hash_of "$HERE/node" "$HERE/kubernetes"; }
