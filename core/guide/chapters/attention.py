"""Terms of attention and transformers."""

from core.guide.term import Term

TERMS = (
    Term(
        "Attention",
        ("attention mechanism", "self attention by hand"),
        "Every token asks all others and takes a weighted mean of what they offer. The weights are computed from the tokens.",
        "attention",
    ),
    Term(
        "Query",
        ("q", "key", "value", "q, k, v", "queries, keys and values", "keys"),
        "What a token asks for. A key is what a token can be found by, and a value is what it hands over. All three are linear maps of the "
        "token.",
        "attention",
    ),
    Term(
        "Softmax",
        ("soft max",),
        "A function that makes positive numbers with the sum 1 out of any numbers. The largest one gets most.",
        "attention",
    ),
    Term(
        "Scaled dot-product attention",
        ("scaled dot-product", "softmax(q k^T / sqrt(D)) v", "dot product attention", "divided by sqrt(D)"),
        "Attention by softmax(q kᵀ / √D) v: the products of queries and keys are divided by the root of the key's size D, and become "
        "weights.",
        "attention",
    ),
    Term(
        "Attention matrix",
        ("attention weights", "quadratic in T", "weights are (T, T)"),
        "The table of all attention weights: row i says how much token i takes from each token. Its rows have the sum 1.",
        "attention",
    ),
    Term(
        "Temperature",
        ("temperature of softmax",),
        "A number by which scores are divided before softmax. A low one makes the largest weight take all, a high one makes all alike.",
        "attention",
    ),
    Term(
        "Saturation",
        ("saturated softmax", "saturates"),
        "A function so far from zero that it hardly moves any more. A saturated softmax gives one token all the weight, and no gradient.",
        "attention",
        {"divide": "1", "width": "64", "heads": "1"},
    ),
    Term(
        "Entropy",
        ("nats", "nat", "entropy of a row"),
        "How evenly weights are spread, measured in nats: 0 when one token gets all, ln T when T tokens get the same. A loss in nats uses "
        "the natural logarithm, too.",
        "attention",
    ),
    Term(
        "Multi-head attention",
        ("attention head", "heads", "multi head", "multi-head", "heads in parallel"),
        "Several attentions side by side, each on its own part of the features. So the number of heads must divide the embedding size.",
        "attention",
        {"tokens": "patches", "heads": "4"},
    ),
    Term(
        "Quadratic cost",
        ("quadratic", "cost of attention", "quadratic in length"),
        "With twice as many tokens attention has four times as many weights, for every token asks every other one.",
        "attention",
    ),
    Term(
        "Residual connection",
        ("skip connection", "residual connections", "residual"),
        "Adding the input of a layer to its output. The gradient then has a way that nothing changes.",
        "vit",
    ),
    Term(
        "Feed-forward network",
        ("MLP", "feed forward", "mlp ratio"),
        "Two linear layers with a bend between them, applied to each token alone. Every transformer layer has one after its attention.",
        "vit",
    ),
    Term(
        "Transformer",
        ("transformer encoder", "transformer encoder layer", "nn.TransformerEncoderLayer", "encoder layer"),
        "A network of layers that each have attention, a feed-forward network, two residual connections and LayerNorm. It has no "
        "recurrence.",
        "vit",
    ),
    Term(
        "Permutation",
        ("shuffle", "shuffled tokens", "inverse permutation"),
        "A new order of elements. Its inverse puts them back.",
        "shuffle",
    ),
    Term(
        "Equivariance",
        ("equivariant", "permutation equivariance", "permutation equivariant"),
        "When the inputs change places, the outputs change places in the same way, and nothing else happens. A transformer without "
        "positions is equivariant.",
        "shuffle",
        {"models": "encoder.encoder-sinusoidal.gru", "order": "reverse"},
    ),
    Term(
        "Invariance",
        ("invariant", "permutation invariance", "permutation invariant"),
        "When the inputs change places, the answer stays the same. The mean over all tokens of an equivariant model is invariant.",
        "shuffle",
    ),
    Term(
        "Shuffle test",
        ("permute the tokens", "undo the permutation"),
        "Shuffle the tokens, compute, and undo the shuffle on the outputs. If they are the same as without the shuffle, the model does not "
        "know the order.",
        "shuffle",
    ),
    Term(
        "Tolerance",
        ("float64", "rounding error", "numerical error"),
        "The difference up to which two numbers count as equal, for computers round. In float64 that is about 16 digits.",
        "shuffle",
    ),
    Term(
        "Eval mode",
        ("model.eval()", "train mode"),
        "The state of a model in which dropout is off. Every test and every picture needs it, for dropout draws anew each time.",
        "shuffle",
    ),
    Term(
        "Positional encoding",
        ("positions", "position encoding", "positional embedding", "positional encodings"),
        "Numbers that tell a token its place, for attention alone sees a set without an order.",
        "positions",
    ),
    Term(
        "Sinusoidal positions",
        ("sine and cosine", "sine and cosine at different frequencies", "sinusoidal"),
        "Positions made of sine and cosine waves of different speeds, like the hands of a clock. They are added to the tokens.",
        "positions",
    ),
    Term(
        "Learned positions",
        ("learned positional embedding", "learned"),
        "One vector of free numbers for each place, added to the token there and trained like all other weights.",
        "positions",
        {"kind": "learned", "run": "recorded-cifar10-compare-vit-0", "epoch": "8"},
    ),
    Term(
        "Bare index",
        ("adding the index", "index positions", "naive positions"),
        "The naive way to say a place: adding 0, 1, 2, 3 and so on to the token. Large numbers then drown what the token says.",
        "positions",
        {"kind": "index"},
    ),
    Term(
        "Grid positions",
        ("2-D positions", "row and column"),
        "Positions of an image that say the row and the column of a patch, each in one half of the numbers.",
        "positions",
        {"kind": "grid", "length": "257"},
    ),
    Term(
        "Rotary positions",
        ("rotary", "RoPE"),
        "Positions that turn queries and keys by an angle for each place. Their product then depends on the distance of two tokens.",
        "positions",
        {"kind": "rotary", "width": "16"},
    ),
    Term(
        "Vision Transformer",
        ("ViT", "vision transformers"),
        "A transformer that reads the patches of an image as tokens, and a class token beside them.",
        "vit",
    ),
    Term(
        "Class token",
        ("cls token", "token 0", "cls", "why read only token 0"),
        "A learned token that is put before the patches. It belongs to no place, gathers what the model needs, and alone is read by the "
        "head.",
        "vit",
    ),
    Term(
        "Attention map",
        ("attention as a picture", "how important is every patch to every other patch"),
        "The attention weights of one token, drawn over the image: how much it takes from every patch.",
        "vit",
    ),
    Term(
        "Receptive field",
        ("receptive fields", "whole image from the first layer"),
        "The part of the input that an output can depend on. With attention it is the whole image from the first layer.",
        "vit",
    ),
    Term(
        "Attention rollout",
        ("rollout", "roll out"),
        "Multiplying the attention matrices of all layers, to see from which patches something has come through the whole network.",
        "vit",
        {"run": "recorded-cifar10-compare-vit-0", "epoch": "8", "map": "3-rollout"},
    ),
    Term(
        "Gradient × attention",
        ("grad × att.", "gradient times attention", "grad x att"),
        "Attention multiplied by the gradient of the answer. It shows weights that the answer depends on, and hides those that it ignores.",
        "vit",
        {"run": "recorded-cifar10-compare-vit-0", "epoch": "8", "map": "3-gradient"},
    ),
    Term(
        "Attention distance",
        ("distance of heads", "local head"),
        "How far away the patches are that a head reads, as a mean over its weights. A local head reads its neighbours.",
        "vit",
    ),
    Term(
        "Explanation",
        ("attention is not explanation", "attention map is not an explanation"),
        "A reason for an answer. An attention map is none: a patch with much weight may change nothing. Erasing a patch is a better test.",
        "vit",
    ),
    Term(
        "Path length",
        ("how many steps lie between two patches", "path between two tokens"),
        "The number of steps by which news of one token reach another one: many in a recurrent network, one with attention.",
        "reading",
    ),
    Term(
        "Principal component",
        ("PC 1", "PC1", "PC 2", "principal components", "PCA"),
        "The direction in which vectors vary most is the first principal component, PC 1. PC 2 is the next one at a right angle to it.",
        "reader",
    ),
)
