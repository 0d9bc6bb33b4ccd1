#!/usr/bin/env bash
# Sets the per-user MFA state of the users of a CSV file, waits for the result, and lists the users that need attention.
#
#   MFA_URL=https://contoso-mfa.azurewebsites.net/api MFA_ACCESS_TOKEN=$(az account get-access-token \
#     --resource api://TENANT_ID/per-user-mfa-prod --query accessToken --output tsv) ./change.sh enabled users.csv "Wave 2"
#
# Exit codes: 0 all done, 1 error, 2 some users were refused, failed or canceled. Needs curl and a file with a column
# "user".
set -euo pipefail
fail() { echo "$1" >&2 && exit 1; }
[ $# -eq 3 ] || fail 'Usage: change.sh STATE FILE REASON
  STATE   disabled, enabled or enforced
  FILE    a CSV file with a column user, userPrincipalName or id
  REASON  why; it is kept in the audit record
MFA_URL is the address of the API, MFA_ACCESS_TOKEN the access token. To repeat a call that
broke off, set OPERATION_ID to the id that it told: nothing is done twice.'
state=$1 file=$2 reason=$3
[ -r "$file" ] || fail "There is no file $file that can be read."
[ -n "${MFA_URL:-}" ] || fail 'Set MFA_URL to the address of the API, with /api.'

# An id of our own: the same request sent again is the same operation. Linux and macOS each have one of these.
id=${OPERATION_ID:-$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The token is not an argument, because all users of the machine can see arguments.
auth=()
if [ -n "${MFA_ACCESS_TOKEN:-}" ]; then
  case $MFA_URL in
    https://* | http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
    *) fail 'Use https: on the way to MFA_URL others could read the access token.' ;;
  esac
  printf 'Authorization: Bearer %s\n' "$MFA_ACCESS_TOKEN" >"$work/auth"
  auth=(-H "@$work/auth")
fi

# Seconds to wait: what Retry-After of the last answer asks for, in seconds or as a time, or else what is given.
delay() {
  local value at
  value=$(grep -i '^retry-after:' "$work/headers" | tail -n 1 | cut -d : -f 2- | tr -d '\r' | sed 's/^ *//') || true
  case $value in
    '') echo "$1" ;;
    *[!0-9]*)
      # GNU has the first way of reading a time, macOS the second.
      at=$(date -d "$value" +%s 2>/dev/null || date -j -f '%a, %d %b %Y %T %Z' "$value" +%s 2>/dev/null) || at=0
      at=$((at - $(date +%s)))
      echo "$((at > 0 ? at : $1))"
      ;;
    *) echo "$value" ;;
  esac
}

# What the API says of a request that it does not take: code and message, and each fault.
explain() {
  local text='"(([^"\\]|\\.)*)"' told
  told=$(sed -nE "s/^\{\"error\":\{\"code\":$text,\"message\":$text.*/\1: \3/p" "$work/body")
  [ -n "$told" ] || { echo ": this is not an answer of the service. Check MFA_URL. $(cat "$work/body")" && return; }
  echo " $told"
  grep -oE "\{\"code\":$text,\"message\":$text,\"target\":$text\}" "$work/body" |
    sed -E "s/\{\"code\":$text,\"message\":$text,\"target\":$text\}/  \5: \3/" || true
}

# Calls the API: the status is then in $status, the answer in $work/body. What passes by itself is tried again, which is
# safe, as the operation has its id. Tells what the API says of anything else.
call() {
  local attempt
  for attempt in 1 2 3 4 5; do
    : >"$work/headers" && : >"$work/body"
    status=$(curl --silent --show-error --max-time 100 --output "$work/body" --dump-header "$work/headers" \
      --write-out '%{http_code}' "${auth[@]+"${auth[@]}"}" "$@" 2>"$work/error") || status=000
    case $status in
      2??) return 0 ;;
      429 | 5?? | 000) [ "$attempt" -eq 5 ] || sleep "$(delay $((1 << (attempt - 1))))" ;;
      *) break ;;
    esac
  done
  case $status in
    429 | 5?? | 000) echo "To repeat the same operation: OPERATION_ID=$id" >&2 ;;
  esac
  [ "$status" != 000 ] || fail "$MFA_URL cannot be reached: $(cat "$work/error")"
  fail "$status$(explain | sed 's/\\\(["\\]\)/\1/g')"
}

encode() { printf %s "$1" | od -An -tx1 -v | tr -d ' \n' | sed 's/../%&/g'; }
call -X POST -H "Operation-Id: $id" -H 'Content-Type: text/csv' --data-binary "@$file" \
  "$MFA_URL/state-changes/csv?state=$(encode "$state")&reason=$(encode "$reason")"
echo "Operation $id" >&2

# 202 means that the operation has not finished yet.
call "$MFA_URL/operations/$id/result"
while [ "$status" = 202 ]; do
  sleep "$(delay 2)"
  call "$MFA_URL/operations/$id/result"
done
result=$(cat "$work/body")
echo "$result"

for outcome in refused failed; do
  next="$MFA_URL/operations/$id/items?status=$outcome"
  while [ -n "$next" ]; do
    call "$next"
    cat "$work/body" >&2
    next=$(sed -n 's/.*"nextLink":"\([^"]*\)".*/\1/p' "$work/body")
  done
done
case $result in
  *'"status":"Succeeded"'*) exit 0 ;;
  *) exit 2 ;;
esac
