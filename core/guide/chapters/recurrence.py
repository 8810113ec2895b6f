"""Terms of sequences and recurrent networks."""

from core.guide.term import Term

TERMS = (
    Term(
        "Sequence",
        ("sequences", "sequence modeling", "time series"),
        "Elements in an order, such as the words of a sentence or the patches of an image. A model of sequences must take any length.",
        "sequences",
    ),
    Term(
        "One-to-one",
        ("one to one",),
        "A task with one input and one output and no sequence at all, such as naming what a whole image shows.",
        "sequences",
        {"task": "one-to-one"},
    ),
    Term(
        "One-to-many",
        ("one to many", "image captioning"),
        "A task with one input and a sequence as output. Image captioning is one: an image goes in, a sentence comes out.",
        "sequences",
        {"task": "one-to-many"},
    ),
    Term(
        "Many-to-one",
        ("many to one", "sequence classification", "class logits from the last hidden state"),
        "A task that reads a whole sequence and gives one answer, such as a class. Usually only the last hidden state is read.",
        "sequences",
    ),
    Term(
        "Many-to-many, same length",
        ("many-to-many of the same length", "many to many", "tagging", "denoising", "a tag for each word"),
        "A task with one output for every input, such as a tag for each word. The same head reads every hidden state.",
        "sequences",
        {"task": "same-length"},
    ),
    Term(
        "Many-to-many, other length",
        ("many-to-many of different length", "sequence to sequence", "seq2seq"),
        "A task whose output may be longer or shorter than its input, such as translation. It needs an encoder and a decoder.",
        "sequences",
        {"task": "other-length"},
    ),
    Term(
        "Padding",
        ("pad", "padded batch", "inputs of variable length"),
        "Filling tokens at the end of short sequences, so that all sequences of a batch have one length. They mean nothing and must be "
        "ignored.",
        "sequences",
    ),
    Term(
        "Packing",
        ("packed sequence", "pack_padded_sequence"),
        "A way to give a recurrent network a padded batch with the true lengths, so that it stops at the end of each sequence.",
        "sequences",
    ),
    Term(
        "One-hot vector",
        ("one-hot", "one hot encoding"),
        "A vector that is 1 at the place of one word and 0 everywhere else. It says which word it is, and nothing of its meaning.",
        "sequences",
    ),
    Term(
        "Embedding",
        ("word embedding", "embeddings", "learned embedding", "word vector"),
        "A vector of numbers that stands for a word or a patch, and that is learned. Words that are used alike get vectors that are close.",
        "sequences",
    ),
    Term(
        "Convolution over time",
        ("1-D convolution", "temporal convolution", "3-D convolution", "3d convolution"),
        "The same small filter applied at every place of a sequence. It sees a fixed number of neighbours; a 3-D convolution does this for "
        "video, at a high cost.",
        "sequences",
    ),
    Term(
        "Recurrent network",
        ("RNN", "recurrent neural network", "recurrence", "recurrent"),
        "A network that reads a sequence one element after the other, and carries a hidden state from each step to the next.",
        "cell",
        {"cell": "rnn"},
    ),
    Term(
        "Recurrent cell",
        ("cell", "step", "time step"),
        "The small formula that a recurrent network applies at every step: from the next input and its last state it makes a new state.",
        "cell",
    ),
    Term(
        "Unrolling",
        ("unrolled", "unroll", "one cell applied to every element"),
        "Drawing or computing a recurrent network with one cell applied to every element of a sequence, a copy for each step. All copies "
        "have the same weights.",
        "sequences",
    ),
    Term(
        "Hidden state",
        ("state", "hidden states", "hidden size", "H"),
        "The vector that a recurrent network carries along. It is all that the network knows of what it has read so far. It starts as "
        "zeros.",
        "reader",
    ),
    Term(
        "Elman RNN",
        ("plain RNN", "vanilla RNN", "simple RNN"),
        "The simplest recurrent cell: the new state is tanh of one affine map of the input plus one of the last state.",
        "cell",
        {"cell": "rnn"},
    ),
    Term(
        "Affine map",
        ("linear layer", "weights and bias"),
        "A matrix times a vector, plus a bias vector. A linear layer of a network is an affine map.",
        "cell",
        {"view": "hand", "t": "2"},
    ),
    Term(
        "Tanh",
        ("hyperbolic tangent",),
        "A function that presses any number into the range from −1 to 1. Far from zero it is flat, so little gradient passes.",
        "cell",
        {"cell": "rnn"},
    ),
    Term(
        "Sigmoid",
        ("logistic function",),
        "A function that presses any number into the range from 0 to 1. Gates use it: 0 is closed and 1 is open.",
        "cell",
    ),
    Term(
        "Gate",
        ("gates", "gating"),
        "A vector of numbers between 0 and 1 that is multiplied with another vector. It decides how much of each number may pass.",
        "cell",
        {"cell": "lstm"},
    ),
    Term(
        "LSTM",
        ("long short-term memory", "LSTM cell"),
        "A recurrent cell with three gates and a second state, the cell state, on which information and gradients can survive many steps.",
        "cell",
        {"cell": "lstm"},
    ),
    Term(
        "Cell state",
        ("c_t", "memory cell"),
        "The second state of an LSTM. It is only multiplied by the forget gate and added to, so gradients survive on it.",
        "cell",
        {"cell": "lstm"},
    ),
    Term(
        "Forget gate",
        ("input gate", "output gate", "gates of an LSTM"),
        "The gate of an LSTM that decides how much of the old cell state is kept. The input gate decides what is added, and the output "
        "gate what is shown as the hidden state.",
        "cell",
        {"cell": "lstm"},
    ),
    Term(
        "GRU",
        ("gated recurrent unit", "GRU cell"),
        "A recurrent cell with two gates and one state. The new state is a mixture of the last state and a candidate.",
        "cell",
    ),
    Term(
        "Reset gate",
        ("r gate",),
        "The gate of a GRU that decides how much of the last state the candidate reads. PyTorch applies it after the matrix product with "
        "the state, the paper of 2014 before it.",
        "cell",
        {"cell": "gru2014"},
    ),
    Term(
        "Update gate",
        ("z gate",),
        "The gate z of a GRU. Where it is 1 the last state is kept as it is; where it is 0 the candidate replaces it.",
        "cell",
    ),
    Term(
        "Candidate",
        ("candidate state", "new gate", "n gate"),
        "The new content that a cell proposes at a step, before its gates decide how much of it is taken.",
        "cell",
    ),
    Term(
        "Stacked layers",
        ("stacking", "num_layers", "several layers", "depth"),
        "Recurrent layers on top of each other: the second layer reads the states of the first one as its inputs.",
        "depth",
    ),
    Term(
        "Bidirectional",
        ("bidirectional GRU", "both directions", "backward direction"),
        "With a second cell that reads the sequence from its end. Then every state knows what comes before it and what comes after it.",
        "depth",
    ),
    Term(
        "Head",
        ("classifier head", "readout", "linear head"),
        "The last linear layer of a model. It turns a state or a token into one number for each class.",
        "depth",
    ),
    Term(
        "Backpropagation through time",
        ("BPTT", "gradient through time", "gradients through time"),
        "Computing gradients of an unrolled network: the gradient goes back through every step, and is changed by each of them.",
        "memory",
    ),
    Term(
        "Vanishing gradient",
        ("vanishing", "vanishing gradients", "gradient fades"),
        "A gradient that becomes smaller at every step back, until almost nothing arrives. What lies far back is then not learned.",
        "memory",
    ),
    Term(
        "Exploding gradient",
        ("exploding", "exploding gradients"),
        "A gradient that becomes larger at every step back, until a single step of training destroys the weights.",
        "memory",
        {"radius": "3", "length": "100"},
    ),
    Term(
        "Gradient clipping",
        ("clip norm", "clipping"),
        "Shortening a gradient that is longer than a limit. It keeps its direction, so one exploding gradient does no harm.",
        "memory",
        {"radius": "3", "length": "100"},
    ),
    Term(
        "Jacobian",
        ("‖J‖", "norm of the Jacobian", "Jacobian matrix"),
        "The matrix of all derivatives of a function: how far each output moves when each input moves a little. Its norm ‖J‖ is its size.",
        "memory",
    ),
    Term(
        "Spectral radius",
        ("radius", "largest eigenvalue"),
        "The size of the largest eigenvalue of a matrix. When a matrix is applied again and again, vectors grow above 1 and fade below 1.",
        "memory",
    ),
    Term(
        "Influence",
        ("influence of an input", "which inputs moved which output"),
        "How far an output moves when one input is changed a little. It is the size of a derivative.",
        "memory",
    ),
)
