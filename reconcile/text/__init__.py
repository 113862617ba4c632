"""Vietnamese text that all stages need: messages, folding, sound keys, legacy encodings."""
