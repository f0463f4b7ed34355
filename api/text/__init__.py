"""Words for readers: formatting, sentences, labels and translations, in the language of the reader."""
