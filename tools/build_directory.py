"""Turn the npm package @etalab/decoupage-administratif into the directory shipped with Parvis.

    npm pack @etalab/decoupage-administratif@6.0.0 && tar -xzf etalab-*.tgz
    python tools/build_directory.py package --year 2026

Writes src/parvis/organisations/data/directory-YEAR.json.xz: the same input gives the same bytes.
The figures of the source are counted and compared with what is expected: a package whose structure
has changed stops here, not in a directory in service.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import defaultdict
from pathlib import Path
from typing import Any

PACKAGE = "@etalab/decoupage-administratif"
TARGET = Path(__file__).parents[1] / "src" / "parvis" / "organisations" / "data"

# What the source holds, by year: (communes, EPCI, former communes, départements, régions).
EXPECTED = {2026: (34_969, 1_255, 2_576, 101, 18)}

# The Métropole de Lyon has a status of its own; it is a metropolis for a reader.
EPCI_TYPES = {"CC": "CC", "CA": "CA", "CU": "CU", "METRO": "METRO", "MET69": "METRO"}

# Overseas collectivities that administer more than one commune. They are neither départements nor
# régions, though the source lists them as both. Saint-Barthélemy (977) and Saint-Martin (978) are
# in the directory as communes; the two others of the source (984, 989) have no inhabitants.
COLLECTIVITIES = ("975", "986", "987", "988")


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / "data" / f"{name}.json").read_text(encoding="utf-8"))


def build(package: Path, year: int) -> dict[str, Any]:
    """The directory of a year as plain lists; see data/README.md for the columns."""
    all_communes = read(package, "communes")
    # Municipal districts of Paris, Lyon and Marseille are parts of a commune, not bodies.
    current = [c for c in all_communes if c["type"] == "commune-actuelle"]
    parts = [c for c in all_communes if c["type"] in ("commune-deleguee", "commune-associee")]
    groups = read(package, "epci")

    people: dict[str, int] = defaultdict(int)
    for commune in current:
        for territory in (f"D{commune['departement']}", f"R{commune['region']}"):
            people[territory] += commune.get("population", 0)
    home = {c["code"]: (c["departement"], c["region"]) for c in current}

    territories = {d["code"]: d for d in read(package, "departements")}
    regions = [r for r in read(package, "regions") if r["zone"] != "com"]
    departements = [d for d in territories.values() if d["zone"] != "com"]

    counts = (len(current), len(groups), len(parts), len(departements), len(regions))
    if year in EXPECTED and counts != EXPECTED[year]:
        raise SystemExit(f"counts of {year}: {counts}, expected {EXPECTED[year]}")
    check(current, parts, groups)

    metadata = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return {
        "year": year,
        "source": f"{PACKAGE} {metadata['version']} (INSEE, DGCL, La Poste)",
        "licence": "Licence Ouverte / Open Licence",
        "regions": [[r["code"], r["nom"], people[f"R{r['code']}"]] for r in regions],
        "departements": [
            [d["code"], d["nom"], d["region"], people[f"D{d['code']}"]] for d in departements
        ],
        "collectivities": [
            [code, territories[code]["nom"], people[f"D{code}"]] for code in COLLECTIVITIES
        ],
        "communes": [
            [
                c["code"],
                c["nom"],
                c["departement"],
                c["region"],
                c.get("siren"),
                c.get("population"),
                sorted(c.get("codesPostaux", [])),
                sorted(c.get("anciensCodes", [])),
            ]
            for c in sorted(current, key=lambda c: c["code"])
        ],
        "former_communes": [
            [c["code"], c["nom"], c["departement"], c["region"], c["chefLieu"]]
            for c in sorted(parts, key=lambda c: (c["code"], c["chefLieu"]))
        ],
        "epci": [
            [
                group["code"],
                group["nom"],
                EPCI_TYPES[group["type"]],
                *main_territory(group, home),
                group["populationMunicipale"],
                sorted(member["code"] for member in group["membres"]),
            ]
            for group in sorted(groups, key=lambda group: group["code"])
        ],
    }


def main_territory(group: dict[str, Any], home: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Département and région where most of the group's inhabitants live."""
    people: dict[tuple[str, str], int] = defaultdict(int)
    for member in group["membres"]:
        people[home[member["code"]]] += member["populationMunicipale"]
    return max(sorted(people), key=lambda territory: people[territory])


def check(
    communes: list[dict[str, Any]], parts: list[dict[str, Any]], groups: list[dict[str, Any]]
) -> None:
    """Stop when the source contradicts itself."""
    codes = {c["code"] for c in communes}
    sirens = [c["siren"] for c in communes if "siren" in c] + [g["code"] for g in groups]
    members = [member["code"] for group in groups for member in group["membres"]]
    problems = {
        "a commune is listed twice": len(codes) != len(communes),
        "a SIREN is borne twice": len(set(sirens)) != len(sirens),
        "a commune belongs to two EPCI": len(set(members)) != len(members),
        "an EPCI has an unknown member": not set(members) <= codes,
        "a former commune has an unknown seat": not {p["chefLieu"] for p in parts} <= codes,
    }
    for problem, found in problems.items():
        if found:
            raise SystemExit(problem)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    parser.add_argument("--year", type=int, required=True, help="year of the official geography")
    parser.add_argument("--to", type=Path, default=TARGET, help="folder to write into")
    options = parser.parse_args()
    directory = build(options.package, options.year)
    text = json.dumps(directory, ensure_ascii=False, separators=(",", ":"))
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    options.to.mkdir(parents=True, exist_ok=True)
    target = options.to / f"directory-{options.year}.json.xz"
    target.write_bytes(packed)
    print(f"{target.name}: {len(packed):,} bytes, {len(directory['communes']):,} communes")


if __name__ == "__main__":
    main()
