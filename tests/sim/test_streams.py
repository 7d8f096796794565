"""Random numbers: the published generator, numbers that depend on their address alone, and no pattern between them."""

import json
import os
import subprocess
import sys
from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.scramble import philox, uniform
from sim.streams import Address, Purpose, Streams

ONES = 0xFFFFFFFF
N = 20_000


def plain_philox(counter: list[int], key: list[int]) -> list[int]:
    """Return Philox4x32-10 as the paper's pseudo-code has it, on whole numbers of any size."""
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * counter[0], 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * counter[2], 1 << 32)
        counter = [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0]
        key = [(key[0] + 0x9E3779B9) % (1 << 32), (key[1] + 0xBB67AE85) % (1 << 32)]
    return counter


def scramble(counter: list[int], key: list[int]) -> list[int]:
    """Return the four words that our generator makes of one counter."""
    c0, c1, c2, c3 = (np.uint64(word) for word in counter)
    return [int(word) for word in philox(c0, c1, c2, c3, np.array(key, dtype=np.uint64))]


def numbers(purpose: Purpose = Purpose.PAGES, *, seed: int = 5, **address: int) -> NDArray[np.float64]:
    """Return the numbers of one purpose, at the addresses from 0 on."""
    return Streams(seed, 0).uniforms(purpose, Address(np.arange(N), **address))


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([ONES] * 4, [ONES] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_the_generator_gives_its_known_answers(counter: list[int], key: list[int], words: list[int]) -> None:
    """The three answers that the generator's authors publish."""
    assert scramble(counter, key) == words


def test_the_generator_is_the_published_one_at_any_counter() -> None:
    """Counters and keys of small, large and mixed words give what plain arithmetic gives."""
    words = (0, 1, 2**31, ONES - 1, 0x9E3779B9)
    for counter, key in zip(product(words, repeat=4), product(words, repeat=2), strict=False):
        assert scramble(list(counter), list(key)) == plain_philox(list(counter), list(key))


def test_a_number_lies_strictly_between_0_and_1_and_has_all_its_bits() -> None:
    """The outermost words give 2**-53 and 1 − 2**-53; the lowest bit that is used is a step of 2**-52."""
    word = np.array([0, 0, 1 << 6, ONES, ONES], dtype=np.uint64)
    low = np.array([0, 1 << 6, 0, ONES - (1 << 6), ONES], dtype=np.uint64)
    least, step = 2.0**-53, 2.0**-52
    made = [uniform(*words) for words in zip(word, low, strict=True)]
    assert made == [least, least + step, least + 2.0**-26, 1 - least - step, 1 - least]


def test_a_number_depends_on_its_address_alone() -> None:
    """Drawn alone, among others, in another order, with other purposes, or in large parts, it is the same."""
    streams = Streams(5, 0)
    all_ = numbers(within=3, member=1)
    some = np.array([N - 1, 7, 8191, 8192, 7])
    assert np.array_equal(streams.uniforms(Purpose.PAGES, Address(some, 3, 1)), all_[some])
    mixed = Address(some, np.array([3, 4, 3, 3, 3]), np.array([1, 1, 1, 0, 1]))
    assert (streams.uniforms(Purpose.PAGES, mixed) == all_[some]).tolist() == [True, False, True, False, True]
    together = streams.pairs(np.array([7, Purpose.PAGES // 2]), Address(some, 3, 1))
    assert together.shape == (4, len(some))
    assert np.array_equal(together[2 + Purpose.PAGES % 2], all_[some])


def test_nobody_gets_no_number() -> None:
    """Without an address there is nothing to draw."""
    assert Streams(1, 0).uniforms(Purpose.PAGES, Address(np.empty(0, dtype=np.int64))).shape == (0,)


def test_numbers_differ_by_seed_replication_purpose_and_address() -> None:
    """No number comes twice."""
    found = [
        Streams(seed, replication).uniforms(purpose, Address(np.arange(20), within, member))
        for seed, replication, within, member in product((0, 1), repeat=4)
        for purpose in Purpose
    ]
    assert len(set(np.concatenate(found).tolist())) == 20 * 16 * len(Purpose)


def test_numbers_are_even() -> None:
    """Each of 50 parts of the interval has its share (chi-squared), and each of 52 bits is set half the time."""
    u = numbers()
    counts, _ = np.histogram(u, bins=50, range=(0, 1))
    assert np.sum((counts - N / 50) ** 2 / (N / 50)) < 49 + 4 * np.sqrt(2 * 49)
    bits = ((u * 2.0**52).astype(np.int64)[:, np.newaxis] >> np.arange(52)) & 1
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 4.5 / np.sqrt(4 * N)


def test_numbers_are_not_correlated() -> None:
    """Neither purposes, nor neighbouring numbers, places, members, seeds tell anything about each other."""
    rows = [numbers(purpose) for purpose in Purpose]
    rows += [np.roll(rows[0], lag) for lag in (1, 2, 3)]
    rows += [numbers(Purpose(0), within=1), numbers(Purpose(0), member=1), numbers(Purpose(0), seed=6)]
    n_pairs = len(list(combinations(rows, 2)))
    correlation = np.corrcoef(np.array(rows)) - np.eye(len(rows))
    assert n_pairs < 1000
    assert np.abs(correlation).max() < 4.75 / np.sqrt(N)


def test_the_numbers_of_a_purpose_never_change() -> None:
    """A renumbered purpose would change every published result."""
    names = (
        "ARRIVAL_TICK ARRIVAL_LEVEL ARRIVAL_COUNT HOUR_FACTOR DAY_FACTOR RECORDS_PER_VISIT PROCEDURE INTAKE_WORK "
        "BACK_OFFICE_WORK PAGES RETURN_OFFSET TRIES PATIENCE BALKING CHANNEL CHECK_WORK WRONG_COUNTER GUIDANCE_WORK "
        "INCOMPLETE SUPPLEMENT_DELAY COLLECT_DELAY HANDOVER_WORK APPROVAL_WORK AGE NO_SHOW LATENESS ABSENCE "
        "OUTAGE_DURATION OUTAGE_TICK OUTAGE_LEVEL OUTAGE_COUNT"
    )
    assert {purpose.name: int(purpose) for purpose in Purpose} == {name: k for k, name in enumerate(names.split())}


def test_a_number_is_the_same_on_every_machine() -> None:
    """The first numbers of a seed, written down."""
    u = Streams(1, 0).uniforms(Purpose.PROCEDURE, Address(np.arange(3)))
    assert [number.hex() for number in u.tolist()] == [
        "0x1.15331d07a5ec5p-1",
        "0x1.baa201db518ebp-1",
        "0x1.40f34a1d200eap-2",
    ]


def test_a_number_is_the_same_without_the_compiler() -> None:
    """Python running the very functions scrambles to the same bits."""
    told = (
        "import numpy as np; from sim.streams import Address, Streams; "
        "print(Streams(5, 0).pairs(np.array([4, 7]), Address(np.arange(50), 3, 1)).tolist())"
    )
    without = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    printed = subprocess.run([sys.executable, "-c", told], env=without, capture_output=True, text=True, check=True)
    compiled = Streams(5, 0).pairs(np.array([4, 7]), Address(np.arange(50), 3, 1))
    assert json.loads(printed.stdout) == compiled.tolist()
