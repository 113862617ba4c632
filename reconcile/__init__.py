"""One unified civil-status register out of several communes' exports.

Data flows down this list; an import only goes down the floors in ``pyproject.toml``::

    pipeline      one function per verb: read this first
    outputs       files that a run leaves beside the register
    requests      what commands are asked and what they answer
    stages        the stages in order, from deliveries and judgements to the register
    importers     file -> rows
    standardise   raw value -> standard value, raw kept
    validate      -> findings
    match         mentions -> scored pairs
    resolve       rows -> entries; pairs and judgements -> persons, events, conflicts
    register      tables, the store, what a run changed
    review        conflict workbook out, decisions in
    report        summary, pictures, dossier
    export        unified register as xlsx, csv, parquet
    simulate      populations with known truth
    text          Vietnamese text that all stages need
    files         output files, whole or not at all
    config        mapping files
    model         vocabulary and the column contract of every table
    errors        the exception tree
"""

__version__ = "0.1.0"
