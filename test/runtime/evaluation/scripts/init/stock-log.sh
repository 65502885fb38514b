names=(Alice Bob)
actions=(Purchase Sell)
for ((i = 0; i < 400; i++)); do
  echo "${names[RANDOM % 2]} | ${actions[RANDOM % 2]} | $((RANDOM % 100)) | $((RANDOM % 1000))"
done >/usr/stock.log
