"""MaxVio of random routing: what chance alone gives where every word picks its K of E experts blindly."""

from __future__ import annotations

from collections.abc import Mapping

from moe_demo.insight.lineage.record import Array, Lineage

_RANDOM_VIO = '''
def random_max_vio(n_words, n_experts, k):
    """Loads are taken as normal and independent; the largest of n_experts such numbers is expected."""
    z = np.linspace(-8, 8, 4001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    below = np.cumsum(density) - density / 2
    largest = (z * n_experts * below ** (n_experts - 1) * density).sum()
    return np.sqrt((1 - k / n_experts) / (n_words * k / n_experts)) * largest
'''
RANDOM = (
    r"\sqrt{\frac{1 - K/E}{T\,K/E}}\;\mathbb{E}\Big[\max_{i \le E} z_i\Big],\quad z_i \sim \mathcal{N}(0, 1)"
)


def random_of(
    name: str, arrays: Mapping[str, Array], result: str, expected: float, equation: str = RANDOM
) -> Lineage:
    """`result` is NumPy that calls `random_max_vio` on these arrays."""
    return Lineage(
        name=name,
        equation=equation,
        source="moe_demo/insight/load.py: random_max_vio",
        arrays=arrays,
        prelude=_RANDOM_VIO,
        snippet=f"result = {result}",
        expected=expected,
    )
