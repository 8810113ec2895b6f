"""Broken versions of data sets, augmentation, sequences and what is declared of hyperparameters."""

from tests.mutants.table import broken

MUTANTS = [
    *broken("data/splits.py", "test_splits.py", [
        ("deviation of all channels", "counts[c] += torch.bincount(chunk[:, c]", "counts[c] += torch.bincount(chunk[:, 0]"),
        ("mean without its square", "(shares @ values.square() - mean.square())", "(shares @ values.square() - mean)"),
        ("a flat color divides by zero", ".clamp(min=LEAST_STD)", ""),
        ("divided by the variance", "images.float().sub_(mean * 255).div_(std * 255)", "images.float().sub_(mean * 255).div_(std.square() * 255)"),
        ("0..255 for 0..1", "images.float().sub_(mean * 255).div_(std * 255)", "images.float().sub_(mean).div_(std)"),
        ("cut off without rounding", "(std * 255) + mean * 255).round_().clamp_", "(std * 255) + mean * 255).clamp_"),
        ("parts overlap", "return order[: sum(sizes)].split(list(sizes))", "return tuple(order[:size] for size in sizes)"),
        ("mean of validation", "mean, std = channel_statistics(train.images)", "mean, std = channel_statistics(val.images)"),
    ]),
    *broken("data/augment.py", "test_splits.py", [
        ("never to the right", "torch.randint(-padding, padding + 1,", "torch.randint(-padding, 1,"),
        ("all are mirrored alike", "torch.randint(0, 2, (batch, 1), generator", "torch.randint(0, 2, (1, 1), generator"),
        ("the edge repeats", "size - 1 - (size - 1 - index.abs()).abs()", "index.clamp(0, size - 1)"),
        ("one square for all", "torch.randint(0, size, (batch, 1), generator=generator, device=images.device)", "torch.randint(0, size, (1, 1), generator=generator, device=images.device).expand(batch, 1)"),
        ("a square one too wide", "(at < start + side)", "(at <= start + side)"),
    ]),
    *broken("data/folder_scan.py", "test_folder.py", [
        ("a rewritten file of the same size is not noticed", r'f"{path}\0{size}\0{changed}" for', r'f"{path}\0{size}" for'),
    ]),
    *broken("data/layout.py", "test_folder_corpus.py test_folder.py", [
        ("files are not sorted", "        self.found.sort()\n", "        self.found.sort(reverse=True)\n"),
        ("a copy of all is a class", "if len(others) > 1 and {inside", "if len(others) > 9 and {inside"),
    ]),
    *broken("data/class_folders.py", "test_folder_corpus.py test_folder.py", [
        ("a split is not looked for in itself", "(not in_split and self.splits(place)) or matching", "self.splits(place) or matching"),
    ]),
    *broken("data/folder_tree.py", "test_folder_corpus.py test_folder.py", [
        ("hidden files count", 'elif not entry.name.startswith(".") and', "elif entry.name and"),
        ("masks are pictures", "return [item for item in folders if item not in marks] if images and marks else folders", "return folders"),
    ]),
    *broken("data/split_names.py", "test_folder_corpus.py", [
        ("names are compared sign by sign", "for same in (str, to_the_eye, alike):", "for same in (str,):"),
        ("any of those that are alike", "if hits and (same is not alike or len(hits) == 1):", "if hits and len(hits) > 1:"),
        ("dev is no split", '("val", "valid", "validation", "validate", "dev", ', '("val", "valid", "validation", "validate", '),
    ]),
    *broken("data/folder.py", "test_folder.py", [
        ("shares of what is left", "max(1, round(share * len(whole)))", "max(1, round(share * 0.9 * len(whole)))"),
        ("labels of the folder for those of the model", "Split(split.images, position[split.labels])", "Split(split.images, split.labels)"),
        ("the training part is evaluated", 'images.part("test") or Split', 'images.part("train") or Split'),
        ("skipped files keep their labels", "listing.labels[readable]", "listing.labels[: readable.sum()]"),
        ("classes without images stay", "classes=tuple(listing.classes[k] for k in used)", "classes=listing.classes"),
    ]),
    *broken("data/cache.py", "test_folder.py", [
        ("a damaged cache is taken", 'return arrays if about.get("checksum") == _checksum(arrays) else None', "return arrays"),
        ("an old cache is taken", 'if about.get("fingerprint") != fingerprint:', 'if about.get("fingerprint") is None:'),
    ]),
    *broken("data/images.py", "test_image_files.py", [
        ("channels last", "pixels.transpose(2, 0, 1), True", "pixels.transpose(2, 1, 0), True"),
        ("files of any size", "if state.st_size > BOUNDS.file:", "if state.st_size > 10**12:"),
    ]),
    *broken("data/picture.py", "test_uploads.py", [
        ("transposed", ".transpose(2, 0, 1).copy(), changes)", ".transpose(2, 1, 0).copy(), changes)"),
        ("any size is decoded", "if whole > bounds.pixels or pixels", "if pixels"),
    ]),
    *broken("data/squeezing.py", "test_one_picture.py", [
        ("the other way round", "6: Image.Transpose.ROTATE_270", "6: Image.Transpose.ROTATE_90"),
        ("on black", 'small.size, "white")', 'small.size, "black")'),
    ]),
    *broken("data/depths.py", "test_one_picture.py", [
        ("cut off", "* 255 / white).astype", "* 255 / white).clip(0, 100).astype"),
        ("white is never zero", "if _tag(image, ZERO_IS, 1) == 0 else", "if _tag(image, ZERO_IS, 1) == 5 else"),
        ("32 bits have a sign", "values.view(np.uint32) if without_sign", "values if without_sign"),
    ]),
    *broken("data/png_chunks.py", "test_one_picture.py", [
        ("XMP is forgotten", "if key in TEXTS and TEXTS[key] not in notes", "if key in TEXTS and TEXTS[key] in notes"),
        ("transparent in other units", "if depth in (2, 4):", "if depth in (3, 5):"),
    ]),
    *broken("data/seq_rules.py", "test_seq_tasks.py", [
        ("y is a vowel", 'VOWELS = "aeiou"', 'VOWELS = "aeiouy"'),
        ("runs may go on", "[letter for letter in RUNS if not text.endswith(letter)]", "[letter for letter in RUNS if letter]"),
        ("no subtraction in numerals", '4: "iv", 1: "i"}', '1: "i"}'),
        ("a sum of digits", "str(int(numbers[1]) + int(numbers[2]))", "str(int(numbers[1] + numbers[2]))"),
        ("runs of over nine are one", "for done in range(0, count, 9))", "for done in range(0, 1, 9))"),
    ]),
    *broken("data/dates.py", "test_seq_tasks.py", [
        ("11st", 'return "th" if day in (11, 12, 13) else', "return"),
        ("months from 0", "for number, month in enumerate(MONTHS, 1):", "for number, month in enumerate(MONTHS):"),
        ("any weekday", 'parts["w"][:3] != WEEKDAYS[day.weekday()]', 'parts["w"][:3] not in WEEKDAYS'),
    ]),
    *broken("data/duplicates.py", "test_duplicates.py", [
        ("light counts", "centred = pixels - pixels.mean((2, 3), keepdim=True)", "centred = pixels"),
        ("the bound loses what averaging loses", "return torch.cat([coarse, lost[:, None]], 1)", "return torch.cat([coarse, 0 * lost[:, None]], 1)"),
        ("the least alike of a row", "    order = np.argsort(-likeness, kind=\"stable\")\n    _, first", "    order = np.argsort(likeness, kind=\"stable\")\n    _, first"),
        ("only test and train", 'COMPARED = (("test", "train"), ("val", "train"), ("test", "val"))', 'COMPARED = (("test", "train"), ("val", "train"))'),
    ]),
    *broken("symbols.py", "test_symbols.py", [
        ("tokens after the end are read", "            if token == EOS:\n                break\n", ""),
        ("the first symbol is EOS", "{symbol: len(SPECIAL) + i for i, symbol", "{symbol: len(SPECIAL) - 1 + i for i, symbol"),
    ]),
    *broken("text.py", "test_text.py", [
        ("what is long is shown whole", "found = whole if len(whole) <= most else", "found = whole if whole else"),
        ("signs that turn the direction are shown", 'REPLACED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})', 'REPLACED = frozenset({"Cc", "Cs", "Zl", "Zp"})'),
        ("what is drawn as nothing is shown", "not in REPLACED and letter not in HIDDEN:", "not in REPLACED:"),
        ("a byte looks like its code point", "code = ord(letter) - 0xDC00 if", "code = ord(letter) if"),
        ("paths of any length", "    if len(text) > MOST_PATH:", "    if len(text) > 100 * MOST_PATH:"),
        ("line ends in paths", 'if re.search(r"[\\x00-\\x1f\\x7f]", text):', "if not text:"),
    ]),
    *broken("hparams.py", "test_hparams.py", [
        ("the highest is out of range", "and value > self.high)", "and value >= self.high)"),
        ("below the least is fine", "(self.low is not None and value < self.low) or", "False or"),
        ("infinity is a number", "isinstance(value, float) and math.isfinite(value)),", "isinstance(value, float)),"),
        ("True is 1", "whole = isinstance(value, int) and not isinstance(value, bool)", "whole = isinstance(value, int)"),
        ("what is unknown is passed over", 'for name in values if name not in known}\n        found |=', 'for name in values if name in ()}\n        found |='),
    ]),
]  # fmt: skip
