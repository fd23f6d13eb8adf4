"""Trains `implicit`'s iALS on likes that our bench wrote, and prints how long it took as JSON.

    als.py FOLDER FACTORS ITERATIONS UNOBSERVED REGULARISATION SEED THREADS FIT
"""

import json
import pathlib
import sys
import time

import numpy
import scipy.sparse
from implicit.cpu.als import AlternatingLeastSquares


def main():
    folder = pathlib.Path(sys.argv[1])
    factors, iterations, seed, threads, fit = (int(sys.argv[at]) for at in (2, 3, 6, 7, 8))
    unobserved, regularisation = float(sys.argv[4]), float(sys.argv[5])

    # 32-bit places: implicit takes them as they are, and converts none while the clock runs.
    offsets = numpy.fromfile(folder / "offsets.u64", dtype="<u8").astype(numpy.int32)
    films = numpy.fromfile(folder / "films.u32", dtype="<u4").astype(numpy.int32)
    shape = (len(offsets) - 1, int(films.max()) + 1)
    likes = scipy.sparse.csr_matrix((numpy.ones(len(films), dtype=numpy.float32), films, offsets), shape=shape)

    # Ours: Σ over the liked (1 − s)² + α Σ over everything s² + λ(…). Theirs: c Σ over the liked (1 − s)² + Σ over the
    # rest s² + λ'(…). With these c and λ' they are one problem: theirs has its minimum at our factors times √(1 + α).
    scale = (1 + unobserved) / unobserved
    model = AlternatingLeastSquares(
        factors=factors, iterations=iterations, alpha=scale, regularization=regularisation * scale,
        num_threads=threads, random_state=seed,
    )
    ends = []
    started = time.perf_counter()
    model.fit(likes, show_progress=False, callback=lambda *_: ends.append(time.perf_counter() - started))
    seconds = time.perf_counter() - started

    # As ours: each viewer's factors are solved for to the end, and the scores brought to our scale.
    fit = min(fit, shape[0])
    viewers = model.recalculate_user(numpy.arange(fit), likes[:fit])
    rows = numpy.repeat(numpy.arange(fit), numpy.diff(likes.indptr[: fit + 1]))
    scores = numpy.einsum("ij,ij->i", viewers[rows], model.item_factors[likes.indices[: len(rows)]])
    report = {"viewers": shape[0], "pairs": likes.nnz, "seconds": seconds, "ends": ends}
    print(json.dumps({**report, "fit": float(scores.mean()) / (1 + unobserved)}))


if __name__ == "__main__":
    main()
