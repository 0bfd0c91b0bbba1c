"""Recall of redaction on planted identifiers, and what it takes of notes that hold none.

    python Tests/Recipes/redaction_planted.py CORPUS.jsonl --asclepius .build/release/asclepius [--seed 2]

Needs faker (MIT), whose made-up people, streets, numbers and addresses of two countries are put into sentences
as notes have them, and these into notes of the corpus, three kinds a note. An identifier counts as found if
the program marks every letter and digit of it, under whatever kind. The corpus' own patients are invented and
bear no names: what is marked in their untouched notes beside dates is counted as false.
"""

import argparse
import collections
import json
import random
import subprocess

from faker import Faker

from grounding_common import patients

# {0} is the identifier that is looked for.
TEMPLATES = {
    "name": [
        "Seen by Dr {0} today.", "Patient name: {0}", "His wife, {0}, was at the bedside.", "Mr {0} was well on the ward.",
        "Discussed with {0} (daughter) by phone.", "Attending: {0}", "Electronically signed by {0}, MD", "Next of kin: {0}",
        "Dear Dr. {0},", "{0} lives alone and was independent before.",
    ],
    "place": ["Lives at {0}.", "Home address: {0}", "Sent home to {0} with her son."],
    "town": ["She lives in {0} with her sister.", "Resident of {0}.", "He was born in {0}."],
    "hospital": ["Transferred from {0} Hospital on day 2.", "Follow-up at {0} Medical Center."],
    "postcode": ["Postcode {0}.", "Address ends {0}"],
    "date": ["Admitted on {0}.", "Date of birth: {0}", "Next visit {0} at the clinic.", "Sutures out ({0})."],
    "age": ["{0} year old woman with a fall.", "This {0}-year-old man was admitted.", "Age: {0}"],
    "phone": ["Call {0} with questions.", "Tel: {0}", "Contact number {0} (mobile)."],
    "fax": ["Fax: {0}", "Results by fax {0}."],
    "email": ["E-mail: {0}", "Write to {0}."],
    "social_security": ["SSN {0}", "Social security number: {0}"],
    "record_number": ["MRN: {0}", "Hospital no. {0}", "NHS number {0}", "Medical record # {0}"],
    "plan_number": ["Member ID: {0}", "Insurance policy no. {0}", "Medicare number {0}"],
    "account_number": ["Account no. {0}", "Acct #: {0}"],
    "license_number": ["DEA {0}", "Driving licence no. {0}", "NPI: {0}"],
    "vehicle": ["Number plate {0} noted by police.", "Registration no. {0}", "VIN {0}"],
    "device": ["Pacemaker serial no. {0}", "Device ID: {0}", "Implant S/N: {0}, lot no. A{0}"],
    "url": ["Details at {0}", "See {0}."],
    "network_address": ["Portal login from {0}.", "IP {0}"],
    "other": ["Specimen no. {0}", "Accession number: {0}", "Study ID {0}"],
}


def value(kind, fake, draw):
    """A made-up identifier of a kind."""
    number = str(draw.randrange(10**6, 10**8))
    if kind == "name":
        return draw.choice([fake.name_nonbinary(), fake.last_name(), f"{fake.first_name()} {fake.last_name()}",
                            f"{fake.random_uppercase_letter()}. {fake.last_name()}"])
    if kind == "place":
        return fake.street_address().replace("\n", ", ")
    if kind == "date":
        day = fake.date_between("-80y", "today")
        return day.strftime(draw.choice(["%d/%m/%Y", "%m/%d/%y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d %b", "%d.%m.%Y"]))
    if kind == "record_number":
        return draw.choice([number, f"{number[:3]}-{number[3:]}", f"{number[:3]} {number[3:6]} 4821", f"A{number}"])
    if kind in ("plan_number", "account_number", "other", "device"):
        return draw.choice([number, f"{fake.random_uppercase_letter()}{fake.random_uppercase_letter()}{number}", f"{number[:4]}-{number[4:]}Z"])
    return {
        "town": lambda: fake.city(),
        "hospital": lambda: f"{fake.city()} General",
        "postcode": lambda: fake.postcode(),
        "age": lambda: str(draw.randrange(90, 108)),
        "phone": lambda: fake.phone_number(),
        "fax": lambda: fake.phone_number(),
        "email": lambda: fake.email(),
        "social_security": lambda: f"{draw.randrange(100, 900)}-{draw.randrange(10, 99)}-{draw.randrange(1000, 9999)}",
        "license_number": lambda: f"{fake.random_uppercase_letter()}{fake.random_uppercase_letter()}{number}",
        "vehicle": lambda: draw.choice([fake.license_plate(), fake.vin()]),
        "url": lambda: fake.url(),
        "network_address": lambda: draw.choice([fake.ipv4(), fake.ipv6()]),
    }[kind]()


def redacted(program, texts):
    """The marks of each text."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    run = subprocess.run([program, "redact", "--json-lines"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line)["identifiers"] for line in run.stdout.decode().splitlines()]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    arguments.add_argument("--seed", type=int, default=2)
    arguments.add_argument("--count", type=int, default=3000)
    arguments.add_argument("--show", type=int, default=0)
    options = arguments.parse_args()
    draw = random.Random(options.seed)
    fakes = [Faker("en_US"), Faker("en_GB")]
    Faker.seed(options.seed)
    notes = [patient["note"] for patient in patients(options.corpus)]
    texts, planted = [], []
    for number in range(options.count // 3):
        lines = draw.choice(notes).split("\n")
        held = []
        for kind in draw.sample(sorted(TEMPLATES), 3):
            identifier = value(kind, draw.choice(fakes), draw)
            line = draw.choice(TEMPLATES[kind]).replace("{0}", identifier)
            held.append((kind, identifier, line))
            lines.insert(draw.randrange(len(lines) + 1), line)
        texts.append("\n".join(lines))
        planted.append(held)
    found, total = collections.Counter(), collections.Counter()
    shown = collections.Counter()
    for text, held, marks in zip(texts, planted, redacted(options.asclepius, texts)):
        for kind, identifier, line in held:
            low = text.find(line) + line.find(identifier)
            places = [i for i in range(low, low + len(identifier)) if text[i].isalnum()]
            hit = all(any(m["start"] <= i < m["end"] for m in marks) for i in places)
            total[kind] += 1
            found[kind] += hit
            if not hit and shown[kind] < options.show:
                shown[kind] += 1
                print(f"  missed {kind}: {line}")
    for kind in sorted(total):
        print(f"{kind}: {found[kind]} of {total[kind]} ({found[kind] / total[kind]:.1%})")
    print(f"recall {sum(found.values()) / sum(total.values()):.4f} of {sum(total.values())} planted")
    false = collections.Counter()
    for note, marks in zip(notes, redacted(options.asclepius, notes)):
        for mark in marks:
            false[mark["kind"]] += 1
            if options.show and shown["f" + mark["kind"]] < options.show:
                shown["f" + mark["kind"]] += 1
                print(f"  marked {mark['kind']}: {note[max(0, mark['start'] - 30):mark['start']]}[[{note[mark['start']:mark['end']]}]]")
    print(f"in {len(notes)} untouched notes: {dict(false)}")


if __name__ == "__main__":
    main()
