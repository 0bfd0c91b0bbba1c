"""Records lexical metrics of pairs of texts, as rouge-score, sacrebleu and SQuAD's rules give them.

The texts are answers of a corpus of invented patients (its path is the first argument), damaged in
seeded ways, and pairs written by hand for what is easily got wrong.

    pip install rouge-score==0.1.2 sacrebleu==2.6.0 nltk==3.10.4
    python lexical_goldens.py patients.jsonl ../Resources/lexical.json
"""

import collections
import json
import random
import re
import string
import sys

import sacrebleu
from nltk.stem import porter
from rouge_score import rouge_scorer

BY_HAND = [
    ("", ""), ("", "Aspirin 81 mg"), ("Aspirin 81 mg", ""), ("   ", "\t\n"), ("the", "an"),
    ("The a an", "x"), (".", "."), ("...", "?!"), ("a.b", "a. b"), ("3.5,4", "3.5, 4"),
    ("5-10 mg", "5 - 10 mg"), ("x-\ny", "xy"), ("x <skipped> y", "x  y"),
    ("&quot;fit&quot; &amp;amp; &lt;60", "\"fit\" &amp; <60"), ("1,850 mL", "1850 mL"),
    ("12,34 and 1,2345", "12 34 1 2345"), ("0.50 mg", ".5 mg 0.5"), ("1.50.2", "1.5 and .2"),
    ("007", "7"), ("v1.2.3", "1.2 3"), ("٣ mg ½", "3 mg 0.5"), ("②", "2"),
    ("Haemoglobin 98 g/L", "haemoglobin, 98 g/l."), ("naïve café", "nai\u0308ve cafe\u0301"),
    ("ΟΔΟΣ ΣΟΦΟΣ.", "οδος σοφος"), ("ΑΣ'Α Σ", "ας'α σ"), ("İstanbul ILIK", "istanbul ilik"),
    ("STRASSE", "straße"), ("K and Å", "k and å"), ("日本 語", "日本語"),
    ("疼痛 三天", "疼痛三天"), ("боль в груди", "Боль в ГРУДИ"), ("α-blocker", "alpha blocker"),
    ("94 µmol/L", "94 μmol/L"), ("37 °C", "37°C"), ("a\u00a0b\u2003c", "a b c"),
    ("a\u200bb", "ab"), ("a\x1cb\x85c", "a b c"), ("a\r\nb\r\n", "a b"), ("e\u0301", "é"),
    ("👍🏽 ok", "👍 ok"), ("👨‍👩‍👧", "👨"), ("a_b a b", "ab"), ("a\u0301 the\u2019s", "x"),
    ("don't can't", "dont cant"), ("patient’s", "patient's"), ("“quoted”", "\"quoted\""),
    ("{x} [y] (z) ~w `v`", "x y z w v"), ("50%", "50 %"), ("$5.00", "5 dollars"),
    ("no. 5, p.o. b.i.d.", "no 5 po bid"), ("..5..", "5"), (",,,", ", , ,"), ("5,", "5."),
    ("1-2-3", "1 2 3"), ("--", "-"), ("a b c", "a b c d e f g h"), ("one", "one two three four"),
    ("one two three four", "one"), ("the the the the", "the"), ("b b b", "b"),
    ("running runs ran", "run runner running"), ("flies dies mules denied", "fly die mule deny"),
    ("dizziness dizzy", "dizzily dizzier"), ("&amp;quot;", "&quot;"), ("&quot;", "\""),
    ("tab\tsep", "tab sep"), ("end \n\n", "end"), ("\n", "x"), ("NaCl 0.9%", "0.9 % NaCl"),
]

WORDS = """caresses ponies ties caress cats feed agreed disabled matting mating meeting milling messing
meetings conflated troubled sized hopping tanned falling hissing fizzed failing filing happy sky
relational conditional rational valency hesitancy digitizer conformably radically differently vilely
analogously vietnamization predication operator feudalism decisiveness hopefulness callousness
formality sensitivity sensibility triplicate formative formalize electricity electrical hopeful goodness
revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment
dependent adoption homologous communism activate angularity effective bowdlerize probate rate cease
controlling rolling skies dying lying news innings proceed succeed yyyy syzygy toy enjoyed played
archaeology psychologically cardiologist biology geology carefully equally totally finally usually
eternally died tied spied died ionised ion nation vision bled bleed freed 25mg x2y3 ying being seeing
aing owed oxed added egged abbed using used use ousting owl owls ass asses ally allies rally""".split()


def number_shares(answer, reference):
    pattern = re.compile(
        r"(?<![0-9])[0-9]{1,3}(?:,[0-9]{3}(?![0-9]))+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?", re.ASCII)

    def numbers(text):
        found = []
        for match in pattern.finditer(text):
            whole, _, decimals = match[0].replace(",", "").partition(".")
            decimals = decimals.rstrip("0")
            found.append((whole.lstrip("0") or "0") + ("." + decimals if decimals else ""))
        return collections.Counter(found)

    a, r = numbers(answer), numbers(reference)
    common = sum((a & r).values())
    return [common / sum(r.values()) if r else None, common / sum(a.values()) if a else None]


def squad_tokens(text):
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad_f1(answer, reference):
    a, r = squad_tokens(answer), squad_tokens(reference)
    if not a or not r:
        return float(a == r)
    common = sum((collections.Counter(a) & collections.Counter(r)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(a), common / len(r)
    return 2 * precision * recall / (precision + recall)


def damage(random, text):
    words = text.split(" ")
    for _ in range(random.randint(1, 6)):
        if not words:
            break
        place = random.randrange(len(words))
        kind = random.randrange(6)
        if kind == 0:
            words.pop(place)
        elif kind == 1:
            words.insert(place, random.choice(WORDS))
        elif kind == 2:
            words[place] = words[place].upper()
        elif kind == 3:
            words[place] = words[place].rstrip(".,;") + random.choice(".,;:)-")
        elif kind == 4:
            other = random.randrange(len(words))
            words[place], words[other] = words[other], words[place]
        else:
            words[place] = re.sub(r"[0-9]", lambda m: str(random.randrange(10)), words[place])
    return " ".join(words)


def texts(path):
    answers = []
    with open(path) as file:
        for line in file:
            answers += [pair["answer"] for pair in json.loads(line)["pairs"]]
    return [a for a in answers if 15 <= len(a) <= 110]


def main():
    draw = random.Random(20261124)
    answers = texts(sys.argv[1])
    pairs = list(BY_HAND)
    while len(pairs) < 330:
        answer = draw.choice(answers)
        kind = draw.randrange(5)
        other = draw.choice(answers) if kind == 0 else answer if kind == 1 else damage(draw, answer)
        if kind == 2:
            other = damage(draw, other)
        pairs.append((other, answer))
    plain = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"])
    stemmed = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    chrf = sacrebleu.CHRF()
    rows = []
    for answer, reference in pairs:
        rouge = plain.score(reference, answer)
        row = [answer, reference, squad_f1(answer, reference)]
        for key in ("rouge1", "rouge2", "rougeL"):
            row += [rouge[key].precision, rouge[key].recall, rouge[key].fmeasure]
        row += [s.fmeasure for s in stemmed.score(reference, answer).values()]
        row.append(sacrebleu.sentence_bleu(answer, [reference]).score)
        row.append(chrf.sentence_score(answer, [reference]).score)
        row += number_shares(answer, reference)
        rows.append([round(v, 9) if isinstance(v, float) else v for v in row])
    answers, references = [p[0] for p in pairs], [p[1] for p in pairs]
    short = [p for p in pairs if len(p[0].split()) < 4]
    stemmer = porter.PorterStemmer()
    result = {
        "rows": rows,
        "corpus": [
            sacrebleu.corpus_bleu(answers, [references]).score,
            chrf.corpus_score(answers, [references]).score,
        ],
        "short_corpus": [
            sacrebleu.corpus_bleu([p[0] for p in short], [[p[1] for p in short]]).score,
            chrf.corpus_score([p[0] for p in short], [[p[1] for p in short]]).score,
        ],
        "stems": {w: stemmer.stem(w) for w in WORDS + more_words(answers)},
    }
    with open(sys.argv[2], "w") as file:
        json.dump(result, file, separators=(",", ":"), ensure_ascii=False)


def more_words(answers):
    return sorted({w for a in answers for w in re.findall(r"[a-z]+", a.lower()) if len(w) > 6})


main()
