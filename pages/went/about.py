"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "All of these systems grew from the block that you have built, and **they differ in what goes in, what comes out, and which "
        "pairs of tokens may be read.**"
    ),
    experiments={
        "Who needs the subsequent mask? Only what writes one token after the other": {"mask": "subsequent", "system": "igpt"},
        "A document of 65,536 tokens: what a window saves": {"T": "65536", "system": "longformer"},
        "One image, read by ViT and by PVT's first stage": {"field": "images", "T": "4096", "system": "pvt"},
    },
    words=(
        "BERT",
        "GPT-3",
        "DeBERTa",
        "Image Transformer",
        "iGPT",
        "ViT",
        "DETR",
        "SETR",
        "IPT",
        "BoTNet",
        "PVT",
        "VTN",
        "TimeSformer",
        "Cloud Transformers",
        "PCT",
        "Point Transformer",
        "Linformer",
        "Longformer",
        "cheaper attention",
        "part 4",
    ),
    prediction=Prediction(
        question="DETR has an encoder and a decoder like the lab's. Its decoder names 100 objects of an image at once. Which mask does "
        "its self-attention need?",
        choices=("the subsequent mask", "no mask between the 100"),
    ),
)
