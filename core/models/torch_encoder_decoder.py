"""The encoder-decoder on nn.Transformer, as one would build it without layers of one's own."""

from __future__ import annotations

from torch import Tensor, nn

from core.models.dropout import Dropout
from core.models.encoder_decoder import TransformerEnds
from core.models.masks import Mask, subsequent_mask
from core.models.seq2seq_configs import TorchEncoderDecoderConfig
from core.models.seq2seq_ends import Memory
from core.models.seq2seq_task import Seq2SeqTask


class TorchEncoderDecoder(TransformerEnds):
    """Embeddings, nn.Transformer(batch_first=True), output layer. nn.Transformer wants masks the other way round: True = may not be read.

    It keeps no keys and values, so `step` computes the whole prefix again for each token. Dropout stands where nn.Transformer has it but
    for attention weights, and draws from the lab's own generators.
    """

    def __init__(self, task: Seq2SeqTask, config: TorchEncoderDecoderConfig):
        super().__init__(task, config)
        dim = config.embed_dim
        # Dropout is put in below: nn.Dropout draws from the global generator, and a run would depend on what else the process does.
        sizes = (dim, config.num_heads, round(config.mlp_ratio * dim), 0.0, "gelu")
        layer = nn.TransformerEncoderLayer(*sizes, batch_first=True, norm_first=config.norm_first)
        # Nested tensors would leave padded states out, and say on every start that they are a prototype.
        encoder = nn.TransformerEncoder(layer, config.encoder_layers, nn.LayerNorm(dim), enable_nested_tensor=False)
        self.transformer = nn.Transformer(
            dim,
            config.num_heads,
            config.encoder_layers,
            config.decoder_layers,
            *sizes[2:],
            custom_encoder=encoder,
            batch_first=True,
            norm_first=config.norm_first,
        )
        for name, module in list(self.transformer.named_modules()):
            if isinstance(module, nn.Dropout):
                self.transformer.set_submodule(name, Dropout(config.dropout))

    def read(self, tokens: Tensor, padding: Tensor) -> Tensor:
        return self.transformer.encoder(tokens, src_key_padding_mask=padding)

    def write(self, tokens: Tensor, memory: Memory, mask: Mask, padding: Tensor) -> Tensor:
        triangle = None if mask.ahead is None else ~subsequent_mask(tokens.shape[1], shift=mask.ahead, device=tokens.device)  # (T, T)
        return self.transformer.decoder(
            tokens,
            memory.states,
            tgt_mask=triangle,
            tgt_is_causal=mask.ahead == 0,  # else it reads the mask to find out, and waits for the device
            tgt_key_padding_mask=padding if mask.padding else None,
            memory_key_padding_mask=memory.padding,
        )
