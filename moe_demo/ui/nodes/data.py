"""What the nodes page's board is given: the words of a sentence, the nodes, and every copy between them."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.cluster.traffic import Traffic
from moe_demo.insight.node_traffic import SentenceTraffic, nodes_for
from moe_demo.insight.trace import ForwardTrace
from moe_demo.ui.kit.gloss import of_word
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import ExpertLook, expert_looks
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import badge, layer_title


class BoardWord(TypedDict):
    """A word of the sentence."""

    text: str
    gloss: str


class BoardNode(TypedDict):
    """A node, its experts, and what comes to it."""

    name: str
    experts: list[int]
    copies: int
    """Of this sentence."""
    share: float
    """Of the copies of all held-out headlines, 0 to 1."""


class BoardCopy(TypedDict):
    """A word's vector on its way to a node, and the experts there that get it."""

    token: int
    node: int
    experts: list[int]


class NodesPictureData(TypedDict):
    """One layer of one sentence."""

    tokens: list[BoardWord]
    picked: int | None
    layers: list[str]
    layer: int
    nodes: list[BoardNode]
    copies: list[BoardCopy]
    counts: list[int]
    """Words of this sentence at each expert."""
    experts: list[ExpertLook]
    claim: str
    says: str
    """The whole picture in a sentence, for those who do not see it."""
    badge: str
    words: dict[str, str]
    lang: str


def picture_data(
    view: View, trace: ForwardTrace, sent: SentenceTraffic, held_out: Traffic | None, claim: str
) -> NodesPictureData:
    """What the board draws; without headlines to count, `held_out` is None and the shares are 0."""
    layer, model = view.selection.layer, view.run.config.model
    n_nodes = nodes_for(model)
    size = model.n_routed // n_nodes
    copies = [copy for copy in sent.copies if copy.layer == layer]
    shares_G = held_out.copies_share_G.tolist() if held_out else [0.0] * n_nodes
    return {
        "tokens": [{"text": token, "gloss": of_word(token)} for token in trace.tokens],
        "picked": view.selection.token,
        "layers": [layer_title(place) for place in range(len(trace.layers))],
        "layer": layer,
        "nodes": [
            {
                "name": t("nodes.node", n=node + 1),
                "experts": list(range(node * size, (node + 1) * size)),
                "copies": int(sent.layers[layer].copies_G[node]),
                "share": shares_G[node],
            }
            for node in range(n_nodes)
        ],
        "copies": [
            {"token": copy.token, "node": copy.node, "experts": list(copy.experts)} for copy in copies
        ],
        "counts": trace.layers[layer].load_E.tolist(),
        "experts": expert_looks(model),
        "claim": claim,
        "says": f"{t('nodes.says', layer=layer_title(layer), copies=len(copies))} {claim}",
        "badge": badge(view.run),
        "words": labels("nodes.words") | {"counted": t("nodes.counted") if held_out else ""},
        "lang": language(),
    }
