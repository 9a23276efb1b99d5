"""The classifier once more, in NumPy and plain loops, without `moe_demo.model`: the oracle for every what-if."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np

from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches

EPS = np.finfo(np.float32).eps


class NumpyModel:
    """A run's weights, in float64."""

    def __init__(self, run: Run) -> None:
        self.config = run.config.model
        self.encoder = run.encoder
        self.w = {name: value.double().numpy() for name, value in run.model.state_dict().items()}

    def forward(self, text: str, switches: Switches):
        """Probabilities, and per layer the list of each word's chosen experts."""
        x = self.embed(text)
        routes = []
        for layer in range(self.config.n_layers):
            name = f"blocks.{layer}"
            if self.config.block_order == "attention_moe":
                mixed = self.mix(name, x)
                added, chosen = self.moe(layer, self.norm(f"{name}.moe_norm", x + mixed), switches)
                x = x + mixed + added
            else:
                added, chosen = self.moe(layer, self.norm(f"{name}.moe_norm", x), switches)
                x = added + self.mix(name, added)
            routes.append(chosen)
        if self.config.final_norm:
            x = self.norm("norm", x)
        pooled = x.sum(0) / self.pooling_count(text)
        logits = pooled @ self.w["head.weight"].T + self.w["head.bias"]
        exp = np.exp(logits - logits.max())
        return exp / exp.sum(), routes

    def pooling_count(self, text: str) -> float:
        encoded = self.encoder.encode(text)
        pairs = zip(encoded.tokens, encoded.word_ids_T, strict=True)
        known = {word for token, word in pairs if word and len(token.text) > 1}
        times = [*self.config.few_words_divisors, 1][min(len(known), len(self.config.few_words_divisors))]
        return times * (len(encoded.tokens) + self.config.pooling_pseudocount)

    def embed(self, text: str):
        encoded = self.encoder.encode(text)
        ends = [*encoded.ngram_offsets_T[1:], len(encoded.ngram_ids)]
        table = np.vstack([self.w["embedding.ngram.weight"], np.zeros(self.config.dim)])  # -1: no row
        return np.stack(
            [
                self.w["embedding.word.weight"][word] + table[encoded.ngram_ids[begin:end]].mean(0)
                for word, begin, end in zip(encoded.word_ids_T, encoded.ngram_offsets_T, ends, strict=True)
            ]
        )

    def norm(self, name: str, x):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS) * self.w[f"{name}.weight"]

    def mix(self, name: str, x):
        mixed = self.attend(name, self.norm(f"{name}.attention_norm", x))
        if self.config.ffn_dim:
            mixed = mixed + self.ffn(f"{name}.ffn", self.norm(f"{name}.ffn_norm", x + mixed))
        return mixed

    def attend(self, name: str, x):
        n_heads = self.config.n_heads
        width = x.shape[1] // n_heads
        q, k, v = np.split(x @ self.w[f"{name}.attention.qkv.weight"].T, 3, axis=1)
        out = []
        for head in range(n_heads):
            part = slice(head * width, (head + 1) * width)
            fit = rotated(q[:, part]) @ rotated(k[:, part]).T / np.sqrt(width)
            weight = np.exp(fit - fit.max(1, keepdims=True))
            out.append(weight / weight.sum(1, keepdims=True) @ v[:, part])
        return np.concatenate(out, axis=1) @ self.w[f"{name}.attention.out.weight"].T

    def ffn(self, name: str, x):
        gate, up = np.split(x @ self.w[f"{name}.gate_up.weight"].T, 2, axis=-1)
        return (gate / (1 + np.exp(-gate)) * up) @ self.w[f"{name}.down.weight"].T

    def asked(self, layer: int, switches: Switches):
        """Who is off in a layer, how many are chosen, and of how many groups."""
        config = self.config
        k, n_kept = switches.top_k or config.top_k, switches.topk_groups or config.topk_groups
        off = {seat.expert for seat in switches.off if seat.layer == layer}
        left = {seat.expert for seat in switches.alone if seat.layer == layer}
        if not left:
            return off, k, n_kept
        return off | (set(range(config.n_routed)) - left), min(k, len(left)), config.n_groups

    def moe(self, layer: int, x, switches: Switches):
        name, config = f"blocks.{layer}.moe", self.config
        off, k, n_kept = self.asked(layer, switches)
        silent = {seat.expert for seat in switches.silenced if seat.layer == layer}
        forced = {(place.token, place.expert) for place in switches.forced if place.layer == layer}
        output, routes, sent = np.zeros_like(x), [], []
        for t, u in enumerate(x):
            score = self.affinity(self.w[f"{name}.router.weight_ED"] @ u / (switches.temperature or 1.0))
            choice = score + self.w[f"{name}.router.bias_E"]
            choice += [
                sum(by for seat, by in switches.pushed if seat == (layer, e)) for e in range(len(choice))
            ]
            choice[list(off)] = -np.inf
            choice[np.argsort(-score)[: switches.top_off or 0]] = -np.inf
            if config.n_groups > 1:
                groups = choice.reshape(config.n_groups, -1)
                counted = min(groups.shape[1], max(1, k // n_kept))
                best = np.sort(groups, axis=1)[:, -counted:].sum(1)
                for group in np.argsort(-best, kind="stable")[n_kept:]:
                    groups[group] = -np.inf
            ranked = sorted(range(config.n_routed), key=lambda e, t=t, c=choice: (-((t, e) in forced), -c[e]))
            chosen = ranked[:k]
            gates = score[chosen]
            if config.norm_topk and k > 1:
                gates = gates / gates.sum()
            moved = dict(switches.gates)
            sent += [
                (t, e, moved.get((layer, t, e), gate))
                for e, gate in zip(chosen, gates * config.route_scale, strict=True)
            ]
            if layer not in switches.shared_off:
                for shared in range(config.n_shared):
                    output[t] += self.ffn(f"{name}.shared.{shared}", u)
            routes.append(set(chosen))
        for t, e, gate in self.taken(sent, switches):
            if e not in silent:
                hidden = self.w[f"{name}.experts.gate_up_E2FD"][e] @ x[t]
                half = len(hidden) // 2
                hidden = hidden[:half] / (1 + np.exp(-hidden[:half])) * hidden[half:]
                output[t] += gate * (self.w[f"{name}.experts.down_EDF"][e] @ hidden)
        return output, routes

    def taken(self, sent, switches: Switches):
        """Those of (word, expert, gate) that find a place at their expert."""
        limit = switches.capacity
        if switches.capacity_factor is not None:
            fair = Fraction(len(sent), self.config.n_routed)
            limit = max(1, ceil(Fraction(switches.capacity_factor) * fair))
        if limit is None:
            return sent
        found = []
        for e in range(self.config.n_routed):
            queue = [one for one in sent if one[1] == e]
            if switches.drop_by == "probability":
                queue.sort(key=lambda one: -one[2])
            found += queue[:limit]
        return found

    def affinity(self, logits):
        if self.config.score_fn == "sigmoid":
            return 1 / (1 + np.exp(-logits))
        exp = np.exp(logits - logits.max())
        return exp / exp.sum()


def rotated(x):
    """Rotary positions, pair (i, i + d/2) turned by position / 10000^(2i/d)."""
    half = x.shape[1] // 2
    turned = np.empty_like(x)
    for position in range(len(x)):
        for i in range(half):
            angle = position * 10_000.0 ** (-i / half)
            a, b = x[position, i], x[position, i + half]
            turned[position, i] = a * np.cos(angle) - b * np.sin(angle)
            turned[position, i + half] = b * np.cos(angle) + a * np.sin(angle)
    return turned
