"""Terms of training."""

from core.guide.term import Term

TERMS = (
    Term(
        "Loss",
        ("cross-entropy", "cross entropy", "objective", "NaN loss"),
        "One number that says how wrong the model is; training makes it small. Here it is cross-entropy, the mean of −ln p of the right "
        "class.",
        "train",
    ),
    Term(
        "Gradient",
        ("gradients", "backpropagation"),
        "The direction in which the loss grows fastest when the weights change. Training goes a small step against it.",
        "memory",
    ),
    Term(
        "Epoch",
        ("epochs", "train and validation phase per epoch"),
        "One pass through all training images. After it the model is judged on the validation images.",
        "train",
    ),
    Term(
        "Batch",
        ("batches", "batch size", "mini-batch", "averaged over images"),
        "The images of one step of training. The mean loss of an epoch must be taken over images, for the last batch may be short.",
        "train",
    ),
    Term(
        "Best epoch",
        ("early stopping", "best weights reloaded", "best epoch kept by validation", "checkpoint"),
        "The epoch with the highest validation accuracy. Its weights are kept and judged once on the test images.",
        "train",
    ),
    Term(
        "Overfitting",
        ("overfit", "memorising", "generalisation"),
        "Learning the training images by heart: training accuracy goes on rising, validation accuracy does not.",
        "train",
    ),
    Term(
        "Learning rate",
        ("lr", "step size"),
        "How large a step of training is. Too small takes for ever, too large never settles.",
        "train",
    ),
    Term(
        "Schedule",
        ("one-cycle", "cosine schedule", "learning rate schedule", "warm-up", "warmup"),
        "How the learning rate changes during training. Usually it falls to zero; with a warm-up it rises first.",
        "train",
    ),
    Term(
        "Optimizer",
        ("SGD", "Adam", "AdamW", "momentum"),
        "The rule that makes a step of a gradient. SGD takes it as it is; Adam scales it for each weight by its own history.",
        "train",
    ),
    Term(
        "Muon",
        ("muon lr",),
        "An optimizer for matrices. It gives all directions of a step the same length, so that no direction is left behind.",
        "bar",
    ),
    Term(
        "Dropout",
        ("drop out",),
        "Setting some numbers to zero by chance while training. The model then cannot rely on any single one.",
        "train",
    ),
    Term(
        "Weight decay",
        ("regularisation", "L2"),
        "A small pull of all weights towards zero at every step. It can reduce overfitting.",
        "train",
    ),
    Term(
        "Label smoothing",
        ("smoothed labels",),
        "Training with a target of, for example, 90 % for the right class instead of 100 %. The model becomes less sure of itself.",
        "train",
    ),
    Term(
        "Data augmentation",
        ("augmentation", "augment", "cutout", "shifted, mirrored images"),
        "Showing each training image a little changed every time: shifted, mirrored, or with a square covered.",
        "train",
    ),
    Term(
        "Weight averaging",
        ("EMA", "exponential moving average"),
        "Keeping a running mean of the weights beside them. The mean is often a little better than the last weights.",
        "train",
    ),
    Term(
        "Seed",
        ("seeds", "random seed"),
        "The number from which all random draws of a run follow. Same set-up and same seed give the same run.",
        "compare",
    ),
    Term(
        "Hyperparameter",
        ("hyperparameters", "setting", "set-up"),
        "A number that is chosen before training, such as the learning rate. Weights are learned, hyperparameters are not.",
        "train",
    ),
    Term(
        "Parameter",
        ("parameters", "weights", "number of parameters"),
        "A number of a model that is learned. A model has thousands or millions of them.",
        "compare",
    ),
    Term(
        "Run",
        ("runs", "recorded run"),
        "One training of one model from its first to its last step, with all its settings, curves and kept weights.",
        "compare",
    ),
    Term(
        "Operations",
        ("FLOP", "FLOPs", "GFLOP/s", "cost"),
        "Multiplications and additions that a model needs, counted. They say what it costs, whatever the machine.",
        "attention",
    ),
    Term(
        "Fused kernel",
        ("kernel of a GRU", "compiled scan"),
        "One compiled function that computes many steps at once, instead of one call for each. The numbers are the same up to rounding.",
        "train",
    ),
)
