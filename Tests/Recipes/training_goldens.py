"""What PyTorch computes for training: losses, gradients and optimiser steps.

    python Tests/Recipes/training_goldens.py SmolLM2-135M-Instruct.Q4_1.gguf
        (needs: numpy, gguf, torch, transformers, peft)

writes into Tests/TrainingTests/Resources:

    training.json            for each model: `examples` in the form that `asclepius train` reads, the mean
                             `loss` of their targets, and for each tensor the `norm` of its gradient and
                             16 `samples` of it, at equal distances
    gradients-f32.gguf       the whole gradients of tiny-f32.gguf
    lora-initial.gguf        a low-rank adapter for tiny-f32.gguf, random in both halves
    lora-final.gguf          the same after ten steps of AdamW
    steps in training.json   settings and the loss before each of ten steps, of LoRA and of full tuning

Every branch is computed as a text of its own, trunk and branch one after the other; the trunk's own
targets are a further text. Tensors have the names and the order of rows of GGUF files.
"""

import json
import math
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

TESTS = Path(__file__).parents[1]
MODELS = TESTS / "LlamaTests/Resources"
OUTPUT = TESTS / "TrainingTests/Resources"
PARTS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
STEPS, RATE, DECAY, CLIP, WARMUP = 10, 5e-3, 0.1, 1.0, 0.3


def file_name(name):
    """The name in GGUF files of a parameter of transformers."""
    name = name.removesuffix(".weight")
    for top, other in [("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output")]:
        if name == top:
            return other + ".weight"
    layer, part = name.removeprefix("model.layers.").split(".", 1)
    return f"blk.{layer}.{PARTS[part]}.weight"


def turned(name, values, config, back=False):
    """Query and key rows: GGUF has the two halves of a head's pairs side by side."""
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    count = next((n for part, n in heads.items() if f".{part}." in name), None)
    if count is None:
        return values
    rows = values.shape[0] // count
    shape = (count, rows // 2, 2) if back else (count, 2, rows // 2)
    return values.reshape(*shape, -1).swapaxes(1, 2).reshape(values.shape)


def tiny(name):
    reader = gguf.GGUFReader(MODELS / name)

    def value(key, default=None):
        field = reader.fields.get(key)
        return default if field is None else field.contents()

    heads = value("llama.attention.head_count")
    width = value("llama.embedding_length")
    tensors = {t.name: gguf.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    scaling = value("llama.rope.scaling.factor")
    config = LlamaConfig(
        hidden_size=width, intermediate_size=value("llama.feed_forward_length"),
        num_hidden_layers=value("llama.block_count"), num_attention_heads=heads,
        num_key_value_heads=value("llama.attention.head_count_kv", heads),
        head_dim=value("llama.attention.key_length", width // heads),
        rms_norm_eps=value("llama.attention.layer_norm_rms_epsilon"),
        vocab_size=tensors["token_embd.weight"].shape[0],
        tie_word_embeddings="output.weight" not in tensors, attn_implementation="eager",
        rope_parameters={
            "rope_theta": value("llama.rope.freq_base", 10_000.0),
            **({"rope_type": "linear", "factor": scaling} if scaling else {"rope_type": "default"}),
        },
    )
    model = LlamaForCausalLM(config).float()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            values = tensors[file_name(key)].reshape(parameter.shape)
            parameter.copy_(torch.from_numpy(turned(file_name(key), values, config, back=True).copy()))
    return model


def texts(example):
    """Token ids and the positions that are predicted, for each text of an example."""
    trunk, (first, last) = example["trunk"], example["trunk_targets"]
    if last > first:
        yield trunk, range(first, last)
    for branch in example["branches"]:
        first, last = (len(trunk) + end for end in branch["targets"])
        yield trunk + branch["tokens"], range(first, last)


def mean_loss(model, examples):
    """Adds the gradients of the mean loss; returns it."""
    count = sum(len(wanted) for example in examples for _, wanted in texts(example))
    total = 0.0
    for example in examples:
        for tokens, wanted in texts(example):
            logits = model(torch.tensor([tokens])).logits[0].double()
            rows = torch.log_softmax(logits, -1)
            loss = -sum(rows[i - 1, tokens[i]] for i in wanted) / count
            loss.backward()
            total += loss.item()
    return total


def examples(size, random):
    def text(count):
        return random.integers(0, size, count).tolist()

    def branch(count, first):
        return {"tokens": text(count), "targets": [first, count]}

    return [
        {"id": "shared", "trunk": text(70), "trunk_targets": [0, 0],
         "branches": [branch(10, 4), branch(1, 0), branch(75, 60)]},
        {"id": "document", "trunk": text(30), "trunk_targets": [1, 30], "branches": [branch(6, 0)]},
        {"id": "packed", "trunk": [], "trunk_targets": [0, 0],
         "branches": [branch(20, 1), branch(66, 1)]},
    ]


def gradients(model):
    config = model.config
    return {
        file_name(key): turned(file_name(key), parameter.grad.numpy(), config)
        for key, parameter in model.named_parameters()
    }


def summary(values):
    flat = values.reshape(-1).astype(np.float64)
    places = [i * flat.size // 16 for i in range(16)]
    return {"norm": float(np.linalg.norm(flat)), "samples": [float(flat[i]) for i in places]}


def write_tensors(name, tensors, **metadata):
    writer = gguf.GGUFWriter(str(OUTPUT / name), "llama")
    for key, value in metadata.items():
        key = {"kind": "general.type", "adapter": "adapter.type"}.get(key, "adapter.lora.alpha")
        (writer.add_string if isinstance(value, str) else writer.add_float32)(key, value)
    for key, values in tensors.items():
        writer.add_tensor(key, np.ascontiguousarray(values, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def rate(step):
    warmup = math.ceil(WARMUP * STEPS)
    if step < warmup:
        return RATE * (step + 1) / warmup
    return RATE * (1 + math.cos(math.pi * (step - warmup) / (STEPS - warmup))) / 2


def ten_steps(model, data, groups):
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.zero_grad()
        losses.append(mean_loss(model, data))
        torch.nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], CLIP)
        optimizer.step()
    return losses


def lora_steps(data, random):
    base = tiny("tiny-f32.gguf")
    config = base.config
    model = get_peft_model(base, LoraConfig(
        r=4, lora_alpha=8, lora_dropout=0, task_type="CAUSAL_LM",
        target_modules=[part.split(".")[1] for part in PARTS if part.endswith("proj")]))
    trained = [(k, p) for k, p in model.named_parameters() if p.requires_grad]

    def tensors():
        found = {}
        for key, parameter in trained:
            name, half = key.removeprefix("base_model.model.").split(".lora_")
            name = file_name(name)
            values = parameter.detach().numpy().copy()
            # B gives the rows that are turned.
            found[f"{name}.lora_{half[0].lower()}"] = turned(name, values, config) if half[0] == "B" else values
        return found

    with torch.no_grad():
        for _, parameter in trained:
            parameter.copy_(torch.from_numpy(random.normal(0, 0.1, tuple(parameter.shape))))
    marks = {"kind": "adapter", "adapter": "lora", "alpha": 8.0}
    write_tensors("lora-initial.gguf", tensors(), **marks)
    losses = ten_steps(model, data, [{"params": [p for _, p in trained], "weight_decay": DECAY}])
    write_tensors("lora-final.gguf", tensors(), **marks)
    return losses


def full_steps(data):
    model = tiny("tiny-f32.gguf")
    parameters = list(model.parameters())
    return ten_steps(model, data, [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": DECAY},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ])


def golden(name, model, random):
    data = examples(model.config.vocab_size, random)
    loss = mean_loss(model, data)
    found = gradients(model)
    if name == "tiny-f32.gguf":
        write_tensors("gradients-f32.gguf", found)
    print(f"{name}: loss {loss:.6f}")
    return {
        "file": name, "examples": data, "loss": loss,
        "gradients": {key: summary(values) for key, values in found.items()},
    }


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    default = Path(sys.argv[1])
    models = [golden(name, tiny(name), random) for name in ["tiny-f32.gguf", "tiny-linear.gguf"]]
    large = AutoModelForCausalLM.from_pretrained(
        default.parent, gguf_file=default.name, dtype=torch.float32)
    models.append(golden("default", large, random))
    data = models[0]["examples"]
    steps = {
        "learningRate": RATE, "weightDecay": DECAY, "clippingNorm": CLIP, "warmupShare": WARMUP,
        "lora": lora_steps(data, random), "full": full_steps(data),
    }
    print("lora", steps["lora"], "full", steps["full"])
    (OUTPUT / "training.json").write_text(json.dumps({"models": models, "steps": steps}) + "\n")


if __name__ == "__main__":
    main()
