#!/usr/bin/env python3
"""Holds the source to its own rules: the include graph, doors to packages, documented codes, no dead files.

    tests/tidy/tidy.py        prints what breaks a rule, a line each; status 1 if anything does
    PLUMB_ACCEPT=1 tests/tidy/tidy.py        also writes the picture of the modules anew
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine"

# The one file that may include each foreign package.
DOORS = {
    "re2/": "base/regex.cpp",
    "openssl/": "base/digest.cpp",
    "git2.h": "files/git.cpp",
    "curl/": "files/http.cpp",
    "nlohmann/": "yaml/json.cpp",
    "yaml-cpp/": "yaml/witness.cpp",
    "dtl/": "diff/sequence.cpp",
}
NOT_IN_HEADERS = ("<filesystem>", "<regex>", "<iostream>")
# Codes are made by these calls; their first argument, or the code behind the severity, is the code.
CODE = re.compile(r'"([a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*)"')
DOCUMENTED = re.compile(r"^### (?:`)?([a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*)", re.MULTILINE)

problems = []


def problem(path, line, text):
    problems.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def read_graph():
    """Module → modules it may include, from engine/CMakeLists.txt."""
    text = (ENGINE / "CMakeLists.txt").read_text()
    graph, sources = {}, {}
    for call in re.finditer(r"^plumb_module\((\w+)([^()]*)\)", text, re.MULTILINE):
        name, body = call.group(1), call.group(2)
        lists = {}
        key = None
        for word in re.sub(r"\$\{[^}]*\}", " ", body).split():
            if word in ("DEPS", "PACKAGES", "API", "SOURCES"):
                key = word
                lists[key] = []
            elif key:
                lists[key].append(word)
        graph[name] = set(lists.get("DEPS", []))
        sources[name] = set(lists.get("SOURCES", [])) | set(lists.get("API", []))
    return graph, sources


def reachable(graph, name, seen=None):
    seen = set() if seen is None else seen
    for other in graph.get(name, ()):
        if other not in seen:
            seen.add(other)
            reachable(graph, other, seen)
    return seen


def check_includes(graph):
    for path in sorted(ENGINE.rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        module = path.relative_to(ENGINE).parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'#include [<"]([^">]+)[">]', line)
            if not include:
                continue
            target = include.group(1)
            other = target.split("/")[0]
            if '"' in line and other != module and other not in reachable(graph, module):
                problem(path, number, f"module '{module}' may not include '{target}'")
            for package, door in DOORS.items():
                if target.startswith(package) and str(path.relative_to(ENGINE)) != door:
                    problem(path, number, f"only {door} may include '{target}'")
            if path.suffix == ".h" and f"<{target}>" in NOT_IN_HEADERS:
                problem(path, number, f"no <{target}> in a header")


def check_listed(sources):
    for module, listed in sources.items():
        for path in sorted((ENGINE / module).rglob("*.cpp")):
            name = str(path.relative_to(ENGINE / module))
            if name not in listed and f"{module}/{name}" not in (ENGINE / "CMakeLists.txt").read_text():
                problem(path, 1, "not listed in engine/CMakeLists.txt")


def check_headers_used():
    texts = "\n".join(path.read_text() for path in ENGINE.rglob("*.cpp"))
    texts += "\n".join(path.read_text() for path in ENGINE.rglob("*.h"))
    for path in sorted(ENGINE.rglob("*.h")):
        if f'#include "{path.relative_to(ENGINE)}"' not in texts:
            problem(path, 1, "included by nobody")


# The module that gives findings of plans their codes.
REPORT_SOURCES = "".join(path.read_text() for path in (ENGINE / "report").rglob("*.cpp"))


def check_codes():
    documented = {}
    for path in sorted((ROOT / "docs" / "reference" / "diagnostics").glob("*.md")):
        for code in DOCUMENTED.findall(path.read_text()):
            documented[code] = path
    modules = {path.name for path in ENGINE.iterdir() if path.is_dir()}
    used = {}
    for path in sorted(ENGINE.rglob("*.cpp")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.lstrip().startswith("#include"):
                continue
            own = path.relative_to(ENGINE).parts[0]
            for code in CODE.findall(line):
                # Elsewhere such a text may be something else: ytt's annotations look the same.
                foreign = own == "ytt" and code.split("/")[0] not in ("ytt", "starlark", "base")
                if not foreign and code.split("/")[0] in modules and not code.endswith((".h", ".cpp")):
                    used.setdefault(code, (path, number))
    for code, (path, number) in sorted(used.items()):
        if code not in documented:
            problem(path, number, f"code '{code}' has no heading in docs/reference/diagnostics/")
    for code, path in sorted(documented.items()):
        # A module may write its codes in two halves: cat("plan/", rule).
        module, rule = code.split("/")
        sources = "".join(source.read_text() for source in (ENGINE / module).rglob("*.cpp")) if module in modules else ""
        if code not in used and not (f'"{module}/"' in sources + REPORT_SOURCES and f'"{rule}"' in sources):
            problem(path, 1, f"code '{code}' is used by nobody")


def level(graph, name):
    return 1 + max((level(graph, other) for other in graph[name] if other in graph), default=-1)


def draw(graph):
    """The modules from the bottom up, each with what it may include; what is reachable through another is left out."""
    width = max(map(len, graph))
    lines = []
    for name in sorted(graph, key=lambda module: (level(graph, module), module)):
        needed = {other for other in graph[name] if not any(other in reachable(graph, via) for via in graph[name] - {other})}
        lines.append(f"{name.ljust(width)}  ← {' '.join(sorted(needed))}" if needed else name)
    return "\n".join(lines)


def check_picture(graph):
    path = ROOT / "docs" / "architecture.md"
    text = path.read_text()
    drawn = f"<!-- graph -->\n```\n{draw(graph)}\n```\n<!-- /graph -->"
    shown = re.search(r"<!-- graph -->.*?<!-- /graph -->", text, re.DOTALL)
    if shown and shown.group(0) == drawn:
        return
    if shown and "PLUMB_ACCEPT" in os.environ:
        path.write_text(text[:shown.start()] + drawn + text[shown.end():])
        return
    line = text[:shown.start()].count("\n") + 1 if shown else 1
    problem(path, line, "the modules are not those of engine/CMakeLists.txt; PLUMB_ACCEPT=1 tests/tidy/tidy.py draws them")


def check_links():
    """Links between pages lead somewhere."""
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md")),
                 *sorted((ROOT / "templates").rglob("*.md")), *sorted((ROOT / "overlays").rglob("*.md"))]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", line):
                if not (path.parent / target).exists():
                    problem(path, number, f"links to '{target}', which is not there")


def check_top_level():
    allowed = {"CMakeLists.txt", "CMakePresets.json", "engine", "schemas", "templates", "overlays", "examples", "tests",
               "docs", "README.md", "LICENSE"}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    for name in sorted({path.split("/")[0] for path in tracked}):
        if name not in allowed and not name.startswith("."):
            problems.append(f"{name}: not one of the top level's names")


def main():
    graph, sources = read_graph()
    check_includes(graph)
    check_listed(sources)
    check_headers_used()
    check_codes()
    check_picture(graph)
    check_links()
    check_top_level()
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
