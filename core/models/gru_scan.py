"""A GRU layer forward and backward on a CPU, compiled: what nn.GRU computes, without its thousands of small calls.

A group of sequences goes through all its steps in one compiled call, which holds no lock and waits for nobody: products run in
registers (`tile`), the gates follow at once, and threads share only the weights that they read. Numba compiles it once a machine
and keeps it on disk.

Letters: B images of N tokens each, T steps, C inputs, H hidden units, P = H rounded up to a multiple of FILL; the P - H values that fill
a row up are 0. A token's four gates lie side by side as n, r, z, q; q = W_hn h + b_hn, so that n = tanh(W_in x + b_in + r q).
"""

from __future__ import annotations

import inspect
import math
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils, config
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

FEATURES = config.CPU_FEATURES or get_host_cpu_features()
# Numbers in a vector, and rows of three vectors that the registers hold beside what feeds them.
LANES, ROWS = (16, 8) if "+avx512f" in FEATURES else (8, 4) if "+avx2" in FEATURES else (4, 8) if "+neon" in FEATURES else (4, 4)
FILL = max(LANES, ROWS)  # widths are multiples of it: whole vectors, and whole tiles of a weight gradient
BLOCK = 128  # tokens of a weight gradient at a time: they stay in the cache
NRZ, RZN = [2, 0, 1], [1, 2, 0]  # from nn.GRU's order of gates, r, z, n, to the order here, and back
TASKS = 4  # per thread: who is held up by a neighbour takes fewer of them

VECTOR, INDEX = ir.VectorType(ir.FloatType(), LANES), ir.IntType(64)
SHIFT = 1.5 * 2**23  # float32 numbers of this size are whole: adding it rounds
FUSE = ("contract",)  # a product and its sum may be one instruction; nothing else may change


class Layout(NamedTuple):  # compiled kernels on disk know it by this name: another one would make them unreadable
    """How the N tokens of an image are read: step t of sequence s is token `origin + s * across + t * along`."""

    tokens: int
    sequences: int
    steps: int
    across: int
    along: int
    origin: int

    @classmethod
    def of(cls, height: int, width: int, *, columns: bool = False, reverse: bool = False) -> Layout:
        """The rows of a grid of tokens as sequences, or its columns, from their start or from their end."""
        steps, sequences, along, across = (height, width, width, 1) if columns else (width, height, 1, width)
        return cls(height * width, sequences, steps, across, -along if reverse else along, (steps - 1) * along if reverse else 0)


# -- what Numba cannot say: vectors ---------------------------------------------------------------------------------


class Vector:
    """LANES numbers in a register while code is written; arithmetic on it writes instructions."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value):
        self.builder, self.value = builder, value

    def _write(self, instruction: str, left: Vector | float, right: Vector | float) -> Vector:
        values = [side.value if isinstance(side, Vector) else ir.Constant(VECTOR, [side] * LANES) for side in (left, right)]
        return Vector(self.builder, getattr(self.builder, instruction)(*values, flags=FUSE))

    def __add__(self, other: Vector | float) -> Vector:
        return self._write("fadd", self, other)

    def __sub__(self, other: Vector | float) -> Vector:
        return self._write("fsub", self, other)

    def __rsub__(self, other: float) -> Vector:
        return self._write("fsub", other, self)

    def __mul__(self, other: Vector | float) -> Vector:
        return self._write("fmul", self, other)

    def __truediv__(self, other: Vector | float) -> Vector:
        return self._write("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Vector:
        return self._write("fdiv", other, self)

    def power_of_two(self) -> Vector:
        """2^k, where this is k + SHIFT: k's bits become the exponent."""
        whole = ir.VectorType(ir.IntType(32), LANES)
        bits = self.builder.shl(self.builder.bitcast(self.value, whole), ir.Constant(whole, [23] * LANES))
        bits = self.builder.add(bits, ir.Constant(whole, [0x3F800000] * LANES))
        return Vector(self.builder, self.builder.bitcast(bits, VECTOR))

    def clamp(self, limit: float) -> Vector:
        """Within -limit and limit; NaN stays NaN."""
        value = self.value
        for beyond, bound in ((">", limit), ("<", -limit)):
            bound = ir.Constant(VECTOR, [bound] * LANES)
            value = self.builder.select(self.builder.fcmp_ordered(beyond, value, bound), bound, value)
        return Vector(self.builder, value)


def _load(builder: ir.IRBuilder, address: ir.Value, kind: ir.Type = VECTOR) -> ir.Value:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=4)


def _store(builder: ir.IRBuilder, value: ir.Value, address: ir.Value) -> None:
    builder.store(value, builder.inttoptr(address, VECTOR.as_pointer()), align=4)


def elementwise(formula: Callable) -> Callable:
    """`formula` for Numba: called with a number of vectors and the addresses of all inputs, then of all outputs."""
    inputs = len(inspect.signature(formula).parameters)

    @intrinsic
    def call(typing_context, count, addresses):
        def generate(context, builder, signature, arguments):
            places = cgutils.unpack_tuple(builder, arguments[1], signature.args[1].count)
            with cgutils.for_range(builder, arguments[0]) as loop:
                offset = builder.mul(loop.index, INDEX(4 * LANES))
                here = [builder.add(place, offset) for place in places]
                results = formula(*(Vector(builder, _load(builder, address)) for address in here[:inputs]))
                for result, address in zip(results, here[inputs:], strict=True):
                    _store(builder, result.value, address)
            return context.get_dummy_value()

        return types.void(types.int64, types.UniTuple(types.int64, addresses.count)), generate

    return call


@intrinsic(prefer_literal=True)
def tile(typing_context, vectors, depth, addresses):
    """c = start + a @ b for ROWS rows and so many vectors of columns, every sum in a register.

    `addresses`: a, and from it to the next row and to the next of the `depth` columns; b, to the next row; start and c, each to
    the next row. All in bytes.
    """
    width = vectors.literal_value

    def generate(context, builder, signature, arguments):
        depth = arguments[1]
        a, a_row, a_step, b, b_step, first, first_row, c, c_row = cgutils.unpack_tuple(builder, arguments[2], 9)
        fma = cgutils.get_or_insert_function(builder.module, ir.FunctionType(VECTOR, [VECTOR] * 3), f"llvm.fmuladd.v{LANES}f32")
        cells = [(row, vector) for row in range(ROWS) for vector in range(width)]

        def place(base: ir.Value, row_bytes: ir.Value, row: int, vector: int = 0) -> ir.Value:
            return builder.add(builder.add(base, builder.mul(row_bytes, INDEX(row))), INDEX(4 * LANES * vector))

        sums = {cell: _load(builder, place(first, first_row, *cell)) for cell in cells}
        before, body, after = builder.block, builder.append_basic_block("depth"), builder.append_basic_block("done")
        builder.branch(body)
        builder.position_at_end(body)
        index = builder.phi(INDEX)
        index.add_incoming(INDEX(0), before)
        running = {cell: builder.phi(VECTOR) for cell in cells}
        b_here, a_here = builder.add(b, builder.mul(index, b_step)), builder.add(a, builder.mul(index, a_step))
        columns = [_load(builder, builder.add(b_here, INDEX(4 * LANES * vector))) for vector in range(width)]
        results = {}
        for row in range(ROWS):
            number = _load(builder, place(a_here, a_row, row), ir.FloatType())
            alone = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, ir.IntType(32)(0))
            spread = builder.shuffle_vector(alone, alone, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))
            for vector in range(width):
                results[row, vector] = builder.call(fma, [spread, columns[vector], running[row, vector]])
        following = builder.add(index, INDEX(1))
        index.add_incoming(following, body)
        for cell in cells:
            running[cell].add_incoming(sums[cell], before)
            running[cell].add_incoming(results[cell], body)
        builder.cbranch(builder.icmp_signed("<", following, depth), body, after)
        builder.position_at_end(after)
        for cell in cells:
            _store(builder, results[cell], place(c, c_row, *cell))
        return context.get_dummy_value()

    return types.void(vectors, types.int64, types.UniTuple(types.int64, 9)), generate


# -- the formulas ---------------------------------------------------------------------------------------------------


def exp(x: Vector) -> Vector:
    """e^x = 2^k e^rest, right to two roundings (range reduction and polynomial of Cephes' `expf`); x is kept within -87 and 87."""
    x = x.clamp(87.0)
    shifted = x * math.log2(math.e) + SHIFT  # its last bits are the whole number k
    k = shifted - SHIFT
    rest = x - k * 0.693359375 + k * 2.12194440e-4  # ln 2 in two parts
    power = rest * 1.9875691500e-4 + 1.3981999507e-3
    for coefficient in (8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1):
        power = power * rest + coefficient
    return (power * rest * rest + rest + 1.0) * shifted.power_of_two()


def sigmoid(x: Vector) -> Vector:
    """1 / (1 + e^-x), right to 1e-7."""
    return 1.0 / (exp(x * -1.0) + 1.0)


def tanh(x: Vector) -> Vector:
    """1 - 2 / (e^2x + 1), right to 2e-7."""
    return 1.0 - 2.0 / (exp(x * 2.0) + 1.0)


@elementwise
def step(n_input, r_input, z_input, r_state, z_state, q, h):
    """The gates and the next state, as nn.GRUCell; written to n, r, z, q, h and y."""
    r, z = sigmoid(r_input + r_state), sigmoid(z_input + z_state)
    n = tanh(n_input + r * q)
    h = n + z * (h - n)
    return n, r, z, q, h, h


@elementwise
def step_back(dh, dy, n, r, z, q, h):
    """The gradients of one step: of n, r, z, q before their functions, of r, z, q again, and what of dh goes past the step."""
    dh = dh + dy
    dn = dh * (1.0 - z) * (1.0 - n * n)
    dz = dh * (h - n) * z * (1.0 - z)
    dq = dn * r
    dr = dq * q * (1.0 - r)
    return dn, dr, dz, dq, dr, dz, dq, dh * z


@elementwise
def add(total, more):
    """Added up in place."""
    return (total + more,)


# -- the loops ------------------------------------------------------------------------------------------------------


@njit(nogil=True, cache=True)
def product(vectors, depth, a, a_row, a_step, b, b_step, start, start_row, c, c_row):
    """`tile` for any number of vectors of columns."""
    at = 0
    while vectors - at >= 3:
        skip = 4 * LANES * at
        tile(3, depth, (a, a_row, a_step, b + skip, b_step, start + skip, start_row, c + skip, c_row))
        at += 3
    skip = 4 * LANES * at
    if vectors - at == 2:
        tile(2, depth, (a, a_row, a_step, b + skip, b_step, start + skip, start_row, c + skip, c_row))
    elif vectors - at == 1:
        tile(1, depth, (a, a_row, a_step, b + skip, b_step, start + skip, start_row, c + skip, c_row))


@njit(nogil=True, cache=True)
def find(tokens, first, count, layout):
    """Into `tokens`: where each of the sequences `first`, ... starts, counted from the group's first image."""
    for row in range(count):
        image, sequence = divmod(first + row, layout.sequences)
        tokens[row] = image * layout.tokens + layout.origin + sequence * layout.across


@njit(nogil=True, cache=True)
def forward(first, last, group, layout, hidden, x, w_input, b_input, w_state, b_state, gates, y, keep, state, sums):
    """States y (B N, P) of images `first` to `last`, `group` at a time, and their gates (B N, 4 P), if `keep` for all images.

    Scratch: `state` (ROWS, P) and `sums` (ROWS, 3 P), zeros. It comes from outside because Numba frees an array of its own after
    the last use that it sees, and an address is none.
    """
    inputs, width = x.shape[1], y.shape[1]
    vectors, row, gate = width // LANES, 4 * width, 16 * width
    h, s, starts = np.int64(state.ctypes.data), np.int64(sums.ctypes.data), np.zeros(ROWS, np.int64)
    w_in, b_in, w_st, b_st = w_input.ctypes.data, b_input.ctypes.data, w_state.ctypes.data, b_state.ctypes.data
    for image in range(first, last, group):
        images = min(group, last - image)
        g = np.int64(gates.ctypes.data) + (image * layout.tokens * gate if keep else 0)
        y_here = np.int64(y.ctypes.data) + image * layout.tokens * row
        for token in range(0, images * layout.tokens, ROWS):
            token = min(token, images * layout.tokens - ROWS)
            x_here = x.ctypes.data + (image * layout.tokens + token) * 4 * inputs
            product(3 * vectors, inputs, x_here, 4 * inputs, 4, w_in, 3 * row, b_in, 0, g + token * gate, gate)
        for sequence in range(0, images * layout.sequences, ROWS):
            count = min(ROWS, images * layout.sequences - sequence)
            find(starts, sequence, count, layout)
            state[:] = 0
            for t in range(layout.steps):
                product(3 * vectors, hidden, h, row, 4, w_st, 3 * row, b_st, 0, s, 3 * row)
                for r in range(count):
                    token = starts[r] + t * layout.along
                    at, to, old = g + token * gate, s + 3 * r * row, h + r * row
                    outputs = (at, at + row, at + 2 * row, at + 3 * row, old, y_here + token * row)
                    step(vectors, (at, at + row, at + 2 * row, to, to + row, to + 2 * row, old, *outputs))


@njit(nogil=True, cache=True)
def backward(first, last, group, layout, x, y, dy, gates, w_input, w_state, dx, dw_input, dw_state, db, state, sums, zeros, slopes, block):
    """Gradients of images `first` to `last`: dx (B N, C) written; dw_input (3 P, C), dw_state (3 P, P) and db (4 P) added to.

    Scratch: `state` and `sums` as in `forward`, `zeros` as long as C and P, `slopes` (group N, 4 P) and `block` (4 P).
    """
    inputs, width = x.shape[1], y.shape[1]
    vectors, row, gate, in_row = width // LANES, 4 * width, 16 * width, 4 * inputs
    dh, s, nothing, d = state.ctypes.data, np.int64(sums.ctypes.data), np.int64(zeros.ctypes.data), np.int64(slopes.ctypes.data)
    dw_in, dw_st, bias = np.int64(dw_input.ctypes.data), np.int64(dw_state.ctypes.data), np.int64(db.ctypes.data)
    starts, part = np.zeros(ROWS, np.int64), np.int64(block.ctypes.data)
    for image in range(first, last, group):
        images = min(group, last - image)
        tokens, begin = images * layout.tokens, image * layout.tokens
        g, x_here, dx_here = gates.ctypes.data + begin * gate, x.ctypes.data + begin * in_row, dx.ctypes.data + begin * in_row
        y_here, dy_here = y.ctypes.data + begin * row, dy.ctypes.data + begin * row
        for sequence in range(0, images * layout.sequences, ROWS):
            count = min(ROWS, images * layout.sequences - sequence)
            find(starts, sequence, count, layout)
            state[:] = 0
            sums[:] = 0
            for t in range(layout.steps - 1, -1, -1):
                for r in range(count):
                    token = starts[r] + t * layout.along
                    at, to, now, out = g + token * gate, s + 3 * r * row, dh + r * row, d + token * gate
                    before = y_here + (token - layout.along) * row if t else nothing
                    outputs = (out, out + row, out + 2 * row, out + 3 * row, to, to + row, to + 2 * row, now)
                    step_back(vectors, (now, dy_here + token * row, at, at + row, at + 2 * row, at + 3 * row, before, *outputs))
                product(vectors, 3 * width, s, 3 * row, 4, w_state.ctypes.data, row, dh, row, dh, row)
        for token in range(0, tokens, ROWS):
            token = min(token, tokens - ROWS)
            to = dx_here + token * in_row
            product(inputs // LANES, 3 * width, d + token * gate, gate, 4, w_input.ctypes.data, in_row, nothing, 0, to, in_row)
        for token in range(0, tokens, BLOCK):
            for i in range(0, 3 * width, ROWS):
                slope, to = d + token * gate + 4 * i, dw_in + i * in_row
                source = x_here + token * in_row
                product(inputs // LANES, min(BLOCK, tokens - token), slope, 4, gate, source, in_row, to, in_row, to, in_row)
            block[:] = 0  # sums of sums: fewer roundings than one long sum
            for at in range(token, min(token + BLOCK, tokens)):
                add(4 * vectors, (part, d + at * gate, part))
            add(4 * vectors, (bias, part, bias))
        # The weights of the state: every slope times the state before it, which is that of the token `along` before it.
        for sequence in range(images * layout.sequences):
            find(starts, sequence, 1, layout)
            at = starts[0] * 4 * width
            slopes[at + width : at + 4 * width] = 0  # before the first step there is none
        for token in range(max(0, layout.along), tokens + min(0, layout.along), BLOCK):
            depth, before = min(BLOCK, tokens + min(0, layout.along) - token), y_here + (token - layout.along) * row
            for i in range(0, 3 * width, ROWS):
                to = dw_st + i * row
                product(vectors, depth, d + token * gate + row + 4 * i, 4, gate, before, row, to, row, to, row)


# -- threads --------------------------------------------------------------------------------------------------------

_pool: ThreadPoolExecutor | None = None


def _forget_pool() -> None:
    global _pool
    _pool = None  # its threads stayed with the parent


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def in_parallel(work: Callable[[int, int, int], None], images: int, group: int, threads: int) -> None:
    """Call `work(task, first, last)` for ranges of whole groups, on the calling thread and `threads` - 1 more."""
    global _pool
    groups = -(-images // group)
    tasks = min(groups, TASKS * threads)
    bounds = [min(images, groups * task // tasks * group) for task in range(tasks + 1)]
    waiting = deque(enumerate(pairwise(bounds)))

    def take() -> None:
        while waiting:
            try:
                task, (first, last) = waiting.popleft()
            except IndexError:
                return
            work(task, first, last)

    if threads > 1 and _pool is None:
        _pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="scan")
    others = [_pool.submit(take) for _ in range(min(threads, tasks) - 1)]
    take()
    for other in others:
        other.result()


# -- one direction of one layer, for autograd -----------------------------------------------------------------------


def scan(tokens: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, layout: Layout) -> Tensor:
    """The states of one direction of a GRU layer in the order of the tokens: (B, N, C) -> (B, N, H), N at least ROWS.

    Weights as nn.GRU has them. Uses as many threads as torch does for the calling thread: states do not depend on
    their number, gradients only in how sums round.
    """
    short = -tokens.shape[2] % FILL
    tokens = F.pad(tokens, (0, short)) if short else tokens.contiguous()
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in (tokens, weight_ih, weight_hh, bias_ih, bias_hh))
    return Scan.apply(tokens, weight_ih, weight_hh, bias_ih, bias_hh, layout, torch.get_num_threads(), keep)[..., : weight_hh.shape[1]]


class Scan(torch.autograd.Function):
    """tokens (B, N, C), C a multiple of FILL -> states (B, N, P); `keep` whether a backward pass may follow."""

    @staticmethod
    def forward(ctx, x, weight_ih, weight_hh, bias_ih, bias_hh, layout, threads, keep):
        (batch, tokens, inputs), hidden = x.shape, weight_hh.shape[1]
        width, group = -(-hidden // FILL) * FILL, max(1, ROWS // layout.sequences)
        w_input, w_state, b = x.new_zeros(inputs, 3, width), x.new_zeros(hidden, 3, width), x.new_zeros(2, 3, width)
        w_input[: weight_ih.shape[1], :, :hidden] = weight_ih.view(3, hidden, -1)[NRZ].permute(2, 0, 1)
        w_state[:, :, :hidden] = weight_hh.view(3, hidden, hidden).permute(2, 0, 1)
        b[0, :, :hidden], b[1, :, :hidden] = bias_ih.view(3, hidden)[NRZ], bias_hh.view(3, hidden)
        gates, y = x.new_empty(batch * tokens if keep else 0, 4 * width), x.new_empty(batch, tokens, width)
        weights = _arrays(w_input, b[0], w_state, b[1])
        x_rows, y_rows, gate_rows = x.flatten(0, 1).numpy(), y.flatten(0, 1).numpy(), gates.numpy()

        def work(task: int, first: int, last: int) -> None:
            rows = gate_rows if keep else np.empty((group * tokens, 4 * width), np.float32)
            forward(first, last, group, layout, hidden, x_rows, *weights, rows, y_rows, keep, *_scratch(ROWS * width, 3 * ROWS * width))

        in_parallel(work, batch, group, threads)
        ctx.save_for_backward(x, y, gates, weight_ih, weight_hh)
        ctx.layout, ctx.threads = layout, threads
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        x, y, gates, weight_ih, weight_hh = ctx.saved_tensors
        inputs, hidden, width, tasks = x.shape[2], weight_hh.shape[1], y.shape[2], TASKS * ctx.threads
        group, used = max(1, ROWS // ctx.layout.sequences), weight_ih.shape[1]
        w_input, w_state = x.new_zeros(3, width, inputs), x.new_zeros(3, width, width)
        w_input[:, :hidden, :used] = weight_ih.view(3, hidden, -1)[NRZ]
        w_state[:, :hidden, :hidden] = weight_hh.view(3, hidden, hidden)
        weights, dx = _arrays(w_input, w_state), torch.empty_like(x)
        sums = [x.new_zeros(tasks, *shape) for shape in ((3, width, inputs), (3, width, width), (4, width))]  # one a task: no waiting
        x_rows, y_rows, dy_rows, dx_rows = (t.flatten(0, 1).numpy() for t in (x, y, dy.contiguous(), dx))
        outputs = [t.flatten(1).numpy() for t in sums]

        def work(task: int, first: int, last: int) -> None:
            mine = [output[task] for output in outputs]
            mine += _scratch(ROWS * width, 3 * ROWS * width, max(width, inputs), group * x.shape[1] * 4 * width, 4 * width)
            backward(first, last, group, ctx.layout, x_rows, y_rows, dy_rows, gates.numpy(), *weights, dx_rows, *mine)

        in_parallel(work, len(x), group, ctx.threads)
        dw_input, dw_state, db = (t.sum(0)[:, :hidden] for t in sums)  # n, r, z; r, z, q; n, r, z, q
        dw_input, dw_state = dw_input[RZN, :, :used].reshape(3 * hidden, used), dw_state[:, :, :hidden].reshape(3 * hidden, hidden)
        return dx, dw_input, dw_state, db[RZN].flatten(), db[1:].flatten(), None, None, None


def _scratch(*sizes: int) -> list[np.ndarray]:
    return [np.zeros(size, np.float32) for size in sizes]


def _arrays(*tensors: Tensor) -> list[np.ndarray]:
    return [tensor.flatten().numpy() for tensor in tensors]
