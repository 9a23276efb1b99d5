"""What can be wrong with a file of routes, and the sentence each is told in."""

from __future__ import annotations

from moe_demo.errors import SaidError

ROUTES_SENTENCES = {
    "too_large": "{file} has more than {limit} MB; take fewer answers or traces.",
    "too_many": "{file} has more than {limit} routes (words x layers x chosen experts); take fewer answers or traces.",
    "not_json": "{file} is neither JSON nor JSON lines: line {line} cannot be read; save the answer as it came.",
    "no_routes": "{file} has no routes: an answer of vLLM has routed_experts, "
    "a trace of moe-routing-atlas has activations.",
    "mixed": "{file} has answers of vLLM and traces of moe-routing-atlas; keep one kind.",
    "field": "{file}, entry {entry}: {field} is missing, or is not what the format says.",
    "encoding": "{file}, entry {entry}: {field} is neither a list nor a base64 .npy of whole numbers "
    "(words x layers x chosen experts).",
    "ragged": "{file}, entry {entry}: not every word has the same layers and as many experts; "
    "an entry is cut off or layers are missing.",
    "count": "{file}, entry {entry}: expert {expert} of layer {layer} is beyond the {n_routed} experts that there are; "
    "correct the number of experts.",
    "below": "{file}, entry {entry}: layer {layer} has an expert below 0, which stands for a route that was not kept.",
    "layers": "{file}, entry {entry}: of its {n_layers} layers, layer {layer} has no routes; trace the text again.",
    "many_layers": "{file}, entry {entry}: {found} layers are more than the {limit} that are taken.",
    "many_chosen": "{file}, entry {entry}: {found} experts for a word are more than the {limit} that are taken.",
    "many_experts": "{file}, entry {entry}: layer {layer} has an expert whose number is beyond the {limit} experts "
    "that are taken.",
    "wide": "{file} is of {n_layers} layers with {n_routed} experts each; {limit} experts in all are taken.",
    "beyond_layer": "{file}, entry {entry}: layer {layer} is beyond its {n_layers} layers.",
    "incomplete": "{file}, entry {entry}: word {token} has {found} experts in layer {layer}, "
    "where there should be {top_k}.",
    "repeated": "{file}, entry {entry}: a word has the same expert twice in layer {layer}.",
    "other_model": "{file}, entry {entry}: it has other layers, experts or chosen experts than the first; "
    "keep one model in a file.",
    "empty": "{file} is empty.",
    "reading": "{file} takes more than {seconds} seconds or {mb} MB of memory to read; take fewer answers or traces.",
    "failed": "{file} cannot be read; save the answer or the trace once more and bring it again.",
    "busy": "{file} was not read since too many files are being read already; try again in a minute.",
}


class RoutesError(SaidError):
    """A file of routes that cannot be used; its message is one plain sentence."""

    topic = "routes"
    sentences = ROUTES_SENTENCES
