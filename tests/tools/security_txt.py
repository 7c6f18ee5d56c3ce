"""The argument is a file, then its address; each line that is printed is something wrong with it."""

import sys

import sectxt

path, address = sys.argv[1:]
with open(path, "rb") as file:
    parser = sectxt.Parser(file.read(), urls=address)
for error in parser.errors:
    print(f"line {error['line']}: {error['message']}")
