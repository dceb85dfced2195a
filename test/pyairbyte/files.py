"""Writes rows to a file in each format that the tests read: files.py FOLDER < ROWS."""

import sys
from pathlib import Path

import pandas

folder = Path(sys.argv[1])
rows = pandas.read_json(sys.stdin)
rows.to_csv(folder / "people.csv", index=False)
rows.to_json(folder / "people.jsonl", orient="records", lines=True)
rows.to_parquet(folder / "people.parquet")
rows.to_excel(folder / "people.xlsx", index=False)
