"""Lists of classes to start from: what can be drawn with a finger in ten seconds, and told from the others."""

OWN = "Your own"
READY = {
    "Digits": ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "Shapes": ("circle", "square", "triangle", "star", "heart", "cross", "spiral", "arrow", "moon", "wave"),
    "Emotions": ("happy", "sad", "angry", "surprised", "sleepy", "in love", "crying", "laughing", "bored", "afraid"),
    "Tools": ("hammer", "saw", "scissors", "key", "spoon", "fork", "ladder", "umbrella", "pencil", "screw"),
    "Animals": ("cat", "fish", "snake", "bird", "snail", "spider", "rabbit", "pig", "butterfly", "elephant"),
    OWN: (),
}
