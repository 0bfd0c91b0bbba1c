"""Trains small vocabularies and records what llama.cpp makes of texts with them.

    python3 tiny_vocabularies.py ../Resources/tiny-vocabularies.json

Needs tokenizers, gguf and llama-cpp-python. The vocabularies are trained on the sentences below;
each is written as a vocabulary-only GGUF file for every pre-tokenizer and flag that is of interest,
and llama.cpp tokenizes the texts: as plain text, with special tokens read, with special tokens added.
Hugging Face's tokenizers, with the expressions that the models were published with, are asked too;
where they disagree with llama.cpp, that is printed.
"""

import ctypes
import json
import pathlib
import sys
import tempfile

import gguf
import llama_cpp
import tokenizers
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers

SENTENCES = """
The patient was admitted with shortness of breath and chest pain on the left side.
Her blood pressure was 142/88 mmHg, the heart rate 96 per minute, and she was afebrile.
He doesn't smoke, and he's taken aspirin 81 mg daily since 2009; they'll stop it before surgery.
On hospital day 3 the patient's creatinine rose from 1.1 to 2.4 mg/dL.
DISCHARGE MEDICATIONS: metoprolol 25 mg twice daily, lisinopril 10 mg daily, warfarin 5 mg at night.
Follow-up with the cardiologist in two weeks; call if there is fever, bleeding, or worsening pain.
We've discussed the results with the family, and I'm sure that she'd like to go home.
The computed tomography showed no acute intracranial haemorrhage; the ventricles are not dilated.
Échographie: fraction d'éjection 55 %, pas d'épanchement. Größe 172 cm, Gewicht 68 kg.
""".strip().split("\n")

TEXTS = [
    "", " ", "  ", "\n", "\n\n", "\t", " \n ", "\r\n", "a", " a", "a ", "  a  b   c  ",
    "The patient was admitted.", "the patient's blood pressure", "She'S fine, THEY'LL go, I'm not, he'd",
    "it's 'sure' 'tis o'clock ''s 'x '", "1 12 123 1234 12345 123456", "142/88mmHg 2.4mg/dL pH7.41",
    "٣٤ ½ Ⅷ 三 𝟙𝟚", "HelloWorld camelCase ABCdefGHI NaCl pCO2", "Größe naïve Ångström éclair e\u0301",
    "中文测试 日本語テスト 한국어", "مرحبا नमस्ते ไทย", "👩‍⚕️ 🇩🇪 👍🏽!!", "...--- !?!? (a) [b] {c} $5 a+b=c ^~|`",
    "one\n\n\ntwo \n three\r\n\r\nfour\t\tfive", "   leading and trailing   ", "x\u00a0y\u2003z\u3000w\u0085v\u2028u",
    "http://a.b/c?d=e&f#g //path\n/end", "a/b\n/c", "İstanbul ſ K ǅ ŉ", "\u10d50\ua7cb \U00010d40 \u0300",
    "\u0000 \u0001\u007f", "<|im_start|>user\nhello<|im_end|>\n", "text <|im_end|> more", "<note> a </note> <note>b",
    "<s>[INST] hi [/INST] ok</s>", "<unk> <0x41> <|endoftext|>", "a<|im_end|>  b <note>  c", "<|im_end", "▁ ▁▁ a▁b",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the the the   the    the",
]

# The expressions of the published tokenizers.
ENGLISH = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CASED = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")
PUBLISHED = {"gpt-2": ENGLISH, "llama-bpe": CASED % "{1,3}", "qwen2": CASED % ""}

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


def byte_level_vocabulary():
    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    model.train_from_iterator(
        SENTENCES * 2,
        trainers.BpeTrainer(vocab_size=520, initial_alphabet=alphabet, show_progress=False))
    state = json.loads(model.to_str())["model"]
    pieces = sorted(state["vocab"], key=state["vocab"].get)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in state["merges"]]
    kinds = [NORMAL] * len(pieces)
    for piece, kind in [("<|endoftext|>", CONTROL), ("<|im_start|>", CONTROL),
                        ("<|im_end|>", CONTROL), ("<note>", USER_DEFINED), ("   ", USER_DEFINED)]:
        pieces.append(piece)
        kinds.append(kind)
    return {"pieces": pieces, "kinds": kinds, "merges": merges, "scores": None}


def sentence_piece_vocabulary():
    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.Metaspace()
    model.train_from_iterator(
        SENTENCES * 2, trainers.BpeTrainer(vocab_size=400, show_progress=False))
    state = json.loads(model.to_str())["model"]
    learnt = sorted(state["vocab"], key=state["vocab"].get)
    merged = [piece for piece in learnt if len(piece) > 1]
    single = [piece for piece in learnt if len(piece) == 1]
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256
    scores = [0.0] * len(pieces)
    for rank, piece in enumerate(merged + single):
        pieces.append(piece)
        kinds.append(NORMAL)
        # Two pieces at a time share a score, so that ties are decided by place.
        scores.append(-float(rank // 2))
    for piece, kind in [("<note>", USER_DEFINED), ("<|im_end|>", CONTROL),
                        ("<|endoftext|>", CONTROL)]:
        pieces.append(piece)
        kinds.append(kind)
        scores.append(0.0)
    return {"pieces": pieces, "kinds": kinds, "merges": None, "scores": scores}


def write(path, vocabulary, case):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(case["modelName"])
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(8)
    writer.add_feed_forward_length(8)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(8)
    writer.add_vocab_size(len(vocabulary["pieces"]))
    writer.add_tokenizer_model(case["model"])
    if case["preTokenizer"]:
        writer.add_tokenizer_pre(case["preTokenizer"])
    writer.add_token_list(vocabulary["pieces"])
    writer.add_token_types(vocabulary["kinds"])
    if vocabulary["scores"]:
        writer.add_token_scores(vocabulary["scores"])
    if vocabulary["merges"]:
        writer.add_token_merges(vocabulary["merges"])
    for key, value in case["roles"].items():
        writer.add_uint32("tokenizer.ggml." + key, value)
    for key, value in case["flags"].items():
        writer.add_bool("tokenizer.ggml." + key, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Peer:
    def __init__(self, path):
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), parameters)
        self.vocabulary = llama_cpp.llama_model_get_vocab(self.model)

    def tokens(self, text, add_special, parse_special):
        data = text.encode()
        room = (llama_cpp.llama_token * (len(data) + 8))()
        count = llama_cpp.llama_tokenize(
            self.vocabulary, data, len(data), room, len(room), add_special, parse_special)
        return list(room[:count])

    def end_tokens(self):
        count = llama_cpp.llama_vocab_n_tokens(self.vocabulary)
        return [i for i in range(count) if llama_cpp.llama_vocab_is_eog(self.vocabulary, i)]


def published_tokens(vocabulary, expression, whole_words):
    identifiers = {piece: i for i, piece in enumerate(vocabulary["pieces"])
                   if vocabulary["kinds"][i] == NORMAL}
    merges = [tuple(merge.split(" ")) for merge in vocabulary["merges"]]
    model = tokenizers.Tokenizer(models.BPE(identifiers, merges, ignore_merges=whole_words))
    model.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(expression), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    model.decoder = decoders.ByteLevel()
    return lambda text: model.encode(text).ids


def main():
    vocabularies = {"bytes": byte_level_vocabulary(), "sentences": sentence_piece_vocabulary()}
    count = len(vocabularies["bytes"]["pieces"])
    byte_roles = {"bos_token_id": count - 4, "eos_token_id": count - 5}
    cases = []
    for name in ["default", "gpt-2", "smollm", "starcoder", "refact", "llama-bpe", "qwen2", "dbrx",
                 "tekken", "gpt-4o", "deepseek-coder"]:
        cases.append({"vocabulary": "bytes", "model": "gpt2", "preTokenizer": name,
                      "modelName": "tiny", "roles": byte_roles, "flags": {}})
    cases.append({"vocabulary": "bytes", "model": "gpt2", "preTokenizer": None, "modelName": "tiny",
                  "roles": {}, "flags": {"add_bos_token": True, "add_eos_token": True}})
    for flags in [{}, {"add_space_prefix": False}, {"add_bos_token": False, "add_eos_token": True}]:
        cases.append({"vocabulary": "sentences", "model": "llama", "preTokenizer": "default",
                      "modelName": "tiny", "roles": {"bos_token_id": 1, "eos_token_id": 2},
                      "flags": flags})
    cases.append({"vocabulary": "sentences", "model": "llama", "preTokenizer": None,
                  "modelName": "Phi-3 tiny", "roles": {"unknown_token_id": 0}, "flags": {}})
    for case in cases:
        vocabulary = vocabularies[case["vocabulary"]]
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "vocabulary.gguf")
            write(path, vocabulary, case)
            peer = Peer(path)
            case["endTokens"] = peer.end_tokens()
            case["plain"] = [peer.tokens(text, False, False) for text in TEXTS]
            case["special"] = [peer.tokens(text, False, True) for text in TEXTS]
            case["added"] = [peer.tokens(text, True, False) for text in TEXTS]
        expression = PUBLISHED.get(case["preTokenizer"])
        if expression and case["vocabulary"] == "bytes":
            ids = published_tokens(vocabulary, expression, case["preTokenizer"] == "llama-bpe")
            for text, expected in zip(TEXTS, case["plain"]):
                if "<note>" not in text and "   " not in text and ids(text) != expected:
                    print(case["preTokenizer"], "published tokenizer differs:", ascii(text))
    content = {"vocabularies": vocabularies, "texts": TEXTS, "cases": cases}
    pathlib.Path(sys.argv[1]).write_text(
        json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    @ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
    def quiet(level, text, data):
        pass

    llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
    main()
