"""Terms of images, tokens and the judging of classifiers."""

from core.guide.term import Term

TERMS = (
    Term(
        "CIFAR-10",
        ("cifar", "cifar10", "50,000 training and 10,000 test images"),
        "A data set of 60,000 small photographs, 32 by 32 pixels, of ten classes such as ship and frog.",
        "data",
    ),
    Term(
        "Channel",
        ("channels", "color channel", "RGB"),
        "One of the numbers that each pixel has: red, green or blue. In a network it is one number of each token.",
        "data",
    ),
    Term(
        "Normalisation",
        ("normalised images", "normalize", "mean and standard deviation", "un-normalise"),
        "Subtracting the mean of a channel and dividing by its standard deviation, so that numbers lie around zero.",
        "data",
    ),
    Term(
        "Split",
        ("training set", "validation set", "test set", "validation images", "45,000 train / 5,000 validation"),
        "A part of a data set. A model learns from the training part, is chosen by the validation part, and is judged once on the test "
        "part.",
        "data",
    ),
    Term(
        "Near-duplicate",
        ("duplicates", "near duplicates"),
        "Two images that are almost the same. If one is in the training part and one in the test part, the test is too easy.",
        "data",
    ),
    Term(
        "Patch",
        ("patches", "patch size", "16x16 grid of patches"),
        "A small square of an image. A Vision Transformer and the GRUs of this lab read an image patch by patch.",
        "patches",
    ),
    Term(
        "Token",
        ("tokens", "tokenization"),
        "One element of a sequence as the model sees it: the vector of a word, a letter or a patch.",
        "patches",
    ),
    Term(
        "Patch embedding",
        ("patch embeddings", "cut, flatten, multiply by one matrix", "256 tokens"),
        "Making a token of each patch: its pixels are put in a row and multiplied by one learned matrix.",
        "patches",
    ),
    Term(
        "Strided convolution",
        ("convolution with stride", "stride", "kernel", "convolution"),
        "A convolution that moves on by its own width, so that no pixel is read twice. It is the same as cut, flatten, multiply.",
        "patches",
    ),
    Term(
        "LayerNorm",
        ("layer normalisation", "layer norm"),
        "It gives each token mean 0 and spread 1 over its own numbers, and then scales and shifts them by learned weights.",
        "patches",
    ),
    Term(
        "Scan order",
        ("order of patches", "snake order", "reading order"),
        "The order in which patches become a sequence: row by row, column by column, or in another way. A GRU feels it.",
        "patches",
    ),
    Term(
        "Hilbert curve",
        ("hilbert",),
        "A way through all patches on which neighbours in the sequence are also neighbours in the image.",
        "patches",
        {"patch": "2", "order": "hilbert"},
    ),
    Term(
        "ReNet",
        ("sweeps", "row and column sweeps", "sweep"),
        "A network of GRUs that read all rows of an image at the same time, and then all columns. Paths between patches become short.",
        "bar",
    ),
    Term(
        "The bar",
        ("over 80 % validation accuracy", "unit's bar", "80 % with a GRU-based classifier"),
        "What the unit asks for: more than 80 % validation accuracy on CIFAR-10 with a classifier made of GRUs.",
        "bar",
    ),
    Term(
        "Published hand-in",
        ("hand-in", "reference run", "hidden 25, 2 layers", "62.0 % validation, 60.89 % test"),
        "A solution of the unit's task that was published with all its curves: two GRU layers of 25 units, 60.89 % on the test images.",
        "evaluate",
        {"run": "published-hand-in"},
    ),
    Term(
        "Confusion matrix",
        ("confusion matrices", "confusions"),
        "A table that counts what a model took for what: a row for each true class, a column for each predicted one. Right answers stand "
        "on the diagonal.",
        "evaluate",
    ),
    Term(
        "True positive",
        ("TP", "FN", "FP", "TN", "false negative", "false positive", "true negative"),
        "For one class: an image of it that was named so (TP). A false negative was missed, a false positive was named so wrongly, and a "
        "true negative was rightly named something else.",
        "evaluate",
    ),
    Term(
        "Top-1 accuracy",
        ("accuracy", "top-1", "top 1"),
        "The share of images whose most probable class is the true one.",
        "evaluate",
    ),
    Term(
        "One-vs-rest accuracy",
        ("one-vs-rest", "one vs rest", "one-versus-rest accuracy"),
        "For one class: the share of images rightly called this class or not this class. It is high even for bad models, so it is not the "
        "accuracy.",
        "evaluate",
    ),
    Term(
        "Recall",
        ("sensitivity", "true positive rate"),
        "Of all images of a class, the share that the model found.",
        "evaluate",
    ),
    Term(
        "Precision",
        ("positive predictive value",),
        "Of all images that the model gave a class, the share that really is of it.",
        "evaluate",
    ),
    Term(
        "F1",
        ("F1 score", "Dice"),
        "The harmonic mean of recall and precision: it is high only when both are. It is also called Dice.",
        "evaluate",
    ),
    Term(
        "IoU",
        ("Jaccard", "intersection over union"),
        "True positives divided by all images that are of a class or were given it. It is also called Jaccard.",
        "evaluate",
    ),
    Term(
        "Support",
        ("count", "frequency", "support-weighted mean", "weighted mean", "n"),
        "How many images of a class there are. A support-weighted mean lets frequent classes count more; a plain mean does not.",
        "evaluate",
    ),
    Term(
        "Calibration",
        ("sureness", "calibrated", "reliability"),
        "Whether a model is as sure as it is right: of all answers given with 80 % probability, 80 % should be right.",
        "evaluate",
        {"run": "recorded-shapes-gru", "epoch": "17", "view": "Sureness"},
    ),
    Term(
        "Logits",
        ("logit", "scores"),
        "The numbers that a classifier gives, one for each class, before softmax makes probabilities of them.",
        "try",
    ),
    Term(
        "Chance",
        ("chance level", "guessing"),
        "What somebody who only guesses would reach. With ten equally frequent classes that is 10 %.",
        "train",
    ),
    Term(
        "McNemar's test",
        ("McNemar", "beyond chance", "statistical test"),
        "A test whether two models differ by more than chance. It counts the images that only one of them names rightly.",
        "compare",
    ),
    Term(
        "Confidence interval",
        ("interval", "standard error"),
        "A range in which the true value probably lies. Fewer images give a wider range.",
        "compare",
    ),
)
