#!/usr/bin/env bash
# Sets the per-user MFA state of the users of a CSV file, waits until it is over, and lists who needs attention.
#
#   MFA_URL=https://contoso-mfa.azurewebsites.net/api MFA_ACCESS_TOKEN=$(az account get-access-token \
#     --resource api://per-user-mfa --query accessToken --output tsv) ./change.sh enabled users.csv "Wave 2"
#
# Exit codes: 0 all done, 1 error, 2 some users were refused or failed. Needs curl and a file with a column "user".
set -euo pipefail
state=$1 file=$2 reason=$3

# An id of our own: the same request sent again is the same operation. Linux and macOS each have one of these.
id=${OPERATION_ID:-$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)}
auth=()
[ -n "${MFA_ACCESS_TOKEN:-}" ] && auth=(-H "Authorization: Bearer $MFA_ACCESS_TOKEN")
call() { curl --silent --show-error --fail-with-body --retry 5 --retry-all-errors "${auth[@]+"${auth[@]}"}" "$@"; }

encoded_reason=$(printf %s "$reason" | od -An -tx1 -v | tr -d ' \n' | sed 's/../%&/g')
call --output /dev/null -X POST -H "Operation-Id: $id" -H 'Content-Type: text/csv' --data-binary "@$file" \
  "$MFA_URL/state-changes?state=$state&reason=$encoded_reason" || exit 1
echo "Operation $id" >&2

# 202 means: not over yet.
until status=$(call --output /dev/null --write-out '%{http_code}' "$MFA_URL/operations/$id/result") && [ "$status" = 200 ]; do
  [ "${status:-}" = 202 ] || exit 1
  sleep 2
done

result=$(call "$MFA_URL/operations/$id")
echo "$result"
for outcome in refused failed; do
  call "$MFA_URL/operations/$id/items?status=$outcome" >&2
done
case $result in
  *'"status":"Succeeded"'*) exit 0 ;;
  *) exit 2 ;;
esac
