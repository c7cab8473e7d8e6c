"""check.py TABLE FILE... - holds JSON to doc/json.fields and prints TAP: one test a file, then one for each section of
the table: does every field of it, but those called seldom, stand in some file? Not asked where WHOLE says why not.
explain's lines have no schema."""
import json
import os
import re
import sys

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def whole(v):
    return isinstance(v, int) and not isinstance(v, bool) and v >= 0


def number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def list_of(test):
    return lambda v: isinstance(v, list) and all(test(m) for m in v)


def text(v):
    return isinstance(v, str)


TYPES = {
    "text": text, "count": whole, "number": number, "bool": lambda v: isinstance(v, bool), "true": lambda v: v is True,
    "time": lambda v: text(v) and RFC3339.match(v), "list": list_of(text), "counts": list_of(whole),
    "numbers": list_of(number), "objects": list_of(lambda v: isinstance(v, dict)), "object": lambda v: isinstance(v, dict),
    "any": lambda v: True,
}


def read_table(path):
    sections, name = {}, None
    for n, line in enumerate(open(path), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if line.startswith("["):
            name = words[0].strip("[]")
            sections[name] = []
        elif words[0].startswith("@"):
            sections[name].append(("", words[0], None))
        elif words[1].startswith("@"):
            sections[name].append((words[0] + ".", words[1], None))
        elif len(words) < 3 or words[2] not in ("always", "known", "asked", "seldom"):
            sys.exit(f"{path}:{n}: wants PATH TYPE WHEN")
        else:
            sections[name].append((words[0], words[1], words[2]))
    return sections


def flat(sections, name, prefix=""):
    """Each field with the line of the table it comes from: what a group's line says is seen where any of its users shows it."""
    for path, kind, when in sections[name]:
        if kind.startswith("@"):
            yield from flat(sections, kind, prefix + path)
        else:
            yield prefix + path, kind, when, (name, path)


class Section:
    seen_lines = set()

    def __init__(self, fields):
        fields = list(fields)
        self.fields = {path: (kind, when) for path, kind, when, _ in fields}
        self.lines = {path: line for path, _, _, line in fields}
        self.seen = False

    def mark(self, path):
        self.seen = True
        self.seen_lines.add(self.lines[path])

    def value(self, path, value, wrong):
        kind, _ = self.fields[path]
        self.mark(path)
        good = TYPES[kind](value) if kind in TYPES else value in kind.split("|")
        if not good:
            wrong.append(f"{path} is {json.dumps(value)[:60]}, not {kind}")
        elif kind == "object":
            self.object(path + ".", value, wrong)
        elif kind == "objects":
            for member in value:
                self.object(path + "[].", member, wrong)

    def object(self, prefix, members, wrong):
        if prefix + "*" in self.fields:
            self.mark(prefix + "*")
            return
        for key, value in members.items():
            if prefix + key not in self.fields:
                wrong.append(f"{prefix}{key} is not in the table")
            else:
                self.value(prefix + key, value, wrong)
        for path, (_, when) in self.fields.items():
            rest = path[len(prefix):]
            if path.startswith(prefix) and when == "always" and not set(".[") & set(rest) and rest not in members:
                wrong.append(f"{path} is missing")


def once(pairs):
    keys = [k for k, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def look(sections, path):
    wrong, schema = [], "explain"
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    for line in lines:
        value = json.loads(line, object_pairs_hook=once)
        schema = "explain"
        if "schema" in value or "line" not in value:
            name = re.fullmatch(r"spamtrail\.([a-z_]+)/1", value.get("schema", ""))
            if not name or name[1] not in sections:
                return [f"schema {value.get('schema')} is not in the table"]
            schema = name[1]
        sections[schema].object("", value, wrong)
    if not lines:
        wrong.append("nothing was printed")
    elif schema != "explain" and len(lines) > 1:
        wrong.append("more than one object")
    return wrong


def main(table, *files):
    rows = read_table(table)
    sections = {name: Section(flat(rows, name)) for name in rows if not name.startswith("@")}
    whole = os.environ.get("WHOLE", "yes")
    n = bad = 0

    def tell(title, wrong):
        nonlocal n, bad
        n += 1
        bad += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {n} - {title}")
        for line in sorted(set(wrong))[:20]:
            print("# " + line)

    for path in files:
        try:
            wrong = look(sections, path)
        except (ValueError, OSError) as e:
            wrong = [str(e)]
        tell(path.rsplit("/", 1)[-1] + ": each field is in the table, none is missing", wrong)
    for name, section in sections.items():
        if not section.seen:
            print(f"# {name}: not run here")
            continue
        if whole != "yes":
            n += 1
            print(f"ok {n} - {name}: each field of the table is printed by some run # SKIP {whole}")
            continue
        tell(f"{name}: each field of the table is printed by some run",
             [f"{path} was never printed" for path, (_, when) in section.fields.items()
              if when != "seldom" and section.lines[path] not in Section.seen_lines])
    print(f"1..{n}")
    return bad > 0


sys.exit(main(*sys.argv[1:]))
