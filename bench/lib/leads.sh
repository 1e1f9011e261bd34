# A file of leads of eight columns, and loading it through the product; sourced after server.sh.

# leads_file ROWS FILE: about 187 bytes a row.
leads_file() {
  awk -v rows="$1" 'BEGIN {
    print "name,email,phone,address,website,description,industry,employees"
    for (i = 1; i <= rows; i++)
      printf "Company %d Ltd,contact%d@company%d.example,+44 20 %07d,\"%d Main Street, Town %d\",https://www.company%d.example/about,\"Maker of part %d, since 19%02d\",Industry %d,%d\n", i, i, i, i, i % 999, i % 777, i, i, i % 100, i % 40, i % 5000
  }' > "$2"
}

# upload FILE ROWS: to $campaign with $token; sets upload_ms, from the first byte sent to the answer.
upload() {
  local begun answer
  begun=$(now_ms)
  answer=$(curl -fsS "$base/api/v1/campaigns/$campaign/upload-leads" -H "authorization: Bearer $token" -F "file=@$1")
  upload_ms=$(($(now_ms) - begun))
  grep -q "\"leads_created\":$2[,}]" <<< "$answer" || { echo "unexpected answer: $answer" >&2; exit 1; }
}

# found ROW: whether that lead of $campaign is found by its words; they are written in the file's order.
found() {
  curl -fsS "$base/api/v1/campaigns/$campaign/leads?limit=2&q=contact$1" -H "authorization: Bearer $token" |
    grep -q "\"title\":\"Company $1 Ltd\""
}

# await_words ROWS: until the last of so many leads is found; sets words_s.
await_words() {
  local begun=$SECONDS
  until found "$1"; do sleep 1; done
  words_s=$((SECONDS - begun))
}
