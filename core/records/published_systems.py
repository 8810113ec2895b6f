"""Where the transformer went: published systems, each by what goes in, what comes out, what it may read, and which part it uses."""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = {"language": "Language", "images": "Images", "video": "Video", "points": "Point clouds"}
PARTS = {"encoder": "Encoder", "decoder": "Decoder", "both": "Encoder and decoder"}
MASKS = {"subsequent": "Subsequent mask", "padding": "Padding mask", "none": "No mask"}


@dataclass(frozen=True, kw_only=True)
class System:
    """A row of `SYSTEMS`. `published` is year and month of the first public version; `kind` is one of `core.probes.attention.pairs`."""

    name: str
    published: tuple[int, int]
    field: str
    part: str
    goes_in: str
    comes_out: str
    masks: tuple[str, ...]
    mask_words: str
    kind: str
    cheaper: str
    differs: str
    paper: str


SYSTEMS = {
    "transformer": System(
        name="Transformer",
        published=(2017, 6),
        field="language",
        part="both",
        goes_in="a sentence, as pieces of words",
        comes_out="its translation, one piece at a time",
        masks=("subsequent", "padding"),
        mask_words="subsequent in the decoder's self-attention; padding where a batch has short sentences",
        kind="full",
        cheaper="nothing: every piece reads every piece",
        differs="The same model as your encoder-decoder on dates, larger: 6 + 6 layers of width 512, and words instead of letters.",
        paper="Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin: Attention Is All You Need. "
        "NIPS 2017, arXiv 1706.03762",
    ),
    "bert": System(
        name="BERT",
        published=(2018, 10),
        field="language",
        part="encoder",
        goes_in="one or two sentences, 15 % of the pieces to be guessed, most of them hidden",
        comes_out="those pieces; later, fine-tuned: a class, or the place of an answer",
        masks=("padding",),
        mask_words="padding only: every piece reads left and right. Its [MASK] is a token that hides a word, no attention mask",
        kind="full",
        cheaper="nothing; at most 512 tokens",
        differs="Your encoder without the decoder: it fills gaps instead of writing, so no output has to wait for an earlier one.",
        paper="Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding. "
        "NAACL 2019, arXiv 1810.04805",
    ),
    "longformer": System(
        name="Longformer",
        published=(2020, 4),
        field="language",
        part="encoder",
        goes_in="a long document, 4,096 tokens",
        comes_out="hidden words; fine-tuned: an answer, a class",
        masks=("padding",),
        mask_words="padding; a window around each token (512 in the paper), and some tokens that read all; later tokens are read, too",
        kind="window",
        cheaper="a sliding window of w keys, and g global tokens: linear in T",
        differs="Your encoder, but a token far away is reached only through several layers or a global token. (A variant of it, LED, "
        "has a decoder, too.)",
        paper="Beltagy, Peters, Cohan: Longformer: The Long-Document Transformer. 2020, arXiv 2004.05150",
    ),
    "gpt3": System(
        name="GPT-3",
        published=(2020, 5),
        field="language",
        part="decoder",
        goes_in="any text so far, up to 2,048 tokens",
        comes_out="the next token, again and again",
        masks=("subsequent",),
        mask_words="subsequent: the whole model is one decoder",
        kind="banded",
        cheaper="every second layer reads a band only (the paper does not say how wide: here it is w)",
        differs="Your decoder without encoder and cross-attention: question and answer stand in one sequence. "
        "96 layers, 175 billion weights.",
        paper="Brown and 30 others: Language Models are Few-Shot Learners. NeurIPS 2020, arXiv 2005.14165",
    ),
    "deberta": System(
        name="DeBERTa",
        published=(2020, 6),
        field="language",
        part="encoder",
        goes_in="sentences with hidden pieces, as in BERT",
        comes_out="the hidden pieces; fine-tuned: a class, an answer",
        masks=("padding",),
        mask_words="padding only, as in BERT",
        kind="full",
        cheaper="nothing: it computes more, three scores for a pair instead of one",
        differs="Your encoder adds the position to the token once. Here content and relative position stay two vectors, and a score is "
        "content-content + content-position + position-content; absolute positions come in just before the output.",
        paper="He, Liu, Gao, Chen: DeBERTa: Decoding-enhanced BERT with Disentangled Attention. ICLR 2021, arXiv 2006.03654",
    ),
    "linformer": System(
        name="Linformer",
        published=(2020, 6),
        field="language",
        part="encoder",
        goes_in="sentences of a fixed greatest length, pieces hidden",
        comes_out="the hidden pieces; fine-tuned: a class",
        masks=("none",),
        mask_words="none: its keys are mixtures of all positions, so a subsequent mask could not part earlier from later",
        kind="projected",
        cheaper="keys and values are projected from T rows to k: linear in T",
        differs="Your encoder with two more matrices (k, T) a layer, learned for one length: a longer input has no weights.",
        paper="Wang, Li, Khabsa, Fang, Ma: Linformer: Self-Attention with Linear Complexity. 2020, arXiv 2006.04768",
    ),
    "image_transformer": System(
        name="Image Transformer",
        published=(2018, 2),
        field="images",
        part="both",
        goes_in="the pixels so far; for super-resolution also a small image, through an encoder",
        comes_out="the next pixel's colours, until the image is full",
        masks=("subsequent",),
        mask_words="subsequent, in raster order, inside a local memory block",
        kind="blocks",
        cheaper="a query block reads a memory block near it (here the 1-D form, blocks of w)",
        differs="Your decoder with pixels for letters, and a window instead of the whole past. "
        "Without a small image it is a decoder alone.",
        paper="Parmar, Vaswani, Uszkoreit, Kaiser, Shazeer, Ku, Tran: Image Transformer. ICML 2018, arXiv 1802.05751",
    ),
    "detr": System(
        name="DETR",
        published=(2020, 5),
        field="images",
        part="both",
        goes_in="the feature map of a CNN, one token a place; and 100 learned object queries",
        comes_out="100 boxes with their classes (or “no object”), all at once",
        masks=("padding",),
        mask_words="padding where images of a batch differ in size; no subsequent mask: the boxes are a set",
        kind="full",
        cheaper="nothing in the layers: the CNN makes the map small first",
        differs="Your encoder-decoder, but the decoder does not write: its inputs are learned queries, all outputs come in one pass, "
        "and the loss matches boxes to objects in whatever order fits best.",
        paper="Carion, Massa, Synnaeve, Usunier, Kirillov, Zagoruyko: End-to-End Object Detection with Transformers. "
        "ECCV 2020, arXiv 2005.12872",
    ),
    "igpt": System(
        name="iGPT",
        published=(2020, 6),
        field="images",
        part="decoder",
        goes_in="the pixels so far, 32 × 32 to 64 × 64, each one of 512 colours",
        comes_out="the next pixel; its states are then read out as features for a class",
        masks=("subsequent",),
        mask_words="subsequent, in raster order (a variant hides pixels as BERT hides words, and has no such mask)",
        kind="subsequent",
        cheaper="nothing in the layers: images are made small, and three colour channels one token",
        differs="Your decoder on pixels instead of letters. Unlike the lab's ViT it learns without labels, and knows nothing of 2-D.",
        paper="Chen, Radford, Child, Wu, Jun, Luan, Sutskever: Generative Pretraining from Pixels. ICML 2020",
    ),
    "vit": System(
        name="ViT",
        published=(2020, 10),
        field="images",
        part="encoder",
        goes_in="patches of an image, 16 × 16 pixels each, and a class token",
        comes_out="a class, read from the class token",
        masks=("none",),
        mask_words="none: all patches are there at once",
        kind="full",
        cheaper="nothing in the layers: patches instead of pixels make T small",
        differs="The lab's ViT is this one, smaller: patches of a few pixels, a few layers. "
        "The paper's is trained on up to 300 million images.",
        paper="Dosovitskiy and 11 others: An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale. "
        "ICLR 2021, arXiv 2010.11929",
    ),
    "ipt": System(
        name="IPT",
        published=(2020, 12),
        field="images",
        part="both",
        goes_in="a noisy, rainy or small image, as patches of features from convolutions; and which task it is",
        comes_out="the repaired image, all patches at once",
        masks=("none",),
        mask_words="none: no patch has to wait for another one",
        kind="full",
        cheaper="nothing",
        differs="Your encoder-decoder without writing one by one: the decoder's extra input is a learned vector for the task. "
        "A head and a tail of convolutions for each task.",
        paper="Chen, Wang, Guo, Xu, Deng, Liu, Ma, Xu, Xu, Gao: Pre-Trained Image Processing Transformer. CVPR 2021, arXiv 2012.00364",
    ),
    "setr": System(
        name="SETR",
        published=(2020, 12),
        field="images",
        part="encoder",
        goes_in="patches of an image, 16 × 16 pixels each",
        comes_out="a class for every pixel",
        masks=("none",),
        mask_words="none",
        kind="full",
        cheaper="nothing in the layers: patches make T small",
        differs="The lab's ViT, but all tokens are read, not the class token alone: convolutions make a map of pixels of them. What the "
        "paper calls its decoder is made of these convolutions, not of attention.",
        paper="Zheng and 10 others: Rethinking Semantic Segmentation from a Sequence-to-Sequence Perspective with Transformers. "
        "CVPR 2021, arXiv 2012.15840",
    ),
    "botnet": System(
        name="BoTNet",
        published=(2021, 1),
        field="images",
        part="encoder",
        goes_in="the feature map of a ResNet's last stage, one token a place",
        comes_out="features for a class, boxes or object masks",
        masks=("none",),
        mask_words="none",
        kind="full",
        cheaper="nothing in the layers: attention stands only where the map is small",
        differs="Unlike the lab's ViT a CNN: in its last three blocks attention, with relative positions in 2-D, takes the place of the "
        "3 × 3 convolution.",
        paper="Srinivas, Lin, Parmar, Shlens, Abbeel, Vaswani: Bottleneck Transformers for Visual Recognition. CVPR 2021, arXiv 2101.11605",
    ),
    "pvt": System(
        name="PVT",
        published=(2021, 2),
        field="images",
        part="encoder",
        goes_in="patches of 4 × 4 pixels",
        comes_out="four feature maps, from fine to coarse, for a class, boxes or masks",
        masks=("none",),
        mask_words="none",
        kind="reduced",
        cheaper="R × R tokens become one key: R² times fewer pairs (R = 8, 4, 2, 1 in the four stages)",
        differs="The lab's ViT keeps its tokens to the end. Here they are merged 2 × 2 from stage to stage, as in a CNN.",
        paper="Wang, Xie, Li, Fan, Song, Liang, Lu, Luo, Shao: Pyramid Vision Transformer: A Versatile Backbone for Dense Prediction "
        "without Convolutions. ICCV 2021, arXiv 2102.12122",
    ),
    "vtn": System(
        name="VTN",
        published=(2021, 2),
        field="video",
        part="encoder",
        goes_in="one token a frame, from a 2-D network that reads images; and a class token",
        comes_out="an action, read from the class token",
        masks=("none",),
        mask_words="a window over time; the class token reads all frames",
        kind="window",
        cheaper="Longformer's window over T frames, the class token global: linear in T",
        differs="The lab's ViT with frames for patches: space is left to the network before it, attention is over time alone.",
        paper="Neimark, Bar, Zohar, Asselmann: Video Transformer Network. ICCV Workshops 2021, arXiv 2102.00719",
    ),
    "timesformer": System(
        name="TimeSformer",
        published=(2021, 2),
        field="video",
        part="encoder",
        goes_in="patches of F frames (8 × 196 in the base model), and a class token",
        comes_out="an action, read from the class token",
        masks=("none",),
        mask_words="none of time: later frames are read, too; but each attention reads along one axis only",
        kind="divided",
        cheaper="attention over time, then over space: T·(F + N) instead of T² pairs, T = F·N",
        differs="The lab's ViT with two attentions in every layer: over the same patch of all frames, then over its own frame.",
        paper="Bertasius, Wang, Torresani: Is Space-Time Attention All You Need for Video Understanding? ICML 2021, arXiv 2102.05095",
    ),
    "cloud": System(
        name="Cloud Transformers",
        published=(2020, 7),
        field="points",
        part="encoder",
        goes_in="points in space, with features",
        comes_out="a class, a label for each point, or missing points",
        masks=("none",),
        mask_words="none: there are no scores to mask",
        kind="rasterised",
        cheaper="points are never compared: each head moves them onto a small 2-D or 3-D grid, convolves it, and reads back",
        differs="Heads in parallel as in the lab's ViT, and keys and values in name; "
        "but a key is a place on a grid, and softmax(q kᵀ) is gone.",
        paper="Mazur, Lempitsky: Cloud Transformers: A Universal Approach To Point Cloud Processing Tasks. ICCV 2021, arXiv 2007.11679",
    ),
    "pct": System(
        name="PCT",
        published=(2020, 12),
        field="points",
        part="encoder",
        goes_in="points, each with its neighborhood embedded",
        comes_out="a class, or a label for each point",
        masks=("none",),
        mask_words="none: a cloud is a set",
        kind="full",
        cheaper="nothing in the layers; for a class the points are first thinned out",
        differs="The lab's ViT without added positions: the coordinates are the input itself. A layer passes on input minus attention "
        "(offset-attention).",
        paper="Guo, Cai, Liu, Mu, Martin, Hu: PCT: Point cloud transformer. Computational Visual Media 2021, arXiv 2012.09688",
    ),
    "point": System(
        name="Point Transformer",
        published=(2020, 12),
        field="points",
        part="encoder",
        goes_in="points in space, with features",
        comes_out="a class, or a label for each point",
        masks=("none",),
        mask_words="none but nearness: the 16 nearest points",
        kind="neighbors",
        cheaper="every point reads its k nearest points: linear in T",
        differs="A weight is a vector, one number a feature, from the difference q − k instead of the product. The decoder of its "
        "segmentation network makes the cloud denser again; it has no cross-attention.",
        paper="Zhao, Jiang, Jia, Torr, Koltun: Point Transformer. ICCV 2021, arXiv 2012.09164",
    ),
}
