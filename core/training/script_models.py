"""Every model as text: a class `Model` for a script that knows PyTorch and nothing of the lab.

Layers are made in the order of the lab's own classes, so that the same seed draws the same weights; `tests/core/training/test_script.py`
trains both and compares their losses.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from textwrap import dedent

from core.hparams import Hyperparameters
from core.models.configs import CNNConfig, RecurrentConfig, ReNetConfig, ViTConfig

DROPOUT = '''
class Dropout(nn.Module):
    """Dropout that draws from a generator of its own, seeded anew for every epoch."""

    def __init__(self, p):
        super().__init__()
        self.p, self.generator = p, None

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        keep = torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator)
        return x * keep.div_(1 - self.p)


def seed_dropout(model, seed):
    for index, layer in enumerate(module for module in model.modules() if isinstance(module, Dropout)):
        layer.generator = torch.Generator(DEVICE).manual_seed(int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))
'''


def model_text(model: str, config: Hyperparameters, classes: int) -> str | None:
    """The definition of a class `Model` that is the lab's `model` with this config; None for a model that is not known here."""
    if model not in WRITERS:
        return None
    body = WRITERS[model](config, classes)
    return (DROPOUT if "Dropout(" in body else "") + body


def drops(config: Hyperparameters) -> bool:
    """Whether a model with this config drops anything out. Then every Dropout is there: its place in the model seeds it."""
    return any(getattr(config, name, 0) > 0 for name in ("dropout", "drop_sweeps"))


def filled(text: str, **parts: str) -> str:
    """`text` with its NAMES replaced by `parts`; a line whose part is empty is left out."""
    found = []
    for line in dedent(text).splitlines():
        name = line.strip()
        if name in parts:
            indent = line[: len(line) - len(line.lstrip())]
            found += [indent + one if one else "" for one in parts[name].splitlines()]
        else:
            found.append(line)
    return "\n".join(found) + "\n"


def recurrent(cell: str) -> Callable[[RecurrentConfig, int], str]:
    """A writer of `RecurrentClassifier` (core/models/recurrent.py)."""

    def write(config: RecurrentConfig, classes: int) -> str:
        size, wide = config.hidden_size, config.hidden_size * (1 + config.bidirectional)
        options = f", num_layers={config.num_layers}" * (config.num_layers > 1) + ", bidirectional=True" * config.bidirectional
        state = "final[0]" if cell == "lstm" else "final"
        last = f"torch.cat(({state}[-2], {state}[-1]), dim=-1)" if config.bidirectional else f"{state}[-1]"
        read, states = ("states.mean(1)", "states, _") if config.readout == "mean" else (last, "_, final")
        forget = f"""
for name, parameter in self.rnn.named_parameters():
    if name.startswith("bias"):  # forget gates start at 1: the cell state is kept at first
        nn.init.constant_(parameter[{size} : {2 * size}], 1.0 if name.startswith("bias_ih") else 0.0)
"""
        return filled(
            f'''
            class Model(nn.Module):
                """Patches of {config.patch_size}x{config.patch_size} pixels, read one by one: (B, 3, 32, 32) -> (B, {classes}) logits."""

                def __init__(self):
                    super().__init__()
                    self.rnn = nn.{cell.upper()}({config.embed_dim}, {size}{options}, batch_first=True)
                    FORGET
                    DROPOUT
                    self.head = nn.Linear({wide}, {classes})
                    self.project = nn.Conv2d(3, {config.embed_dim}, kernel_size={config.patch_size}, stride={config.patch_size})
                    self.norm = nn.LayerNorm({config.embed_dim})

                def forward(self, images):
                    tokens = self.norm(self.project(images).flatten(2).transpose(1, 2))  # (B, 3, 32, 32) -> (B, N, E)
                    {states} = self.rnn(tokens)
                    return self.head({_dropped(config, read)})
            ''',
            FORGET=forget.strip() if cell == "lstm" else "",
            DROPOUT=f"self.dropout = Dropout({config.dropout})" if drops(config) else "",
        )

    return write


def _dropped(config: Hyperparameters, text: str) -> str:
    return f"self.dropout({text})" if drops(config) else text


def cnn(config: CNNConfig, classes: int) -> str:
    """`CNN` (core/models/cnn.py)."""
    return filled(
        f'''
        class Model(nn.Module):
            """Three stages of 3x3 convolutions, then the mean over places: (B, 3, 32, 32) -> (B, {classes}) logits."""

            def __init__(self):
                super().__init__()
                self.stage1 = stage(3, {config.width}, halve=True)
                self.stage2 = stage({config.width}, {2 * config.width}, halve=True)
                self.stage3 = stage({2 * config.width}, {4 * config.width}, halve=False)
                DROPOUT
                self.head = nn.Linear({4 * config.width}, {classes})

            def forward(self, images):
                maps = self.stage3(self.stage2(self.stage1(images.contiguous(memory_format=torch.channels_last))))
                return self.head({_dropped(config, "maps.mean(dim=(2, 3))")})


        def stage(channels_in, channels_out, halve):
            layers = []
            for block in range({config.blocks}):
                convolution = nn.Conv2d(channels_out if block else channels_in, channels_out, 3, padding=1, bias=False)
                nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
                pool = [nn.MaxPool2d(2)] if halve and block == {config.blocks - 1} else []
                layers += [convolution, *pool, nn.BatchNorm2d(channels_out), nn.ReLU()]
            return nn.Sequential(*layers)
        ''',
        DROPOUT=f"self.dropout = Dropout({config.dropout})" if drops(config) else "",
    )


def vit(config: ViTConfig, classes: int) -> str:
    """`ViT` (core/models/vit.py, transformer.py, attention.py)."""
    dim, tokens, wide = config.embed_dim, (32 // config.patch_size) ** 2 + 1, round(config.mlp_ratio * config.embed_dim)
    p = config.dropout
    places = {
        "none": "",
        "learned": f"self.positions = nn.Parameter(torch.empty({tokens}, {dim}).normal_(std=0.02))",
        "sinusoidal": f'self.register_buffer("positions", sinusoids({tokens}, {dim}))',
        "grid": f'self.register_buffer("positions", grid_sinusoids({isqrt(tokens - 1)}, {dim}))',
        "rotary": "",
        "index": f'self.register_buffer("positions", torch.arange({tokens}.0)[:, None])',
    }[config.positions]
    added = " + self.positions" if places else ""
    sinusoids = '''

    def sinusoids(length, dim):
        """Sine and cosine at different frequencies, (length, dim)."""
        angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
        return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :dim].float()
    '''
    grid_sinusoids = '''

    def grid_sinusoids(side, dim):
        """Sine and cosine of row and column, zeros for the class token: (1 + side^2, dim)."""
        rows, columns = sinusoids(side, dim - dim // 2), sinusoids(side, dim // 2)
        return F.pad(torch.cat((rows.repeat_interleave(side, 0), columns.repeat(side, 1)), dim=1), (0, 0, 1, 0))
    '''
    rotary = '''

    def turned(features):
        """Turn pairs of features by their position, slower from pair to pair: (B, heads, T, D) -> (B, heads, T, D)."""
        length, dim = features.shape[-2:]
        angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
        angle = angle.to(features.device, torch.float32)
        x, y = features.unflatten(-1, (-1, 2)).unbind(-1)
        turned = torch.stack((x * angle.cos() - y * angle.sin(), x * angle.sin() + y * angle.cos()), dim=-1)
        return turned.flatten(-2).to(features.dtype)
    '''
    attend = "F.scaled_dot_product_attention(q, k, v)"
    if drops(config):
        attend = (
            f"self.attend((q @ k.transpose(-2, -1) / {dim // config.num_heads} ** 0.5).softmax(dim=-1)) @ v if self.training else {attend}"
        )
    return filled(
        f'''
        class Model(nn.Module):
            """Patches and a class token through {config.num_layers} encoder layers: (B, 3, 32, 32) -> (B, {classes}) logits."""

            def __init__(self):
                super().__init__()
                self.project = nn.Conv2d(3, {dim}, kernel_size={config.patch_size}, stride={config.patch_size})
                self.embed = nn.LayerNorm({dim})
                self.class_token = nn.Parameter(torch.empty(1, 1, {dim}).normal_(std=0.02))
                POSITIONS
                DROPOUT
                self.layers = nn.Sequential(*[Layer() for _ in range({config.num_layers})])
                self.norm = nn.LayerNorm({dim})
                self.head = nn.Linear({dim}, {classes})

            def forward(self, images):
                patches = self.embed(self.project(images).flatten(2).transpose(1, 2))  # (B, 3, 32, 32) -> (B, N, E)
                tokens = torch.cat((self.class_token.expand(len(patches), -1, -1), patches), dim=1){added}
                return self.head(self.norm(self.layers({_dropped(config, "tokens")})[:, 0]))


        class Layer(nn.Module):
            """Attention and a small network on each token, each around a residual connection."""

            def __init__(self):
                super().__init__()
                self.query, self.key, self.value = nn.Linear({dim}, {dim}), nn.Linear({dim}, {dim}), nn.Linear({dim}, {dim})
                ATTEND
                self.output = nn.Linear({dim}, {dim})
                for linear in (self.query, self.key, self.value, self.output):
                    nn.init.xavier_uniform_(linear.weight)
                    nn.init.zeros_(linear.bias)
                self.mlp = nn.Sequential(nn.Linear({dim}, {wide}), nn.GELU(), {f"Dropout({p}), " * drops(config)}nn.Linear({wide}, {dim}))
                self.norm1, self.norm2 = nn.LayerNorm({dim}), nn.LayerNorm({dim})
                DROPOUTS

            def forward(self, tokens):
                read = self.norm1(tokens)
                q, k, v = (f(read).unflatten(-1, ({config.num_heads}, -1)).transpose(1, 2) for f in (self.query, self.key, self.value))
                TURN
                heads = {attend}
                attended = self.output(heads.transpose(1, 2).flatten(2))  # (B, heads, T, D) -> (B, T, E)
                tokens = tokens + {"self.dropout1(attended)" if drops(config) else "attended"}
                mixed = self.mlp(self.norm2(tokens))
                return tokens + {"self.dropout2(mixed)" if drops(config) else "mixed"}
        ''',
        POSITIONS=places,
        TURN="q, k = turned(q), turned(k)" if config.positions == "rotary" else "",
        DROPOUT=f"self.dropout = Dropout({p})" if drops(config) else "",
        ATTEND=f"self.attend = Dropout({p})" if drops(config) else "",
        DROPOUTS=f"self.dropout1, self.dropout2 = Dropout({p}), Dropout({p})" if drops(config) else "",
    ) + dedent({"sinusoidal": sinusoids, "grid": sinusoids + grid_sinusoids, "rotary": rotary}.get(config.positions, ""))


def renet(config: ReNetConfig, classes: int) -> str:
    """`ReNet` (core/models/renet.py)."""
    width, overlap = config.width, 1 if config.overlap else 0
    stages = []
    for stage, blocks in enumerate((config.blocks1, config.blocks2, config.blocks3)):
        wide = width * 2**stage
        stages += [f"Merge({wide // 2})"] if stage else []
        stages += [f"Sweep({wide}, columns={columns})" for _ in range(blocks) for columns in (False, True)]
    padding = ", padding=1" if overlap else ""
    convolution = f"kernel_size={config.patch_size + 2 * overlap}, stride={config.patch_size}{padding}"
    skip = """
if self.training:  # an image keeps all of the sweep, or nothing
    states = states * self.keep(grid.new_ones(len(grid), 1, 1, 1))
"""
    return filled(
        f'''
        class Model(nn.Module):
            """Tokens that only GRUs mix, along rows and columns: (B, 3, 32, 32) -> (B, {classes}) logits."""

            def __init__(self):
                super().__init__()
                self.embed = nn.Conv2d(3, {width}, {convolution})
                self.stages = nn.Sequential(
                    STAGES
                )
                self.norm = nn.LayerNorm({wide})
                DROPOUT
                self.head = nn.Linear({wide}, {classes})

            def forward(self, images):
                grid = self.stages(self.embed(images).permute(0, 2, 3, 1).contiguous())  # (B, 3, 32, 32) -> (B, h, w, C)
                return self.head({_dropped(config, "self.norm(grid).mean(dim=(1, 2))")})


        class Sweep(nn.Module):
            """A residual step: two GRUs read every row, or every column, from both ends: (B, h, w, C) -> (B, h, w, C)."""

            def __init__(self, width, columns):
                super().__init__()
                self.columns = columns
                self.norm = nn.LayerNorm(width)
                self.gru = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)
                KEEP

            def forward(self, grid):
                lines = self.norm(grid)
                lines = lines.transpose(1, 2) if self.columns else lines
                states = self.gru(lines.flatten(0, 1))[0].unflatten(0, (len(grid), -1))  # (B * lines, T, C) -> (B, lines, T, C)
                states = states.transpose(1, 2) if self.columns else states
                SKIP
                return grid + states


        class Merge(nn.Module):
            """Four neighbouring tokens side by side, then one linear map: (B, h, w, C) -> (B, h/2, w/2, 2C)."""

            def __init__(self, width):
                super().__init__()
                self.project = nn.Linear(4 * width, 2 * width)

            def forward(self, grid):
                grid = grid.unflatten(2, (-1, 2)).unflatten(1, (-1, 2))  # (B, h, w, C) -> (B, h/2, 2, w/2, 2, C)
                return self.project(grid.transpose(2, 3).flatten(3))
        ''',
        STAGES="\n".join(f"{stage}," for stage in stages),
        DROPOUT=f"self.dropout = Dropout({config.dropout})" if drops(config) else "",
        KEEP=f"self.keep = Dropout({config.drop_sweeps})" if drops(config) else "",
        SKIP=skip.strip() if config.drop_sweeps else "",
    )


WRITERS: dict[str, Callable[..., str]] = {
    "gru": recurrent("gru"),
    "lstm": recurrent("lstm"),
    "rnn": recurrent("rnn"),
    "cnn": cnn,
    "vit": vit,
    "renet": renet,
}
