"""The shape of every stored DynamoDB item: one module per kind, with its key, encoding, decoding and write condition.

Pure functions over DynamoDB's typed JSON (`{"S": ...}`, `{"N": ...}`); no client is known here. Whoever reads an item reads
it through its module, so that all of them agree on what is damaged. A damaged item raises `errors.DamagedItem`, which names
the item's kind and the attribute, never a value.
"""
