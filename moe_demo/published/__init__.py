"""Published configurations of models with experts, and the arithmetic of their parameters.

published_model("deepseek-v3")          the record: sizes, sources, what its makers say
count(shape, Conventions())             its parameters line by line: all, and those a token uses
shape_of(ModelConfig())                 the same for a model of ours
read_configuration(text, "config.json") a Hugging Face configuration, with its traps named
claims()                                the article's figures with their arithmetic
"""

from __future__ import annotations

from moe_demo.published.claims import Claim, claims
from moe_demo.published.configuration import Configuration, read_configuration
from moe_demo.published.cost import Cost, cost
from moe_demo.published.count import Conventions, Count, Line, count
from moe_demo.published.errors import PublishedError
from moe_demo.published.models import MODELS, published_model
from moe_demo.published.ours import shape_of
from moe_demo.published.shape import Published, Shape, Source

__all__ = ["MODELS", "Claim", "Configuration", "Conventions", "Cost", "Count", "Line", "Published"]
__all__ += ["PublishedError", "Shape", "Source"]
__all__ += ["claims", "cost", "count", "published_model", "read_configuration", "shape_of"]
