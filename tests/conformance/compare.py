#!/usr/bin/env python3
"""Compare a run of a conformance suite with the list of what is known to differ.

    compare.py LIST < output of check_kustomize.py -v, or of check_ytt.py -v

The list has a line `GROUP/NAME  what differs  why` for each; every failing case must be in it, and
every case in it must fail. Exit status 1, with the names, when not.
"""
import re
import sys


def main():
    known = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, what, _ = line.split(maxsplit=2)
            known[name] = what
    failed = {}
    total = None
    for line in sys.stdin:
        if match := re.match(r"FAIL (\S+): (.*)", line):
            failed[match[1]] = match[2]
        if line.startswith("total"):
            total = line.split(maxsplit=1)[1].strip()
    if total is None:
        print("the suite did not run to its end")
        return 1
    problems = []
    for name, what in failed.items():
        if name not in known:
            problems.append(f"{name} fails: {what}")
        elif set(what.split(", ")) != set(known[name].split(",")):
            problems.append(f"{name} differs in {what}, known is {known[name]}")
    problems += [f"{name} passes: take it off the list" for name in known if name not in failed]
    print(f"{total} equal, {len(known)} known to differ")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
