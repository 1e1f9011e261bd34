# Starting and stopping the program and its peers for a bench; sourced, not run.
# Everything lives in a folder of its own under the system's temporary directory and ends with the bench.

release=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
trap 'stop_all; rm -rf "$work"' EXIT
chmod 755 "$work"
elite_pid="" postgres_dir=""
# Added to the program's environment.
settings=()
data_dir="$work/data" postgres_data="$work/postgres/data"

# keep_in FOLDER: keeps the program's data and the server's there, beyond the bench.
keep_in() { data_dir="$1/elite"; postgres_data="$1/postgres"; }

machine() {
  echo "machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(date -u +%F)"
}

free_port() { # a port that nobody has now
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (: < "/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

now_ms() { date +%s%3N; }

# start_elite DATABASE_URL_OR_EMPTY: sets elite_pid, base and started_ms (from exec to the first answer).
start_elite() {
  local port begun
  port=$(free_port)
  base="http://127.0.0.1:$port"
  begun=$(now_ms)
  env -i PATH="$PATH" HOST=127.0.0.1 PORT="$port" ELITE_DATA_DIR="$data_dir" DATABASE_URL="$1" \
    RATE_LIMIT_PER_MINUTE=1000000000 RATE_LIMIT_BURST=1000000000 ACCESS_LOG=false LOG_LEVEL=warn "${settings[@]}" \
    "$release/elite" > "$work/elite.out" 2> "$work/elite.err" &
  elite_pid=$!
  until curl -fsS -o "$work/health" "$base/health" 2> "$work/curl.err"; do
    kill -0 "$elite_pid" 2> "$work/kill.err" || { cat "$work/elite.err" >&2; exit 1; }
    sleep 0.005
  done
  started_ms=$(($(now_ms) - begun))
}

stop_elite() {
  [ -n "$elite_pid" ] || return 0
  kill "$elite_pid" 2> "$work/kill.err" || :
  wait "$elite_pid" || :
  elite_pid=""
}

memory_mb() { # memory_mb VmRSS|VmHWM
  awk -v field="$1:" '$1 == field {printf "%.1f", $2 / 1024}' "/proc/$elite_pid/status"
}

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# start_postgres: a server of the bench's own with the distribution's settings; sets postgres_port.
start_postgres() {
  local bin
  bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)")
  postgres_bin=$bin
  postgres_dir="$work/postgres"
  postgres_port=$(free_port)
  mkdir -p "$postgres_dir" "$postgres_data"
  [ "$(id -u)" != 0 ] || chown postgres "$postgres_dir" "$postgres_data"
  [ -e "$postgres_data/PG_VERSION" ] ||
    as_postgres "$bin/initdb" -A trust -U postgres -E UTF8 -D "$postgres_data" > "$work/initdb.out"
  as_postgres "$bin/pg_ctl" -D "$postgres_data" -w -l "$postgres_dir/log" \
    -o "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_dir -c max_wal_size=4GB" start > "$work/pg_ctl.out"
}

stop_postgres() {
  [ -n "$postgres_dir" ] || return 0
  as_postgres "$postgres_bin/pg_ctl" -D "$postgres_data" -m fast stop > "$work/pg_stop.out" || :
  postgres_dir=""
}

# What runs beside the program while it is measured.
reader=""
end_reader() { [ -z "$reader" ] || kill "$reader" 2> "$work/kill.err" || :; }
stop_all() { end_reader; stop_elite; stop_postgres; }

# elite_url DATABASE: where the bench's own server has it; psql asks the same server.
elite_url() { echo "postgres://postgres@127.0.0.1:$postgres_port/$1"; }
psql() { as_postgres "$postgres_bin/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U postgres "$@"; }

# register: sets email, token and campaign of a new company.
register() {
  local name=$RANDOM$RANDOM answer
  email="bench$name@example.com"
  answer=$(curl -fsS "$base/api/v1/auth/register" -H 'content-type: application/json' -d \
    "{\"company_name\":\"Bench $name\",\"email\":\"$email\",\"password\":\"Bench-pass-1\"}")
  token=$(sed 's/.*"access_token":"\([^"]*\)".*/\1/' <<< "$answer")
  answer=$(curl -fsS "$base/api/v1/campaigns" -H "authorization: Bearer $token" -H 'content-type: application/json' \
    -d '{"name":"Bench","search_query":"","lead_source":"google_maps"}')
  campaign=$(sed 's/^{"id":"\([^"]*\)".*/\1/' <<< "$answer")
}

# sign_in: sets token anew for $email.
sign_in() {
  local answer
  answer=$(curl -fsS "$base/api/v1/auth/login" -H 'content-type: application/json' -d "{\"email\":\"$email\",\"password\":\"Bench-pass-1\"}")
  token=$(sed 's/.*"access_token":"\([^"]*\)".*/\1/' <<< "$answer")
}
