"""The arguments are a file and its address. Each printed line is a problem in the file."""

import sys

import sectxt

path, address = sys.argv[1:]
with open(path, "rb") as file:
    parser = sectxt.Parser(file.read(), urls=address)
for error in parser.errors:
    print(f"line {error['line']}: {error['message']}")
