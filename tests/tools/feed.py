"""The argument is a feed. Prints what feedparser reads from it, as JSON."""

import json
import sys

import feedparser

with open(sys.argv[1], "rb") as file:
    read = feedparser.parse(file.read())
fields = ["id", "title", "updated", "link", "summary"]
print(json.dumps({
    "trouble": str(read.bozo_exception) if read.bozo else None,
    "version": read.version,
    "feed": {field: read.feed.get(field) for field in fields},
    "entries": [{field: entry.get(field) for field in fields} for entry in read.entries],
}))
