#!/usr/bin/env bash
# The GitHub Action's run: arguments from its inputs, then summary and annotations. The exit code
# goes to an output, so that artefacts are kept before the job fails.
set -uo pipefail
bin="$GITHUB_ACTION_PATH/.venv/bin"
arguments=(run --out "$OUT")
set -f  # a file name is no pattern
for name in $FIRMWARE; do arguments+=(--firmware "$name"); done
set +f
[ -z "$BENCH" ] || arguments+=(--bench "$BENCH")
[ -z "$OVERLAY" ] || arguments+=(--overlay "$OVERLAY")
[ "$POWER" != false ] || arguments+=(--no-power)
[ -z "$WORKERS" ] || arguments+=(-n "$WORKERS")
set -f  # globs are for looprig, not for this directory
for name in $BOARDS; do arguments+=(--board "$name"); done
for glob in $CLAIMS; do arguments+=(--claims "$glob"); done
for level in $LEVELS; do arguments+=(--level "$level"); done
set +f

# A board's output may hold lines that the runner would take for commands.
token="$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')"
echo "::stop-commands::$token"
"$bin/looprig" "${arguments[@]}"
code=$?
echo "::$token::"

if [ -f "$OUT/report/summary.md" ]; then
  cat "$OUT/report/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -f "$OUT/run.json" ]; then
  run="$(realpath "$OUT")"
  (cd "$GITHUB_ACTION_PATH" && "$bin/python" -m rig.commands.annotations "$run")
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
