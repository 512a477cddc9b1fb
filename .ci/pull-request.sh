#!/usr/bin/env bash
# A pull request on a shelf of boards: base and head, on the boards whose ports it touches, and one
# comment. For any CI, on POSIX; docs/ci.md tells more.
#
#   pull-request.sh        all of it: what `run` and `tell` do
#   pull-request.sh run    nothing is commented; what is kept of the runs can be uploaded then,
#   pull-request.sh tell   and its address be in the comment
#
#   GITHUB_REPOSITORY, GITHUB_TOKEN   OWNER/NAME, and a token that may comment
#   TRUST, BENCH, SHELF               the shelf's own files, outside of what the pull request brings
#   CHECKOUT                          a clone of the repository that has both commits
#   PREPARE                           a program: builds and flashes; without one only a change of
#                                     asyncio's Python can be tried, as an overlay
#   OUT, CLAIMS, LEVELS, SITE         as looprig's; the address of what is kept of the runs
#   BY, NUMBER, COMMIT                who asks for what, where GITHUB_EVENT_PATH does not say it
set -uo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
bin="${LOOPRIG_BIN:-$here/.venv/bin}"
out="$(realpath -m "${OUT:-looprig-run}")"
bench="$(realpath "${BENCH:?the bench file}")"
trust="$(realpath "${TRUST:?the trust list}")"
checkout="$(realpath "${CHECKOUT:-.}")"
shelf=(); [ -z "${SHELF:-}" ] || shelf=(--shelf "$(realpath "$SHELF")")
forge() { (cd "$here" && "$bin/python" -m rig.forge "$@"); }
told() { "$bin/python" -c 'import json, sys
value = json.load(open(sys.argv[1])).get(sys.argv[2], "")
print("\n".join(value) if isinstance(value, list) else str(value).lower() if value in (True, False) else value)' "$out/plan.json" "$1"; }

work() {
  if [ -e "$out" ] && [ ! -f "$out/plan.json" ] && [ -n "$(ls -A "$out")" ]; then
    echo "looprig: OUT $out: it holds something else; name another folder" >&2
    return 2
  fi
  mkdir -p "$out" || return 3
  exec 9<"$out"
  if command -v flock >/dev/null && ! flock -n 9; then
    echo "looprig: OUT $out: another run is writing there; name another folder" >&2
    exit 3 # nothing of that run's is touched
  fi
  find "$out" -mindepth 1 -delete || return 3
  forge plan --trust "$trust" --bench "$bench" ${shelf[@]+"${shelf[@]}"} \
    --by "${BY:-}" --commit "${COMMIT:-}" --number "${NUMBER:-0}" >"$out/plan.json" || return $?
  if [ "$(told start)" != true ]; then
    echo "nothing is run: $(told why)"
    return 0
  fi
  local number base head
  number="$(told number)" base="$(told base)" head="$(told head)"
  mapfile -t boards < <(told boards)
  if [ -z "${PREPARE:-}" ] && [ "$(told only_asyncio)" != true ]; then
    echo "looprig: it changes more than extmod/asyncio, and PREPARE names no program that builds" >&2
    return 2
  fi
  git -C "$checkout" cat-file -e "$head^{commit}" 2>/dev/null ||
    git -C "$checkout" fetch --quiet origin "refs/pull/$number/head" || return 3
  if ! git -C "$checkout" cat-file -e "$head^{commit}" 2>/dev/null; then
    echo "looprig: $head is the pull request's head no more: it was pushed over meanwhile" >&2
    return 3
  fi
  git -C "$checkout" cat-file -e "$base^{commit}" 2>/dev/null ||
    git -C "$checkout" fetch --quiet origin "$base" || return 3
  # What the branch it goes to has got meanwhile is no change of its own.
  base="$(git -C "$checkout" merge-base "$base" "$head" || echo "$base")"
  echo "$base" >"$out/base.commit"
  side base "$base" && side head "$head" || return $?
  "$bin/looprig" report "$out/base" "$out/head" --out "$out/site" || return 3
  "$bin/looprig" compare "$out/base" "$out/head" --out "$out/compare"
}

side() { # NAME COMMIT
  local name="$1" commit="$2" tree="$out/tree-$1" overlay="" arguments=() code
  git -C "$checkout" worktree prune
  git -C "$checkout" worktree add --quiet --force --detach "$tree" "$commit" || return 3
  if [ -n "${PREPARE:-}" ]; then
    # It runs what the pull request brings: it has no use for the token.
    (cd "$tree" && env -u GITHUB_TOKEN "$PREPARE" "$name" "$tree" "${boards[@]}") || return 3
    overlay="$tree/.looprig-overlay"
  elif [ -d "$tree/extmod/asyncio" ]; then
    overlay="$out/overlay-$name"
    mkdir -p "$overlay" && cp -R "$tree/extmod/asyncio" "$overlay/" || return 3
  fi
  if [ -n "$overlay" ] && [ -e "$overlay" ]; then
    # A link would bring this machine's files to the board, which prints what it likes.
    if [ -n "$(find "$overlay" -type l -print -quit)" ]; then
      echo "looprig: $name: its asyncio has symbolic links; nothing is run" >&2
      return 2
    fi
    arguments+=(--overlay "$overlay")
  fi
  for board in "${boards[@]}"; do arguments+=(--board "$board"); done
  set -f
  for glob in ${CLAIMS:-}; do arguments+=(--claims "$glob"); done
  for level in ${LEVELS:-}; do arguments+=(--level "$level"); done
  set +f
  env -u GITHUB_TOKEN "$bin/looprig" run --bench "$bench" --out "$out/$name" "${arguments[@]}"
  code=$?
  git -C "$checkout" worktree remove --force "$tree"
  [ "$code" -le 1 ] || return "$code" # a divergence may be the base's: what changed decides
}

tell() {
  [ "$(told start)" = true ] || return 0
  local code compared="$out/compare/compare.md" arguments=()
  code="$(cat "$out/exit-code" 2>/dev/null || echo 3)"
  if [ ! -f "$compared" ]; then
    mkdir -p "$out/compare" || return 3
    printf '## Event loop: not compared\n\nThe boards did not come to the end of it (exit %s).\n' \
      "$code" >"$compared"
  fi
  mapfile -t boards < <(told boards)
  for board in "${boards[@]}"; do arguments+=(--board "$board"); done
  forge comment --number "$(told number)" --compared "$compared" \
    --base "$(cat "$out/base.commit" 2>/dev/null || told base)" --head "$(told head)" \
    --site "${SITE:-}" --mine "${MINE:-github-actions[bot]}" "${arguments[@]}"
}

case "${1:-all}" in
  run) work; code=$?; [ ! -f "$out/plan.json" ] || echo "$code" >"$out/exit-code"; exit "$code" ;;
  tell) tell ;;
  all)
    work; code=$?
    [ -f "$out/plan.json" ] || exit "$code"
    echo "$code" >"$out/exit-code"
    tell || exit $?
    exit "$code"
    ;;
  *) echo "pull-request.sh [run|tell]" >&2; exit 2 ;;
esac
