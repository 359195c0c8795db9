"""Probability of detection with 60 decimal digits: the defining sums in `decimal`, term by term, nothing shared with the code."""

from decimal import Decimal, localcontext


def exact_threshold(pulses: int, p_fa: float, start: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        wanted, t = Decimal(str(p_fa)), Decimal(start)
        for _ in range(6):
            term = total = Decimal(1)
            for i in range(1, pulses):
                term = term * t / i
                total += term
            q, density = (-t).exp() * total, (-t).exp() * term
            t += (q - wanted) / density
        return t


def exact_tails(*, snr_db: str, pulses: int, p_fa: float, swerling: int, near: float) -> tuple[Decimal, Decimal]:
    """Pd and the probability of a miss, from the densities of Poisson and negative binomial counts."""
    with localcontext() as context:
        context.prec = 60
        threshold = exact_threshold(pulses, p_fa, near)
        mean = pulses * Decimal(10) ** (Decimal(snr_db) / 10)
        shape = {0: None, 1: 1, 2: pulses, 3: 2, 4: 2 * pulses}[swerling]
        weight = (-threshold).exp()
        for i in range(1, pulses + 1):
            weight = weight * threshold / i
        if shape is None:
            term, ratio = (-mean).exp(), mean
        else:
            term, ratio = (Decimal(shape) / (mean + shape)) ** shape, mean / (mean + shape)
        p_d, p_miss, cumulated = Decimal(str(p_fa)), Decimal(0), Decimal(0)
        for j in range(1500):
            cumulated += term
            p_miss += weight * cumulated
            p_d += weight * (1 - cumulated)
            weight = weight * threshold / (pulses + j + 1)
            term = term * ratio / (j + 1) if shape is None else term * ratio * (shape + j) / (j + 1)
        return p_d, p_miss
