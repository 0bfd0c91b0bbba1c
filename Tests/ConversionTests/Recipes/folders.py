"""Small Hugging Face folders of models and adapters, and what other programs make of them.

    python Tests/ConversionTests/Recipes/folders.py LLAMA_CPP
                        (needs: torch, transformers, peft, safetensors, tokenizers, sentencepiece)

LLAMA_CPP is a folder of llama.cpp's sources with convert_hf_to_gguf.py, convert_lora_to_gguf.py,
conversion and gguf-py. Writes to Tests/ConversionTests/Resources:

    pairs-tied      F32, tied output, grouped queries, byte-level BPE as SmolLM has it, template
    pairs-llama3    BF16 in two shards with an index, Llama 3's rotary factors and BPE, own output
    pieces-file     F16, Mistral, heads of 24, SentencePiece's tokenizer.model
    pieces-json     F32, linear rotary scaling, a SentencePiece vocabulary in tokenizer.json
    adapter-plain   LoRA on all seven matrices of pairs-tied, rank 4, alpha 8
    adapter-ranks   LoRA on pairs-llama3 with rslora, ranks and alphas by pattern, token embedding

all random, and folders.json, an object by folder:

    tensors     of the converter's GGUF file (F32; adapters too): name to type, shape and SHA-256
    metadata    its keys but for arrays and what names the file; the length of arrays
    texts       texts and their ids by transformers' tokenizer, or by SentencePiece for its file
    tokens      ids, `positions` and `logits`: base64 of little-endian float32, (positions,
                vocabulary), by transformers in float32, with the adapter where it is one (`base`
                names its model)

The converter knows BPE vocabularies by a digest of what they make of a text; these are unknown to it,
so that it is told the names of their pre-tokenizers. What it does not read of an adapter (rslora,
alpha_pattern) is why adapter-ranks has no tensors there.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

LLAMA_CPP = Path(sys.argv[1])
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]

import sentencepiece
from gguf import GGUFReader, GGUFValueType
from peft import LoraConfig, get_peft_model
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers import trainers
from transformers import (
    AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, MistralConfig,
    MistralForCausalLM, PreTrainedTokenizerFast,
)

ROOT = Path(__file__).parents[3]
RESOURCES = Path(__file__).parents[1] / "Resources"
TEXTS = [
    "The patient, 64 y/o, is stable on 2.5 mg of it; \u03b2-blocker held.\n",
    "Blood pressure 120/80,  pulse 72.\n\n  Größe 178 cm. 退院後",
    "don't we'll I'M 1234567 <|im_end|>x</s>y",
]
POSITIONS = [0, 7, 23]
LLAMA3 = (
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
    "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
)
CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
    "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
PRE_TOKENIZERS = {"pairs-tied": "smollm", "pairs-llama3": "llama-bpe"}


def corpus():
    return [path.read_text() for path in sorted((ROOT / "samples/notes").glob("*.txt"))]


def byte_level(split, special, ignore_merges=False, template=None):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(split)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=330, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    if template:
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single=f"{template} $A", pair=f"{template} $A {template} $B:1",
                special_tokens=[(template, tokenizer.token_to_id(template))],
            ),
        ])
    return tokenizer


def pairs_tied(folder):
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    split = [
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=byte_level(split, special), bos_token="<|im_start|>",
        eos_token="<|im_end|>", unk_token="<|endoftext|>", pad_token="<|im_end|>",
        chat_template=CHATML,
    )
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=340, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
        rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, pad_token_id=2,
    )
    return LlamaForCausalLM(config)


def pairs_llama3(folder):
    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]
    split = [
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=byte_level(split, special, True, "<|begin_of_text|>"),
        bos_token="<|begin_of_text|>", eos_token="<|eot_id|>",
    )
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=330, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=512,
        rms_norm_eps=1e-6, tie_word_embeddings=False, bos_token_id=0, eos_token_id=[1, 2],
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
        },
    )
    return LlamaForCausalLM(config).to(torch.bfloat16)


def train_pieces(folder):
    text = folder / "text.txt"
    text.write_text("\n".join(corpus()))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "tokenizer"), vocab_size=420,
        model_type="bpe", byte_fallback=True, character_coverage=0.995, minloglevel=2,
        normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
    )
    text.unlink()
    (folder / "tokenizer.vocab").unlink()


def pieces_file(folder):
    train_pieces(folder)
    settings = {
        "tokenizer_class": "LlamaTokenizer", "legacy": True, "add_bos_token": True,
        "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    config = MistralConfig(
        vocab_size=424, hidden_size=48, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=4, num_key_value_heads=4, head_dim=24, max_position_embeddings=128,
        sliding_window=None,
    )
    return MistralForCausalLM(config).to(torch.float16)


def pieces_json(folder):
    with tempfile.TemporaryDirectory() as other:
        train_pieces(Path(other))
        processor = sentencepiece.SentencePieceProcessor(f"{other}/tokenizer.model")
    size = processor.get_piece_size()
    pieces = [processor.id_to_piece(index) for index in range(size)]
    ids = {piece: index for index, piece in enumerate(pieces)}
    merges = []
    for piece in pieces:
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in ids and right in ids and len(piece) > 1 and not processor.is_byte(ids[piece]):
                if processor.is_control(ids[piece]) or processor.is_unknown(ids[piece]):
                    continue
                merges.append((-processor.get_score(ids[piece]), ids[left], left, right))
    merges = [(left, right) for _, _, left, right in sorted(merges)]
    tokenizer = Tokenizer(models.BPE(ids, merges, unk_token="<unk>", fuse_unk=True,
                                     byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(" ", 1, 0),
    ])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B:1", special_tokens=[("<s>", 1)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=size, hidden_size=32, intermediate_size=40, num_hidden_layers=1,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=128,
        tie_word_embeddings=False,
        rope_parameters={"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0},
    )
    return LlamaForCausalLM(config)


MODELS = {
    "pairs-tied": pairs_tied, "pairs-llama3": pairs_llama3, "pieces-file": pieces_file,
    "pieces-json": pieces_json,
}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ADAPTERS = {
    "adapter-plain": (
        "pairs-tied", LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS, bias="none")
    ),
    "adapter-ranks": (
        "pairs-llama3",
        LoraConfig(
            r=4, lora_alpha=6, use_rslora=True, bias="none",
            target_modules=["q_proj", "k_proj", "down_proj", "embed_tokens", "lm_head"],
            rank_pattern={"down_proj": 2}, alpha_pattern={"k_proj": 3, "layers.1.q_proj": 12},
        ),
    ),
}


def randomise(model):
    for name, parameter in model.named_parameters():
        if "lora_" in name and parameter.requires_grad:
            torch.nn.init.normal_(parameter, 0, 0.15)
        elif "lora_" not in name and "norm" in name:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
        elif "lora_" not in name:
            torch.nn.init.normal_(parameter, 0, 1.6 / parameter.shape[-1] ** 0.5)


def read(path):
    """What a GGUF file holds, as far as it can be compared."""
    reader = GGUFReader(path)
    tensors = {
        tensor.name: [
            tensor.tensor_type.name, [int(extent) for extent in tensor.shape],
            hashlib.sha256(tensor.data.tobytes()).hexdigest(),
        ]
        for tensor in reader.tensors
    }
    metadata = {}
    for field in reader.fields.values():
        if field.name.startswith(("GGUF.", "general.")):
            continue
        if field.types[0] == GGUFValueType.ARRAY:
            items = field.contents()
            text = "\n".join(str(item) for item in items)
            metadata[field.name] = [len(items), hashlib.sha256(text.encode()).hexdigest()]
        else:
            metadata[field.name] = field.contents()
    return tensors, metadata


def convert(script, arguments, pre_tokenizer=None):
    """Runs one of llama.cpp's converters, told the name of the pre-tokenizer."""
    patch = "from conversion.base import TextModel\n"
    if pre_tokenizer:
        patch += f"TextModel.get_vocab_base_pre = lambda *_: {pre_tokenizer!r}\n"
    code = (
        f"import runpy, sys\nsys.path[:0] = [{str(LLAMA_CPP)!r}, {str(LLAMA_CPP / 'gguf-py')!r}]\n"
        f"{patch}sys.argv = {[script, *map(str, arguments)]!r}\n"
        f"runpy.run_path({str(LLAMA_CPP / script)!r}, run_name='__main__')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def logits(model, seed):
    torch.manual_seed(seed)
    tokens = torch.randint(3, 320, (24,)).tolist()
    with torch.no_grad():
        found = model.float().eval()(torch.tensor([tokens])).logits[0, POSITIONS]
    return {
        "tokens": tokens, "positions": POSITIONS,
        "logits": base64.b64encode(found.numpy().astype("<f4").tobytes()).decode(),
    }


def texts(folder):
    """Texts and their ids; special tokens in a text are read by the tokenizers in JSON files only."""
    if (folder / "tokenizer.model").exists():
        processor = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model"))
        return [[text, [1, *processor.encode(text)]] for text in TEXTS]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return [[text, tokenizer(text)["input_ids"]] for text in TEXTS]


def main():
    RESOURCES.mkdir(exist_ok=True)
    goldens = {}
    for seed, (name, make) in enumerate(MODELS.items()):
        folder = RESOURCES / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        torch.manual_seed(seed)
        model = make(folder)
        randomise(model)
        model.save_pretrained(folder, max_shard_size="40KB" if name == "pairs-llama3" else "1GB")
        (folder / "generation_config.json").unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
            arguments = [folder, "--outfile", file.name, "--outtype", "f32"]
            convert("convert_hf_to_gguf.py", arguments, PRE_TOKENIZERS.get(name))
            tensors, metadata = read(file.name)
        goldens[name] = {
            "tensors": tensors, "metadata": metadata, "texts": texts(folder),
            **logits(model, seed),
        }
        print(name, sum(path.stat().st_size for path in folder.iterdir()), "bytes", metadata)
    for seed, (name, (base, config)) in enumerate(ADAPTERS.items(), 20):
        folder = RESOURCES / name
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_pretrained(RESOURCES / base, dtype=torch.float32)
        model = get_peft_model(model, config)
        for parameter_name, parameter in model.named_parameters():
            if "lora_" in parameter_name:
                torch.nn.init.normal_(parameter, 0, 0.15)
        model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        settings = json.loads((folder / "adapter_config.json").read_text())
        settings["base_model_name_or_path"] = base
        (folder / "adapter_config.json").write_text(json.dumps(settings, indent=1, sort_keys=True))
        golden = {"base": base, **logits(model, seed)}
        if name == "adapter-plain":
            with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
                arguments = ["--base", RESOURCES / base, "--outfile", file.name, folder]
                convert("convert_lora_to_gguf.py", arguments)
                golden["tensors"], golden["metadata"] = read(file.name)
        goldens[name] = golden
        print(name, sum(path.stat().st_size for path in folder.iterdir()), "bytes")
    path = RESOURCES / "folders.json"
    path.write_text(json.dumps(goldens, sort_keys=True, ensure_ascii=False) + "\n")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
